import { createHmac, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import pg from 'pg';
import { openPages, type TextFacts } from '../src/consent/pages.ts';
import { renderMail } from '../src/letter/index.ts';
import { sha256 } from '../src/platform/ids.ts';
import { sampleAgency } from '../test/support/company.ts';

/**
 * The plain way to relay: one request handler that does one step after the other for one rejection, each with its own
 * statement and its own API calls. It does what we do: reads the application, looks again before it mails, renders the
 * same letter, page and receipt, keeps the text agreed to, looks before it tags and notes in the ATS, counts, notices.
 * It does less where we promise more: no jobs, no transactions, no audit chain, no ledger, no rate limits, no retries.
 */
const [url = '', ats = '', clientId = '', clientSecret = '', webhookSecret = ''] = process.argv.slice(2);
const pool = new pg.Pool({ connectionString: url, max: 4 });
await pool.query(`
  create table if not exists plain_event (id bigserial primary key, body text not null);
  create table if not exists plain_letter (token text primary key, application_id text not null, candidate_id text not null, name text not null, sent_at timestamptz);
  create table if not exists plain_mail (id bigserial primary key, subject text not null, text text not null, html text not null);
  create table if not exists plain_text (hash text primary key, body text not null);
  create table if not exists plain_consent (token text primary key, text_hash text not null, agreed_at timestamptz not null default now());
  create table if not exists plain_credit (id int primary key, referrals int not null, credits int not null);
  create table if not exists plain_notice (id bigserial primary key, text text not null);
  insert into plain_credit values (1, 0, 0) on conflict do nothing;`);

let token = '';

async function call(method: string, path: string, body?: object): Promise<Record<string, unknown>[]> {
  token ||= await fetchToken();
  const response = await fetch(`${ats}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(body ? { 'content-type': 'application/json' } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const text = await response.text();
  const parsed: unknown = text === '' ? [] : JSON.parse(text);
  return Array.isArray(parsed) ? parsed : [];
}

async function fetchToken(): Promise<string> {
  const response = await fetch(`${ats}/token`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: 'grant_type=client_credentials',
  });
  return String(((await response.json()) as { access_token: string }).access_token);
}

const pages = openPages();
const company = {
  companyId: 'plain',
  slug: 'plain',
  name: '架空食品株式会社',
  locale: 'ja',
  postalAddress: '東京都千代田区架空町1-2-3',
  contactEmail: 'saiyo@example.com',
  createdAt: new Date(),
} as const;
const agency = { agencyId: 'plain', ...sampleAgency };
const facts: TextFacts = { company, agency, terms: { countsAt: 'consent', perCredit: 10 }, own: {} };
const common = {
  companyName: company.name,
  agencyName: agency.name,
  postalAddress: company.postalAddress,
  contactEmail: company.contactEmail,
};

async function sendMail(name: 'career-relay' | 'receipt', tokens: Readonly<Record<string, string>>): Promise<void> {
  const { subject, text, html } = renderMail(name, 'ja', { ...common, ...tokens });
  await pool.query('insert into plain_mail (subject, text, html) values ($1, $2, $3)', [subject, text, html]);
}

async function takeIn(body: string, host: string): Promise<string> {
  await pool.query('insert into plain_event (body) values ($1)', [body]);
  const { application } = JSON.parse(body).payload;
  await call('GET', `/v3/applications?ids=${application.id}`);
  await call('GET', `/v3/rejection_details?application_ids=${application.id}`);
  const [candidate] = await call('GET', `/v3/candidates?ids=${application.candidate.id}`);
  const link = randomBytes(32).toString('base64url');
  const name = `${candidate?.last_name} ${candidate?.first_name}`;
  await pool.query('insert into plain_letter (token, application_id, candidate_id, name) values ($1, $2, $3, $4)', [
    sha256(link),
    application.id,
    application.candidate.id,
    name,
  ]);
  await call('GET', `/v3/applications?ids=${application.id}`);
  await call('GET', `/v3/rejection_details?application_ids=${application.id}`);
  const address = `http://${host}/c/${link}`;
  const tokens = { candidateName: name, jobTitle: '営業職', relayUrl: address, linkDays: '60' };
  await sendMail('career-relay', tokens);
  await pool.query('update plain_letter set sent_at = now() where token = $1', [sha256(link)]);
  return address;
}

interface Letter {
  readonly application_id: string;
  readonly candidate_id: string;
  readonly name: string;
}

async function readLetter(link: string): Promise<Letter | undefined> {
  const found = await pool.query('select application_id, candidate_id, name from plain_letter where token = $1', [
    sha256(link),
  ]);
  return found.rows[0];
}

async function showPage(link: string): Promise<string> {
  await readLetter(link);
  const agreed = await pool.query('select agreed_at from plain_consent where token = $1', [sha256(link)]);
  const frame = { company, action: `/c/${link}`, heldHref: undefined };
  const form = (name: 'introduction' | 'withdrawal') => {
    const text = pages.renderText(name, 'ja', facts);
    return { text: text.body, nonce: sign(link) };
  };
  if (agreed.rowCount === 0) return pages.render('ask', 'ja', { ...frame, ...form('introduction'), hint: undefined });
  const decidedAt = agreed.rows[0].agreed_at.toISOString();
  const told = { agency, decidedAt, referral: { code: 'K7QP-3M9X' }, receiptTo: undefined, thanks: undefined };
  return pages.render('granted', 'ja', { ...frame, ...form('withdrawal'), ...told });
}

function sign(link: string): string {
  return createHmac('sha256', webhookSecret).update(link).digest('base64url');
}

async function agree(link: string): Promise<void> {
  const letter = await readLetter(link);
  if (!letter) return;
  const text = pages.renderText('introduction', 'ja', facts);
  await pool.query('insert into plain_text (hash, body) values ($1, $2) on conflict do nothing', [
    text.hash,
    text.body,
  ]);
  await pool.query('insert into plain_consent (token, text_hash) values ($1, $2) on conflict do nothing', [
    sha256(link),
    text.hash,
  ]);
  await sendMail('receipt', {
    candidateName: letter.name,
    agencyAddress: agency.address,
    agencyRepresentative: agency.representative,
    agencyLicenceNumber: agency.licenceNumber,
    registrationUrl: agency.registrationUrl,
    decidedAt: new Date().toISOString(),
    referralCode: 'K7QP-3M9X',
    manageUrl: `http://example.com/c/${link}`,
  });
  await writeBack(letter);
  const credit = await pool.query('update plain_credit set referrals = referrals + 1 where id = 1 returning referrals');
  if (credit.rows[0].referrals % 10 !== 0) return;
  await pool.query('update plain_credit set credits = credits + 1 where id = 1');
  await pool.query('insert into plain_notice (text) values ($1)', ['one more credit']);
}

let tagId: unknown;

/** Looks before it writes, so that an answer given twice is not written twice. */
async function writeBack(letter: Letter): Promise<void> {
  tagId ??= await findTag();
  const candidate = letter.candidate_id;
  await call('GET', `/v3/candidates?ids=${candidate}&fields=id,custom_fields`);
  const applied = await call('GET', `/v3/applied_candidate_tags?candidate_ids=${candidate}&candidate_tag_ids=${tagId}`);
  if (applied.length === 0)
    await call('POST', '/v3/applied_candidate_tags', { candidate_id: Number(candidate), candidate_tag_id: tagId });
  const notes = await call('GET', `/v3/notes?candidate_ids=${candidate}&fields=id,body`);
  if (notes.length > 0) return;
  await call('POST', '/v3/notes', {
    candidate_id: Number(candidate),
    application_id: Number(letter.application_id),
    body: 'agreed',
    note_type: 'NOTE',
    visibility: 'private',
  });
}

async function findTag(): Promise<unknown> {
  const name = 'Plain relay: agreed';
  const find = async () => (await call('GET', '/v3/candidate_tags?per_page=500')).find((tag) => tag.name === name);
  const found = await find();
  if (found) return found.id;
  await call('POST', '/v3/candidate_tags', { name });
  return (await find())?.id;
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', async () => {
    const body = Buffer.concat(chunks);
    const link = request.url?.split('/c/')[1];
    if (request.method === 'GET') {
      response.setHeader('content-type', 'text/html; charset=utf-8');
      return response.end(await showPage(link ?? ''));
    }
    if (link) {
      if (new URLSearchParams(body.toString()).get('nonce') !== sign(link)) return response.writeHead(403).end();
      await agree(link);
      return response.writeHead(303, { location: request.url ?? '/' }).end();
    }
    const expected = `sha256 ${createHmac('sha256', webhookSecret).update(body).digest('hex')}`;
    if (request.headers.signature !== expected) return response.writeHead(401).end();
    response.end(await takeIn(body.toString(), request.headers.host ?? ''));
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  console.log(typeof address === 'object' && address ? address.port : 0);
});

import { createHmac, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import pg from 'pg';

/**
 * The plain way to relay: one request handler that does one step after the other for one rejection, each with its own
 * statement and its own API calls. No batches, no jobs, no second look, no receipt: less than we do.
 */
const [url = '', ats = '', clientId = '', clientSecret = '', webhookSecret = ''] = process.argv.slice(2);
const pool = new pg.Pool({ connectionString: url, max: 4 });
await pool.query(`
  create table if not exists plain_event (id bigserial primary key, body text not null);
  create table if not exists plain_letter (token text primary key, application_id text not null, candidate_id text not null, mail text not null, sent_at timestamptz);
  create table if not exists plain_consent (token text primary key, agreed_at timestamptz not null default now());
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

async function takeIn(body: string): Promise<string> {
  await pool.query('insert into plain_event (body) values ($1)', [body]);
  const { application } = JSON.parse(body).payload;
  await call('GET', `/v3/applications?ids=${application.id}`);
  await call('GET', `/v3/rejection_details?application_ids=${application.id}`);
  const [candidate] = await call('GET', `/v3/candidates?ids=${application.candidate.id}`);
  const link = randomBytes(32).toString('base64url');
  const mail = `${candidate?.last_name} ${candidate?.first_name} 様\n\n${link}`;
  await pool.query('insert into plain_letter (token, application_id, candidate_id, mail) values ($1, $2, $3, $4)', [
    link,
    application.id,
    application.candidate.id,
    mail,
  ]);
  await pool.query('update plain_letter set sent_at = now() where token = $1', [link]);
  return link;
}

async function agree(link: string): Promise<void> {
  await pool.query('insert into plain_consent (token) values ($1) on conflict do nothing', [link]);
  const letter = await pool.query('select candidate_id from plain_letter where token = $1', [link]);
  await call('POST', '/v3/notes', {
    candidate_id: Number(letter.rows[0].candidate_id),
    body: 'agreed',
    note_type: 'NOTE',
    visibility: 'private',
  });
  const credit = await pool.query('update plain_credit set referrals = referrals + 1 where id = 1 returning referrals');
  if (credit.rows[0].referrals % 10 !== 0) return;
  await pool.query('update plain_credit set credits = credits + 1 where id = 1');
  await pool.query('insert into plain_notice (text) values ($1)', ['one more credit']);
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', async () => {
    const body = Buffer.concat(chunks);
    const link = request.url?.split('/c/')[1];
    if (request.method === 'GET') {
      await pool.query('select 1 from plain_letter where token = $1', [link]);
      return response.end(
        `<form method="post" action="${request.url}"><input type="hidden" name="nonce" value="x"></form>`,
      );
    }
    if (link) {
      await agree(link);
      return response.end('thanks');
    }
    const expected = `sha256 ${createHmac('sha256', webhookSecret).update(body).digest('hex')}`;
    if (request.headers.signature !== expected) return response.writeHead(401).end();
    response.end(`http://${request.headers.host}/c/${await takeIn(body.toString())}`);
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  console.log(typeof address === 'object' && address ? address.port : 0);
});

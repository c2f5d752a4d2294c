import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { openMailer, registerOutboxRoutes } from '../../src/letter/index.ts';
import type { Database } from '../../src/platform/database.ts';
import { openHttpServer, type Server } from '../../src/platform/http-server.ts';
import { newId } from '../../src/platform/ids.ts';
import type { Mail } from '../../src/platform/mail.ts';
import { makeTestClock } from '../support/clock.ts';
import { addCompany, openTestVault } from '../support/company.ts';
import { openTestDatabase } from '../support/database.ts';

const clock = makeTestClock();
let database: Database;
let server: Server;
let companyId: string;

beforeAll(async () => {
  database = await openTestDatabase();
  companyId = (await addCompany(database, openTestVault(), clock.now())).company.companyId;
  server = await openHttpServer({ log: pino({ level: 'silent' }), trustedProxies: 0, isHttps: false });
  await registerOutboxRoutes(server, { database });
});
afterEach(() => database.runScript('delete from outbox_mail'));
afterAll(async () => {
  await server.close();
  await database.close();
});

function openOutbox() {
  return openMailer({ database, clock, smtpUrl: undefined, baseUrl: 'http://localhost:3000' });
}

const mail = (key: string, change: Partial<Mail> = {}): Mail => ({
  key,
  companyId,
  from: { name: '架空食品株式会社', address: 'relay@example.com' },
  replyTo: 'recruit@example.com',
  to: { name: '髙﨑 "一郎" 様', address: 'ichiro@example.com' },
  subject: '結果 <b>&"𠮷野"',
  text: '一行目\nhttp://localhost:3000/c/token\n<script>alert(1)</script>',
  html: '<p>本文</p>',
  ...change,
});

async function get(url: string, headers: Record<string, string> = {}) {
  return server.inject({ method: 'GET', url, headers: { host: 'localhost:3000', ...headers } });
}

async function readMails() {
  return database.forSystem((tx) => tx.selectFrom('outbox_mail').selectAll().orderBy('mail_id').execute());
}

test('the same mail given again, at once or later, is kept once, as it was first', async () => {
  const outbox = openOutbox();

  const outcomes = await Promise.all([
    outbox.send(mail('k1')),
    outbox.send(mail('k1', { text: 'another' })),
    outbox.send(mail('k2')),
  ]);
  await outbox.send(mail('k1', { text: 'later' }));

  expect(outcomes).toEqual([{ kind: 'sent' }, { kind: 'sent' }, { kind: 'sent' }]);
  expect((await readMails()).map(({ mail_key: key, text }) => [key, text.slice(0, 3)])).toEqual([
    ['k1', '一行目'],
    ['k2', '一行目'],
  ]);
});

test('a mail of an unknown company fails alone, without those given beside it', async () => {
  const outbox = openOutbox();

  const [stranger, own] = await Promise.allSettled([
    outbox.send(mail('k3', { companyId: newId() })),
    outbox.send(mail('k4')),
  ]);

  expect(stranger?.status).toBe('rejected');
  expect(own).toEqual({ status: 'fulfilled', value: { kind: 'sent' } });
});

test('an address that cannot stand in a header is refused by the outbox as by SMTP', async () => {
  expect(await openOutbox().send(mail('k5', { to: { name: '', address: 'a@example.com\r\nBcc: b@c' } }))).toEqual({
    kind: 'refused',
    isPermanent: true,
    reason: 'address-invalid',
  });
  expect(await readMails()).toEqual([]);
});

test('the outbox lists its mails, newest first, in the language of the reader, with everything escaped', async () => {
  await openOutbox().send(mail('k6'));
  await openOutbox().send(mail('k7', { subject: 'newer' }));

  const ja = await get('/outbox', { 'accept-language': 'ja,en;q=0.8' });
  const en = await get('/outbox', { 'accept-language': 'en' });

  expect(ja.statusCode).toBe(200);
  expect(ja.body).toContain('<h1>送信箱</h1>');
  expect(en.body).toContain('<h1>Outbox</h1>');
  expect(ja.body).toContain('結果 &lt;b&gt;&amp;&quot;𠮷野&quot;');
  expect(ja.body.indexOf('newer')).toBeLessThan(ja.body.indexOf('結果'));
});

test('an empty outbox says so', async () => {
  expect((await get('/outbox')).body).toContain('There is no mail yet.');
});

test('a mail is shown with its headers and its text, whose links can be followed', async () => {
  await openOutbox().send(mail('k8'));
  const [stored] = await readMails();

  const { body, statusCode } = await get(`/outbox/${stored?.mail_id}`);

  expect(statusCode).toBe(200);
  expect(body).toContain('To: &quot;髙﨑 \\&quot;一郎\\&quot; 様&quot; &lt;ichiro@example.com&gt;');
  expect(body).toContain('<a href="http://localhost:3000/c/token" rel="noreferrer">http://localhost:3000/c/token</a>');
  expect(body).not.toContain('<script');
  expect(body).toContain(`sandbox="allow-popups allow-popups-to-escape-sandbox" src="/outbox/${stored?.mail_id}/html"`);
});

test('the pages may run nothing, load nothing and be kept nowhere', async () => {
  await openOutbox().send(mail('k9'));
  const [stored] = await readMails();

  const list = await get('/outbox');
  const html = await get(`/outbox/${stored?.mail_id}/html`);

  expect(list.headers['content-security-policy']).toMatch(
    /^default-src 'none'; style-src 'sha256-[\w+/=]+'; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'$/,
  );
  expect(html.headers['content-security-policy']).toBe(
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'",
  );
  expect(html.body).toBe('<p>本文</p>');
  for (const { headers } of [list, html])
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'x-robots-tag': 'noindex, nofollow',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'content-type': 'text/html; charset=utf-8',
    });
});

test.each(['relay.example.com', 'evil.example.com:3000', '192.168.0.5:3000'])(
  'a request addressed to %s sees no outbox',
  async (host) => {
    expect((await get('/outbox', { host })).statusCode).toBe(404);
  },
);

test('an unknown mail is not found, and a malformed id is refused', async () => {
  expect((await get(`/outbox/${newId()}`)).statusCode).toBe(404);
  expect((await get('/outbox/nonsense')).statusCode).toBe(400);
});

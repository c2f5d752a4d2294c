import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { simpleParser } from 'mailparser';
import PostalMime from 'postal-mime';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import type { Mail, Mailer } from '../../src/platform/mail.ts';
import { judgeSmtpError, openSmtpMailer, type SmtpLimits, toTlsOptions } from '../../src/platform/mail-smtp.ts';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const mail: Mail = {
  key: 'letter-0199',
  companyId: 'c',
  from: { name: '架空食品株式会社, 採用"係"', address: 'relay@example.com' },
  replyTo: 'recruit@example.com',
  to: { name: '髙﨑 一郎 様', address: 'ichiro@example.com' },
  subject: '選考結果のご連絡（架空食品株式会社）',
  text: '髙﨑 一郎 様\n\nhttps://relay.example.com/c/token\n',
  html: '<p>髙﨑 一郎 様</p>',
};

interface Received {
  readonly raw: string;
  readonly bytes: Buffer;
  readonly from: string;
  readonly to: readonly string[];
}

/** A real SMTP server on this machine that takes everything, unless told otherwise. */
async function openServer(change: SMTPServerOptions = {}): Promise<{ url: string; received: Received[] }> {
  const received: Received[] = [];
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    logger: false,
    onData(stream, session, callback) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const bytes = Buffer.concat(chunks);
        const from = session.envelope.mailFrom ? session.envelope.mailFrom.address : '';
        received.push({
          raw: bytes.toString('latin1'),
          bytes,
          from,
          to: session.envelope.rcptTo.map(({ address }) => address),
        });
        callback();
      });
    },
    ...change,
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => new Promise<void>((resolve) => server.close(resolve)));
  return { url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`, received };
}

/** A server that speaks by script: one answer per line it hears; undefined: it falls silent; 'bye': it hangs up. */
async function openScript(answers: readonly (string | undefined)[]): Promise<{ url: string; heard: string[] }> {
  const heard: string[] = [];
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    const left = [...answers];
    const say = () => {
      const answer = left.shift();
      if (answer === 'bye') socket.destroy();
      else if (answer !== undefined) socket.write(`${answer}\r\n`);
    };
    let isData = false;
    let rest = '';
    say();
    socket.on('data', (chunk) => {
      rest += chunk.toString('latin1');
      const lines = rest.split('\r\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (isData && line !== '.') continue;
        heard.push(isData ? '(mail)' : line);
        isData = line === 'DATA';
        say();
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  });
  return { url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`, heard };
}

function open(smtpUrl: string, limits: Partial<SmtpLimits> = {}): Mailer {
  const mailer = openSmtpMailer({ smtpUrl, host: 'relay.example.com', limits });
  closers.push(() => mailer.close());
  return mailer;
}

function refuse(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode });
}

const short = { connect: 300, greeting: 300, silence: 300, deadline: 2_000 };
const untilData = ['220 hello', '250 hello', '250 ok', '250 ok', '354 go on'];

const titles = [
  '髙﨑 𠮷野 ﾀﾅｶ 👩🏽‍💻, "quoted" <a@b> & O\'Neill',
  'あ'.repeat(60),
  'シニアバックエンドエンジニア（決済基盤・分散システム）／東京・大阪・福岡、フルリモート可、𠮷祥寺オフィス勤務も歓迎します👍🏽',
  'Senior Engineer, Payments; and more words so that the line has to be folded somewhere, somehow',
  'ｶﾌﾞｼｷｶﾞｲｼｬ',
];

test.each(titles)('names and subjects arrive as they were written: %s', async (title) => {
  const { url, received } = await openServer();

  const outcome = await open(url).send({
    ...mail,
    subject: title,
    from: { ...mail.from, name: title },
    to: { ...mail.to, name: title },
  });

  const [one] = received;
  const parsed = await PostalMime.parse(one?.bytes ?? '');
  const second = await simpleParser(one?.bytes ?? '');
  expect(outcome).toEqual({ kind: 'sent' });
  expect(parsed.subject).toBe(title);
  expect(parsed.from).toMatchObject({ name: title, address: 'relay@example.com' });
  expect(parsed.to).toMatchObject([{ name: title, address: 'ichiro@example.com' }]);
  expect(second.subject).toBe(title);
  expect(second.from?.value).toMatchObject([{ name: title, address: 'relay@example.com' }]);
  expect(parsed.text?.trim()).toBe(mail.text.trim());
  expect(parsed.html?.trim()).toBe(mail.html);
  const lines = one?.raw.split('\r\n') ?? [];
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(998);
  const head = lines.slice(0, lines.indexOf(''));
  for (const word of head.join('\n').match(/=\?[^?]+\?[BQ]\?[^?]*\?=/gi) ?? [])
    expect(word.length).toBeLessThanOrEqual(75);
  expect(one?.raw).not.toMatch(/[^\r]\n|\r[^\n]/);
  expect(head.join('\n')).not.toMatch(/[^\t\n\x20-\x7e]/);
});

test('a name that looks like an encoded word is shown as it is written', async () => {
  const { url, received } = await openServer();

  await open(url).send({ ...mail, subject: '=?utf-8?B?44GC?=' });

  expect((await PostalMime.parse(received[0]?.bytes ?? '')).subject).toBe('= ?utf-8?B?44GC?=');
});

test('a mail names its sender, its one recipient, where to answer, and that a machine wrote it', async () => {
  const { url, received } = await openServer();

  await open(url).send(mail);

  const [one, ...more] = received;
  const parsed = await PostalMime.parse(one?.bytes ?? '');
  const headers = new Map(parsed.headers.map(({ key, value }) => [key, value]));
  expect(more).toEqual([]);
  expect(one).toMatchObject({ from: 'relay@example.com', to: ['ichiro@example.com'] });
  expect(parsed.replyTo).toMatchObject([{ address: 'recruit@example.com' }]);
  expect(headers.get('message-id')).toBe('<letter-0199@relay.example.com>');
  expect(headers.get('auto-submitted')).toBe('auto-generated');
  expect(headers.has('list-unsubscribe')).toBe(false);
  expect(headers.has('bcc')).toBe(false);
  expect(headers.get('content-type')).toContain('multipart/alternative');
  expect(parsed.attachments).toEqual([]);
});

test.each([
  ['subject', { subject: 'x\r\nBcc: evil@example.com\r\n\r\nbody' }],
  ['sender name', { from: { name: 'x\r\nBcc: evil@example.com', address: 'relay@example.com' } }],
  ['recipient name', { to: { name: 'x"\r\nBcc: evil@example.com\n', address: 'ichiro@example.com' } }],
  ['key', { key: 'x>\r\nBcc: evil@example.com' }],
  ['header', { headers: { 'X-Note': 'x\r\nBcc: evil@example.com' } }],
])('a line break in the %s adds no header and no recipient', async (_where, change) => {
  const { url, received } = await openServer();

  await open(url).send({ ...mail, ...change });

  const [one] = received;
  const parsed = await PostalMime.parse(one?.bytes ?? '');
  expect(one?.to).toEqual(['ichiro@example.com']);
  expect(parsed.headers.map(({ key }) => key)).not.toContain('bcc');
  expect(parsed.text?.trim()).toBe(mail.text.trim());
});

test('a line break in an address sends nothing', async () => {
  const { url, received } = await openServer();

  const outcome = await open(url).send({
    ...mail,
    to: { name: '', address: 'a@example.com>\r\nRCPT TO:<evil@example.com' },
  });

  expect(outcome).toEqual({ kind: 'refused', isPermanent: true, reason: 'address-invalid' });
  expect(received).toEqual([]);
});

test('an old carrier address is quoted on the wire', async () => {
  const { url, heard } = await openScript([...untilData, '250 taken']);

  const outcome = await open(url).send({ ...mail, to: { name: '', address: 'a..b.@docomo.example' } });

  expect(outcome).toEqual({ kind: 'sent' });
  expect(heard).toContain('RCPT TO:<"a..b."@docomo.example>');
});

test('an address with a Japanese domain is reached by its ASCII form', async () => {
  const { url, received } = await openServer();

  const outcome = await open(url).send({ ...mail, to: { name: '', address: 'taro@例え.example' } });

  expect(outcome).toEqual({ kind: 'sent' });
  expect(received[0]?.raw).toContain('To: taro@xn--r8jz45g.example');
});

test.each([
  [550, true],
  [450, false],
  [552, true],
])('a recipient answered %i is refused, for good: %s', async (code, isPermanent) => {
  const { url } = await openServer({ onRcptTo: (_to, _session, callback) => callback(refuse(code, 'no')) });

  expect(await open(url).send(mail)).toEqual({ kind: 'refused', isPermanent, reason: `smtp-${code}` });
});

test.each([
  [554, true],
  [451, false],
])('a whole mail answered %i is refused, for good: %s', async (code, isPermanent) => {
  const { url } = await openServer({
    onData(stream, _session, callback) {
      stream.on('data', () => undefined);
      stream.on('end', () => callback(refuse(code, 'no')));
    },
  });

  expect(await open(url).send(mail)).toEqual({ kind: 'refused', isPermanent, reason: `smtp-${code}` });
});

test('a sender answered 5xx is refused for good, and the next mail still goes out', async () => {
  let refusals = 1;
  const { url, received } = await openServer({
    onMailFrom: (_from, _session, callback) => callback(refusals-- > 0 ? refuse(550, 'no') : undefined),
  });
  const mailer = open(url);

  const first = await mailer.send(mail);
  const second = await mailer.send({ ...mail, key: 'letter-2' });

  expect(first).toEqual({ kind: 'refused', isPermanent: true, reason: 'smtp-550' });
  expect(second).toEqual({ kind: 'sent' });
  expect(received).toHaveLength(1);
});

test('a server that is not there refuses for now', async () => {
  const { url } = await openScript([]);
  for (const close of closers.splice(0)) await close();

  expect(await open(url).send(mail)).toEqual({ kind: 'refused', isPermanent: false, reason: 'server-unreachable' });
});

test.each([
  ['greets with 421', ['421 busy'], 'refused'],
  ['greets with 554', ['554 no'], 'refused'],
  ['never greets', [undefined], 'refused'],
  ['hangs up without a greeting', ['bye'], 'refused'],
  ['falls silent after EHLO', ['220 hello', undefined], 'refused'],
  ['hangs up at MAIL', ['220 hello', '250 hello', 'bye'], 'refused'],
  ['hangs up at RCPT', ['220 hello', '250 hello', '250 ok', 'bye'], 'refused'],
  ['hangs up at DATA', ['220 hello', '250 hello', '250 ok', '250 ok', 'bye'], 'refused'],
  ['falls silent at DATA', ['220 hello', '250 hello', '250 ok', '250 ok', undefined], 'refused'],
  ['hangs up after the mail', [...untilData, 'bye'], 'unknown'],
  ['falls silent after the mail', [...untilData, undefined], 'unknown'],
  ['talks nonsense after the mail', [...untilData, '333 what'], 'unknown'],
] as const)('a server that %s leaves the mail %3$s', async (_does, script, kind) => {
  const { url, heard } = await openScript(script);

  const outcome = await open(url, short).send(mail);

  expect(outcome.kind).toBe(kind);
  if (outcome.kind === 'refused') expect(outcome.isPermanent).toBe(false);
  expect(heard.filter((line) => line === '(mail)').length).toBe(kind === 'unknown' ? 1 : 0);
});

test('a server that refuses the mail and hangs up in one breath has refused it', async () => {
  const { url } = await openScript([...untilData, '554 no']);

  expect(await open(url, short).send(mail)).toEqual({ kind: 'refused', isPermanent: true, reason: 'smtp-554' });
});

test('a server that answers drop by drop cannot hold a mail beyond its deadline', async () => {
  const { url } = await openScript([...untilData, undefined]);

  expect(await open(url, { ...short, silence: 60_000, deadline: 500 }).send(mail)).toEqual({
    kind: 'unknown',
    reason: 'answer-missing',
  });
});

test('a mail for a server that turns out to offer no encryption does not leave in clear', async () => {
  const { url, heard } = await openScript(['220 hello', '250 hello', '502 no']);

  const outcome = await open(`${url}?requireTLS=true`, short).send(mail);

  expect(outcome).toMatchObject({ kind: 'refused', isPermanent: false });
  expect(heard.some((line) => line.startsWith('MAIL'))).toBe(false);
});

test.each([
  ['smtp://mail.example.com:587', true],
  ['smtp://user:pass@mail.example.com', true],
  ['smtps://mail.example.com', undefined],
  ['smtp://localhost:1025', undefined],
  ['smtp://[::1]:1025', undefined],
  ['smtp://mailpit:1025?requireTLS=false', undefined],
])('%s demands STARTTLS: %s', (smtpUrl, requireTLS) => {
  expect(toTlsOptions(smtpUrl).requireTLS).toBe(requireTLS);
});

test('a wrong password waits for the operator', () => {
  const error = Object.assign(new Error('Invalid login'), { code: 'EAUTH', responseCode: 535 });

  expect(judgeSmtpError(error, false)).toEqual({ kind: 'refused', isPermanent: false, reason: 'login-refused' });
});

test('what nobody foresaw is refused before the mail began, and unknown after', () => {
  expect(judgeSmtpError(new Error('?'), false)).toMatchObject({ kind: 'refused', isPermanent: false });
  expect(judgeSmtpError(new Error('?'), true)).toMatchObject({ kind: 'unknown' });
  expect(judgeSmtpError(undefined, true)).toMatchObject({ kind: 'unknown' });
});

test('a hundred mails at once go out over five connections at the most, each once', async () => {
  let connections = 0;
  const { url, received } = await openServer({
    onConnect(_session, callback) {
      connections += 1;
      callback();
    },
  });
  const mailer = open(url);

  const outcomes = await Promise.all(
    Array.from({ length: 100 }, (_, index) => mailer.send({ ...mail, key: `letter-${index}` })),
  );

  const keys = received.map(({ raw }) => /^Message-ID: <(.+)@/m.exec(raw)?.[1]);
  expect(outcomes.every(({ kind }) => kind === 'sent')).toBe(true);
  expect(new Set(keys).size).toBe(100);
  expect(received).toHaveLength(100);
  expect(connections).toBeLessThanOrEqual(5);
});

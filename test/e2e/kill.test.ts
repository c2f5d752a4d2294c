import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { SMTPServer } from 'smtp-server';
import { createGreenhouseFake } from '../../connectors/greenhouse/fake.ts';
import { type HostedFake, serveFake } from '../../src/connector/index.ts';
import { openApi } from '../../src/demo/api.ts';
import { sampleAgency } from '../support/company.ts';
import { createServerDatabase } from '../support/database.ts';
import { findFreePort, type Service, startService } from '../support/service.ts';

/** Starts and kills: at least ten on each database. */
const rounds = 10;
const perRound = 12;
const adminToken = 'kill-test-token-kill-test-token-kill';

const folder = mkdtempSync(join(tmpdir(), 'career-relay-kill-'));
const fake = createGreenhouseFake({ now: () => new Date() });
/** Mails the mail server took, by recipient. Only with PostgreSQL; the embedded database keeps an outbox of its own. */
const received = new Map<string, number>();
let hosted: HostedFake;
let env: Record<string, string>;
let cleanUp: (() => Promise<void>)[] = [];

beforeAll(async () => {
  hosted = await serveFake(fake);
  const port = String(await findFreePort());
  env = {
    PORT: port,
    BASE_URL: `http://127.0.0.1:${port}`,
    DATA_DIR: folder,
    ADMIN_TOKEN: adminToken,
    ALLOW_PRIVATE_NETWORK: 'true',
    LOG_LEVEL: 'warn',
  };
  cleanUp = [() => hosted.close()];
  if (!process.env.DATABASE_URL) return;
  const database = await createServerDatabase(process.env.DATABASE_URL);
  const mail = await startMailServer();
  cleanUp.push(database.drop, mail.close);
  env = {
    ...env,
    DATABASE_URL: database.url,
    SMTP_URL: mail.url,
    MAIL_FROM: 'relay@example.com',
    SECRET_KEY: 'q0ZC4cZbXy0m3Y8K1dB2eFh5jLnOpRsTuVwXz67A9Cg=',
  };
});

afterAll(async () => {
  for (const close of cleanUp) await close();
  rmSync(folder, { recursive: true, force: true });
});

async function startMailServer(): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    onData(stream, session, done) {
      stream.resume();
      stream.on('end', () => {
        const [to] = session.envelope.rcptTo;
        if (to) received.set(to.address, (received.get(to.address) ?? 0) + 1);
        done();
      });
    },
  });
  server.on('error', () => undefined); // a client that was killed in the middle of a mail
  const port = await findFreePort();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return { url: `smtp://127.0.0.1:${port}`, close: () => new Promise((resolve) => server.close(() => resolve())) };
}

async function setUp(service: Service): Promise<{ readonly webhookUrl: string; readonly id: string }> {
  const api = openApi(service.baseUrl, adminToken);
  await api.post('/companies', {
    slug: 'kill',
    name: '架空食品株式会社',
    locale: 'ja',
    postalAddress: '東京都千代田区架空町1-2-3',
    contactEmail: 'saiyo@example.com',
  });
  await api.put('/companies/kill/agency', sampleAgency);
  const { id, webhookUrl } = await api.post('/connections', {
    company: 'kill',
    connector: 'greenhouse',
    settings: fake.settings(hosted.origin),
  });
  await api.patch(`/connections/${id}`, { state: 'live', letter: { holdMinutes: 0, window: 'always' } });
  return { id, webhookUrl };
}

/** The address of each candidate ever rejected. */
const emails = new Map<string, string>();

/** Sends deliveries, all at once and each twice, until the service is gone; gives the addresses of those acknowledged. */
async function flood(webhookUrl: string, round: number): Promise<readonly string[]> {
  const sent = Array.from({ length: perRound }, (_, index) => {
    const email = `person-${round}-${index}@example.com`;
    const delivery = fake.reject({ givenName: '太郎', familyName: '𠮷野', email, job: '営業職' });
    emails.set(delivery.candidateRef, email);
    return { email, delivery };
  });
  const outcomes = await Promise.all(
    [...sent, ...sent].map(async ({ email, delivery }) => {
      try {
        const answer = await fetch(webhookUrl, {
          method: 'POST',
          headers: delivery.headers,
          body: new Uint8Array(delivery.body),
        });
        return answer.status === 200 ? [email] : [];
      } catch {
        return []; // not acknowledged: the vendor would send it again
      }
    }),
  );
  return outcomes.flat();
}

test('every acknowledged delivery leads to exactly one letter, though the service is killed ten times', async () => {
  const acknowledged = new Set<string>();
  let service = await startService(env);
  const { webhookUrl } = await setUp(service);

  for (let round = 0; round < rounds; round += 1) {
    const flooding = flood(webhookUrl, round);
    // Anywhere between the first bytes and well into the sending.
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 1_500));
    await service.kill();
    for (const email of await flooding) acknowledged.add(email);
    service = await startService(env);
  }
  const letters = await untilSettled(service, acknowledged);
  const mails = await readMails(service);
  const exitCode = await service.stop();

  expect(acknowledged.size).toBeGreaterThan(perRound);
  for (const email of acknowledged) {
    const own = letters.filter((letter) => letter.email === email);
    expect(own).toHaveLength(1);
    expect(['sent', 'unknown']).toContain(own[0]?.status);
    const copies = mails.get(email) ?? 0;
    // What a person must look at may have gone out or not; what we call sent went out once; nothing went out twice.
    expect(copies).toBeLessThanOrEqual(1);
    if (own[0]?.status === 'sent') expect(copies).toBe(1);
  }
  if (!process.env.DATABASE_URL) expect(letters.filter(({ status }) => status === 'unknown')).toEqual([]);
  expect(exitCode).toBe(0);
}, 300_000);

interface ReadLetter {
  readonly status: unknown;
  /** Whose it is. */
  readonly email: string | undefined;
}

/**
 * Waits until everybody whose delivery was acknowledged has a letter and none waits any more: at most 60 s, twice the
 * time in which a dead process's work must go on. Deliveries stored but never acknowledged have letters as well.
 */
async function untilSettled(service: Service, acknowledged: ReadonlySet<string>): Promise<readonly ReadLetter[]> {
  let letters: readonly ReadLetter[] = [];
  for (let tries = 0; tries < 300; tries += 1) {
    letters = await readLetters(service);
    const written = new Set(letters.map(({ email }) => email));
    const isSettled = letters.every(({ status }) => status === 'sent' || status === 'unknown');
    if (isSettled && [...acknowledged].every((email) => written.has(email))) return letters;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  const counts = Object.fromEntries(
    [...Map.groupBy(letters, ({ status }) => String(status))].map(([status, same]) => [status, same.length]),
  );
  const wanted = acknowledged.size;
  throw new Error(`a minute after the last restart: ${JSON.stringify({ wanted, ...counts })}\n${service.output()}`);
}

async function readLetters(service: Service): Promise<readonly ReadLetter[]> {
  const api = openApi(service.baseUrl, adminToken);
  const letters = await api.list('/letters', { company: 'kill' });
  const rejections = await api.list('/rejections', { company: 'kill' });
  const candidateRefs = new Map(rejections.map(({ id, candidateRef }) => [id, String(candidateRef)]));
  return letters.map(({ rejectionId, status }) => ({
    status,
    email: emails.get(candidateRefs.get(rejectionId) ?? ''),
  }));
}

async function readMails(service: Service): Promise<ReadonlyMap<string, number>> {
  if (process.env.DATABASE_URL) return received;
  const counts = new Map<string, number>();
  for (const { to } of await openApi(service.baseUrl, adminToken).list('/outbox')) {
    const address = /<([^>]+)>/.exec(String(to))?.[1] ?? String(to);
    counts.set(address, (counts.get(address) ?? 0) + 1);
  }
  return counts;
}

import { createHmac, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { rewrapSecondFactors } from '../../../src/settings/index.ts';
import { testKey } from '../../support/company.ts';
import { addCompany, openRelay, type TestRelay } from '../relay.ts';
import { addMember, type Browser, openBrowser, readMailedCode, sessionCookie } from './browser.ts';
import { minute, pass, stopDate } from './time.ts';

let relay: TestRelay;
let company: string;

beforeAll(async () => {
  relay = await openRelay();
  stopDate(relay);
  company = (await addCompany(relay)).slug;
});
afterAll(async () => {
  jest.useRealTimers();
  await relay.close();
});

/** What an authenticator app shows (RFC 6238). */
function toTotp(uri: string, now: Date): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bits = [...(new URL(uri).searchParams.get('secret') ?? '')]
    .map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, '0'))
    .join('');
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(now.getTime() / 30_000)));
  const mac = createHmac('sha1', key).update(counter).digest();
  const at = (mac.at(-1) ?? 0) & 15;
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

interface Enrolled {
  readonly email: string;
  readonly userId: string;
  readonly browser: Browser;
  readonly uri: string;
  readonly recoveryCodes: readonly string[];
}

async function enrol(): Promise<Enrolled> {
  const member = await addMember(relay, company, 'recruiter', '髙﨑 花子');
  const { body } = await member.browser.auth('/two-factor/enable', {});
  await member.browser.auth('/two-factor/verify-totp', { code: toTotp(body.totpURI, relay.clock.now()) });
  return { ...member, uri: body.totpURI, recoveryCodes: body.backupCodes };
}

/** As far as the mailed link leads. */
async function begin(email: string) {
  const browser = openBrowser(relay);
  await browser.auth('/sign-in/magic-link', { email });
  const answer = await browser.auth('/magic-link', { code: await readMailedCode(relay, email) });
  return { browser, answer };
}

test('a second factor is on once its first code was typed, and that is a new session', async () => {
  const { browser } = await addMember(relay, company, 'recruiter');
  const before = browser.cookies.get(sessionCookie);

  const enabled = await browser.auth('/two-factor/enable', {});
  const pending = await browser.call('GET', '/me');
  const confirmed = await browser.auth('/two-factor/verify-totp', {
    code: toTotp(enabled.body.totpURI, relay.clock.now()),
  });
  const me = await browser.call('GET', '/me');

  expect(enabled.body.totpURI).toMatch(/^otpauth:\/\/totp\/Career%20Relay:/);
  expect(enabled.body.backupCodes).toHaveLength(10);
  expect(pending.body.user.hasSecondFactor).toBe(false);
  expect(confirmed.status).toBe(200);
  expect(me.body.user.hasSecondFactor).toBe(true);
  expect(browser.cookies.get(sessionCookie)).not.toBe(before);
});

test('who has a second factor is not let in by the mailed link alone', async () => {
  const { email } = await enrol();

  const { browser, answer } = await begin(email);

  expect(answer).toMatchObject({ status: 200, body: { twoFactorRedirect: true, twoFactorMethods: ['totp'] } });
  expect(browser.cookies.has(sessionCookie)).toBe(false);
  expect((await browser.call('GET', '/me')).status).toBe(401);
  expect((await browser.auth('/two-factor/disable', {})).status).toBe(401);
  expect((await browser.auth('/passkey/generate-register-options')).status).toBe(401);
});

test('the code of the app lets them in', async () => {
  const { email, uri, userId } = await enrol();
  const { browser } = await begin(email);

  const wrong = await browser.auth('/two-factor/verify-totp', { code: '000000' });
  const right = await browser.auth('/two-factor/verify-totp', { code: toTotp(uri, relay.clock.now()) });
  const me = await browser.call('GET', '/me');

  expect(wrong).toMatchObject({ status: 401, body: { code: 'sign_in_refused', detail: 'INVALID_CODE' } });
  expect(right.status).toBe(200);
  expect(me.body.user.id).toBe(userId);
});

test('the code of another time or of another person does not', async () => {
  const one = await enrol();
  const other = await enrol();
  const { browser } = await begin(one.email);

  const foreign = await browser.auth('/two-factor/verify-totp', { code: toTotp(other.uri, relay.clock.now()) });
  const old = await browser.auth('/two-factor/verify-totp', {
    code: toTotp(one.uri, new Date(relay.clock.now().getTime() - 120_000)),
  });

  expect([foreign.status, old.status]).toEqual([401, 401]);
});

test('a recovery code lets them in once', async () => {
  const { email, recoveryCodes } = await enrol();
  const [code] = recoveryCodes;
  const first = await begin(email);
  const second = await begin(email);

  const used = await first.browser.auth('/two-factor/verify-backup-code', { code });
  const again = await second.browser.auth('/two-factor/verify-backup-code', { code });

  expect(used.status).toBe(200);
  expect((await first.browser.call('GET', '/me')).status).toBe(200);
  expect(again).toMatchObject({ status: 401, body: { code: 'sign_in_refused' } });
});

test('who guesses codes is stopped, also with new links, and let in again later', async () => {
  const { email, uri } = await enrol();
  const statuses: number[] = [];
  for (let links = 0; links < 3; links += 1) {
    const { browser } = await begin(email);
    for (let guesses = 0; guesses < 5; guesses += 1)
      statuses.push((await browser.auth('/two-factor/verify-totp', { code: '000000' })).status);
  }
  const locked = await begin(email);

  const right = await locked.browser.auth('/two-factor/verify-totp', { code: toTotp(uri, relay.clock.now()) });
  pass(relay, 16 * minute);
  const later = await begin(email);
  const entered = await later.browser.auth('/two-factor/verify-totp', { code: toTotp(uri, relay.clock.now()) });

  expect(statuses.filter((status) => status === 401)).toHaveLength(10);
  expect(right).toMatchObject({ status: 429, body: { code: 'request_rate_limited' } });
  expect(entered.status).toBe(200);
});

test('no browser is trusted for longer than its session', async () => {
  const { email, uri } = await enrol();
  const { browser } = await begin(email);

  const asked = await browser.auth('/two-factor/verify-totp', {
    code: toTotp(uri, relay.clock.now()),
    trustDevice: true,
  });

  expect(asked).toMatchObject({ status: 400, body: { code: 'request_invalid' } });
});

test('neither the secret nor a recovery code stands readable in the database', async () => {
  const { userId, uri, recoveryCodes } = await enrol();

  const row = await relay.database.forSystem((tx) =>
    tx.selectFrom('auth_two_factor').selectAll().where('user_id', '=', userId).executeTakeFirstOrThrow(),
  );

  expect(JSON.stringify(row)).not.toContain(new URL(uri).searchParams.get('secret'));
  expect(JSON.stringify(row)).not.toContain(recoveryCodes[0]);
});

test('after the keys are rotated the second factor still opens, and the old key is needed no more', async () => {
  const { userId, uri } = await enrol();
  const next = randomBytes(32);
  const read = () =>
    relay.database.forSystem((tx) =>
      tx.selectFrom('auth_two_factor').select('secret').where('user_id', '=', userId).executeTakeFirstOrThrow(),
    );
  const before = await read();

  const changed = await rewrapSecondFactors(relay.database, [next, testKey]);
  const again = await rewrapSecondFactors(relay.database, [next]);
  const after = await read();
  await rewrapSecondFactors(relay.database, [testKey, next]);

  expect(changed).toBeGreaterThan(0);
  expect(again).toBe(0);
  expect(after.secret).not.toBe(before.secret);
  const { browser } = await begin((await readEmail(userId)) ?? '');
  const entered = await browser.auth('/two-factor/verify-totp', { code: toTotp(uri, relay.clock.now()) });
  expect(entered.status).toBe(200);
});

async function readEmail(userId: string): Promise<string | undefined> {
  const row = await relay.database.forSystem((tx) =>
    tx.selectFrom('auth_user').select('email').where('id', '=', userId).executeTakeFirst(),
  );
  return row?.email;
}

test('new recovery codes end the old ones, and a second factor that was turned off is asked for no more', async () => {
  const { email, browser, recoveryCodes } = await enrol();

  const renewed = await browser.auth('/two-factor/generate-backup-codes', {});
  const withOld = await begin(email);
  const refused = await withOld.browser.auth('/two-factor/verify-backup-code', { code: recoveryCodes[0] });
  const taken = await withOld.browser.auth('/two-factor/verify-backup-code', { code: renewed.body.backupCodes[0] });
  const off = await browser.auth('/two-factor/disable', {});
  const { browser: alone } = await begin(email);

  expect(renewed.body.backupCodes).toHaveLength(10);
  expect(refused.status).toBe(401);
  expect([taken.status, off.status]).toEqual([200, 200]);
  expect((await alone.call('GET', '/me')).body.user.hasSecondFactor).toBe(false);
});

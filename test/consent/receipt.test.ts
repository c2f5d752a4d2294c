import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Database } from '../../src/platform/database.ts';
import { openTestDatabase } from '../support/database.ts';
import { openBrowser, openRoom, type TestRoom } from './room.ts';

let database: Database;
let room: TestRoom;

beforeAll(async () => {
  database = await openTestDatabase();
});
beforeEach(async () => {
  room = await openRoom(database);
});
afterEach(() => room.server.close());
afterAll(() => database.close());

/** Answers through the page, and gives the link's browser back. */
async function answer(token: string, ...wishes: readonly ('grant' | 'withdraw')[]) {
  const browser = openBrowser(room.server);
  await browser.open(`/c/${token}`);
  for (const wish of wishes) await browser.press(wish);
  return browser;
}

const granted = () => room.events.published('consent-granted');
const withdrawn = () => room.events.published('consent-withdrawn');
const readStatuses = () =>
  database.forCompany(room.company.companyId, async (tx) => {
    const rows = await tx.selectFrom('receipt').select('status').orderBy('consent_id').execute();
    return rows.map(({ status }) => status);
  });

test('who agrees is mailed what, with whom, when, the code, and a link that withdraws', async () => {
  const { token, personId } = await room.addApplicant({ familyName: '𠮷野', email: 'yoshino@example.com' });
  await answer(token, 'grant');

  await room.events.deliver('consent-granted', granted());

  const [consent] = await room.readConsents(personId);
  const [mail] = room.mailer.sent;
  expect(room.mailer.sent).toHaveLength(1);
  expect(mail?.to).toEqual({ name: '𠮷野 花子 様', address: 'yoshino@example.com' });
  expect(mail?.from.name).toBe('架空食品株式会社');
  for (const part of [mail?.text, mail?.html]) {
    expect(part).toContain(consent?.referralCode);
    expect(part).toContain('13-ユ-999999');
    expect(part).toContain('https://agency.example.com/register');
  }
  const manage = /https:\/\/relay\.example\.com(\/c\/[\w-]{43})/.exec(mail?.text ?? '')?.[1] ?? '';
  expect(manage).not.toContain(token);
  const browser = openBrowser(room.server);
  await browser.open(manage);
  expect((await browser.press('withdraw')).body).toContain('同意を取り消しました');
});

test('who withdraws is mailed that it is done', async () => {
  const { token } = await room.addApplicant();
  await answer(token, 'grant');
  await room.events.deliver('consent-granted', granted());
  await answer(token, 'withdraw');

  await room.events.deliver('consent-withdrawn', withdrawn());

  expect(room.mailer.sent.map(({ subject }) => subject.includes('取り消し'))).toEqual([false, true]);
  expect(await readStatuses()).toEqual(['sent', 'sent']);
});

test('who answered in English is mailed in English', async () => {
  const { token } = await room.addApplicant({ familyName: 'Takasaki', givenName: 'Hanako' });
  const browser = openBrowser(room.server);
  await browser.open(`/c/${token}?lang=en`);
  await browser.press('grant');

  await room.events.deliver('consent-granted', granted());

  expect(room.mailer.sent[0]?.text).toContain('Dear Hanako Takasaki');
});

test('an event handled twice sends one mail', async () => {
  const { token } = await room.addApplicant();
  await answer(token, 'grant');

  await room.events.deliver('consent-granted', granted());
  await room.events.deliver('consent-granted', [...granted(), ...granted()]);

  expect(room.mailer.sent).toHaveLength(1);
});

test('a withdrawal before the receipt left stops it; only the withdrawal is confirmed, in whatever order the jobs run', async () => {
  const { token } = await room.addApplicant();
  await answer(token, 'grant', 'withdraw');

  await room.events.deliver('consent-withdrawn', withdrawn());
  await room.events.deliver('consent-granted', granted());

  expect(room.mailer.sent).toHaveLength(1);
  expect(room.mailer.sent[0]?.subject).toContain('取り消し');
  expect(await readStatuses()).toEqual(['skipped', 'sent']);
});

test('a mail the server may have taken is never sent again by itself', async () => {
  const { token } = await room.addApplicant();
  await answer(token, 'grant');
  room.mailer.outcome = { kind: 'unknown', reason: 'timeout' };

  await room.events.deliver('consent-granted', granted());
  room.mailer.outcome = { kind: 'sent' };
  await room.events.deliver('consent-granted', granted());

  expect(room.mailer.sent).toHaveLength(1);
  expect(await readStatuses()).toEqual(['unknown']);
});

test('a process that dies while sending leaves the mail unknown over SMTP, and repeats it where repeating keeps one mail', async () => {
  const overSmtp = await room.addApplicant();
  const inOutbox = await room.addApplicant();
  await answer(overSmtp.token, 'grant');
  await answer(inOutbox.token, 'grant');
  const [first, second] = granted();
  if (!first || !second) throw new Error('nobody agreed');
  await database.forCompany(room.company.companyId, (tx) =>
    tx
      .insertInto('receipt')
      .values(
        [first, second].map(({ consentId, companyId }) => ({
          consent_id: consentId,
          company_id: companyId,
          status: 'sending' as const,
          sent_at: null,
          updated_at: room.clock.now(),
        })),
      )
      .execute(),
  );

  await room.events.deliver('consent-granted', [first]);
  room.mailer.isIdempotent = true;
  await room.events.deliver('consent-granted', [second]);

  expect(await readStatuses()).toEqual(['unknown', 'sent']);
  expect(room.mailer.sent).toHaveLength(1);
});

test('a server that is away now is tried again, one that refuses for good is not', async () => {
  const { token } = await room.addApplicant();
  await answer(token, 'grant');

  room.mailer.outcome = { kind: 'refused', isPermanent: false, reason: 'busy' };
  await expect(room.events.deliver('consent-granted', granted())).rejects.toMatchObject({ code: 'mail_unavailable' });
  expect(await readStatuses()).toEqual(['waiting']);
  room.mailer.outcome = { kind: 'refused', isPermanent: true, reason: 'no such mailbox' };
  await room.events.deliver('consent-granted', granted());
  expect(await readStatuses()).toEqual(['failed']);
  room.mailer.outcome = { kind: 'sent' };
  await room.events.deliver('consent-granted', granted());

  expect(room.mailer.sent).toEqual([]);
});

test('a mail is sent outside of any transaction', async () => {
  const { token } = await room.addApplicant();
  await answer(token, 'grant');
  room.mailer.onSend = () => database.ping();

  await room.events.deliver('consent-granted', granted());

  expect(room.mailer.sent).toHaveLength(1);
});

test('who was erased meanwhile gets no mail', async () => {
  const { token, personId } = await room.addApplicant();
  await answer(token, 'grant');
  await database.forCompany(room.company.companyId, (tx) =>
    tx
      .updateTable('person')
      .set({ erased_at: room.clock.now(), email: null, email_key: null })
      .where('person_id', '=', personId)
      .execute(),
  );

  await room.events.deliver('consent-granted', granted());

  expect(room.mailer.sent).toEqual([]);
  expect(await readStatuses()).toEqual(['skipped']);
});

test('a name or address that tries to add headers stays one line', async () => {
  const { token } = await room.addApplicant({ familyName: '髙﨑\r\nBcc: all@example.com', givenName: "O'Neil, 🚀" });
  await answer(token, 'grant');

  await room.events.deliver('consent-granted', granted());

  expect(room.mailer.sent[0]?.subject).not.toMatch(/[\r\n]/);
});

test('what was mailed and when is shown among what is held', async () => {
  const { token } = await room.addApplicant();
  const browser = await answer(token, 'grant');
  await room.events.deliver('consent-granted', granted());

  const { body } = await browser.open(`/c/${token}/held`);

  expect(body).toContain('同意の控え');
});

import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { readAgency } from '../../src/company/index.ts';
import { listVersions, type PageWords, publishDraft, returnToOurs, saveDraft } from '../../src/consent/index.ts';
import { openPages } from '../../src/consent/pages.ts';
import type { Database } from '../../src/platform/database.ts';
import { sha256 } from '../../src/platform/ids.ts';
import { openTestDatabase } from '../support/database.ts';
import { openBrowser, openRoom, type TestRoom } from './room.ts';

let database: Database;
let room: TestRoom;

beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  room = await openRoom(database);
});
afterEach(() => room.server.close());

const words: PageWords = {
  heading: 'ご応募いただいたみなさまへ',
  introduction: '𠮷野と申します。\nお話しできて、うれしく思いました。',
  questions: [{ question: '登録しないとどうなりますか', answer: '何も変わりません。' }],
  closing: "O'Brien & 髙﨑 より、感謝をこめて。",
  thanksGranted: 'お返事をありがとうございます。',
  thanksDeclined: '承知いたしました。ご活躍をお祈りします。',
};

async function publish(change: Partial<PageWords> = {}, locale: 'ja' | 'en' = 'ja', own = room) {
  const { companyId } = own.company;
  const by = { actor: 'user:u1', at: own.clock.now() };
  const done = await database.forCompany(companyId, async (tx) => {
    await saveDraft(tx, { companyId, locale }, { ...words, ...change }, by);
    return publishDraft(tx, { companyId, locale }, by);
  });
  expect(done).toMatchObject({ ok: true });
}

async function readEvidence(personId: string) {
  return database.forSystem((tx) =>
    tx
      .selectFrom('consent')
      .innerJoin('consent_text', (join) =>
        join
          .onRef('consent_text.text_hash', '=', 'consent.text_hash')
          .onRef('consent_text.company_id', '=', 'consent.company_id'),
      )
      .select(['consent.text_hash', 'consent.text_version', 'consent.decision', 'consent_text.body'])
      .where('person_id', '=', personId)
      .orderBy('consent.consent_id')
      .execute(),
  );
}

/** Makes a kept text again, from the version that stands beside it. */
async function makeAgain(version: number): Promise<string> {
  const { company, clock } = room;
  const { companyId } = company;
  const { agency, versions } = await database.forCompany(companyId, async (tx) => ({
    agency: await readAgency(tx, companyId),
    versions: await listVersions(tx, { companyId, locale: 'ja' }, { limit: 10 }),
  }));
  const found = versions.find((one) => one.version === version);
  if (!agency || !found?.words || found.publishedAt > clock.now()) throw new Error('nothing to make it from');
  const own = { ja: { version, words: found.words } };
  const facts = { company, agency, terms: { countsAt: 'consent' as const, perCredit: 10 }, own };
  return openPages().renderText('introduction', 'ja', facts).hash;
}

test('own words stand in the form that is answered, and in the evidence, by their version', async () => {
  await publish();
  const { token, personId } = await room.addApplicant();
  const browser = openBrowser(room.server);
  const { body } = await browser.open(`/c/${token}`);

  await browser.press('grant');

  const [kept] = await readEvidence(personId);
  const form = /<form[^>]*>\n<input[^>]*>\n(?<inner>.*)\n<\/form>/s.exec(body)?.groups?.inner ?? '';
  expect(form).toBe(kept?.body);
  expect(sha256(kept?.body ?? '')).toBe(kept?.text_hash);
  for (const said of [
    'みなさまへ</h2>',
    '申します。\nお話し',
    '登録しないと',
    '何も変わりません。',
    'Brien &amp; 髙﨑',
  ])
    expect(kept?.body).toContain(said);
  expect(kept?.text_version).toMatch(/^introduction-[0-9a-f]{12}\+own-1$/);
});

test('a kept version, made again, has the hash of the evidence, whatever was published since', async () => {
  await publish();
  const first = await room.addApplicant();
  const browser = openBrowser(room.server);
  await browser.open(`/c/${first.token}`);
  await browser.press('grant');
  await publish({ introduction: '二つ目の文面です。' });
  const second = await room.addApplicant();
  await browser.open(`/c/${second.token}`);

  await browser.press('decline');

  const [[one], [two]] = [await readEvidence(first.personId), await readEvidence(second.personId)];
  expect([one?.text_version.slice(-6), two?.text_version.slice(-6)]).toEqual(['+own-1', '+own-2']);
  expect(one?.text_hash).toBe(await makeAgain(1));
  expect(two?.text_hash).toBe(await makeAgain(2));
});

test('who opened the page before other words were published is asked again, and then answers to those', async () => {
  await publish();
  const { token, personId } = await room.addApplicant();
  const browser = openBrowser(room.server);
  await browser.open(`/c/${token}`);
  await publish({ closing: '新しい結びです。' });

  const again = await browser.press('grant');

  expect(again.statusCode).toBe(409);
  expect(again.body).toContain('ご案内の内容が更新されました');
  expect(again.body).toContain('新しい結びです。');
  expect(await room.readConsents(personId)).toEqual([]);
  expect((await browser.press('grant')).statusCode).toBe(200);
  expect((await readEvidence(personId)).map((kept) => kept.text_version.slice(-6))).toEqual(['+own-2']);
});

test('a "no" counts at once, even where other words were published meanwhile', async () => {
  await publish();
  const { token, personId } = await room.addApplicant();
  const browser = openBrowser(room.server);
  await browser.open(`/c/${token}`);
  await publish({ heading: 'お知らせ' });

  const answered = await browser.press('decline');

  expect(answered.statusCode).toBe(200);
  expect((await room.readConsents(personId)).map(({ decision }) => decision)).toEqual(['declined']);
});

test('words that are said after the answer alone ask nobody again', async () => {
  await publish();
  const { token } = await room.addApplicant();
  const browser = openBrowser(room.server);
  await browser.open(`/c/${token}`);
  await publish({ thanksGranted: 'ありがとうございました。' });

  const granted = await browser.press('grant');

  expect(granted.statusCode).toBe(200);
  expect(granted.body).toContain('<p>ありがとうございました。</p>');
});

test('each answer is thanked for in its own words, and the way to withdraw stands below', async () => {
  await publish();
  const [yes, no] = [await room.addApplicant(), await room.addApplicant()];
  const browser = openBrowser(room.server);

  await browser.open(`/c/${yes.token}`);
  const granted = await browser.press('grant');
  await browser.open(`/c/${no.token}`);
  const declined = await browser.press('decline');

  expect(granted.body).toContain(words.thanksGranted);
  expect(granted.body).not.toContain(words.thanksDeclined);
  expect(granted.body.indexOf('value="withdraw"')).toBeGreaterThan(granted.body.indexOf(words.thanksGranted));
  expect(declined.body).toContain(words.thanksDeclined);
  expect(declined.body).not.toContain(words.thanksGranted);
});

test('the switch of languages shows each language its own words, and ours where there are none', async () => {
  await publish();
  const { token, personId } = await room.addApplicant();
  const browser = openBrowser(room.server);
  const japanese = await browser.open(`/c/${token}`);
  const bare = await browser.open(`/c/${token}?lang=en`);
  await publish({ ...words, heading: 'To everybody who applied', introduction: 'Thank you.' }, 'en');

  const english = await browser.open(`/c/${token}?lang=en`);
  await browser.press('grant');

  expect(japanese.body).toContain(words.heading);
  expect(bare.body).not.toContain('class="own"');
  expect(english.body).toContain('To everybody who applied');
  expect(english.body).not.toContain(words.heading);
  expect(english.body).toContain('href="?lang=ja"');
  expect((await readEvidence(personId))[0]?.text_version).toContain('+own-1');
});

test('back at our words the page and the evidence are as if the company had never said anything', async () => {
  const { token } = await room.addApplicant();
  const browser = openBrowser(room.server);
  const before = await browser.open(`/c/${token}`);
  await publish();
  const { companyId } = room.company;
  const by = { actor: 'admin', at: room.clock.now() };
  await database.forCompany(companyId, (tx) => returnToOurs(tx, { companyId, locale: 'ja' }, by));

  const after = await browser.open(`/c/${token}`);

  const withoutNonce = (html: string) => html.replace(/name="nonce" value="[^"]+"/, '');
  expect(withoutNonce(after.body)).toBe(withoutNonce(before.body));
});

test("no company's words stand on another's page", async () => {
  const other = await openRoom(database);
  await publish({ introduction: '別の会社の言葉です。' }, 'ja', other);
  const { token } = await room.addApplicant();

  const { body } = await openBrowser(room.server).open(`/c/${token}`);

  expect(body).not.toContain('別の会社の言葉');
  await other.server.close();
});

test('what was published can be neither changed nor removed', async () => {
  await publish();

  const attempts = await Promise.allSettled([
    database.forSystem((tx) => tx.updateTable('page_text').set({ published_by: 'x' }).execute()),
    database.forSystem((tx) => tx.deleteFrom('page_text').execute()),
  ]);

  expect(attempts.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
});

test('an agency that is incomplete, out of licence or missing keeps the words from being published', async () => {
  const { companyId } = room.company;
  const by = { actor: 'admin', at: room.clock.now() };
  const tryIt = () =>
    database.forCompany(companyId, async (tx) => {
      await saveDraft(tx, { companyId, locale: 'ja' }, words, by);
      return publishDraft(tx, { companyId, locale: 'ja' }, by);
    });
  await room.changeAgency({ representative: ' ' });
  const incomplete = await tryIt();
  await room.changeAgency({ representative: '髙﨑 一郎', licenceExpiresOn: '2020-03-31' });

  const expired = await tryIt();

  expect(incomplete).toMatchObject({ ok: false, reason: 'agency', lack: 'agency-incomplete' });
  expect(expired).toMatchObject({ ok: false, reason: 'agency', lack: 'licence-expired' });
});

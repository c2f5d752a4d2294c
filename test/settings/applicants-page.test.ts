import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { addCompany, adminToken, openRelay, sampleAgency, type TestRelay } from './relay.ts';

let relay: TestRelay;

beforeAll(async () => {
  relay = await openRelay();
});
afterAll(() => relay.close());

const words = {
  heading: 'ご応募いただいたみなさまへ',
  introduction: '𠮷野と申します。\nお話しできて、うれしく思いました。',
  questions: [{ question: '登録しないとどうなりますか', answer: '何も変わりません。' }],
  closing: "O'Brien & 髙﨑 より 🌸",
  thanksGranted: 'お返事をありがとうございます。',
  thanksDeclined: '承知いたしました。',
};

async function ask(
  method: 'GET' | 'PUT' | 'POST' | 'DELETE',
  url: string,
  body?: object,
  headers: Record<string, string> = {},
) {
  const response = await relay.server.inject({
    method,
    url: `/api/v1/companies/${url}`,
    headers: { authorization: `Bearer ${adminToken}`, ...headers },
    ...(body && { payload: body }),
  });
  return { status: response.statusCode, body: response.json(), etag: String(response.headers.etag) };
}

async function addPage() {
  const { slug, id } = await addCompany(relay);
  return { slug, id, page: `${slug}/applicants-page/ja` };
}

const readAudit = async (slug: string) => (await relay.call('GET', `/audit?company=${slug}&about=company`)).body.items;

test('a draft is seen by no applicant until it is published, and then by all', async () => {
  const { slug, id, page } = await addPage();
  const shown = async () => (await ask('GET', `${slug}/consent-preview`)).body.html;
  const empty = await ask('GET', page);

  const drafted = await ask('PUT', `${page}/draft`, words);
  const before = await shown();
  const published = await ask('POST', `${page}/publish`);

  expect(empty.body).toMatchObject({ locale: 'ja', published: null, draft: null, problems: [], lack: null });
  expect(drafted).toMatchObject({ status: 200, body: { published: null, draft: { words }, problems: [] } });
  expect(before).not.toContain(words.heading);
  expect(published).toMatchObject({ status: 200, body: { published: { version: 1, words }, draft: null } });
  expect(await shown()).toContain(words.heading);
  const lines = await readAudit(slug);
  expect(lines.slice(0, 2)).toMatchObject([
    { action: 'company.page-published', subject: 'page.ja', detail: { version: 1, words: 'own' } },
    { action: 'company.page-drafted', subject: 'page.ja' },
  ]);
  expect(JSON.stringify(lines)).not.toContain('𠮷野');
  expect(id).toBeTruthy();
});

test('a draft at fault is kept, says how, and is not published', async () => {
  const { page } = await addPage();

  const drafted = await ask('PUT', `${page}/draft`, { ...words, closing: '同意された方には、ギフトを差し上げます。' });
  const refused = await ask('POST', `${page}/publish`);

  expect(drafted.body.problems).toEqual([{ part: 'closing', fault: 'gift-word', found: 'ギフト' }]);
  expect(refused).toMatchObject({ status: 409, body: { code: 'request_conflict' } });
  expect(refused.body.detail).toContain('closing: gift-word ギフト');
  expect((await ask('GET', page)).body).toMatchObject({ published: null, draft: {} });
});

test('without a draft there is nothing to publish', async () => {
  const { page } = await addPage();

  expect(await ask('POST', `${page}/publish`)).toMatchObject({ status: 409, body: { code: 'request_conflict' } });
});

test('while the agency is not in order nothing is published, and it is said what is missing', async () => {
  const { slug } = await addCompany(relay, false);
  const page = `${slug}/applicants-page/ja`;
  await ask('PUT', `${page}/draft`, words);
  const publish = () => ask('POST', `${page}/publish`, undefined, { 'accept-language': 'ja' });

  const missing = await publish();
  await ask('PUT', `${slug}/agency`, { ...sampleAgency, licenceExpiresOn: '2026-11-23' });
  const expired = await publish();
  await blankAgency(slug);
  const incomplete = await publish();

  expect([missing, expired, incomplete].map(({ status, body }) => [status, body.code])).toEqual(
    Array.from({ length: 3 }, () => [409, 'agency_incomplete']),
  );
  expect(missing.body.title).toContain('まだ登録されていない');
  expect(expired.body.title).toContain('2026-11-23');
  expect(incomplete.body.title).toContain('足りない項目：代表者、登録ページ');
  expect((await ask('GET', page)).body).toMatchObject({ lack: 'agency-incomplete', published: null });
});

/** As rows of an older version may be: the API itself takes no blank. */
async function blankAgency(slug: string): Promise<void> {
  const { id } = (await ask('GET', slug)).body;
  await relay.database.forCompany(id, (tx) =>
    tx.updateTable('agency').set({ representative: '', registration_url: ' ' }).execute(),
  );
}

test('of two admins who write at once the second is told, and of two who publish at once one does', async () => {
  const { page } = await addPage();
  const { etag } = await ask('GET', page);

  const first = await ask('PUT', `${page}/draft`, words, { 'if-match': etag });
  const second = await ask('PUT', `${page}/draft`, { ...words, closing: '別の結び' }, { 'if-match': etag });
  const both = await Promise.all(
    [1, 2].map(() => ask('POST', `${page}/publish`, undefined, { 'if-match': first.etag })),
  );

  expect([first.status, second.status]).toEqual([200, 412]);
  expect(both.map(({ status }) => status).toSorted()).toEqual([200, 412]);
  expect((await ask('GET', page)).body.published).toMatchObject({ version: 1, words });
});

test('every version stays, the newest first, and an earlier one comes back as a draft', async () => {
  const { slug, page } = await addPage();
  const later = { ...words, heading: '二つ目の見出し' };
  for (const said of [words, later]) {
    await ask('PUT', `${page}/draft`, said);
    await ask('POST', `${page}/publish`);
  }
  const ours = await ask('DELETE', page);

  const firstPage = await ask('GET', `${page}/versions?limit=2`);
  const lastPage = await ask('GET', `${page}/versions?limit=2&cursor=${firstPage.body.nextCursor}`);
  const restored = await ask('POST', `${page}/versions/1/restore`);

  expect(ours.body).toMatchObject({ published: { version: 3, words: null } });
  expect(firstPage.body.items).toMatchObject([
    { version: 3, words: null },
    { version: 2, words: later },
  ]);
  expect(lastPage.body).toMatchObject({ items: [{ version: 1, words }], nextCursor: null });
  expect(restored.body).toMatchObject({ published: { version: 3 }, draft: { words } });
  expect((await ask('GET', `${slug}/consent-preview`)).body.html).not.toContain('二つ目の見出し');
  expect((await ask('POST', `${page}/versions/3/restore`)).status).toBe(404);
  expect((await ask('POST', `${page}/versions/9/restore`)).status).toBe(404);
});

test('a draft that says what is in force already is none, and one can be thrown away', async () => {
  const { slug, page } = await addPage();
  await ask('PUT', `${page}/draft`, words);
  await ask('POST', `${page}/publish`);
  await ask('PUT', `${page}/draft`, { ...words, closing: '' });

  const discarded = await ask('DELETE', `${page}/draft`);
  await ask('PUT', `${page}/draft`, { ...words, closing: '' });
  const same = await ask('PUT', `${page}/draft`, words);

  expect([discarded.body.draft, same.body.draft]).toEqual([null, null]);
  expect((await readAudit(slug)).filter(({ action }: { action: string }) => action.endsWith('discarded'))).toHaveLength(
    2,
  );
});

test.each([
  ['ask', '登録しないとどうなりますか'],
  ['granted', 'お返事をありがとうございます。'],
  ['declined', '承知いたしました。'],
  ['withdrawn', '同意を取り消しました'],
  ['expired', 'このページは表示できません'],
])('words that are not published are shown as an applicant would see them: %s', async (name, found) => {
  const { page } = await addPage();

  const { status, body } = await ask('POST', `${page}/preview`, { page: name, words });

  expect([status, body.problems, body.lack]).toEqual([200, [], null]);
  expect(body.html).toContain(found);
  expect((await ask('GET', page)).body).toMatchObject({ published: null, draft: null });
});

test('the preview says what is wrong while one writes, and without words shows what is in force', async () => {
  const { page } = await addPage();
  await ask('PUT', `${page}/draft`, words);
  await ask('POST', `${page}/publish`);

  const wrong = await ask('POST', `${page}/preview`, { words: { ...words, introduction: ' ' } });
  const inForce = await ask('POST', `${page}/preview`, {});

  expect(wrong.body.problems).toEqual([{ part: 'introduction', fault: 'blank', found: '' }]);
  expect(inForce.body.html).toContain(words.heading);
});

test.each([
  ['heading', { heading: 'あ'.repeat(61) }],
  ['questions', { questions: Array.from({ length: 7 }, () => words.questions[0]) }],
  ['', { html: '<b>x</b>' }],
])('what is too long or unknown is refused at %s', async (path, change) => {
  const { page } = await addPage();

  const { status, body } = await ask('PUT', `${page}/draft`, { ...words, ...change });

  expect([status, body.code, body.fields[0].path]).toEqual([400, 'request_invalid', path]);
});

test('whatever bytes are typed, they are kept as plain text', async () => {
  const { page } = await addPage();

  const { status, body } = await ask('PUT', `${page}/draft`, {
    ...words,
    heading: '見\u0000出\u202eし',
    closing: 'a\r\n\r\n\r\n\r\nb\ud83c',
  });

  expect(status).toBe(200);
  expect(body.draft.words).toMatchObject({ heading: '見 出 し', closing: 'a\n\nb\ufffd' });
});

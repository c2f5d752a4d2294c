import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { makeTestClock } from '../support/clock.ts';
import { type FakeSlack, type FakeWorkspace, startFakeSlack } from '../support/fake-slack.ts';
import { addCompany, adminToken, openRelay, type TestRelay } from './relay.ts';

/** What the settings page needs of the API beside what the command line uses: versions, and refusals that teach. */
let slack: FakeSlack;
let relay: TestRelay;
let workspace: FakeWorkspace;

beforeAll(async () => {
  const clock = makeTestClock();
  slack = await startFakeSlack({ now: () => clock.now() });
  const { clientId, clientSecret, signingSecret, authorizeUrl, url: apiUrl } = slack;
  relay = await openRelay({ clock, slack: { clientId, clientSecret, signingSecret, authorizeUrl, apiUrl } });
  slack.limitRates(false);
});
afterAll(async () => {
  await relay.close();
  await slack.close();
});

async function setUp(): Promise<string> {
  const { slug } = await addCompany(relay);
  workspace = slack.addWorkspace({ name: '架空さくら' });
  await relay.call('POST', `/companies/${slug}/slack/connect`, { botToken: workspace.token });
  return slug;
}

async function ask(method: 'GET' | 'PUT' | 'POST', url: string, body?: object, headers: Record<string, string> = {}) {
  const response = await relay.server.inject({
    method,
    url: `/api/v1${url}`,
    headers: { authorization: `Bearer ${adminToken}`, ...headers },
    ...(body && { payload: body }),
  });
  return { status: response.statusCode, body: response.json(), etag: String(response.headers.etag) };
}

test.each([
  [
    'hours',
    '',
    '/hours',
    [
      { from: '08:00', to: '18:00', days: 'every' },
      { from: '10:00', to: '12:00', days: 'business' },
    ],
  ],
  [
    'wording',
    '/wordings/credit-earned/ja',
    '/wordings/credit-earned/ja',
    [
      { title: '髙﨑さんへ 🌸', body: '{{ available }}件' },
      { title: 'おめでとうございます', body: '{{ earned }}件' },
    ],
  ],
])(
  'of two admins who save the %s at once the second is told, and what the first saved stands',
  async (_name, read, save, [mine, theirs]) => {
    const path = `/companies/${await setUp()}/slack`;
    const before = await ask('GET', path + read);

    const first = await ask('PUT', path + save, mine, { 'if-match': before.etag });
    const second = await ask('PUT', path + save, theirs, { 'if-match': before.etag });
    const after = await ask('GET', path + read);

    expect([first.status, second.status, second.body.code]).toEqual([200, 412, 'request_outdated']);
    expect(read === '' ? after.body.hours : after.body.own).toEqual(mine);
    expect(after.etag).not.toBe(before.etag);
    expect((await ask('PUT', path + save, theirs, { 'if-match': after.etag })).status).toBe(200);
  },
);

test('routes saved over those of somebody else are refused, too', async () => {
  const path = `/companies/${await setUp()}/slack`;
  const { body: place } = await ask('POST', `${path}/places`, { slackRef: workspace.addChannel({ name: 'saiyo' }) });
  const { etag } = await ask('GET', `${path}/routes`);
  const routes = (job: string) => ({ routes: [{ placeId: place.id, kinds: [], connectionId: null, job }] });

  const first = await ask('PUT', `${path}/routes`, routes('営業職（東京）'), { 'if-match': etag });
  const second = await ask('PUT', `${path}/routes`, routes("O'Brien"), { 'if-match': etag });

  expect([first.status, second.status]).toEqual([200, 412]);
  expect((await ask('GET', `${path}/routes`)).body.items).toMatchObject([{ job: '営業職（東京）' }]);
});

test('whoever sends no version saves whatever stands', async () => {
  const path = `/companies/${await setUp()}/slack/hours`;

  const answers = [
    await ask('PUT', path, { from: '08:00', to: '18:00', days: 'every' }),
    await ask('PUT', path, { from: '09:00', to: '18:00', days: 'every' }, { 'if-match': '*' }),
  ];

  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
});

test("a channel the app is not in is refused with what to do, in the reader's language", async () => {
  const path = `/companies/${await setUp()}/slack/places`;
  const slackRef = workspace.addChannel({ name: 'jinji', isMember: false });

  const japanese = await ask('POST', path, { slackRef }, { 'accept-language': 'ja' });
  const english = await ask('POST', path, { slackRef }, { 'accept-language': 'en' });

  expect(japanese).toMatchObject({ status: 422, body: { code: 'slack_refused' } });
  expect(japanese.body.title).toMatch(/^アプリがまだチャンネルに参加していません。.*\/invite @career-relay/);
  expect(english.body.title).toMatch(/^The app is not in the channel yet\./);
});

test('whoever words a notice sees our words, unless they hang on conditions, and every token', async () => {
  const path = `/companies/${await setUp()}/slack/wordings`;

  const plain = await ask('GET', `${path}/credit-earned/ja`);
  const conditional = await ask('GET', `${path}/credit-expiring/en`);

  expect(plain.body).toMatchObject({
    own: null,
    ours: { title: 'クレジットが{{ earned }}件増えました' },
    longest: { title: 150, body: 2_000 },
  });
  expect(plain.body.tokens.map(({ name }: { name: string }) => name)).toEqual(['company', 'earned', 'available']);
  expect(conditional.body).toMatchObject({ own: null, ours: null });
});

import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { pino } from 'pino';
import type { SlackConfig } from '../../src/config.ts';
import { type EventName, type EventOf, openEvents } from '../../src/events.ts';
import type { Database, Tx } from '../../src/platform/database.ts';
import { newId } from '../../src/platform/ids.ts';
import { listNotices, openSlack } from '../../src/slack/index.ts';
import { makeTestClock, type TestClock } from '../support/clock.ts';
import { addCompany, openTestVault } from '../support/company.ts';
import { openTestDatabase } from '../support/database.ts';
import { type FakeSlack, startFakeSlack } from '../support/fake-slack.ts';
import { makeTestJobs, type TestJobs } from '../support/jobs.ts';

let database: Database;
let slack: FakeSlack;
let clock: TestClock;

beforeAll(async () => {
  database = await openTestDatabase();
});
beforeEach(async () => {
  clock = makeTestClock();
  slack = await startFakeSlack({ now: () => clock.now() });
});
afterEach(() => slack.close());
afterAll(() => database.close());

type Logged = Record<string, unknown>;

interface Scene {
  readonly companyId: string;
  readonly jobs: TestJobs;
  readonly logged: Logged[];
  publish<N extends EventName>(name: N, ...payloads: Omit<EventOf<N>, 'companyId'>[]): Promise<void>;
  notices(): Promise<Awaited<ReturnType<typeof listNotices>>['items']>;
}

const connectionId = '0199f000-0000-7000-8000-000000000001';

async function openScene(
  options: {
    readonly slack?: Partial<SlackConfig> | 'none';
    readonly name?: string;
    readonly locale?: 'ja' | 'en';
  } = {},
): Promise<Scene> {
  const { company } = await addCompany(database, openTestVault(), clock.now(), {
    ...(options.name === undefined ? {} : { name: options.name }),
    ...(options.locale ? { locale: options.locale } : {}),
  });
  const { companyId } = company;
  const jobs = makeTestJobs(clock);
  const events = openEvents(jobs);
  const logged: Logged[] = [];
  const log = pino({ base: null }, { write: (line: string) => void logged.push(JSON.parse(line) as Logged) });
  const config = { botToken: slack.token, signingSecret: 'shh', channel: slack.channel, apiUrl: slack.url };
  openSlack({
    database,
    clock,
    events,
    jobs,
    log,
    baseUrl: 'https://relay.example.com',
    connections: {
      read: async (_tx: Tx, id: string) => (id === connectionId ? ({ connector: 'sample' } as never) : undefined),
      connector: () => ({ title: 'Sample ATS', docs: 'https://ats.example.com/docs' }) as never,
    },
    slack: options.slack === 'none' ? undefined : { ...config, ...options.slack },
  });
  return {
    companyId,
    jobs,
    logged,
    publish: (name, ...payloads) =>
      database.forCompany(companyId, (tx) =>
        events.publish(
          tx,
          name,
          payloads.map((payload) => ({ companyId, ...payload }) as EventOf<typeof name>),
        ),
      ),
    notices: async () =>
      (await database.forCompany(companyId, (tx) => listNotices(tx, { companyId, limit: 200 }))).items,
  };
}

function counted(towardsNext: number, perCredit = 10) {
  return { referralId: newId(), postingId: newId(), towardsNext, perCredit };
}

const earned = () => ({ postingId: newId(), available: 1 });

test('progress is told when three, two or one are missing, and not before or when the credit is earned', async () => {
  const scene = await openScene();

  await scene.publish('referral-counted', ...[1, 2, 3, 4, 5, 6, 7, 8, 9, 0].map((towards) => counted(towards)));
  await scene.jobs.runDue();

  expect(slack.messages.map(({ text }) => text)).toEqual([
    '架空食品株式会社：あと3名で、無料紹介が1件増えます（7/10名）。',
    '架空食品株式会社：あと2名で、無料紹介が1件増えます（8/10名）。',
    '架空食品株式会社：あと1名で、無料紹介が1件増えます（9/10名）。',
  ]);
  expect((await scene.notices()).map(({ kind, status }) => [kind, status])).toEqual([
    ['progress', 'sent'],
    ['progress', 'sent'],
    ['progress', 'sent'],
  ]);
});

test('a credit is told in the language of the company', async () => {
  const scene = await openScene({ locale: 'en', name: "O'Brien, Sons & Co. 🍱" });

  await scene.publish('credit-earned', { postingId: newId(), available: 2 });
  await scene.jobs.runDue();

  expect(await scene.notices()).toMatchObject([
    {
      kind: 'credit-earned',
      status: 'sent',
      text: "O'Brien, Sons & Co. 🍱 earned a free introduction. 2 available now.",
      createdAt: clock.now(),
      sentAt: clock.now(),
    },
  ]);
});

test('an event handled twice, and a job run twice, tell nothing twice', async () => {
  const scene = await openScene();
  const credit = earned();

  await scene.publish('credit-earned', credit, credit);
  await scene.publish('credit-earned', credit);
  await scene.jobs.runDue();
  const [notice] = await scene.notices();
  await enqueueAgain(scene, scene.companyId, notice?.id ?? '');
  await scene.jobs.runDue();

  expect(slack.messages).toHaveLength(1);
  expect(await scene.notices()).toHaveLength(1);
});

test('two runs at the same time send one message', async () => {
  const scene = await openScene();
  const rival = await openScene();
  const noticeId = await recordOne(scene);
  await enqueueAgain(rival, scene.companyId, noticeId);

  await Promise.all([scene.jobs.runDue(), rival.jobs.runDue()]);
  clock.advance(60_000);
  await Promise.all([scene.jobs.runDue(), rival.jobs.runDue()]);

  expect(slack.messages).toHaveLength(1);
});

test('a run that lost its notice to another one does not write how it ended', async () => {
  const scene = await openScene();
  const rival = await openScene();
  const noticeId = await recordOne(scene);
  await enqueueAgain(rival, scene.companyId, noticeId);
  const slow = slack.stallNext({ kind: 'error', error: 'channel_not_found' });
  const quick = slack.stallNext({ kind: 'error', error: 'is_archived' });

  const lost = scene.jobs.runDue();
  await slow.reached;
  clock.advance(20_000);
  const won = rival.jobs.runDue();
  await quick.reached;
  slow.release();
  await lost;
  const between = await scene.notices();
  quick.release();
  await won;

  expect(between).toMatchObject([{ status: 'sending', reason: null }]);
  expect(await scene.notices()).toMatchObject([{ status: 'failed', reason: 'is_archived' }]);
});

test('without a workspace the notice is kept as logged and stands in the log, without a job', async () => {
  const scene = await openScene({ slack: 'none' });

  await scene.publish('referral-counted', counted(7));
  await scene.jobs.runDue();

  const text = '架空食品株式会社：あと3名で、無料紹介が1件増えます（7/10名）。';
  expect(await scene.notices()).toMatchObject([{ status: 'logged', text, sentAt: null }]);
  expect(scene.logged).toMatchObject([{ level: 30, kind: 'progress', text, msg: 'notice to recruiters' }]);
  expect(scene.jobs.waiting).toEqual([]);
  expect(slack.calls).toEqual([]);
});

test('a company that calls itself a mention reaches nobody with it', async () => {
  const scene = await openScene({ name: '<!channel> & <@U123>\n*髙﨑*、𠮷野 ﾊﾝｶｸ' });

  await scene.publish('referral-counted', counted(9));
  await scene.jobs.runDue();

  const [message] = slack.messages;
  const sent = JSON.stringify([message?.text, message?.blocks]);
  expect(sent).toContain('&lt;!channel&gt; &amp; &lt;@U123&gt; *髙﨑*、𠮷野 ﾊﾝｶｸ');
  expect(sent).not.toMatch(/<[!@#]/);
  expect((await scene.notices())[0]?.text).toContain('<!channel> & <@U123> *髙﨑*、𠮷野 ﾊﾝｶｸ');
});

test('a very long company name is cut without breaking a character', async () => {
  const scene = await openScene({ name: '𠮷'.repeat(5_000) });

  await scene.publish('credit-earned', earned());
  await scene.jobs.runDue();

  expect(slack.messages[0]?.text).toContain(`${'𠮷'.repeat(99)}…：`);
});

test('a failing connection is told once, says what to do and where, and its recovery is told too', async () => {
  const scene = await openScene();
  const failing = { connectionId, code: 'vendor_unauthorized', since: '2026-11-24T00:59:30.000Z' };

  await scene.publish('connection-failing', failing, failing);
  await scene.publish('connection-recovered', { connectionId, since: '2026-11-24T01:30:00.000Z' });
  await scene.jobs.runDue();

  expect(slack.messages.map(({ text }) => text)).toEqual([
    '架空食品株式会社：Sample ATSとの接続に問題があります。ATSに認証を拒否されました。インストール用アドレスで接続した場合は、もう一度インストールしてください。それ以外の場合は、APIキーまたはクライアントIDとシークレットを確認し、もう一度保存してください。（https://relay.example.com/api/docs）',
    '架空食品株式会社：Sample ATSとの接続が回復しました。待っていた処理は自動で続きます。',
  ]);
  const blocks = JSON.stringify(slack.messages[0]?.blocks);
  expect(blocks).toContain('<https://relay.example.com/api/docs|API>');
  expect(blocks).toContain('<https://ats.example.com/docs|Sample ATSの資料>');
  expect(blocks).toContain('2026-11-24 00:59 UTC');
});

test('a silence is told once, with when it began and how many rejections were missed, and nothing of anybody', async () => {
  const scene = await openScene();
  const english = await openScene({ locale: 'en' });
  const silent = (since: string, missed: number) => ({ connectionId, since, missed });

  for (const { publish } of [scene, english])
    await publish('connection-silent', silent('2026-11-20T01:00:00.000Z', 2), silent('2026-11-20T01:00:00.000Z', 2));
  await scene.publish('connection-silent', silent('2026-11-23T01:00:00.000Z', 0));
  await scene.jobs.runDue();
  await english.jobs.runDue();

  expect((await scene.notices()).map(({ kind, text }) => [kind, text])).toEqual([
    [
      'connection-silent',
      '架空食品株式会社：Sample ATSからの Webhook が届いていないようです（最後の受信：2026-11-23 01:00 UTC）。（https://relay.example.com/api/docs）',
    ],
    [
      'connection-silent',
      '架空食品株式会社：Sample ATSからの Webhook が届いていないようです（最後の受信：2026-11-20 01:00 UTC）。Webhook で届かなかった不採用が 2 件見つかっています。（https://relay.example.com/api/docs）',
    ],
  ]);
  expect((await english.notices()).map(({ text }) => text)).toEqual([
    '架空食品株式会社: webhooks from Sample ATS seem to be missing (the last one came at 2026-11-20 01:00 UTC). 2 rejections were found that none told. (https://relay.example.com/api/docs)',
  ]);
});

test('a code of another version of ours is told in general words, and a removed connection is not told at all', async () => {
  const scene = await openScene({ locale: 'en' });
  const since = '2026-11-24T00:59:30.000Z';

  await scene.publish('connection-failing', { connectionId, code: 'toString', since });
  await scene.publish('connection-failing', { connectionId: newId(), code: 'vendor_unauthorized', since });
  await scene.publish('connection-recovered', { connectionId: newId(), since });
  await scene.jobs.runDue();

  expect(slack.messages).toHaveLength(1);
  expect(slack.messages[0]?.text).toContain('Something went wrong on our side.');
});

test.each(['channel_not_found', 'not_in_channel', 'invalid_auth', 'account_inactive', 'is_archived'])(
  'a notice that Slack refuses with %s fails with that reason and is not tried again',
  async (error) => {
    const scene = await openScene();
    slack.trouble({ kind: 'error', error });

    await scene.publish('credit-earned', earned());
    await scene.jobs.runDue();

    expect(await scene.notices()).toMatchObject([{ status: 'failed', reason: error, sentAt: null }]);
    expect(scene.logged).toMatchObject([{ level: 50, code: 'slack_refused', reason: error }]);
    expect(scene.jobs.waiting).toEqual([]);
  },
);

test('a wrong token and a wrong channel are refused by Slack itself', async () => {
  const wrongToken = await openScene({ slack: { botToken: 'xoxb-other' } });
  const wrongChannel = await openScene({ slack: { channel: 'C0OTHER001' } });

  for (const scene of [wrongToken, wrongChannel]) {
    await scene.publish('credit-earned', earned());
    await scene.jobs.runDue();
  }

  expect(await wrongToken.notices()).toMatchObject([{ status: 'failed', reason: 'invalid_auth' }]);
  expect(await wrongChannel.notices()).toMatchObject([{ status: 'failed', reason: 'channel_not_found' }]);
});

test('asked to slow down, the notice and those behind it wait as long as Slack says and keep their order', async () => {
  const scene = await openScene();
  slack.trouble({ kind: 'status', status: 429, retryAfter: '7' });

  await scene.publish('referral-counted', counted(7), counted(8), counted(9));
  await scene.jobs.runDue();
  const callsBefore = [...slack.calls];
  clock.advance(6_999);
  await scene.jobs.runDue();
  const callsWhileWaiting = [...slack.calls];
  clock.advance(1);
  await scene.jobs.runDue();

  expect(callsBefore).toEqual(['chat.postMessage']);
  expect(callsWhileWaiting).toEqual(callsBefore);
  expect(slack.messages.map(({ text }) => text.match(/あと\d名/)?.[0])).toEqual(['あと3名', 'あと2名', 'あと1名']);
  expect(slack.calls).not.toContain('conversations.history');
});

test.each([
  { kind: 'status', status: 503 },
  { kind: 'error', error: 'internal_error' },
] as const)('a failure of Slack ($kind) that took nothing is tried again', async (trouble) => {
  const scene = await openScene();
  slack.trouble(trouble);

  await scene.publish('credit-earned', earned());
  await expect(scene.jobs.runDue()).rejects.toMatchObject({ code: 'slack_unavailable' });
  await scene.jobs.runDue();

  expect(slack.messages).toHaveLength(1);
  expect(await scene.notices()).toMatchObject([{ status: 'sent' }]);
});

test('a failure that Slack answers is tried again even where the channel may not be read', async () => {
  const scene = await openScene();
  slack.allowHistory(false);
  slack.trouble({ kind: 'status', status: 502 });

  await scene.publish('credit-earned', earned());
  await expect(scene.jobs.runDue()).rejects.toMatchObject({ code: 'slack_unavailable' });
  await scene.jobs.runDue();

  expect(slack.messages).toHaveLength(1);
  expect(await scene.notices()).toMatchObject([{ status: 'sent' }]);
});

test.each([
  { kind: 'status', status: 500, takes: true },
  { kind: 'error', error: 'fatal_error', takes: true },
  { kind: 'hang-up', takes: true },
] as const)('a message that arrived in spite of a failure ($kind) is found and not sent again', async (trouble) => {
  const scene = await openScene();
  slack.trouble(trouble);

  await scene.publish('credit-earned', earned());
  await expect(scene.jobs.runDue()).rejects.toMatchObject({ code: 'slack_unavailable' });
  await scene.jobs.runDue();

  expect(slack.messages).toHaveLength(1);
  expect(await scene.notices()).toMatchObject([{ status: 'sent' }]);
});

test('a message that went unanswered is not sent again where the channel may not be read', async () => {
  const scene = await openScene();
  slack.allowHistory(false);
  slack.trouble({ kind: 'hang-up', takes: true });

  await scene.publish('credit-earned', earned());
  await expect(scene.jobs.runDue()).rejects.toMatchObject({ code: 'slack_unavailable' });
  await scene.jobs.runDue();

  expect(slack.messages).toHaveLength(1);
  expect(await scene.notices()).toMatchObject([{ status: 'failed', reason: 'unknown-outcome' }]);
});

test('a Slack that could not be reached is tried again without asking what became of the message', async () => {
  const gone = await startFakeSlack();
  await gone.close();
  const scene = await openScene({ slack: { apiUrl: gone.url } });
  const reachable = await openScene();
  const noticeId = await recordOne(scene);

  await expect(scene.jobs.runDue()).rejects.toMatchObject({ code: 'slack_unavailable' });
  const before = await scene.notices();
  await enqueueAgain(reachable, scene.companyId, noticeId);
  await reachable.jobs.runDue();

  expect(before).toMatchObject([{ status: 'waiting', reason: null }]);
  expect(slack.calls).toEqual(['chat.postMessage']);
  expect(await scene.notices()).toMatchObject([{ status: 'sent' }]);
});

test('a message whose run died is found among hundreds of others and not sent again', async () => {
  // Hundreds of posts while the clock stands still are more than Slack takes.
  slack.limitRates(false);
  const scene = await openScene();
  await scene.publish('credit-earned', earned());
  await scene.jobs.runDue();
  const other = await openScene();
  for (let index = 0; index < 25; index += 1) {
    await other.publish('referral-counted', ...Array.from({ length: 10 }, () => counted(7)));
  }
  await other.jobs.runDue();
  const [notice] = await scene.notices();
  const noticeId = notice?.id ?? '';

  // The state a killed process leaves: posted, and not yet written down.
  await dieWhileSending(scene.companyId, noticeId);
  await enqueueAgain(scene, scene.companyId, noticeId);
  clock.advance(20_000);
  await scene.jobs.runDue();

  expect(slack.messages).toHaveLength(251);
  expect(slack.calls.filter((method) => method === 'conversations.history')).toHaveLength(2);
  expect(await scene.notices()).toMatchObject([{ status: 'sent' }]);
});

test('a run that another one may still have in hand waits for it', async () => {
  const scene = await openScene();
  await scene.publish('credit-earned', earned());
  await scene.jobs.runDue();
  const [notice] = await scene.notices();
  const noticeId = notice?.id ?? '';
  await dieWhileSending(scene.companyId, noticeId);
  await enqueueAgain(scene, scene.companyId, noticeId);

  await scene.jobs.runDue();
  clock.advance(19_999);
  await scene.jobs.runDue();

  expect(slack.calls).toEqual(['chat.postMessage']);
  expect(await scene.notices()).toMatchObject([{ status: 'sending' }]);
  clock.advance(1);
  await scene.jobs.runDue();
  expect(await scene.notices()).toMatchObject([{ status: 'sent' }]);
});

/** Handles the event of one earned credit, and leaves the job that sends its notice waiting. */
async function recordOne(scene: Scene): Promise<string> {
  await scene.publish('credit-earned', earned());
  await scene.jobs.runNext();
  const [notice] = await scene.notices();
  return notice?.id ?? '';
}

function enqueueAgain(scene: Scene, companyId: string, noticeId: string): Promise<void> {
  const job = { companyId, noticeId };
  return database.forCompany(companyId, (tx) => scene.jobs.enqueue(tx, 'slack.notice', [job]));
}

async function dieWhileSending(companyId: string, noticeId: string): Promise<void> {
  await database.forCompany(companyId, (tx) =>
    tx
      .updateTable('notice')
      .set({ status: 'sending', slack_ts: null, sent_at: null })
      .where('notice_id', '=', noticeId)
      .execute(),
  );
}

test('a notice that waited while the workspace was disconnected is logged', async () => {
  const scene = await openScene();
  const noticeId = await recordOne(scene);
  const later = await openScene({ slack: 'none' });

  await enqueueAgain(later, scene.companyId, noticeId);
  await later.jobs.runDue();

  expect(await scene.notices()).toMatchObject([{ status: 'logged', sentAt: null }]);
  expect(later.logged).toMatchObject([{ msg: 'notice to recruiters' }]);
});

test('notices are listed newest first, page by page, and only their company sees them', async () => {
  const scene = await openScene({ slack: 'none' });
  const other = await openScene({ slack: 'none' });
  await scene.publish('referral-counted', counted(7), counted(8), counted(9));
  await other.publish('referral-counted', counted(7));
  await scene.jobs.runDue();
  await other.jobs.runDue();

  const first = await database.forCompany(scene.companyId, (tx) =>
    listNotices(tx, { companyId: scene.companyId, limit: 2 }),
  );
  const second = await database.forCompany(scene.companyId, (tx) =>
    listNotices(tx, { companyId: scene.companyId, cursor: first.nextCursor ?? '', limit: 2 }),
  );
  const foreign = await database.forCompany(other.companyId, (tx) =>
    listNotices(tx, { companyId: scene.companyId, limit: 2 }),
  );

  const missing = (items: readonly { readonly text: string }[]) => items.map(({ text }) => text.match(/あと\d名/)?.[0]);
  expect(missing(first.items)).toEqual(['あと1名', 'あと2名']);
  expect(missing(second.items)).toEqual(['あと3名']);
  expect(second.nextCursor).toBeNull();
  expect(foreign.items).toEqual([]);
});

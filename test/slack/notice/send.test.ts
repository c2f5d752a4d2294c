import { afterAll, afterEach, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import type { Database } from '../../../src/platform/database.ts';
import { newId } from '../../../src/platform/ids.ts';
import { listNotices } from '../../../src/slack/index.ts';
import { makeTestClock, type TestClock } from '../../support/clock.ts';
import { openTestDatabase } from '../../support/database.ts';
import { type FakeSlack, startFakeSlack } from '../../support/fake-slack.ts';
import { renderPlainly } from '../../support/slack-ports.ts';
import { connectionId, openScene, type Scene, type SceneOptions } from './scene.ts';

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

const open = (options?: SceneOptions) => openScene({ database, clock, slack }, options);
const calls = (...methods: string[]) => slack.calls.filter((method) => methods.includes(method));
const counted = (towardsNext: number) => ({ referralId: newId(), postingId: newId(), towardsNext, perCredit: 10 });
const reserved = () => ({ reservationId: newId(), available: 1 });

/** One notice of a kind that is never gathered, with the job that sends it waiting. */
async function recordOne(scene: Scene): Promise<string> {
  await scene.publish('credit-reserved', reserved());
  await scene.jobs.runNext();
  const [notice] = await scene.notices();
  return notice?.id ?? '';
}

function enqueueAgain(scene: Scene, noticeId: string): Promise<void> {
  const { companyId } = scene;
  return database.forCompany(companyId, (tx) => scene.jobs.enqueue(tx, 'slack.notice', [{ companyId, noticeId }]));
}

/** The state a killed process leaves: posted, and not yet written down. */
async function dieWhileSending({ companyId }: Scene, noticeId: string): Promise<void> {
  const now = clock.now();
  await database.forCompany(companyId, (tx) =>
    tx
      .updateTable('notice')
      .set({ status: 'sending', slack_ts: null, sent_at: null, due_at: now, claimed_at: now })
      .where('notice_id', '=', noticeId)
      .execute(),
  );
}

test('progress is told when three, two or one are missing, and not before or when the credit is earned', async () => {
  const scene = await open();

  for (const towards of [1, 2, 3, 4, 5, 6, 7, 8, 9, 0]) {
    await scene.publish('referral-counted', counted(towards));
    await scene.pass(11 * 60_000);
  }

  expect(slack.messages.map(({ text }) => text.match(/missing=\d/)?.[0])).toEqual([
    'missing=3',
    'missing=2',
    'missing=1',
  ]);
  expect((await scene.notices()).map(({ kind, status }) => [kind, status])).toEqual([
    ['progress', 'sent'],
    ['progress', 'sent'],
    ['progress', 'sent'],
  ]);
});

test('a notice is told in the language of the company, and its place stands in the list', async () => {
  const scene = await open({ locale: 'en', name: "O'Brien, Sons & Co. 🍱" });

  await scene.publish('credit-reserved', { reservationId: newId(), available: 2 });
  await scene.jobs.runDue();

  expect(await scene.notices()).toMatchObject([
    {
      kind: 'credit-reserved',
      status: 'sent',
      text: "O'Brien, Sons & Co. 🍱 en | credit-reserved available=2",
      place: { kind: 'channel', slackRef: slack.channel },
      version: 1,
      createdAt: clock.now(),
      sentAt: clock.now(),
    },
  ]);
});

test('an event handled twice, and a job run twice, tell nothing twice', async () => {
  const scene = await open();
  const credit = reserved();

  await scene.publish('credit-reserved', credit, credit);
  await scene.publish('credit-reserved', credit);
  await scene.jobs.runDue();
  const [notice] = await scene.notices();
  await enqueueAgain(scene, notice?.id ?? '');
  await scene.jobs.runDue();

  expect(slack.messages).toHaveLength(1);
  expect(await scene.notices()).toHaveLength(1);
});

test('two processes that hear the same event write and send one message', async () => {
  const scene = await open();
  const rival = scene.rival();
  const credit = reserved();
  const letters = await scene.addLetters(3);
  const events = letters.map(({ letterId }) => ({ letterId, rejectionId: letterId, connectionId }));

  await Promise.all([scene, rival].map(({ publish }) => publish('credit-reserved', credit)));
  await rival.publish('letter-planned', ...events);
  await Promise.all([scene.jobs.runDue(), rival.jobs.runDue()]);
  clock.advance(5_000);
  await Promise.all([scene.jobs.runDue(), rival.jobs.runDue()]);
  await scene.pass(60_000);

  expect(slack.messages.map(({ text }) => text.split(' | ')[1])).toEqual([
    'credit-reserved available=1',
    expect.stringContaining('letters-planned planned=3'),
  ]);
  expect(await scene.notices()).toHaveLength(2);
});

test('two runs at the same time send one message', async () => {
  const scene = await open();
  const rival = scene.rival();
  const noticeId = await recordOne(scene);
  await enqueueAgain(rival, noticeId);

  await Promise.all([scene.jobs.runDue(), rival.jobs.runDue()]);
  await Promise.all([scene.pass(60_000), rival.pass(60_000)]);

  expect(slack.messages).toHaveLength(1);
});

test('a run that lost its notice to another one does not write how it ended', async () => {
  const scene = await open();
  const rival = scene.rival();
  const noticeId = await recordOne(scene);
  const slow = slack.stallNext({ kind: 'error', error: 'invalid_blocks' });
  const quick = slack.stallNext({ kind: 'error', error: 'no_text' });

  const lost = scene.jobs.runDue();
  await slow.reached;
  clock.advance(60_000);
  await enqueueAgain(rival, noticeId);
  const won = rival.jobs.runDue();
  await quick.reached;
  slow.release();
  await lost;
  const between = await scene.notices();
  quick.release();
  await won;

  expect(between).toMatchObject([{ status: 'sending', reason: null }]);
  expect(await scene.notices()).toMatchObject([{ status: 'failed', reason: 'no_text' }]);
});

test('without a workspace the notice is kept as logged and stands in the log, without a job', async () => {
  const scene = await open({ isTied: false });

  await scene.publish('referral-counted', counted(7));
  await scene.jobs.runDue();

  const text = '架空食品株式会社 ja | progress missing=3 perCredit=10 towardsNext=7';
  expect(await scene.notices()).toMatchObject([{ status: 'logged', text, sentAt: null, place: null }]);
  expect(scene.logged).toMatchObject([{ level: 30, kind: 'progress', text, msg: 'notice to recruiters' }]);
  expect(scene.jobs.waiting).toEqual([]);
  expect(slack.calls).toEqual([]);
});

test('a company that calls itself a mention reaches nobody with it', async () => {
  const scene = await open({ name: '<!channel> & <@U123>*髙﨑*、𠮷野 ﾊﾝｶｸ' });

  await scene.publish('credit-reserved', reserved());
  await scene.jobs.runDue();

  const [message] = slack.messages;
  const sent = JSON.stringify([message?.text, message?.blocks]);
  expect(sent).toContain('&lt;!channel&gt; &amp; &lt;@U123&gt;*髙﨑*、𠮷野 ﾊﾝｶｸ');
  expect(slack.first.broadcasts).toEqual([]);
  expect((await scene.notices())[0]?.text).toContain('<!channel> & <@U123>*髙﨑*、𠮷野 ﾊﾝｶｸ');
});

test('a failing connection, its recovery and its silence are each told once', async () => {
  const scene = await open({ locale: 'en' });
  const failing = { connectionId, code: 'vendor_unauthorized', since: '2026-11-24T00:59:30.000Z' };
  const silent = { connectionId, since: '2026-11-20T01:00:00.000Z', missed: 2 };

  await scene.publish('connection-failing', failing, failing);
  await scene.publish('connection-recovered', { connectionId, since: failing.since });
  await scene.publish('connection-silent', silent, silent);
  await scene.pass(10_000);

  const texts = slack.messages.map(({ text }) => text);
  expect(texts).toHaveLength(3);
  expect(texts[0]).toContain(
    'connection-failing code=vendor_unauthorized since=2026-11-24 09:59 title=Sample ATS whatToDo=The ATS refused',
  );
  expect(texts[1]).toContain('connection-recovered since=2026-11-24 09:59 title=Sample ATS');
  expect(texts[2]).toContain('connection-silent isPolled=no missed=2 since=2026-11-20 10:00 title=Sample ATS');
});

test('a code of another version of ours is told in general words, and a removed connection is not told at all', async () => {
  const scene = await open({ locale: 'en' });
  const since = '2026-11-24T00:59:30.000Z';

  await scene.publish('connection-failing', { connectionId, code: 'toString', since });
  await scene.publish('connection-failing', { connectionId: newId(), code: 'vendor_unauthorized', since });
  await scene.publish('connection-recovered', { connectionId: newId(), since });
  await scene.pass(10_000);

  expect(slack.messages).toHaveLength(1);
  expect(slack.messages[0]?.text).toContain('Something went wrong on our side.');
});

test('an import is told where rows were left out or a person must confirm, and not where all went well', async () => {
  const scene = await open();
  const finished = { importId: newId(), connectionId, state: 'done', rows: 90, rejections: 80, setAside: 0 } as const;

  await scene.publish(
    'import-finished',
    finished,
    { ...finished, importId: newId(), setAside: 3 },
    { ...finished, importId: newId(), state: 'needs-confirmation' },
  );
  await scene.pass(10_000);

  expect(slack.messages.map(({ text }) => text.split(' | ')[1])).toEqual([
    'import-problems rejections=80 rows=90 setAside=3 state=done title=Sample ATS',
    'import-problems rejections=80 rows=90 setAside=0 state=needs-confirmation title=Sample ATS',
  ]);
});

test('what Slack refuses about the message alone fails with its word and is not tried again', async () => {
  const scene = await open();
  slack.trouble({ kind: 'error', error: 'invalid_blocks' });

  await recordOne(scene);
  await scene.pass(60_000);

  expect(await scene.notices()).toMatchObject([{ status: 'failed', reason: 'invalid_blocks', sentAt: null }]);
  expect(scene.logged).toMatchObject([{ level: 50, code: 'slack_refused', reason: 'invalid_blocks' }]);
  expect(scene.jobs.waiting).toEqual([]);
  expect(calls('chat.postMessage')).toHaveLength(1);
});

test('asked to slow down, the place waits as long as Slack says, keeps its order, and other places go on', async () => {
  const other = slack.first.addChannel({ name: 'other' });
  const scene = await open({ places: [slack.channel, other] });
  const [first, second] = await scene.slack.places.list(scene.companyId);
  const routes = [
    { placeId: first?.placeId ?? '', kinds: ['credit-reserved'] as const, connectionId: null, job: null },
    { placeId: second?.placeId ?? '', kinds: ['credit-used'] as const, connectionId: null, job: null },
  ];
  await scene.slack.places.replaceRoutes(scene.companyId, routes, 'admin');
  slack.trouble({ kind: 'status', status: 429, retryAfter: '7' });

  for (const available of [3, 2, 1]) await scene.publish('credit-reserved', { reservationId: newId(), available });
  await scene.publish('credit-used', reserved());
  await scene.pass(1_000);
  await scene.pass(5_000);
  const whileWaiting = slack.messages.map(({ channel }) => channel);
  await scene.pass(10_000);

  expect(whileWaiting).toEqual([other]);
  expect(slack.first.messagesIn(slack.channel).map(({ text }) => text.match(/available=\d/)?.[0])).toEqual([
    'available=3',
    'available=2',
    'available=1',
  ]);
  expect(calls('conversations.history')).toEqual([]);
});

test('twenty notices for one channel are posted once a second, and Slack never has to say so', async () => {
  const scene = await open();

  await scene.publish('credit-reserved', ...Array.from({ length: 20 }, reserved));
  await scene.pass(30_000, 100);

  expect(slack.messages).toHaveLength(20);
  expect(calls('chat.postMessage')).toHaveLength(20);
});

test('hundreds of notices that wait for one channel stand in line: each looks a few times at the most whether it may go', async () => {
  const scene = await open();
  const enqueue = jest.spyOn(scene.jobs, 'enqueue');
  slack.troubleFor('chat.postMessage', { kind: 'status', status: 429, retryAfter: '30' });

  await scene.publish('credit-reserved', ...Array.from({ length: 120 }, reserved));
  await scene.pass(200_000);
  const looks = enqueue.mock.calls.flatMap(([, queue, jobs]) => (queue === 'slack.notice' ? jobs : [])).length;

  expect(slack.messages).toHaveLength(120);
  expect(calls('chat.postMessage')).toHaveLength(121);
  expect(looks).toBeLessThan(3 * 120);
});

test.each([
  { kind: 'status', status: 503 },
  { kind: 'status', status: 403 },
  { kind: 'error', error: 'internal_error' },
] as const)('a failure of Slack ($kind) that took nothing is tried again', async (trouble) => {
  const scene = await open();
  slack.trouble(trouble);

  await recordOne(scene);
  await scene.pass(10_000);

  expect(slack.messages).toHaveLength(1);
  expect(await scene.notices()).toMatchObject([{ status: 'sent' }]);
});

test('a message that we cannot write fails alone, and holds up no other', async () => {
  let isBroken = false;
  const scene = await open({
    render: (...view) => {
      if (isBroken && view[0].kind === 'credit-reserved') throw new Error('a token is missing');
      return renderPlainly(...view);
    },
  });
  await recordOne(scene);
  await scene.publish('credit-used', reserved());

  isBroken = true;
  await scene.pass(10_000);

  expect((await scene.notices()).map(({ kind, status, reason }) => [kind, status, reason])).toEqual([
    ['credit-used', 'sent', null],
    ['credit-reserved', 'failed', 'internal_error'],
  ]);
  expect(scene.logged).toMatchObject([{ level: 50, code: 'internal_error' }, { code: 'slack_refused' }]);
});

test('a wording that can no longer be filled gives way to our own words', async () => {
  const scene = await open({
    reads: { wording: async () => ({ title: '{{ gone }}', body: '' }) },
    render: (view, context) => {
      if (context.wording) throw new Error('a token is missing');
      return renderPlainly(view, context);
    },
  });

  await recordOne(scene);
  await scene.pass(2_000);

  expect(slack.messages.map(({ text }) => text.split(' | ')[1])).toEqual(['credit-reserved available=1']);
});

test('a failure that Slack answers is tried again even where the channel may not be read', async () => {
  const scene = await open();
  slack.allowHistory(false);
  slack.trouble({ kind: 'status', status: 502 });

  await recordOne(scene);
  await scene.pass(10_000);

  expect(slack.messages).toHaveLength(1);
  expect(await scene.notices()).toMatchObject([{ status: 'sent' }]);
});

test.each([
  { kind: 'status', status: 500, takes: true },
  { kind: 'error', error: 'fatal_error', takes: true },
  { kind: 'hang-up', takes: true },
] as const)('a message that arrived in spite of a failure ($kind) is found and not sent again', async (trouble) => {
  const scene = await open();
  slack.trouble(trouble);

  await recordOne(scene);
  await scene.pass(10_000);

  expect(slack.messages).toHaveLength(1);
  expect(await scene.notices()).toMatchObject([{ status: 'sent' }]);
  expect(calls('conversations.history')).toHaveLength(1);
});

test('a message that arrived unanswered and has more to tell by then is edited, not posted anew', async () => {
  const scene = await open();
  slack.trouble({ kind: 'hang-up', takes: true });

  await scene.addLetters(2);
  await scene.pass(6_000);
  await scene.addLetters(3);
  await scene.pass(20_000);

  expect(slack.messages).toHaveLength(1);
  expect(slack.messages[0]?.text).toContain('planned=5');
});

test('a message that went unanswered is not sent again where the channel may not be read', async () => {
  const scene = await open();
  slack.allowHistory(false);
  slack.trouble({ kind: 'hang-up', takes: true });

  await recordOne(scene);
  await scene.pass(60_000);

  expect(slack.messages).toHaveLength(1);
  expect(await scene.notices()).toMatchObject([{ status: 'failed', reason: 'unknown-outcome' }]);
});

test('a Slack that is down for hours loses nothing, tells each once, and is asked ever more rarely', async () => {
  const scene = await open();
  await slack.down(true);
  const noticeId = await recordOne(scene);

  await scene.pass(3_600_000);
  await scene.addLetters(4);
  await scene.pass(3_600_000);
  const whileDown = (await scene.notices()).map(({ status }) => status);
  await slack.down(false);
  await scene.pass(300_000);

  expect(whileDown).toEqual(['waiting', 'waiting']);
  expect(slack.messages.map(({ text }) => text.split(' | ')[1])).toEqual([
    'credit-reserved available=1',
    expect.stringContaining('letters-planned planned=4'),
  ]);
  expect((await scene.notices()).map(({ status }) => status)).toEqual(['sent', 'sent']);
  expect(calls('conversations.history')).toEqual([]);
  expect(await readAttempts(scene, noticeId)).toBeLessThan(40);
});

async function readAttempts({ companyId }: Scene, noticeId: string): Promise<number> {
  const row = await database.forCompany(companyId, (tx) =>
    tx.selectFrom('notice').select('attempts').where('notice_id', '=', noticeId).executeTakeFirstOrThrow(),
  );
  return row.attempts;
}

test('a message whose run died is found among hundreds of others and not sent again', async () => {
  const scene = await open();
  const noticeId = await recordOne(scene);
  await scene.jobs.runDue();
  const user = slack.first.addUser();
  clock.advance(1_000);
  for (let index = 0; index < 250; index += 1) slack.first.say({ user, channel: slack.channel, text: 'いいですね' });

  await dieWhileSending(scene, noticeId);
  clock.advance(60_000);
  await scene.slack.notices.sweeps.unsent();
  await scene.jobs.runDue();

  expect(calls('chat.postMessage')).toHaveLength(1);
  expect(calls('conversations.history')).toHaveLength(2);
  expect(await scene.notices()).toMatchObject([{ status: 'sent' }]);
});

test('a notice that another run may still have in hand is left to it, and taken up when that one has died', async () => {
  const scene = await open();
  const noticeId = await recordOne(scene);
  await scene.jobs.runDue();
  await dieWhileSending(scene, noticeId);

  for (let seconds = 0; seconds < 51; seconds += 1) {
    await enqueueAgain(scene, noticeId);
    await scene.slack.notices.sweeps.unsent();
    await scene.pass(1_000);
  }
  const before = [...slack.calls];
  const [inHand] = await scene.notices();
  await scene.pass(1_000);
  await scene.slack.notices.sweeps.unsent();
  await scene.jobs.runDue();

  expect(before.filter((method) => method === 'conversations.history')).toEqual([]);
  expect(inHand?.status).toBe('sending');
  expect(await scene.notices()).toMatchObject([{ status: 'sent' }]);
  expect(slack.messages).toHaveLength(1);
});

test('a notice whose job is lost is taken up by the sweep, once', async () => {
  const scene = await open();
  await recordOne(scene);
  const fresh = scene.rival();

  await fresh.slack.notices.sweeps.unsent();
  const early = fresh.jobs.waiting.length;
  clock.advance(121_000);
  await fresh.slack.notices.sweeps.unsent();
  await fresh.slack.notices.sweeps.unsent();
  await fresh.jobs.runDue();

  expect(early).toBe(0);
  expect(fresh.jobs.waiting).toEqual([]);
  expect(slack.messages).toHaveLength(1);
});

test('notices are listed newest first, page by page, and only their company sees them', async () => {
  const scene = await open({ isTied: false });
  const other = await open({ isTied: false });
  await scene.publish('credit-reserved', ...Array.from({ length: 3 }, reserved));
  await scene.jobs.runDue();
  const { companyId } = scene;

  const list = (as: string, cursor?: string) =>
    database.forCompany(as, (tx) => listNotices(tx, { companyId, cursor, limit: 2 }));
  const first = await list(companyId);
  const second = await list(companyId, first.nextCursor ?? '');
  const foreign = await list(other.companyId);

  expect(first.items).toHaveLength(2);
  expect(first.items.map(({ id }) => id)).toEqual(
    first.items
      .map(({ id }) => id)
      .sort()
      .reverse(),
  );
  expect(second.nextCursor).toBeNull();
  expect(foreign.items).toEqual([]);
});

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { MailOutcome } from '../../src/platform/mail.ts';
import { createInvitation } from '../../src/settings/identity/invitations.ts';
import { makeTestClock } from '../support/clock.ts';
import { addMember, openBrowser } from './identity/browser.ts';
import { addCompany, openRelay, sampleAgency, type TestRelay } from './relay.ts';
import { openSlackRoom, type SlackRoom, textOf } from './slack-room.ts';

/** How far a company is with its set-up, and the checks of it. */

const clock = makeTestClock();
let room: SlackRoom;

beforeAll(async () => {
  room = await openSlackRoom(clock);
});
afterAll(() => room.close());

interface Listed {
  readonly step: string;
  readonly isDone: boolean;
  readonly lacks: readonly string[];
}

async function read(slug: string) {
  const { status, body } = await room.relay.call('GET', `/companies/${slug}/start`);
  const lacks = Object.fromEntries(body.steps.map((one: Listed) => [one.step, one.isDone ? 'done' : one.lacks]));
  return { status, body, lacks };
}

const listMails = async (slug: string) => (await room.relay.call('GET', `/outbox?company=${slug}`)).body.items;
const listActions = async (slug: string): Promise<readonly string[]> =>
  (await room.relay.call('GET', `/audit?company=${slug}`)).body.items.map(({ action }: { action: string }) => action);

test('a new company lacks everything, and the state follows the facts', async () => {
  const { slug } = await addCompany(room.relay, false);
  const first = await read(slug);
  await room.relay.call('PUT', `/companies/${slug}/agency`, sampleAgency);
  const { body: connection } = await room.relay.call('POST', '/connections', {
    company: slug,
    connector: 'greenhouse',
    settings: room.relay.settings,
  });
  const second = await read(slug);
  await room.relay.call('POST', `/connections/${connection.id}/poll`);

  const third = await read(slug);

  expect(first).toMatchObject({
    status: 200,
    body: {
      isLive: false,
      connectionId: null,
      marks: [],
      mail: { kind: 'outbox', from: 'relay@example.com', isOutboxOpen: true },
    },
    lacks: {
      company: ['mail-untested'],
      agency: ['agency-missing'],
      ats: ['ats-missing'],
      letter: ['letter-blank', 'letter-unapproved'],
      slack: ['slack-missing'],
    },
  });
  expect(second.lacks).toMatchObject({ agency: 'done', ats: ['ats-unheard'], letter: ['letter-unapproved'] });
  expect(third).toMatchObject({ lacks: { ats: 'done' }, body: { connectionId: connection.id, isLive: false } });
});

test('it is over once a connection is live, and stays so while that one is paused', async () => {
  const { slug } = await addCompany(room.relay);
  const id = await room.connectAts(slug);

  const live = await read(slug);
  await room.relay.call('POST', `/connections/${id}/pause`);

  expect([live.body.isLive, (await read(slug)).body.isLive]).toEqual([true, true]);
});

test('a test mail goes to who asks, in the name of the company, and is remembered with who and when', async () => {
  const { slug } = await addCompany(room.relay);
  const { browser, email, userId } = await addMember(room.relay, slug, 'owner', "Conan O'Brien");

  const sent = await browser.call('POST', `/companies/${slug}/start/test-mail`);

  expect(sent).toMatchObject({ status: 200, body: { to: email } });
  const [mail] = await listMails(slug);
  expect(mail).toMatchObject({ to: expect.stringContaining(email), subject: expect.stringContaining('【テスト】') });
  expect(mail.from).toContain('髙﨑・𠮷野食品');
  expect(mail.text).toContain(`/app/c/${slug}/start`);
  expect((await read(slug)).body.marks).toEqual([
    { mark: 'mail-tested', at: clock.now().toISOString(), actor: `user:${userId}`, actorName: "Conan O'Brien" },
  ]);
  expect((await listActions(slug))[0]).toBe('first-run.mail-tested');
});

test('a program has no address, so it can send no test to itself', async () => {
  const { slug } = await addCompany(room.relay);

  const answers = [
    await room.relay.call('POST', `/companies/${slug}/start/test-mail`),
    await room.relay.call('POST', `/companies/${slug}/start/sample-letter`, {}),
  ];

  expect(answers.map(({ status }) => status)).toEqual([409, 409]);
  expect((await read(slug)).body.marks).toEqual([]);
});

test('the letter to an invented applicant goes to who asks; without an agency it is refused', async () => {
  const { slug } = await addCompany(room.relay, false);
  const { browser, email } = await addMember(room.relay, slug, 'owner');
  const lacking = await browser.call('POST', `/companies/${slug}/start/sample-letter`, { locale: 'en' });
  await room.relay.call('PUT', `/companies/${slug}/agency`, sampleAgency);

  const sent = await browser.call('POST', `/companies/${slug}/start/sample-letter`, { locale: 'en' });

  expect([lacking.status, sent.status, sent.body.to]).toEqual([409, 200, email]);
  const [mail] = await listMails(slug);
  expect(mail.subject).toMatch(/^\[Test\] /);
  expect(mail.text).toContain('/c/sample');
  expect((await listActions(slug))[0]).toBe('letter.sample-tested');
});

test('the letter counts as read once somebody says so, and no longer once it is taken back', async () => {
  const { slug } = await addCompany(room.relay);
  const path = `/companies/${slug}/start/letter`;

  const approved = await room.relay.call('PUT', path, { isApproved: true });
  const takenBack = await room.relay.call('PUT', path, { isApproved: false });
  await room.relay.call('PUT', path, { isApproved: false });

  const isDone = ({ body }: typeof approved) => body.steps.find(({ step }: Listed) => step === 'letter').isDone;
  expect([isDone(approved), isDone(takenBack)]).toEqual([true, false]);
  const actions = (await listActions(slug)).filter((action) => action.startsWith('first-run.'));
  expect(actions).toEqual(['first-run.letter-approved-undone', 'first-run.letter-approved']);
});

test('Slack is done by a test that arrived, or is put off honestly', async () => {
  const { slug, workspace, call } = await room.tie();
  await room.relay.call('PUT', `/companies/${slug}/start/slack`, { isSkipped: true });
  const putOff = await read(slug);
  await room.relay.call('PUT', `/companies/${slug}/start/slack`, { isSkipped: false });
  const nowhere = await call('POST', '/test');
  const channel = workspace.addChannel({ name: 'saiyo' });
  await call('POST', '/places', { slackRef: channel });
  const untested = await read(slug);

  const sent = await call('POST', '/test');

  expect(putOff.lacks.slack).toBe('done');
  expect(putOff.body.steps.at(-1)).toMatchObject({ isSkipped: true, lacks: ['place-missing'] });
  expect(nowhere).toMatchObject({ status: 409, body: { code: 'request_conflict' } });
  expect(untested.lacks.slack).toEqual(['slack-untested']);
  expect(sent).toMatchObject({ status: 200, body: { place: { slackRef: channel, name: 'saiyo' } } });
  expect(textOf(workspace.messages.at(-1))).toContain('テスト通知');
  expect((await read(slug)).lacks.slack).toBe('done');
});

test('a test that Slack refuses says what to do, and nothing is called tested', async () => {
  const { slug, workspace, call } = await room.tie();
  const channel = workspace.addChannel();
  await call('POST', '/places', { slackRef: channel });
  workspace.changeChannel(channel, { isMember: false });

  const refused = await call('POST', '/test');

  expect(refused).toMatchObject({ status: 422, body: { code: 'slack_refused' } });
  expect(refused.body.title).toContain('/invite @career-relay');
  expect((await read(slug)).lacks.slack).toEqual(['slack-untested']);
});

test('a test to a person arrives in the conversation with them', async () => {
  const { workspace, call } = await room.tie();
  await call('POST', '/places', { slackRef: workspace.addUser({ name: '𠮷野' }) });

  const sent = await call('POST', '/test');

  expect(sent.status).toBe(200);
  expect(textOf(workspace.messages.at(-1))).toContain('テスト通知');
});

describe('where mail does not leave', () => {
  let outcome: MailOutcome = { kind: 'sent' };
  let relay: TestRelay;
  beforeAll(async () => {
    relay = await openRelay({
      mailer: { kind: 'smtp', isIdempotent: false, send: async () => outcome, close: async () => undefined },
    });
  });
  afterAll(() => relay.close());

  test.each([
    [{ kind: 'refused', isPermanent: false, reason: 'login-refused' }, 'SMTP_URL のユーザー名とパスワード'],
    [{ kind: 'refused', isPermanent: false, reason: 'server-unreachable' }, 'ホスト名・ポート'],
    [{ kind: 'refused', isPermanent: true, reason: 'smtp-550' }, 'smtp-550'],
    [{ kind: 'unknown', reason: 'answer-missing' }, '届いているか確認してから'],
  ] as const)('a test mail that ends as %j says why, and nothing is called tested', async (ends, why) => {
    outcome = { kind: 'sent' };
    const { slug, id } = await addCompany(relay);
    const { browser } = await enter(relay, id, `${slug}@example.com`);
    outcome = ends;

    const { status, body } = await browser.call('POST', `/companies/${slug}/start/test-mail`, undefined, {
      'accept-language': 'ja',
    });

    const start = await relay.call('GET', `/companies/${slug}/start`);
    expect([status, body.code]).toEqual([503, 'mail_unavailable']);
    expect(body.title).toContain(why);
    expect(start.body).toMatchObject({ marks: [], mail: { kind: 'smtp' } });
  });
});

/** An owner, where no mail arrives that could invite one. */
async function enter(relay: TestRelay, companyId: string, email: string) {
  const { code } = await relay.database.forSystem((tx) =>
    createInvitation(tx, {
      companyId,
      email,
      role: 'owner',
      actor: 'admin',
      now: relay.clock.now(),
    }),
  );
  const browser = openBrowser(relay);
  await browser.auth('/invitation', { code, name: '髙﨑 花子' });
  return { browser };
}

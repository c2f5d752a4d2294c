import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId } from '../../src/platform/ids.ts';
import { makeTestClock } from '../support/clock.ts';
import { addCompany, openRelay } from './relay.ts';
import { openSlackRoom, type SlackRoom } from './slack-room.ts';

const usualHours = { from: '09:00', to: '20:00', days: 'business' };
const clock = makeTestClock();
let room: SlackRoom;

beforeAll(async () => {
  room = await openSlackRoom(clock);
});
afterAll(() => room.close());

/** A company of its own, tied to nothing. */
async function addUntied() {
  const { slug, id: companyId } = await addCompany(room.relay);
  const call = (method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: object) =>
    room.relay.call(method, `/companies/${slug}/slack${path}`, body);
  return { slug, companyId, call };
}

describe('a workspace is tied by a bot token', () => {
  test('after Slack was asked whose it is, and the answer shows the workspace and the usual hours', async () => {
    const { slug, call } = await addUntied();
    const workspace = room.slack.addWorkspace({ name: '架空さくら <b>🌸 d’Or' });

    const before = await call('GET', '');
    const connected = await call('POST', '/connect', { botToken: ` ${workspace.token}\n` });
    const after = await call('GET', '');

    expect(before).toEqual({
      status: 200,
      body: { state: 'none', workspace: null, reason: null, hours: usualHours },
    });
    expect(connected.status).toBe(200);
    expect(connected.body).toEqual({
      state: 'installed',
      workspace: { teamRef: workspace.teamRef, name: '架空さくら <b>🌸 d’Or' },
      reason: null,
      hours: usualHours,
    });
    expect(after.body).toEqual(connected.body);
    expect(await room.listActions(slug)).toEqual(['slack.installed', 'slack.tied']);
  });

  test('also where other companies use the workspace, each with hours of its own', async () => {
    const { workspace, call } = await room.tie();
    const other = await addUntied();

    const answer = await other.call('POST', '/connect', { botToken: workspace.token });

    expect(answer).toMatchObject({ status: 200, body: { state: 'installed', hours: usualHours } });
    expect((await call('GET', '')).body.hours).toEqual({ from: '00:00', to: '23:59', days: 'every' });
  });

  test.each([
    ['a token Slack does not know', 'xoxb-000000000000-unknown', 422, 'slack_token_refused'],
    ['a person’s token', 'xoxp-000000000000-unknown', 400, 'request_invalid'],
    ['a rotating token', 'xoxe.xoxb-1-000000000000', 400, 'request_invalid'],
    ['the token of the app', 'xapp-1-A0FAKE0001-fake', 400, 'request_invalid'],
    ['no token', '', 400, 'request_invalid'],
  ])('not by %s, which is not told again', async (_what, botToken, status, code) => {
    const { call } = await addUntied();

    const answer = await call('POST', '/connect', { botToken });

    expect(answer).toMatchObject({ status, body: { code } });
    if (botToken !== '') expect(JSON.stringify(answer.body)).not.toContain(botToken);
    expect((await call('GET', '')).body.state).toBe('none');
  });

  test('not while Slack does not answer', async () => {
    const { call } = await addUntied();
    const workspace = room.slack.addWorkspace();
    room.slack.troubleFor('auth.test', { kind: 'status', status: 503 });

    const answer = await call('POST', '/connect', { botToken: workspace.token });
    const again = await call('POST', '/connect', { botToken: workspace.token });

    expect([answer.status, answer.body.code, again.status]).toEqual([503, 'slack_unavailable', 200]);
  });

  test('not where the company is tied to another workspace, until it is disconnected there', async () => {
    const { call, workspace } = await room.tie();
    const other = room.slack.addWorkspace();

    const refused = await call('POST', '/connect', { botToken: other.token });
    const state = await call('GET', '');
    await call('DELETE', '');
    const taken = await call('POST', '/connect', { botToken: other.token });

    expect(refused).toMatchObject({ status: 409, body: { code: 'slack_tied_elsewhere' } });
    expect(state.body.workspace.teamRef).toBe(workspace.teamRef);
    expect(taken).toMatchObject({ status: 200, body: { workspace: { teamRef: other.teamRef } } });
  });

  test('and a new token mends a workspace whose old one Slack takes no longer', async () => {
    const { call, slug, workspace } = await room.tie();
    const channel = workspace.addChannel();
    await call('POST', '/places', { slackRef: channel });
    const connectionId = await room.connectAts(slug);
    const before = workspace.token;
    room.slack.trouble({ kind: 'error', error: 'token_revoked' });
    await room.reject(connectionId, 1);
    await room.work();
    const broken = await call('GET', '');

    const mended = await call('POST', '/connect', { botToken: before });
    await room.work();

    expect(broken.body).toMatchObject({ state: 'broken', reason: 'token_revoked' });
    expect(mended.body).toMatchObject({ state: 'installed', reason: null });
    expect(workspace.messagesIn(channel)).toHaveLength(1);
  });
});

describe('the hours of notices', () => {
  test('are kept and audited', async () => {
    const { slug, call } = await room.tie();
    const hours = { from: '08:30', to: '18:00', days: 'business' };

    const saved = await call('PUT', '/hours', hours);

    expect(saved).toMatchObject({ status: 200, body: { state: 'installed', hours } });
    expect((await call('GET', '')).body.hours).toEqual(hours);
    const { body: audit } = await room.relay.call('GET', `/audit?company=${slug}`);
    expect(audit.items[0]).toMatchObject({ action: 'slack.hours-changed', detail: hours });
  });

  test.each([
    [{ from: '9:00', to: '20:00', days: 'business' }, 'from'],
    [{ from: '09:00', to: '24:00', days: 'business' }, 'to'],
    [{ from: '20:00', to: '09:00', days: 'business' }, 'to'],
    [{ from: '09:00', to: '09:00', days: 'business' }, 'to'],
    [{ from: '09:00', to: '20:00', days: 'weekends' }, 'days'],
    [{ from: '09:00', to: '20:00' }, 'days'],
  ])('%j are refused, and what is wrong is named', async (hours, path) => {
    const { call } = await room.tie();

    const answer = await call('PUT', '/hours', hours);

    expect(answer).toMatchObject({ status: 400, body: { code: 'request_invalid' } });
    expect(answer.body.fields.map((field: { readonly path: string }) => field.path)).toEqual([path]);
    expect((await call('GET', '')).body.hours.from).toBe('00:00');
  });

  test('keep a notice back until the morning', async () => {
    const { slug, call, workspace } = await room.tie();
    const channel = workspace.addChannel();
    await call('POST', '/places', { slackRef: channel });
    const connectionId = await room.connectAts(slug);
    await call('PUT', '/hours', { from: '08:30', to: '09:00', days: 'every' });

    await room.reject(connectionId, 1); // at ten in the morning
    await room.work();
    const before = workspace.messagesIn(channel).length;
    clock.advance(23 * 3_600_000);
    await room.work();

    expect([before, workspace.messagesIn(channel).length]).toEqual([0, 1]);
  });
});

describe('disconnecting', () => {
  test('takes places, routes and people along, revokes the token, and leaves its lines', async () => {
    const { slug, call, workspace } = await room.tie();
    const { body: place } = await call('POST', '/places', { slackRef: workspace.addChannel() });
    await call('PUT', '/routes', { routes: [{ placeId: place.id }] });
    await call('POST', '/people', { slackRef: workspace.addUser(), role: 'owner' });
    const { token } = workspace;

    const gone = await call('DELETE', '');
    const lists = await Promise.all(['/places', '/routes', '/people'].map((path) => call('GET', path)));
    const again = await call('DELETE', '');
    const reused = await call('POST', '/connect', { botToken: token });

    expect(gone).toEqual({ status: 200, body: { app: 'uninstalled' } });
    expect((await call('GET', '')).body).toEqual({ state: 'none', workspace: null, reason: null, hours: usualHours });
    expect(lists.map(({ body }) => body.items)).toEqual([[], [], []]);
    expect(again.body).toEqual({ app: 'none' });
    expect(reused.body.code).toBe('slack_token_refused');
    expect((await room.listActions(slug)).at(-1)).toBe('slack.untied');
  });

  test('keeps the app where another company uses the workspace', async () => {
    const { call, workspace } = await room.tie();
    const other = await room.tie(workspace);

    const gone = await call('DELETE', '');

    expect(gone.body).toEqual({ app: 'kept' });
    expect((await other.call('GET', '')).body.state).toBe('installed');
    expect((await other.call('POST', '/places', { slackRef: workspace.addChannel() })).status).toBe(201);
  });

  test('asks for a hand where Slack does not answer; our side is done', async () => {
    const { call } = await room.tie();
    room.slack.troubleFor('auth.revoke', { kind: 'hang-up' });

    const gone = await call('DELETE', '');

    expect(gone.body).toEqual({ app: 'by-hand' });
    expect((await call('GET', '')).body.state).toBe('none');
  });
});

const uuid = '0199a0c0-0000-7000-8000-000000000000';
const wording = { title: '題', body: '本文' };

test.each([
  ['GET', '', undefined],
  ['DELETE', '', undefined],
  ['POST', '/connect', { botToken: 'xoxb-000000000000-example' }],
  ['PUT', '/hours', usualHours],
  ['GET', '/places', undefined],
  ['POST', '/places', { slackRef: 'C0123456789' }],
  ['PATCH', `/places/${uuid}`, { isDefault: true }],
  ['POST', `/places/${uuid}/retry`, undefined],
  ['DELETE', `/places/${uuid}`, undefined],
  ['GET', '/routes', undefined],
  ['PUT', '/routes', { routes: [] }],
  ['GET', '/people', undefined],
  ['POST', '/people', { slackRef: 'U0123456789', role: 'owner' }],
  ['DELETE', '/people/U0123456789', undefined],
  ['POST', '/link-codes', { role: 'owner' }],
  ['GET', '/wordings', undefined],
  ['PUT', '/wordings/progress/ja', wording],
  ['DELETE', '/wordings/progress/ja', undefined],
  ['POST', '/preview', { kind: 'progress' }],
] as const)(
  '%s …/slack%s knows no company that is not there, and nobody without the token',
  async (method, path, body) => {
    const url = `/companies/no-such-company/slack${path}`;

    const answer = await room.relay.call(method, url, body);
    const stranger = await room.relay.server.inject({ method, url: `/api/v1${url}`, ...(body && { payload: body }) });

    expect(answer).toMatchObject({ status: 404, body: { code: 'request_not_found' } });
    expect(stranger.statusCode).toBe(401);
  },
);

test('the places and people of another company are as unknown as those that never were', async () => {
  const mine = await room.tie();
  const theirs = await room.tie(mine.workspace);
  const user = mine.workspace.addUser();
  const { body: place } = await theirs.call('POST', '/places', { slackRef: mine.workspace.addChannel() });
  await theirs.call('POST', '/people', { slackRef: user, role: 'viewer' });
  const ask = (id: string, slackRef: string) =>
    Promise.all([
      mine.call('PATCH', `/places/${id}`, { isDefault: true }),
      mine.call('PATCH', `/places/${id}`, { hasNames: true, acceptsNamesWarning: true }),
      mine.call('POST', `/places/${id}/retry`),
      mine.call('DELETE', `/places/${id}`),
      mine.call('PUT', '/routes', { routes: [{ placeId: id }] }),
      mine.call('DELETE', `/people/${slackRef}`),
    ]);

  const foreign = await ask(place.id, user);
  const invented = await ask(newId(), 'U0NOBODY001');

  expect(foreign.map(({ status }) => status)).toEqual([404, 404, 404, 404, 404, 404]);
  expect(foreign).toEqual(invented);
  expect((await theirs.call('GET', '/places')).body.items).toEqual([{ ...place, warnings: undefined }]);
  expect((await theirs.call('GET', '/people')).body.items).toHaveLength(1);
});

test('a company without a workspace is told to connect one, whatever is to be settled', async () => {
  const { call } = await addUntied();

  const answers = await Promise.all([
    call('PUT', '/hours', usualHours),
    call('POST', '/places', { slackRef: 'C0123456789' }),
    call('POST', '/people', { slackRef: 'U0123456789', role: 'owner' }),
    call('POST', '/link-codes', { role: 'owner' }),
    call('DELETE', '/people/U0123456789'),
  ]);

  expect(answers.map(({ status, body }) => [status, body.code])).toEqual([
    [409, 'slack_not_connected'],
    [409, 'slack_not_connected'],
    [409, 'slack_not_connected'],
    [409, 'slack_not_connected'],
    [409, 'slack_not_connected'],
  ]);
});

test('a service without a Slack app still shows what it would say there', async () => {
  const lone = await openRelay();
  try {
    const { slug } = await addCompany(lone);

    const state = await lone.call('GET', `/companies/${slug}/slack`);
    const preview = await lone.call('POST', `/companies/${slug}/slack/preview`, { kind: 'credit-earned' });

    expect(state.body.state).toBe('none');
    expect(preview.status).toBe(200);
  } finally {
    await lone.close();
  }
});

test('no token stands in an answer, a log, the audit log, or in clear in the database', async () => {
  const { slug, call, workspace } = await room.tie();
  const { body: made } = await call('POST', '/link-codes', { role: 'owner' });
  const wrong = 'xoxb-000000000000-canary';
  const answers = [
    await call('POST', '/connect', { botToken: wrong }),
    await call('GET', ''),
    await call('DELETE', ''),
  ];

  const { body: audit } = await room.relay.call('GET', `/audit?company=${slug}`);
  const kept = await room.relay.database.forSystem((tx) => tx.selectFrom('slack_workspace').selectAll().execute());

  const text = JSON.stringify([answers, audit, kept]) + room.relay.logged.join('\n');
  expect(room.relay.logged.join('\n')).toContain('/companies/:slug/slack');
  for (const secret of [workspace.token, wrong, made.code, room.slack.clientSecret, room.slack.signingSecret])
    expect(text).not.toContain(secret);
});

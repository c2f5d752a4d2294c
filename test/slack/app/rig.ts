import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import type { Company, Role } from '../../../src/company/index.ts';
import type { Connection, Connector, Reason } from '../../../src/connector/index.ts';
import { openCache } from '../../../src/platform/cache.ts';
import type { Database } from '../../../src/platform/database.ts';
import { RelayError } from '../../../src/platform/errors.ts';
import { openHttpServer } from '../../../src/platform/http-server.ts';
import { newId } from '../../../src/platform/ids.ts';
import type { LetterStatus } from '../../../src/platform/tables.ts';
import { type AppParts, openSlackApp, type ReviewedLetter, slackPath } from '../../../src/slack/app/index.ts';
import { openPeople } from '../../../src/slack/people/index.ts';
import { makeTestClock, type TestClock } from '../../support/clock.ts';
import { addCompany, openTestVault } from '../../support/company.ts';
import {
  type FakeSlack,
  type FakeWorkspace,
  type ShownView,
  type SlackRequest,
  startFakeSlack,
} from '../../support/fake-slack.ts';

/** What the rooms upstream hold for one company; a test changes it as it likes. */
export interface Stream {
  letters: ReviewedLetter[];
  connections: Connection[];
  balance: { available: number; towardsNext: number };
  reservations: { reservationId: string; reason: string; reservedAt: Date; companyId: string; key: string }[];
  unknownReasons: { connectionId: string; reasonRef: string; name: string; heldLetters: number }[];
  reasons: Reason[];
  /** What the ATS answers to a check and to a rejection. */
  checkFails: RelayError | undefined;
  rejectFails: RelayError | undefined;
  refusal: 'already-rejected' | 'application-gone' | undefined;
  hasNames: Set<string>;
  pollFinds: number;
  /** A letter is sent on only after this. */
  gate: Promise<void>;
}

export interface Rig {
  readonly slack: FakeSlack;
  readonly parts: AppParts;
  readonly workspace: FakeWorkspace;
  readonly clock: TestClock;
  readonly database: Database;
  readonly company: Company;
  readonly stream: Stream;
  /** What was done to the stream, in words: `send <letter> slack:…`. */
  readonly did: string[];
  readonly remarks: { companyId: string; noticeId: string; by: string; did: string; count: number }[];
  readonly address: string;
  readonly people: ReturnType<typeof openPeople>;
  /** Adds a user of the workspace, linked with a role where one is given. */
  addUser(role?: Role, companyId?: string): Promise<string>;
  /** Adds a company tied to the same workspace. */
  addCompany(name?: string): Promise<Company>;
  /** As Slack does it, and ends when the work behind the acknowledgement has ended. */
  deliver(request: SlackRequest): Promise<{ readonly status: number; readonly body: string }>;
  command(user: string, text: string): Promise<string>;
  /** The only modal before this person. */
  modal(user: string): ShownView;
  click(user: string, actionId: string, value?: string): Promise<void>;
  submit(user: string, values?: Readonly<Record<string, string>>): Promise<void>;
  /** A button of a notice that stands in a channel. */
  press(user: string, actionId: string, value: object, channel?: string): Promise<void>;
  readonly heard: string[];
  settle(): Promise<void>;
  close(): Promise<void>;
}

export const noticeId = '01890000-0000-7000-8000-000000000001';

export async function openRig(database: Database, change: Partial<AppParts> = {}): Promise<Rig> {
  // Bolt asks the machine for the time when it looks at a signature, so here the clock is set to it.
  const clock = makeTestClock(new Date().toISOString());
  const slack = await startFakeSlack({ now: clock.now });
  slack.limitRates(false);
  const workspace = slack.addWorkspace({ teamRef: `T0${newId().slice(-8).toUpperCase()}` });
  const channel = workspace.addChannel({ name: 'saiyo' });
  const vault = openTestVault();
  const workspaceId = newId();
  const log = pino({ level: 'silent' });
  const cache = openCache({ redisUrl: undefined, log });
  const people = openPeople({ database, clock, cache });
  await database.forSystem((tx) =>
    tx
      .insertInto('slack_workspace')
      .values({
        workspace_id: workspaceId,
        team_ref: workspace.teamRef,
        name: '架空食品',
        app_ref: slack.appId,
        bot_user_ref: workspace.botUserRef,
        data_key: vault.newDataKey(workspaceId),
        installation: 'sealed',
        source: 'oauth',
        installed_at: clock.now(),
        uninstalled_at: null,
        broken_reason: null,
        updated_at: clock.now(),
      })
      .execute(),
  );

  async function tie(name?: string): Promise<Company> {
    const { company } = await addCompany(database, vault, clock.now(), name === undefined ? {} : { name });
    await database.forSystem((tx) =>
      tx
        .insertInto('slack_tie')
        .values({
          company_id: company.companyId,
          workspace_id: workspaceId,
          hours: JSON.stringify({ from: '09:00', to: '20:00', days: 'business' }),
          tied_at: clock.now(),
          updated_at: clock.now(),
        })
        .execute(),
    );
    return company;
  }

  const company = await tie();
  const stream: Stream = {
    letters: [],
    connections: [],
    balance: { available: 1, towardsNext: 7 },
    reservations: [],
    unknownReasons: [],
    reasons: [{ reasonRef: '14001', name: 'Skills', decidedBy: 'company' }],
    checkFails: undefined,
    rejectFails: undefined,
    refusal: undefined,
    hasNames: new Set(),
    pollFinds: 0,
    gate: Promise.resolve(),
  };
  const did: string[] = [];
  const remarks: Rig['remarks'] = [];
  const heard: string[] = [];
  const parts: AppParts = {
    ...{ database, clock, cache, log, people },
    baseUrl: 'https://relay.example.com',
    tokens: {
      authorize: async (teamRef) =>
        teamRef === workspace.teamRef ? { botToken: workspace.token } : Promise.reject(new RelayError('slack_refused')),
    },
    workspaces: {
      uninstalled: async (teamRef, at) => void heard.push(`uninstalled ${teamRef} ${at.toISOString()}`),
      tokensRevoked: async (teamRef, { bots }) => void heard.push(`revoked ${teamRef} ${bots.join()}`),
    },
    places: {
      mayShowNames: async (_companyId, ref) => stream.hasNames.has(ref),
      resume: async (companyId, { slackRef }) => void heard.push(`resume ${companyId} ${slackRef}`),
      rename: async (companyId, ref, name) => void heard.push(`rename ${companyId} ${ref} ${name}`),
    },
    notices: {
      remark: async (_tx, remark) => void remarks.push(remark),
    },
    ...makeStream(stream, did, company.companyId),
    ...change,
  };
  const server = await openHttpServer({ log, trustedProxies: 0, isHttps: false });
  const app = openSlackApp(parts, { signingSecret: slack.signingSecret, apiUrl: slack.url });
  app.routes(server);
  await server.listen({ port: 0, host: '127.0.0.1' });
  const address = `http://127.0.0.1:${(server.server.address() as AddressInfo).port}${slackPath}`;
  const settle = () => app.stop();

  async function deliver(request: SlackRequest) {
    const answer = await slack.deliver(address, request);
    await settle();
    return answer;
  }
  function modal(user: string): ShownView {
    const found = workspace.openViews.filter((shown) => shown.user === user);
    const [only] = found;
    if (!only || found.length > 1) throw new Error(`${found.length} modals are before ${user}`);
    return only;
  }

  return {
    ...{
      slack,
      parts,
      workspace,
      clock,
      database,
      company,
      stream,
      did,
      remarks,
      address,
      people,
      heard,
      deliver,
      modal,
      settle,
    },
    async addUser(role, companyId = company.companyId) {
      const user = workspace.addUser();
      if (role) await people.linkPerson(companyId, { slackRef: user, role }, 'admin');
      return user;
    },
    addCompany: tie,
    async command(user, text) {
      const before = slack.responses.length;
      await deliver(slack.command(workspace, { user, channel, text }));
      return slack.responses
        .slice(before)
        .map(({ body }) => String(body.text))
        .join('\n');
    },
    async click(user, actionId, value) {
      const named = value === undefined ? {} : { value };
      await deliver(slack.click(workspace, { user, actionId, viewId: modal(user).viewId, ...named }));
    },
    async submit(user, values = {}) {
      const fields = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { [name]: value }]));
      await deliver(slack.submit(workspace, { user, viewId: modal(user).viewId, values: fields }));
    },
    async press(user, actionId, value, where = channel) {
      const button = { type: 'button', action_id: actionId, text: { type: 'plain_text', text: 'x' } };
      const blocks = [{ type: 'actions', block_id: 'b', elements: [{ ...button, value: JSON.stringify(value) }] }];
      const message = {
        ...{ channel: where, ts: '1.000001', text: 'x', blocks },
        ...{ metadata: null, edited: null, by: workspace.botUserRef, threadTs: null },
      };
      await deliver(slack.action(workspace, { user, message, actionId, value: JSON.stringify(value) }));
    },
    async close() {
      await settle();
      await server.close();
      await slack.close();
    },
  };
}

/** The rooms upstream, in memory. */
function makeStream(
  stream: Stream,
  did: string[],
  companyId: string,
): Pick<AppParts, 'letters' | 'connections' | 'rejecting' | 'credits' | 'intake'> {
  function change(letterId: string, to: Partial<ReviewedLetter>): void {
    const found = stream.letters.find((letter) => letter.letterId === letterId);
    if (!found || ['sent', 'cancelled'].includes(found.status)) throw new RelayError('request_conflict');
    stream.letters = stream.letters.map((letter) => (letter === found ? { ...letter, ...to } : letter));
  }
  const isOf = (id: string) => id === companyId;
  const findConnection = (id: string) => stream.connections.find(({ connectionId }) => connectionId === id);
  const setState = (id: string, state: Connection['state']) => {
    stream.connections = stream.connections.map((one) => (one.connectionId === id ? { ...one, state } : one));
  };
  const connector = {
    id: 'kakuu',
    title: '架空ATS <!channel>',
    api: { reject: () => undefined },
  } as unknown as Connector;
  return {
    letters: {
      async list(_tx, { companyId: of, statuses, limit, cursor, connectionId }) {
        const all = stream.letters.filter(
          (letter) =>
            isOf(of) &&
            statuses.includes(letter.status) &&
            (connectionId === undefined || letter.connectionId === connectionId),
        );
        const from = cursor === undefined ? 0 : all.findIndex(({ letterId }) => letterId === cursor) + 1;
        const items = all.slice(from, from + limit);
        return { items, nextCursor: all.length > from + limit ? (items.at(-1)?.letterId ?? null) : null };
      },
      readMany: async (_tx, ids) => stream.letters.filter(({ letterId }) => ids.includes(letterId)),
      async countWaiting(_tx, of) {
        if (!isOf(of)) return [];
        const waiting: LetterStatus[] = ['held', 'failed', 'unknown'];
        const counts = new Map<
          string,
          { connectionId: string; status: LetterStatus; reason: string | null; letters: number }
        >();
        for (const { connectionId, status, reason } of stream.letters.filter((letter) =>
          waiting.includes(letter.status),
        )) {
          const key = `${connectionId}${status}${reason}`;
          counts.set(key, { connectionId, status, reason, letters: (counts.get(key)?.letters ?? 0) + 1 });
        }
        return [...counts.values()];
      },
      listUnknownReasons: async (_tx, of) => (isOf(of) ? stream.unknownReasons : []),
      async send(letterId, actor) {
        await stream.gate;
        change(letterId, { status: 'planned', reason: null, isReleased: true });
        did.push(`send ${letterId} ${actor}`);
      },
      async cancel(letterId, actor) {
        change(letterId, { status: 'cancelled' });
        did.push(`cancel ${letterId} ${actor}`);
      },
      async hold(letterId, actor) {
        change(letterId, { status: 'held', reason: 'by-hand', isReleased: false });
        did.push(`hold ${letterId} ${actor}`);
      },
    },
    connections: {
      connector: () => connector,
      read: async (_tx, id) => findConnection(id),
      async hold(_tx, id) {
        const connection = findConnection(id);
        if (!connection) throw new RelayError('request_not_found');
        return connection;
      },
      list: async (_tx, of) => stream.connections.filter((connection) => connection.companyId === of),
      async check() {
        if (stream.checkFails) throw stream.checkFails;
      },
      listReasons: async () => stream.reasons,
      async update(_tx, id, { mapping }, actor) {
        stream.connections = stream.connections.map((one) => (one.connectionId === id ? { ...one, mapping } : one));
        did.push(`map ${JSON.stringify(mapping)} ${actor}`);
      },
      async pause(_tx, id, actor) {
        if (findConnection(id)?.state === 'paused') return { ok: false, reason: 'already-paused' };
        setState(id, 'paused');
        did.push(`pause ${id} ${actor}`);
        return { ok: true };
      },
      async resume(_tx, id, actor) {
        if (findConnection(id)?.state !== 'paused') return { ok: false, reason: 'not-paused' };
        setState(id, 'live');
        did.push(`resume ${id} ${actor}`);
        return { ok: true };
      },
    },
    rejecting: {
      listTemplates: async () => [
        { templateRef: '501', name: 'without a link', carriesLink: 'none' },
        { templateRef: '502', name: "O'Brien の手紙 🌱", carriesLink: 'static' },
      ],
      preview: async () =>
        stream.refusal
          ? { ok: false, reason: stream.refusal }
          : {
              ok: true,
              job: '営業 <!channel>',
              stage: '一次面接',
              givenName: '一郎',
              familyName: '髙﨑',
              reasonName: 'Skills',
              templateName: "O'Brien の手紙 🌱",
              templateText: 'このたびはご応募いただき… <!channel> 🌱'.repeat(200),
            },
      async reject(_connection, asked, actor) {
        did.push(`reject ${asked.applicationRef} ${asked.reasonRef} ${asked.templateRef} ${actor}`);
        if (stream.rejectFails) throw stream.rejectFails;
        return stream.refusal ? { ok: false, reason: stream.refusal } : { ok: true };
      },
    },
    credits: {
      readBalance: async () => ({
        referrals: { counted: 17, towardsNext: stream.balance.towardsNext, perCredit: 10 },
        credits: { available: stream.balance.available, reserved: stream.reservations.length, used: 0, expired: 0 },
      }),
      readProjection: async () => ({ referralsPerWeek: 2.04, weeksToNextCredit: 1.5 }),
      listOpenReservations: async (_tx, of) => stream.reservations.filter((one) => one.companyId === of),
      async reserve(of, { reason, key = '', actor }) {
        const earlier = stream.reservations.find((one) => one.key === key);
        if (earlier) return { ok: true, reservationId: earlier.reservationId, status: 'reserved' };
        if (stream.balance.available === 0) return { ok: false, reason: 'credits-exhausted' };
        stream.balance.available -= 1;
        const reservationId = newId();
        stream.reservations.push({ reservationId, reason, reservedAt: new Date(), companyId: of, key });
        did.push(`reserve ${reason} ${actor}`);
        return { ok: true, reservationId, status: 'reserved' };
      },
      use: async (id, actor) => settle(id, 'used', actor),
      release: async (id, actor) => settle(id, 'released', actor),
    },
    intake: {
      readLastActivity: async () =>
        stream.connections.map(({ connectionId }) => ({
          connectionId,
          lastDeliveryAt: new Date('2026-11-24T01:00:00Z'),
          lastPolledAt: null,
          lastImportAt: null,
        })),
      poll: async () => ({ recorded: stream.pollFinds }),
    },
  };

  function settle(id: string, status: 'used' | 'released', actor: string) {
    if (!stream.reservations.some(({ reservationId }) => reservationId === id))
      return { ok: false, reason: 'not-found' } as const;
    stream.reservations = stream.reservations.filter(({ reservationId }) => reservationId !== id);
    did.push(`${status} ${id} ${actor}`);
    return { ok: true, reservationId: id, status } as const;
  }
}

export function makeConnection(companyId: string, change: Partial<Connection> = {}): Connection {
  return {
    connectionId: newId(),
    companyId,
    connector: 'kakuu',
    state: 'live',
    settings: {},
    letter: { holdMinutes: 1440, window: 'business-hours' },
    mapping: { reasons: {} },
    access: 'api-key',
    mode: 'relay-sent',
    markedAt: null,
    backfillFrom: null,
    failingSince: null,
    failingCode: null,
    resumesAs: null,
    createdAt: new Date('2026-11-01T00:00:00Z'),
    ...change,
  };
}

export function makeLetter(connectionId: string, change: Partial<ReviewedLetter> = {}): ReviewedLetter {
  return {
    letterId: newId(),
    connectionId,
    status: 'held',
    reason: 'reason-unknown',
    isReleased: false,
    dueAt: null,
    decidedAt: new Date('2026-11-24T01:00:00Z'),
    job: '営業（<!channel>）',
    stage: '一次面接',
    rejectionReason: "O'Brien & 🌱",
    applicationRef: '7100101',
    givenName: '一郎',
    familyName: '髙﨑',
    ...change,
  };
}

/** All texts of a view or of blocks, for looking into them. */
export function textOf(view: unknown): string {
  const texts: string[] = [];
  JSON.stringify(view, (key, value: unknown) => {
    if (key === 'text' && typeof value === 'string') texts.push(value);
    return value;
  });
  return texts.join('\n');
}

import { pino } from 'pino';
import { type EventName, type EventOf, openEvents } from '../../../src/events.ts';
import type { Database, Tx } from '../../../src/platform/database.ts';
import { newId } from '../../../src/platform/ids.ts';
import type { NoticeHours } from '../../../src/platform/tables.ts';
import { listNotices, type NoticedLetter, type NoticeReads, type Place } from '../../../src/slack/index.ts';
import type { ChartWeek } from '../../../src/slack/notice/chart-file.ts';
import type { Sender } from '../../../src/slack/senders.ts';
import { openTelling, type Telling } from '../../../src/slack/telling.ts';
import type { RenderNotice } from '../../../src/slack/text/view.ts';
import { openSlackApi, type SlackApi } from '../../../src/slack/web-api.ts';
import { openWebClient } from '../../../src/slack/workspace/index.ts';
import type { TestClock } from '../../support/clock.ts';
import { addCompany, openTestVault } from '../../support/company.ts';
import type { FakeSlack } from '../../support/fake-slack.ts';
import { makeTestJobs, type TestJobs } from '../../support/jobs.ts';
import { emptyReads, renderPlainly } from '../../support/slack-ports.ts';

export const connectionId = '0199f000-0000-7000-8000-000000000001';
export const otherConnectionId = '0199f000-0000-7000-8000-000000000002';

/** Any time, so that only the tests of the night have one. */
const always: NoticeHours = { from: '00:00', to: '24:00', days: 'every' };

type Logged = Record<string, unknown>;

export interface Scene {
  readonly companyId: string;
  readonly slack: Telling;
  readonly jobs: TestJobs;
  readonly logged: Logged[];
  /** The stream's letters, as the reads give them; a test changes them. */
  readonly letters: Map<string, NoticedLetter>;
  /** Workspaces that were marked broken, and why. */
  readonly broken: string[];
  publish<N extends EventName>(name: N, ...payloads: Omit<EventOf<N>, 'companyId'>[]): Promise<void>;
  /** Adds a letter and says so to the room. */
  addLetters(count: number, change?: Partial<NoticedLetter>): Promise<readonly NoticedLetter[]>;
  addPlace(slackRef: string): Promise<Place>;
  notices(): Promise<Awaited<ReturnType<typeof listNotices>>['items']>;
  /** Lets time pass in steps, of a second unless told, working after each, as a process would. */
  pass(ms: number, stepMs?: number): Promise<void>;
  /** Another process on the same database. */
  rival(): Scene;
}

export interface SceneOptions {
  readonly name?: string;
  readonly locale?: 'ja' | 'en';
  readonly hours?: NoticeHours;
  /** false: the company is tied to no workspace. */
  readonly isTied?: boolean;
  /** Refs of its places; the first is the default. */
  readonly places?: readonly string[];
  readonly sender?: Sender;
  /** Stands between the room and its sender. */
  readonly senders?: (sender: Sender) => () => Promise<Sender>;
  /** Stands in for the fake's address. */
  readonly apiUrl?: string;
  readonly token?: string;
  readonly reads?: Partial<NoticeReads>;
  readonly isShadow?: boolean;
  readonly render?: RenderNotice;
  readonly drawChart?: (weeks: readonly ChartWeek[]) => Promise<Buffer>;
}

interface World {
  readonly database: Database;
  readonly clock: TestClock;
  readonly slack: FakeSlack;
}

/** A company whose notices go to the fake's first workspace. */
export async function openScene(world: World, options: SceneOptions = {}): Promise<Scene> {
  const { database, clock, slack } = world;
  const { company } = await addCompany(database, openTestVault(), clock.now(), {
    ...(options.name === undefined ? {} : { name: options.name }),
    ...(options.locale ? { locale: options.locale } : {}),
  });
  const { companyId } = company;
  const { isTied = true, places = isTied ? [slack.channel] : [] } = options;
  if (isTied) await tie(database, companyId, options.hours ?? always, clock.now());
  const scene = openProcess(world, companyId, options, new Map(), []);
  for (const ref of places) await scene.addPlace(ref);
  return scene;
}

async function tie(database: Database, companyId: string, hours: NoticeHours, now: Date): Promise<void> {
  await database.forSystem(async (tx) => {
    const workspaceId = newId();
    await tx
      .insertInto('slack_workspace')
      .values({
        workspace_id: workspaceId,
        team_ref: `T${workspaceId}`,
        name: '架空食品',
        app_ref: null,
        bot_user_ref: null,
        data_key: 'none',
        installation: null,
        source: 'token',
        installed_at: now,
        uninstalled_at: null,
        broken_reason: null,
        updated_at: now,
      })
      .execute();
    await tx
      .insertInto('slack_tie')
      .values({
        company_id: companyId,
        workspace_id: workspaceId,
        hours: JSON.stringify(hours),
        tied_at: now,
        updated_at: now,
      })
      .execute();
  });
}

/** The calls of a token; the library behind them is loaded with the first. */
function openApi(token: string, apiUrl: string, log: Parameters<typeof openWebClient>[0]['log']): SlackApi {
  const opening = openWebClient({ token, apiUrl, log }).then(openSlackApi);
  return {
    post: async (message) => (await opening).post(message),
    update: async (message) => (await opening).update(message),
    find: async (where) => (await opening).find(where),
    openConversation: async (userRef) => (await opening).openConversation(userRef),
    upload: async (picture) => (await opening).upload(picture),
    describeChannel: async (channelRef) => (await opening).describeChannel(channelRef),
    describePerson: async (userRef) => (await opening).describePerson(userRef),
  };
}

function openProcess(
  world: World,
  companyId: string,
  options: SceneOptions,
  letters: Map<string, NoticedLetter>,
  broken: string[],
): Scene {
  const { database, clock, slack } = world;
  const jobs = makeTestJobs(clock);
  const events = openEvents(jobs);
  const logged: Logged[] = [];
  const log = pino({ base: null }, { write: (line: string) => void logged.push(JSON.parse(line) as Logged) });
  const api = openApi(options.token ?? slack.token, options.apiUrl ?? slack.url, log);
  const markBroken = async (reason: string) => {
    broken.push(reason);
    return true;
  };
  const sender: Sender = options.sender ?? { ok: true, api, markBroken };
  const findSender = options.senders?.(sender) ?? (async () => sender);
  const room = openTelling({
    database,
    clock,
    events,
    jobs,
    log,
    baseUrl: 'https://relay.example.com',
    connections: {
      read: async (_tx: Tx, id: string) =>
        id === connectionId || id === otherConnectionId
          ? ({ companyId, connector: 'sample', state: options.isShadow ? 'shadow' : 'live' } as never)
          : undefined,
      connector: () => ({ title: 'Sample ATS', docs: 'https://ats.example.com/docs' }) as never,
    },
    senders: {
      for: async () => (broken.length > 0 ? { ok: false, reason: broken[0] ?? '' } : findSender()),
    },
    render: options.render ?? renderPlainly,
    drawChart: options.drawChart,
    reads: {
      ...emptyReads,
      letters: async (_tx, ids) => ids.flatMap((id) => letters.get(id) ?? []),
      // In these tests a letter's rejection has the id of the letter.
      letterIdsOf: async (_tx, ids) => ids,
      ...ofCompany(companyId, options.reads),
    },
  });
  const scene: Scene = {
    companyId,
    slack: room,
    jobs,
    logged,
    letters,
    broken,
    publish: (name, ...payloads) =>
      database.forCompany(companyId, (tx) =>
        events.publish(
          tx,
          name,
          payloads.map((payload) => ({ companyId, ...payload }) as EventOf<typeof name>),
        ),
      ),
    async addLetters(count, change = {}) {
      const added = Array.from({ length: count }, () => toLetter(change));
      for (const letter of added) letters.set(letter.letterId, letter);
      const toEvent = ({ letterId, connectionId: id, reason }: NoticedLetter) => ({
        letterId,
        rejectionId: letterId,
        connectionId: id,
        reason: reason ?? '',
      });
      const name = change.status === 'held' ? 'letter-held' : 'letter-planned';
      await scene.publish(name, ...added.map(toEvent));
      return added;
    },
    async addPlace(slackRef) {
      const added = await room.places.add(companyId, { slackRef }, 'admin');
      if (!added.ok) throw new Error(`${slackRef} was refused: ${added.reason}`);
      return added.place;
    },
    notices: async () =>
      (await database.forCompany(companyId, (tx) => listNotices(tx, { companyId, limit: 200 }))).items,
    async pass(ms, stepMs = 1_000) {
      for (let left = ms; left > 0; left -= stepMs) {
        clock.advance(Math.min(left, stepMs));
        await jobs.runDue();
      }
    },
    rival: () => openProcess(world, companyId, options, letters, broken),
  };
  return scene;
}

/** Sweeps look at every company; those of other tests have nothing to tell. */
function ofCompany(own: string, reads: Partial<NoticeReads> = {}): Partial<NoticeReads> {
  const { endingCredits, countLetters, countConsents } = { ...emptyReads, ...reads };
  return {
    ...reads,
    endingCredits: async (tx, companyId, before) => (companyId === own ? endingCredits(tx, companyId, before) : []),
    countLetters: async (tx, companyId, span) => (companyId === own ? countLetters(tx, companyId, span) : { sent: 0 }),
    countConsents: async (tx, companyId, span) =>
      companyId === own ? countConsents(tx, companyId, span) : { granted: 0 },
  };
}

function toLetter(change: Partial<NoticedLetter>): NoticedLetter {
  return {
    letterId: newId(),
    connectionId,
    job: '営業',
    status: 'planned',
    reason: null,
    dueAt: new Date('2026-11-25T01:00:00Z'),
    givenName: '一郎',
    familyName: '髙﨑',
    ...change,
  };
}

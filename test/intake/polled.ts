import { createSampleFake } from '../../connectors/_sample/fake.ts';
import { sample } from '../../connectors/_sample/index.ts';
import {
  type Connection,
  type Connector,
  type Fake,
  type FakeApplicant,
  type FakeDelivery,
  openConnections,
} from '../../src/connector/index.ts';
import { type Intake, listRejections, openIntake } from '../../src/intake/index.ts';
import { openCache } from '../../src/platform/cache.ts';
import type { Database } from '../../src/platform/database.ts';
import { openHttpServer } from '../../src/platform/http-server.ts';
import { openLog } from '../../src/platform/log.ts';
import { makeTestClock, type TestClock } from '../support/clock.ts';
import { addCompany, openTestVault } from '../support/company.ts';
import { makeTestEvents, type TestEvents } from '../support/events.ts';
import { makeTestJobs, type TestJobs } from '../support/jobs.ts';
import { fakeHandler, openTestNetwork } from '../support/msw.ts';

export const dayMs = 24 * 60 * 60_000;
const origin = 'https://api.ats.example.com';

/** A company whose ATS is the sample vendor, which lists three decisions a page. */
export interface Polled {
  readonly clock: TestClock;
  readonly connection: Connection;
  readonly connections: ReturnType<typeof openConnections>;
  readonly fake: Fake;
  readonly events: TestEvents;
  readonly jobs: TestJobs;
  readonly intake: Intake;
  /** Another process on the same database, with memory and connections of its own. */
  openAnother(): { readonly intake: Intake; readonly jobs: TestJobs };
  /** Somebody is rejected, so many days ago. */
  reject(daysAgo: number, change?: Partial<FakeApplicant>): FakeDelivery;
  /** Posts a delivery to the webhook door and works on it. */
  hear(delivery: FakeDelivery): Promise<void>;
  /** Stands before the vendor: answers in its place, or lets it. */
  intercept(answerer: ((url: URL) => Response | undefined | Promise<Response | undefined>) | undefined): void;
  /** How often the vendor was asked for this path. */
  countCalls(path: '/declined' | '/applications'): number;
  /** References of our rejections, oldest first, with what became of them. */
  rejections(): Promise<readonly (readonly [string, string])[]>;
  /** References of what was noted and not acted on, oldest first. */
  sightings(): Promise<readonly string[]>;
  /** The row of the poll. */
  state(): Promise<{ readonly last_outcome: string | null; readonly next_poll_at: Date; readonly version: number }>;
  present(): Promise<Connection>;
  close(): Promise<void>;
}

export async function openPolled(database: Database, connector: Connector = sample): Promise<Polled> {
  const clock = makeTestClock();
  const vault = openTestVault();
  const log = openLog('silent');
  const events = makeTestEvents();
  const jobs = makeTestJobs(clock);
  const fake = createSampleFake({ now: clock.now });
  let answerer: Parameters<Polled['intercept']>[0];
  const handle = async (request: Request) => (await answerer?.(new URL(request.url))) ?? fake.handle(request);
  const network = openTestNetwork(fakeHandler({ handle }, origin));
  const closers: (() => Promise<void>)[] = [];
  const open = (own: TestJobs) => {
    const cache = openCache({ redisUrl: undefined, log });
    const connections = openConnections({
      database,
      vault,
      clock,
      events,
      cache,
      log,
      connectors: [connector],
      allowPrivateNetwork: false,
      redisUrl: undefined,
      sleep: async (ms) => clock.advance(ms),
    });
    const intake = openIntake({ database, vault, clock, events, jobs: own, connections, count: () => undefined });
    closers.push(
      () => connections.close(),
      () => cache.close(),
    );
    return { connections, intake };
  };
  const { connections, intake } = open(jobs);
  const server = await openHttpServer({ log, trustedProxies: 0, isHttps: true });
  await intake.routes(server);
  const { company } = await addCompany(database, vault, clock.now());
  const { companyId } = company;
  const connection = await database.forCompany(companyId, (tx) =>
    connections.create(tx, { companyId, connector: connector.id, settings: fake.settings(origin) }),
  );
  const { connectionId } = connection;
  let people = 0;
  return {
    clock,
    connection,
    connections,
    fake,
    events,
    jobs,
    intake,
    openAnother() {
      const own = makeTestJobs(clock);
      return { intake: open(own).intake, jobs: own };
    },
    reject(daysAgo, change = {}) {
      people += 1;
      return fake.reject({
        givenName: '花子',
        familyName: '髙﨑',
        email: `hanako.${people}@example.com`,
        job: '営業職（東京）',
        decidedAt: new Date(clock.now().getTime() - daysAgo * dayMs),
        ...change,
      });
    },
    async hear({ headers, body }) {
      await server.inject({ method: 'POST', url: `/hooks/${connectionId}`, headers: { ...headers }, payload: body });
      await jobs.runDue();
    },
    intercept(next) {
      answerer = next;
    },
    countCalls: (path) => fake.calls.filter((call) => call.path === path).length,
    async rejections() {
      const { items } = await database.forCompany(companyId, (tx) => listRejections(tx, { companyId, limit: 200 }));
      return items.map(({ applicationRef, status }) => [applicationRef, status] as const).reverse();
    },
    async sightings() {
      const rows = await database.forCompany(companyId, (tx) =>
        tx.selectFrom('sighting').select('application_ref').orderBy('decided_at').orderBy('application_ref').execute(),
      );
      return rows.map((row) => row.application_ref);
    },
    state: () =>
      database.forCompany(companyId, (tx) =>
        tx
          .selectFrom('poll')
          .select(['last_outcome', 'next_poll_at', 'version'])
          .where('connection_id', '=', connectionId)
          .executeTakeFirstOrThrow(),
      ),
    present: async () => {
      const found = await database.forCompany(companyId, (tx) => connections.read(tx, connectionId));
      if (!found) throw new Error('the connection is gone');
      return found;
    },
    async close() {
      // What a later test looks for must not find it.
      await database.forCompany(companyId, async (tx) => {
        if (await connections.read(tx, connectionId)) await connections.remove(tx, connectionId);
      });
      for (const close of closers) await close();
      await server.close();
      network.close();
      if (network.strays.length > 0) throw new Error(`calls nobody expected: ${network.strays.join(', ')}`);
    },
  };
}

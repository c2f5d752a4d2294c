import { createGreenhouseFake } from '../../connectors/greenhouse/fake.ts';
import { connectors } from '../../connectors/index.ts';
import type { Company } from '../../src/company/index.ts';
import {
  type Connection,
  type Connections,
  type Fake,
  type FakeDelivery,
  type FakeOptions,
  openConnections,
} from '../../src/connector/index.ts';
import { type Intake, openIntake } from '../../src/intake/index.ts';
import { openCache } from '../../src/platform/cache.ts';
import type { Database } from '../../src/platform/database.ts';
import { openHttpServer, type Server } from '../../src/platform/http-server.ts';
import { openLog } from '../../src/platform/log.ts';
import { makeTestClock, type TestClock } from '../support/clock.ts';
import { addCompany, openTestVault } from '../support/company.ts';
import { makeTestEvents, type TestEvents } from '../support/events.ts';
import { makeTestJobs, type TestJobs } from '../support/jobs.ts';
import { fakeHandler, openTestNetwork } from '../support/msw.ts';

export const origin = 'https://harvest.greenhouse.example';

/** The way in with everything around it: a company, its connection, the vendor's fake, and jobs that run when told. */
export interface World<F extends Fake = ReturnType<typeof createGreenhouseFake>> {
  readonly clock: TestClock;
  readonly company: Company;
  readonly connection: Connection;
  readonly connections: Connections;
  readonly fake: F;
  readonly events: TestEvents;
  readonly jobs: TestJobs;
  readonly intake: Intake;
  readonly server: Server;
  readonly counted: string[];
  setVendorDown(isDown: boolean): void;
  /** Posts a delivery to the webhook door; gives the status. */
  send(delivery: Pick<FakeDelivery, 'headers' | 'body'>): Promise<number>;
  close(): Promise<void>;
}

export function openWorld(database: Database): Promise<World> {
  return openWorldOf(database, { connector: 'greenhouse', origin, createFake: createGreenhouseFake });
}

/** The same with another vendor at the other end. */
export async function openWorldOf<F extends Fake>(
  database: Database,
  vendor: { readonly connector: string; readonly origin: string; createFake(options: FakeOptions): F },
): Promise<World<F>> {
  let isVendorDown = false;
  const clock = makeTestClock();
  const vault = openTestVault();
  const log = openLog('silent');
  const events = makeTestEvents();
  const jobs = makeTestJobs(clock);
  const cache = openCache({ redisUrl: undefined, log });
  const fake = vendor.createFake({ now: clock.now });
  const network = openTestNetwork(
    fakeHandler(
      { handle: async (request) => (isVendorDown ? new Response(null, { status: 503 }) : fake.handle(request)) },
      vendor.origin,
    ),
  );
  const connections = openConnections({
    database,
    vault,
    clock,
    events,
    cache,
    log,
    connectors,
    allowPrivateNetwork: false,
    redisUrl: undefined,
    sleep: async () => undefined,
  });
  const counted: string[] = [];
  const intake = openIntake({
    database,
    vault,
    clock,
    events,
    jobs,
    connections,
    count: (outcome) => void counted.push(outcome),
  });
  const server = await openHttpServer({ log, trustedProxies: 0, isHttps: true });
  await intake.routes(server);
  const { company } = await addCompany(database, vault, clock.now());
  const connection = await database.forCompany(company.companyId, (tx) =>
    connections.create(tx, {
      companyId: company.companyId,
      connector: vendor.connector,
      settings: fake.settings(vendor.origin),
    }),
  );
  return {
    clock,
    company,
    connection,
    connections,
    fake,
    events,
    jobs,
    intake,
    server,
    counted,
    setVendorDown(isDown) {
      isVendorDown = isDown;
    },
    async send({ headers, body }) {
      const answer = await server.inject({
        method: 'POST',
        url: `/hooks/${connection.connectionId}`,
        headers: { ...headers },
        payload: body,
      });
      return answer.statusCode;
    },
    async close() {
      await server.close();
      await connections.close();
      await cache.close();
      network.close();
      if (network.strays.length > 0) throw new Error(`calls nobody expected: ${network.strays.join(', ')}`);
    },
  };
}

export const applicant = {
  givenName: '花子',
  familyName: '髙﨑',
  email: 'hanako.takasaki@example.com',
  job: '営業職（東京）',
} as const;

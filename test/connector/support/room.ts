import { type Connection, type Connections, type Connector, openConnections } from '../../../src/connector/index.ts';
import { type Cache, openCache } from '../../../src/platform/cache.ts';
import type { Database } from '../../../src/platform/database.ts';
import { newToken } from '../../../src/platform/ids.ts';
import { openLog } from '../../../src/platform/log.ts';
import { makeTestClock, type TestClock } from '../../support/clock.ts';
import { addCompany, openTestVault } from '../../support/company.ts';
import { makeTestEvents, type TestEvents } from '../../support/events.ts';
import { type AcmeFake, acme, market, marketClient, mute } from './acme.ts';

export interface TestRoom {
  readonly connections: Connections;
  readonly companyId: string;
  readonly clock: TestClock;
  readonly events: TestEvents;
  readonly cache: Cache;
  /** Another process on the same database, with memory of its own. */
  openAnother(over?: Database): Connections;
  /** Installs `market`: begins, lets the person agree at the fake, and ends. */
  install(fake: AcmeFake, connector?: string): Promise<Connection>;
  close(): Promise<void>;
}

/** The room as the app opens it, for a company of its own. Waiting moves the clock. */
export async function openTestRoom(database: Database, more: readonly Connector[] = []): Promise<TestRoom> {
  const clock = makeTestClock();
  const vault = openTestVault();
  const events = makeTestEvents();
  const log = openLog('silent');
  const { company } = await addCompany(database, vault, clock.now());
  const opened: { close(): Promise<void> }[] = [];
  const clients = Object.fromEntries([market, ...more].map(({ id }) => [id, marketClient]));
  const open = (over = database) => {
    const cache = openCache({ redisUrl: undefined, log });
    const connections = openConnections({
      database: over,
      vault,
      clock,
      events,
      cache,
      log,
      connectors: [acme, mute, market, ...more],
      own: { baseUrl: 'https://relay.example.com', clients },
      allowPrivateNetwork: false,
      redisUrl: undefined,
      sleep: async (ms) => clock.advance(ms),
    });
    opened.push(connections, cache);
    return { connections, cache };
  };
  const first = open();
  return {
    ...first,
    companyId: company.companyId,
    clock,
    events,
    openAnother: (over) => open(over).connections,
    async install(fake, connector = market.id) {
      const browser = newToken();
      const { companyId } = company;
      const { url } = await first.connections.beginInstall({ companyId, connector, browser });
      const back = new URL((await fake.handle(new Request(url))).headers.get('location') ?? '');
      const outcome = await first.connections.finishInstall({
        connector,
        browser,
        state: back.searchParams.get('state') ?? '',
        answer: { code: back.searchParams.get('code') ?? '' },
      });
      if (!outcome.ok) throw new Error(`the install ended: ${outcome.reason}`);
      return outcome.connection;
    },
    close: async () => {
      for (const part of opened) await part.close();
    },
  };
}

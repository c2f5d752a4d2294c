import { type Connections, openConnections } from '../../../src/connector/index.ts';
import { type Cache, openCache } from '../../../src/platform/cache.ts';
import type { Database } from '../../../src/platform/database.ts';
import { openLog } from '../../../src/platform/log.ts';
import { makeTestClock, type TestClock } from '../../support/clock.ts';
import { addCompany, openTestVault } from '../../support/company.ts';
import { makeTestEvents, type TestEvents } from '../../support/events.ts';
import { acme, mute } from './acme.ts';

export interface TestRoom {
  readonly connections: Connections;
  readonly companyId: string;
  readonly clock: TestClock;
  readonly events: TestEvents;
  readonly cache: Cache;
  /** Another process on the same database, with memory of its own. */
  openAnother(): Connections;
  close(): Promise<void>;
}

/** The room as the app opens it, for a company of its own. Waiting moves the clock. */
export async function openTestRoom(database: Database): Promise<TestRoom> {
  const clock = makeTestClock();
  const vault = openTestVault();
  const events = makeTestEvents();
  const log = openLog('silent');
  const { company } = await addCompany(database, vault, clock.now());
  const opened: { close(): Promise<void> }[] = [];
  const open = () => {
    const cache = openCache({ redisUrl: undefined, log });
    const connections = openConnections({
      database,
      vault,
      clock,
      events,
      cache,
      log,
      connectors: [acme, mute],
      allowPrivateNetwork: false,
      redisUrl: undefined,
      sleep: async (ms) => clock.advance(ms),
    });
    opened.push(connections, cache);
    return { connections, cache };
  };
  return {
    ...open(),
    companyId: company.companyId,
    clock,
    events,
    openAnother: () => open().connections,
    close: async () => {
      for (const part of opened) await part.close();
    },
  };
}

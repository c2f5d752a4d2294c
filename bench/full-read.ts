import { setImmediate } from 'node:timers/promises';
import { createGreenhouseFake } from '../connectors/greenhouse/fake.ts';
import { greenhouse } from '../connectors/greenhouse/index.ts';
import { type Connector, type Context, type Fake, openConnections, serveFake } from '../src/connector/index.ts';
import { openIntake } from '../src/intake/index.ts';
import { openCache } from '../src/platform/cache.ts';
import { openEmbeddedDatabase } from '../src/platform/database.ts';
import { openLog } from '../src/platform/log.ts';
import { migrate } from '../src/platform/migrate.ts';
import { addCompany, openTestVault } from '../test/support/company.ts';
import { makeTestEvents } from '../test/support/events.ts';
import { makeTestJobs } from '../test/support/jobs.ts';
import { median, report } from './support.ts';

const applications = 100_000;
const callsPerWindow = 50;
const windowMs = 30_000;
/** What one call takes. */
const latencyMs = 100;
/** Readings begin at these instants of a window. */
const beginsMs = [0, 11_000, 23_000];
const dayMs = 24 * 60 * 60_000;

/** Time that passes only by calls and by waiting, so that minutes of a vendor's windows run in seconds. */
interface VirtualTime {
  now(): Date;
  pass(ms: number): void;
  sleep(ms: number): Promise<void>;
}

function openVirtualTime(startMs: number): VirtualTime {
  let present = startMs;
  return {
    now: () => new Date(present),
    pass: (ms) => {
      present += ms;
    },
    async sleep(ms) {
      const until = present + ms;
      await setImmediate();
      present = Math.max(present, until);
    },
  };
}

interface Reading {
  readonly ms: number;
  /** Pages asked for, and the times the vendor said "not now". */
  readonly calls: number;
  readonly refused: number;
  readonly seen: number;
}

interface Vendor {
  readonly time: VirtualTime;
  readonly fake: Fake;
  readonly origin: string;
  /** Sets the clock to an instant of a window, runs a reading and counts. */
  measure(beginMs: number, read: () => Promise<number>): Promise<Reading>;
  close(): Promise<void>;
}

/** The vendor's stand-in with everybody rejected in the last 90 days. */
async function openVendor(): Promise<Vendor> {
  const firstWindow = Date.parse('2026-11-24T01:00:00Z');
  const time = openVirtualTime(firstWindow);
  const fake = createGreenhouseFake({ now: time.now, requestsPerWindow: callsPerWindow, tokenSeconds: 86_400 });
  const everyMs = (85 * dayMs) / applications;
  for (let index = 0; index < applications; index += 1) {
    const decidedAt = new Date(firstWindow - dayMs - index * everyMs);
    fake.reject({ givenName: '太郎', familyName: '𠮷野', email: `p${index}@example.com`, job: '営業職', decidedAt });
  }
  const handle = (request: Request) => {
    if (isPage(new URL(request.url).pathname)) time.pass(latencyMs);
    return fake.handle(request);
  };
  const hosted = await serveFake({ ...fake, handle });
  return {
    time,
    fake,
    origin: hosted.origin,
    async measure(beginMs, read) {
      const present = time.now().getTime();
      const begin = Math.ceil((present + 1) / windowMs) * windowMs + beginMs;
      time.pass(begin - present);
      const before = fake.calls.length;
      const seen = await read();
      const calls = fake.calls.slice(before).filter(({ path }) => isPage(path));
      const refused = calls.filter(({ status }) => status === 429).length;
      return { ms: time.now().getTime() - begin, calls: calls.length - refused, refused, seen };
    },
    close: hosted.close,
  };
}

function fakeSettings({ fake, origin }: Vendor): Readonly<Record<string, string>> {
  return fake.settings(origin);
}

function isPage(path: string): boolean {
  return path !== '/token';
}

/** Who knows every window beforehand and never waits in vain, one call after the other. */
function dictate(beginMs: number, calls: number): number {
  let at = beginMs;
  let used = 0;
  for (let call = 0; call < calls; call += 1) {
    if (Math.floor(at / windowMs) > Math.floor((at - latencyMs) / windowMs)) used = 0;
    if (used === callsPerWindow) {
      at = (Math.floor(at / windowMs) + 1) * windowMs;
      used = 0;
    }
    used += 1;
    at += latencyMs;
  }
  return at - beginMs;
}

interface Whole {
  readonly connector: Connector;
  readonly settings: Readonly<Record<string, string>>;
  readonly time: Pick<VirtualTime, 'now' | 'sleep'>;
  /** Told when all stands ready and the reading begins. */
  begin?(): void;
}

/** The program's own reading: the intake with its jobs, on the embedded database. Gives how many it noted. */
export async function readWhole({ connector, settings, time, begin }: Whole): Promise<number> {
  const database = await openEmbeddedDatabase('memory://');
  await migrate(database);
  const log = openLog('silent');
  const cache = openCache({ redisUrl: undefined, log });
  const vault = openTestVault();
  const events = makeTestEvents();
  const jobs = makeTestJobs({ now: time.now, advance: () => undefined, set: () => undefined });
  const connections = openConnections({
    database,
    vault,
    clock: time,
    events,
    cache,
    log,
    connectors: [connector],
    allowPrivateNetwork: true,
    redisUrl: undefined,
    sleep: time.sleep,
  });
  const intake = openIntake({ database, vault, clock: time, events, jobs, connections, count: () => undefined });
  const { company } = await addCompany(database, vault, time.now());
  const { companyId } = company;
  const connection = await database.forCompany(companyId, (tx) =>
    connections.create(tx, { companyId, connector: connector.id, settings }),
  );
  begin?.();
  await intake.poll(connection, {});
  await jobs.runDue();
  const [counted] = await database.forCompany(companyId, (tx) =>
    tx
      .selectFrom('sighting')
      .select(({ fn }) => fn.countAll<string>().as('count'))
      .execute(),
  );
  await connections.close();
  await cache.close();
  await database.close();
  return Number(counted?.count);
}

/** The plain way: the same pages, one call at a time, waiting out whatever Retry-After says. */
async function readPlainly({ time, fake, origin }: Vendor): Promise<number> {
  const poll = requirePoll(greenhouse);
  const context = await openPlainContext(time, fake.settings(origin));
  let cursor: unknown = poll.first(new Date(time.now().getTime() - 90 * dayMs));
  for (let seen = 0; ; ) {
    const page = await poll.pull(context, cursor, time.now());
    seen += page.sightings.length;
    cursor = page.cursor;
    if (page.isLast) return seen;
  }
}

function requirePoll({ api }: Connector) {
  if (!api?.poll) throw new Error('the connector is not polled');
  return api.poll;
}

async function openPlainContext(time: VirtualTime, settings: Context['settings']): Promise<Context> {
  const basic = Buffer.from(`${settings.clientId}:${settings.clientSecret}`).toString('base64');
  const token = await fetch(settings.tokenUrl ?? '', {
    method: 'POST',
    headers: { authorization: `Basic ${basic}`, 'content-type': 'application/x-www-form-urlencoded' },
    body: 'grant_type=client_credentials',
  });
  const { access_token: accessToken } = (await token.json()) as { readonly access_token: string };

  async function call(target: string): Promise<Response> {
    for (;;) {
      const response = await fetch(`${settings.baseUrl}${target}`, {
        headers: { authorization: `Bearer ${accessToken}` },
      });
      if (response.status !== 429) return response;
      await time.sleep(Number(response.headers.get('retry-after')) * 1000);
    }
  }

  const refuse = () => Promise.reject(new Error('a reading only reads pages'));
  return {
    settings,
    remember: (_key, _ttlMs, _schema, load) => load(),
    http: {
      get: refuse,
      find: refuse,
      list: refuse,
      post: refuse,
      put: refuse,
      patch: refuse,
      delete: refuse,
      async page(path, item, query = {}) {
        const search = new URLSearchParams();
        for (const [name, value] of Object.entries(query)) search.set(name, String(value));
        const response = await call(search.size === 0 ? path : `${path}?${search}`);
        const items = (await response.json()) as readonly unknown[];
        const next = /<([^>]*)>;[^,]*rel="?next"?/.exec(response.headers.get('link') ?? '')?.[1];
        const { pathname, search: rest } = new URL(next ?? '/', settings.baseUrl);
        return { items: items.map((one) => item.parse(one)), next: next === undefined ? null : `${pathname}${rest}` };
      },
    },
  };
}

/** The first full read of a company's history: our whole way in, beside what the vendor's windows dictate. */
export async function benchFullRead(): Promise<void> {
  const startedAt = performance.now();
  const vendor = await openVendor();
  const ours: Reading[] = [];
  const plain: Reading[] = [];
  for (const begin of beginsMs) {
    plain.push(await vendor.measure(begin, () => readPlainly(vendor)));
    ours.push(
      await vendor.measure(begin, () =>
        readWhole({ connector: greenhouse, settings: fakeSettings(vendor), time: vendor.time }),
      ),
    );
  }
  await vendor.close();
  if ([...ours, ...plain].some(({ seen }) => seen !== applications)) throw new Error('a reading passed somebody over');
  const ratio = (readings: readonly Reading[]) =>
    median(readings.map(({ ms, calls }, index) => ms / dictate(beginsMs[index] ?? 0, calls)));
  const show = (readings: readonly Reading[]) => {
    const [seconds, calls, refused] = [
      median(readings.map(({ ms }) => ms / 1000)),
      median(readings.map(({ calls: all }) => all)),
      median(readings.map(({ refused: all }) => all)),
    ];
    return `${ratio(readings).toFixed(3)} × the window (${seconds.toFixed(1)} s, ${calls} calls, ${refused} refused)`;
  };
  const windowed = median(ours.map(({ calls }, index) => dictate(beginsMs[index] ?? 0, calls) / 1000));
  report(
    `Greenhouse: first full read of ${applications} applications (virtual time, ${callsPerWindow} calls in 30 s, ${latencyMs} ms a call, median of ${beginsMs.length})`,
    [
      ['what the window itself dictates', `${windowed.toFixed(1)} s`],
      ['ours: read, compared, noted', show(ours)],
      ['plain: one by one, waits for Retry-After', show(plain)],
      ['goal', '≤ 1.05 × the window'],
      ['this bench took', `${((performance.now() - startedAt) / 1000).toFixed(0)} s of real time`],
    ],
  );
}

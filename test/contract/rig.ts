import { HttpResponse, http, type RequestHandler } from 'msw';
import { type SetupServer, setupServer } from 'msw/node';
import type {
  Connector,
  Fake,
  FakeDelivery,
  FakeOptions,
  Reason,
  Report,
  Steps,
  WriteBack,
} from '../../src/connector/index.ts';
import { type Connection, openConnections, verifyDelivery } from '../../src/connector/index.ts';
import type { Events } from '../../src/events.ts';
import { openCache } from '../../src/platform/cache.ts';
import type { Database } from '../../src/platform/database.ts';
import { openLog } from '../../src/platform/log.ts';
import { makeTestClock, type TestClock } from '../support/clock.ts';
import { addCompany, openTestVault } from '../support/company.ts';
import { openTestDatabase } from '../support/database.ts';

/** One connector as the suite looks at it. */
export interface Subject {
  readonly name: string;
  readonly folder: string;
  readonly connector: Connector;
  readonly isOffered: boolean;
  createFake(options: FakeOptions): Fake;
  /** Settings beside those the fake asks for. */
  readonly settings?: Readonly<Record<string, string>>;
  /** True for another way of writing back of a connector that stands in the suite already: only that is asked. */
  readonly isVariant?: boolean;
  /** True for a connector that has no subject of its own yet. */
  readonly isGuessed?: boolean;
  /** Most rows in a page of its poll. */
  readonly pollRows?: number;
  /** API calls a full reread costs: the first one, and every further one within the hour. */
  readonly rereadCalls: { readonly first: number; readonly further: number };
  /** What its ATS does not know: who decided, or where a name is cut in two. */
  readonly cannotTell?: readonly ('decidedBy' | 'nameParts')[];
  readonly fixtures: readonly { readonly name: string; readonly text: string }[];
  /** The door's check of a signature; only a broken subject has its own. */
  readonly verify?: typeof verifyDelivery;
}

type Answerer = (request: Request, pass: () => Promise<Response>) => Promise<Response>;

/** A subject installed at a company, and its fake in the vendor's place. */
export interface Rig {
  readonly clock: TestClock;
  readonly fake: Fake;
  /** The setting as it stands: one secret, or several with a space between. */
  readonly webhookSecret: string;
  /** Every secret this rig knows: of the settings, and tokens as they were seen. */
  secrets(): readonly string[];
  /** API calls the fake received so far, tokens apart. */
  countCalls(): number;
  /** Stands between us and the fake's API, not its token endpoint. */
  intercept(answerer: Answerer | undefined): void;
  check(): Promise<void>;
  reread(applicationRefs: readonly string[]): ReturnType<ReturnType<typeof openConnections>['reread']>;
  pull(
    from: { readonly cursor: unknown } | { readonly since: Date },
  ): ReturnType<ReturnType<typeof openConnections>['pull']>;
  listReasons(): Promise<readonly Reason[]>;
  listStages(): Promise<readonly string[]>;
  setUpWebhooks(url: string): Promise<boolean>;
  writeBack(item: WriteBack, steps: Steps): ReturnType<ReturnType<typeof openConnections>['writeBack']>;
  parse(delivery: Pick<FakeDelivery, 'body'>): readonly Report[];
  verify(secret: string, headers: Readonly<Record<string, string>>, body: Buffer): boolean;
}

/** What all rigs of a test file share. Real client, real database, the vendor's own addresses; only the vendor is not. */
export interface Bench {
  /** Opens a rig, which takes the vendor's place from the one before. */
  open(subject: Subject, change?: RigChange): Promise<Rig>;
  /** Requests that went anywhere but to the vendor. */
  readonly strays: readonly string[];
  close(): Promise<void>;
}

export interface RigChange {
  readonly settings?: Readonly<Record<string, string>>;
  readonly fake?: Partial<FakeOptions>;
}

export async function openBench(): Promise<Bench> {
  const database = await openTestDatabase();
  const vault = openTestVault();
  const { company } = await addCompany(database, vault, new Date('2026-11-24T01:00:00Z'));
  const strays: string[] = [];
  const stray = http.all('*', ({ request }) => {
    strays.push(new URL(request.url).origin);
    return HttpResponse.error();
  });
  const server = setupServer(stray);
  server.listen();
  const closers: (() => Promise<void>)[] = [];
  return {
    strays,
    async open(subject, change = {}) {
      const rig = await openRig({ database, vault, server, stray, companyId: company.companyId }, subject, change);
      closers.push(rig.close);
      return rig.rig;
    },
    async close() {
      for (const close of closers) await close();
      server.close();
      await database.close();
    },
  };
}

interface Shared {
  readonly database: Database;
  readonly vault: ReturnType<typeof openTestVault>;
  readonly server: SetupServer;
  readonly stray: RequestHandler;
  readonly companyId: string;
}

async function openRig(
  shared: Shared,
  subject: Subject,
  change: RigChange,
): Promise<{ readonly rig: Rig; close(): Promise<void> }> {
  const { connector } = subject;
  const clock = makeTestClock();
  const fake = subject.createFake({ now: clock.now, ...change.fake });
  const credentials = connector.api?.access['client-credentials'];
  const origin = connector.settings[connector.api?.baseUrl ?? '']?.default ?? 'https://vendor.example.com';
  const settings = { ...fake.settings(origin), ...subject.settings, ...change.settings };
  const tokenUrl = new URL(settings[credentials?.tokenUrl ?? ''] ?? `${origin}/token`);
  const tokens = new Set<string>();
  let answerer: Answerer | undefined;

  shared.server.resetHandlers(
    http.all(`${origin}/*`, async ({ request }) => {
      const isToken = new URL(request.url).pathname === tokenUrl.pathname;
      if (!isToken) tokens.add((request.headers.get('authorization') ?? '').replace(/^\w+ /, ''));
      const pass = () => fake.handle(request.clone());
      return isToken || !answerer ? pass() : answerer(request, pass);
    }),
    shared.stray,
  );

  const log = openLog('silent');
  const cache = openCache({ redisUrl: undefined, log });
  const connections = openConnections({
    database: shared.database,
    vault: shared.vault,
    clock,
    events: silentEvents,
    cache,
    log,
    connectors: [connector],
    allowPrivateNetwork: false,
    redisUrl: undefined,
    sleep: async (ms) => clock.advance(ms),
  });
  const connection: Connection = await shared.database.forCompany(shared.companyId, (tx) =>
    connections.create(tx, { companyId: shared.companyId, connector: connector.id, settings }),
  );
  const secretNames = Object.entries(connector.settings).flatMap(([name, field]) =>
    field.kind === 'secret' ? [name] : [],
  );

  const rig: Rig = {
    clock,
    fake,
    webhookSecret: settings[connector.webhook?.secret ?? ''] ?? '',
    secrets: () =>
      [...secretNames.flatMap((name) => (settings[name] ?? '').split(' ')), ...tokens].filter(
        (secret) => secret !== '',
      ),
    countCalls: () => fake.calls.filter((call) => call.path !== tokenUrl.pathname).length,
    intercept(next) {
      answerer = next;
    },
    check: () => connections.check(connection),
    reread: (refs) => connections.reread(connection, refs),
    pull: (from) => connections.pull(connection, from),
    listReasons: async () => (await connections.listReasons(connection)) ?? [],
    listStages: async () => (await connections.listStages(connection)) ?? [],
    setUpWebhooks: (url) => connections.setUpWebhooks(connection, url),
    writeBack: (item, steps) => connections.writeBack(connection, item, steps),
    parse: ({ body }) => connector.webhook?.parse(JSON.parse(body.toString('utf8'))) ?? [],
    verify(secret, headers, body) {
      if (!connector.webhook) return false;
      return (subject.verify ?? verifyDelivery)(connector.webhook.signature, secret.split(' '), headers, body);
    },
  };
  const close = async () => {
    await connections.close();
    await cache.close();
  };
  return { rig, close };
}

const silentEvents: Events = { publish: async () => undefined, listen: () => undefined };

/** Steps kept in memory, as the core keeps them in its table. */
export function makeSteps(): Steps {
  const done = new Set<string>();
  return { isDone: (step) => done.has(step), finish: async (step) => void done.add(step) };
}

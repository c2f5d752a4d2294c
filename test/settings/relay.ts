import { Writable } from 'node:stream';
import type { HTTPMethods, RouteOptions } from 'fastify';
import { pino } from 'pino';
import { createGreenhouseFake } from '../../connectors/greenhouse/fake.ts';
import { connectors } from '../../connectors/index.ts';
import type { SlackConfig } from '../../src/config.ts';
import { type Connector, type OwnClients, openConnections, serveFake } from '../../src/connector/index.ts';
import { openConsents } from '../../src/consent/index.ts';
import { openCredits } from '../../src/credit/index.ts';
import { type Events, openEvents } from '../../src/events.ts';
import { type Imports, openImports, openIntake } from '../../src/intake/index.ts';
import { type Letters, openLetters, openMailer } from '../../src/letter/index.ts';
import { openCache } from '../../src/platform/cache.ts';
import { openHttpServer, type Server } from '../../src/platform/http-server.ts';
import type { Mailer } from '../../src/platform/mail.ts';
import {
  type ApiParts,
  type CompanyData,
  type Identity,
  openCompanyData,
  openIdentity,
  registerApi,
  registerIdentity,
  registerInstall,
  toSlackSignIn,
} from '../../src/settings/index.ts';
import { openSlack, openWorkspaces, type Slack, type SlackWorkspaces } from '../../src/slack/index.ts';
import { makeTestClock, type TestClock } from '../support/clock.ts';
import { openTestVault, testKey } from '../support/company.ts';
import { openTestDatabase } from '../support/database.ts';
import { makeTestJobs, type TestJobs } from '../support/jobs.ts';

export const adminToken = 'an-admin-token-of-tests-0123456789';
export const baseUrl = 'https://relay.example.com';

/** The API over the real rooms, on an empty database, with a Greenhouse fake to connect to. */
export interface TestRelay {
  readonly server: Server;
  readonly database: ApiParts['database'];
  readonly clock: TestClock;
  readonly jobs: TestJobs;
  readonly events: Events;
  readonly imports: Imports;
  readonly connections: ApiParts['connections'];
  readonly slack: Slack;
  /** The workspaces as another process sees them. */
  readonly workspaces: SlackWorkspaces;
  readonly letters: Letters;
  readonly identity: Identity;
  readonly companyData: CompanyData;
  /** Settings that fit the fake. */
  readonly settings: Readonly<Record<string, string>>;
  readonly fake: ReturnType<typeof createGreenhouseFake>;
  /** Every route of the server, as the router was told of it. */
  readonly routes: readonly { readonly method: HTTPMethods; readonly url: string }[];
  /** Everything the server logged. */
  readonly logged: readonly string[];
  /** Calls the API as the admin. */
  call(method: Method, path: string, body?: object): Promise<Answer>;
  close(): Promise<void>;
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  readonly body: any;
}

export async function openRelay(
  change: Partial<Pick<ApiParts, 'hasOutbox'>> & {
    readonly slackSignIn?: Parameters<typeof toSlackSignIn>[0];
    readonly mailer?: Mailer;
    readonly onRoute?: (route: RouteOptions) => void;
  } & Partial<ApiParts['jobs']> & {
      readonly more?: readonly Connector[];
      readonly clients?: OwnClients['clients'];
      readonly slack?: SlackConfig;
      readonly clock?: TestClock;
    } = {},
): Promise<TestRelay> {
  const database = await openTestDatabase();
  const vault = openTestVault();
  const clock = change.clock ?? makeTestClock();
  const logged: string[] = [];
  const log = pino(
    { level: 'debug' },
    new Writable({ write: (chunk, _encoding, done) => done(void logged.push(String(chunk))) }),
  );
  const jobs = makeTestJobs(clock);
  const events = openEvents(jobs);
  const cache = openCache({ redisUrl: undefined, log });
  const fake = createGreenhouseFake({ now: () => clock.now() });
  const hosted = await serveFake(fake);
  const connections = openConnections({
    database,
    vault,
    clock,
    events,
    cache,
    log,
    connectors: [...connectors, ...(change.more ?? [])],
    allowPrivateNetwork: true,
    redisUrl: undefined,
    own: { baseUrl, clients: change.clients ?? {} },
  });
  const intake = openIntake({ database, vault, clock, events, jobs, connections, count: () => undefined });
  const imports = openImports({ database, vault, clock, events, connections });
  const mailer = change.mailer ?? openMailer({ database, clock, smtpUrl: undefined, baseUrl });
  const mailFrom = 'relay@example.com';
  const letters = openLetters({ database, clock, events, jobs, log, intake, connections, mailer, baseUrl, mailFrom });
  const consents = openConsents({
    database,
    vault,
    clock,
    events,
    jobs,
    log,
    connections,
    mailer,
    baseUrl,
    mailFrom,
    secretKeys: [testKey],
  });
  const credits = openCredits({ database, clock, events });
  const slack = openSlack({
    database,
    vault,
    clock,
    events,
    jobs,
    cache,
    log,
    connections,
    letters,
    credits,
    intake,
    slack: change.slack,
    baseUrl,
  });
  const workspaces = openWorkspaces({ database, vault, clock, log, slack: change.slack, baseUrl });
  const slackInstall = slack.install;
  const identity = openIdentity({
    database,
    clock,
    log,
    mailer,
    baseUrl,
    mailFrom,
    secretKeys: [testKey],
    slack: toSlackSignIn(change.slackSignIn),
  });
  const companyData = openCompanyData({
    database,
    vault,
    clock,
    jobs,
    log,
    connections,
    slack: slack.admin,
    mailer,
    baseUrl,
    mailFrom,
    rowsAtOnce: 3,
    rowsPerFile: 1_000,
  });
  const server = await openHttpServer({ log, trustedProxies: 0, isHttps: true });
  const routes: { method: HTTPMethods; url: string }[] = [];
  server.addHook('onRoute', (route) => {
    const { method, url } = route;
    change.onRoute?.(route);
    for (const one of [method].flat()) routes.push({ method: one, url });
  });
  await intake.routes(server);
  await consents.routes(server);
  slack.routes(server);
  await registerInstall(server, { database, clock, connections, slackInstall, adminToken, baseUrl });
  await registerIdentity(server, { identity, baseUrl });
  await registerApi(server, {
    database,
    vault,
    clock,
    connections,
    intake,
    imports,
    letters,
    credits,
    slack: slack.admin,
    slackInstall,
    identity,
    companyData,
    jobs: {
      counts: change.counts ?? jobs.counts,
      listDead: change.listDead ?? jobs.listDead,
      redrive: change.redrive ?? jobs.redrive,
    },
    mailKind: mailer.kind,
    mailFrom,
    adminToken,
    baseUrl,
    hasOutbox: change.hasOutbox ?? true,
  });
  return {
    server,
    database,
    clock,
    jobs,
    events,
    imports,
    connections,
    slack,
    workspaces,
    letters,
    identity,
    companyData,
    settings: fake.settings(hosted.origin),
    fake,
    routes,
    logged,
    async call(method, path, body) {
      const response = await server.inject({
        method,
        url: `/api/v1${path}`,
        headers: { authorization: `Bearer ${adminToken}` },
        ...(body && { payload: body }),
      });
      return { status: response.statusCode, body: response.body === '' ? undefined : response.json() };
    },
    async close() {
      await server.close();
      await identity.close();
      await connections.close();
      await hosted.close();
      await cache.close();
      await database.close();
    },
  };
}

export const sampleCompany = {
  slug: 'sakura-foods',
  name: '髙﨑・𠮷野食品, Inc. ﾄｳｷｮｳ 🌸 d’Or',
  locale: 'ja',
  postalAddress: '東京都港区架空台4-5-6',
  contactEmail: 'recruit@example.com',
};

let companies = 0;

/** A company of its own slug, with a complete agency unless it is said otherwise. */
export async function addCompany(
  relay: Pick<TestRelay, 'call'>,
  hasAgency = true,
): Promise<{ readonly slug: string; readonly id: string }> {
  companies += 1;
  const slug = `company-${companies}`;
  const { body } = await relay.call('POST', '/companies', { ...sampleCompany, slug });
  if (hasAgency) await relay.call('PUT', `/companies/${slug}/agency`, sampleAgency);
  return { slug, id: body.id };
}

export const sampleAgency = {
  name: '架空キャリア株式会社',
  address: '東京都千代田区架空町1-2-3',
  representative: '髙﨑 一郎',
  licenceNumber: '13-ユ-999999',
  licenceExpiresOn: '2029-03-31',
  privacyUrl: 'https://agency.example.com/privacy',
  registrationUrl: 'https://agency.example.com/register',
};

import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connectors } from '../connectors/index.ts';
import type { Config } from './config.ts';
import { openConnections } from './connector/index.ts';
import { openConsents } from './consent/index.ts';
import { openCredits } from './credit/index.ts';
import { openEvents } from './events.ts';
import { openImports, openIntake, watchFolder } from './intake/index.ts';
import { openLetters, openMailer, registerOutboxRoutes } from './letter/index.ts';
import { openCache } from './platform/cache.ts';
import { type Clock, systemClock } from './platform/clock.ts';
import { type DataDir, holdDataDir, shareDataDir } from './platform/data-dir.ts';
import { type Database, openEmbeddedDatabase, openPostgres } from './platform/database.ts';
import { registerHealth } from './platform/health.ts';
import { openHttpServer, type Server } from './platform/http-server.ts';
import { newToken } from './platform/ids.ts';
import { openJobs } from './platform/jobs.ts';
import type { Log } from './platform/log.ts';
import { openMetrics } from './platform/metrics.ts';
import { migrate } from './platform/migrate.ts';
import { startTicker, type Ticker } from './platform/ticker.ts';
import { openVault } from './platform/vault.ts';
import {
  openCompanyData,
  openIdentity,
  registerApi,
  registerIdentity,
  registerInstall,
  servePage,
  toSlackSignIn,
} from './settings/index.ts';
import { openSlack } from './slack/index.ts';

/** Where the settings page is built to; the build of the package copies it beside itself. */
const pageFolder = fileURLToPath(new URL('../dist-page', import.meta.url));

/** web answers requests, worker does the jobs, all is both in one process. */
export type Role = 'all' | 'web' | 'worker';

export interface App {
  readonly server: Server;
  /** Where it listens, such as http://127.0.0.1:3000. */
  readonly address: string;
  readonly adminToken: string;
  /** Where the first admin comes in, once; undefined when some company has an owner. For the terminal alone. */
  readonly firstLink: string | undefined;
  /** Takes no more work, finishes what is in hand, then closes everything. */
  stop(): Promise<void>;
}

export interface Foundation {
  readonly dataDir: DataDir;
  readonly database: Database;
  readonly secretKeys: readonly Buffer[];
  close(): Promise<void>;
}

/**
 * Opens the database (embedded, or the PostgreSQL of DATABASE_URL) with its schema up to date, and the secret keys.
 * @throws DataDirBusyError when another process works on the folder; RelayError database_unavailable.
 */
export async function openFoundation(config: Config): Promise<Foundation> {
  const dataDir = config.databaseUrl ? shareDataDir(config.dataDir) : holdDataDir(config.dataDir);
  const secretKeys =
    config.secretKeys.length > 0
      ? config.secretKeys
      : [
          Buffer.from(
            dataDir.keep('secret-key', () => randomBytes(32).toString('base64')),
            'base64',
          ),
        ];
  const database = config.databaseUrl
    ? await openPostgres(config.databaseUrl)
    : await openEmbeddedDatabase(join(dataDir.path, 'database'));
  await migrate(database);
  return {
    dataDir,
    database,
    secretKeys,
    async close() {
      await database.close();
      dataDir.release();
    },
  };
}

/** Builds every part, wires them to each other and starts them. The only place that does. */
export async function startApp(
  config: Config,
  options: { readonly role: Role; readonly log: Log; readonly clock?: Clock },
): Promise<App> {
  const { role, log } = options;
  const clock = options.clock ?? systemClock;
  const foundation = await openFoundation(config);
  const { database, dataDir } = foundation;
  const adminToken = config.adminToken ?? dataDir.keep('admin-token', newToken);
  const vault = openVault(foundation.secretKeys);
  const metrics = openMetrics();
  const jobs = openJobs(database, log);
  const events = openEvents(jobs);
  const cache = openCache({ redisUrl: config.redisUrl, log });
  const { baseUrl, mailFrom, allowPrivateNetwork } = config;

  const connections = openConnections({
    database,
    vault,
    clock,
    events,
    cache,
    log,
    connectors,
    allowPrivateNetwork,
    redisUrl: config.redisUrl,
    own: { baseUrl, clients: config.oauthClients },
  });
  const intake = openIntake({ database, vault, clock, events, jobs, connections, count: metrics.countDelivery });
  const imports = openImports({ database, vault, clock, events, connections });
  const mailer = openMailer({ database, clock, smtpUrl: config.smtpUrl, baseUrl });
  // Only on one machine is the outbox a place to look at: it shows links that sign people in. Elsewhere it merely keeps.
  const hasOutbox = mailer.kind === 'outbox' && !config.databaseUrl && isThisMachine(baseUrl);
  if (mailer.kind === 'outbox' && !hasOutbox)
    log.warn('no SMTP_URL is set: letters are kept in the database and none leaves');
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
    secretKeys: foundation.secretKeys,
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
    slack: config.slack,
    baseUrl,
  });

  const slackSignIn = toSlackSignIn(config.slack);
  const identity = openIdentity({
    database,
    clock,
    log,
    mailer,
    baseUrl,
    mailFrom,
    secretKeys: foundation.secretKeys,
    slack: slackSignIn,
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
  });

  const server = await openHttpServer({
    log,
    trustedProxies: config.trustedProxies,
    isHttps: baseUrl.startsWith('https:'),
  });
  registerHealth(server, { database, jobs, metrics });
  if (role !== 'worker') {
    intake.routes(server);
    await consents.routes(server);
    slack.routes(server);
    if (hasOutbox) await registerOutboxRoutes(server, { database });
    // Like the outbox it asks nobody who he is: for the machine at hand only.
    if (!config.databaseUrl) await slack.page(server);
    const slackInstall = slack.install;
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
      jobs,
      identity,
      companyData,
      adminToken,
      baseUrl,
      hasOutbox,
      mailKind: mailer.kind,
      mailFrom,
    });
    await servePage(server, { folder: pageFolder, hasSlackSignIn: slackSignIn !== undefined });
  }

  await jobs.start({ work: role !== 'web' });
  const ticker: Ticker | undefined =
    role === 'web'
      ? undefined
      : startTicker(
          [
            { name: 'letters-due', everyMs: 1_000, run: () => letters.sweep() },
            ...(config.importDir === undefined
              ? []
              : [
                  {
                    name: 'import-folder',
                    everyMs: 3_000,
                    run: watchFolder({ folder: config.importDir, database, connections, imports, log }),
                  },
                ]),
            { name: 'imports-expired', everyMs: 600_000, run: () => imports.sweep() },
            { name: 'tokens-idle', everyMs: 3_600_000, run: () => connections.keepAlive() },
            { name: 'webhook-secrets-old', everyMs: 600_000, run: () => connections.sweepOldSecrets() },
            { name: 'slack-tokens', everyMs: 600_000, run: () => slack.sweeps.tokens() },
            { name: 'slack-expired', everyMs: 3_600_000, run: async () => void (await slack.sweeps.expired()) },
            { name: 'notices-unsent', everyMs: 10_000, run: () => slack.sweeps.unsent() },
            { name: 'consents-to-label', everyMs: 60_000, run: () => slack.sweeps.consentsToLabel() },
            { name: 'credits-ending', everyMs: 3_600_000, run: () => slack.sweeps.endingCredits() },
            { name: 'weekly-digests', everyMs: 60_000, run: () => slack.sweeps.digests() },
            { name: 'credits-expired', everyMs: 3_600_000, run: () => credits.sweepExpiry() },
            { name: 'polls-due', everyMs: 30_000, run: () => intake.sweepPolls() },
            { name: 'connections-silent', everyMs: 3_600_000, run: () => intake.sweepSilence() },
            { name: 'sign-ins-ended', everyMs: 600_000, run: () => identity.sweep() },
            { name: 'exports-over', everyMs: 600_000, run: () => companyData.exports.sweep() },
            { name: 'companies-erased', everyMs: 600_000, run: () => companyData.sweepErasures() },
            { name: 'typed-forgotten', everyMs: 600_000, run: () => consents.forgetTyped() },
          ],
          log,
        );
  if (role !== 'worker') slack.start();
  const address = await server.listen({ port: config.port, host: config.host });
  const firstLink = role === 'worker' ? undefined : await identity.makeFirstLink();

  return {
    server,
    address,
    adminToken,
    firstLink,
    async stop() {
      await server.close();
      await slack.stop();
      await identity.close();
      await ticker?.stop();
      await jobs.stop();
      await mailer.close();
      await connections.close();
      await cache.close();
      await foundation.close();
    },
  };
}

function isThisMachine(baseUrl: string): boolean {
  return ['localhost', '127.0.0.1', '[::1]'].includes(new URL(baseUrl).hostname);
}

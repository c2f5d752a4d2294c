#!/usr/bin/env node
import { Command, Option } from 'commander';
import pc from 'picocolors';
import { connectors } from '../connectors/index.ts';
import { openFoundation, type Role, startApp } from './app.ts';
import { rewrapCompanyKeys } from './company/index.ts';
import { type Config, ConfigError, readConfig } from './config.ts';
import { isInstallable } from './connector/index.ts';
import { verifyLedger } from './credit/index.ts';
import { runDemo } from './demo/demo.ts';
import { fakeControls, openFakeService } from './demo/fake-service.ts';
import { DataDirBusyError } from './platform/data-dir.ts';
import { RelayError } from './platform/errors.ts';
import { openLog } from './platform/log.ts';
import { openVault } from './platform/vault.ts';
import { addClientCommands, rewrapSecondFactors } from './settings/index.ts';

/** The command line: parses, calls, prints. */

const { env, stdout, stderr, stdin } = process;

const program = new Command('career-relay')
  .description(
    'Turns a rejection mail into the applicant’s next chance.\n不採用の連絡を、次の機会への橋渡しに変えるコネクタです。',
  )
  .version('0.1.0')
  .showHelpAfterError('(--help shows what there is)')
  .configureHelp({ sortSubcommands: false });

program.commandsGroup('Run it');

program
  .command('serve')
  .description('run the service on PORT under BASE_URL')
  .addOption(new Option('--role <role>', 'what this process does').choices(['all', 'web', 'worker']).default('all'))
  .action(async ({ role }: { readonly role: Role }) => serve(readOwnConfig(), role));

program
  .command('demo')
  .description('show the whole relay with a sample company and a stand-in ATS; touches nothing of yours')
  .option('--exit', 'stop after the summary')
  .option('--json', 'print the summary as one JSON object and nothing else')
  .action((options: { readonly exit?: boolean; readonly json?: boolean }) =>
    runDemo({ env, stdout, startApp, isExiting: options.exit ?? false, isJson: options.json ?? false }),
  );

program
  .command('fake')
  .description('run the stand-in of an ATS by itself, for people without an account')
  .argument('<connector>', 'its id, see career-relay connectors')
  .option('--port <port>', 'where it listens, on this machine alone', '4010')
  .option('--deliver-to <url>', 'the webhook address of your connection')
  .option('--json', 'print the settings that fit it as one JSON object')
  .action(serveFakeVendor);

program.commandsGroup('Look after it (on the database itself)');

program
  .command('migrate')
  .description('bring the database schema up to date and stop; serve does it too')
  .action(async () => {
    const foundation = await openFoundation(readOwnConfig());
    await foundation.close();
    stdout.write('The database schema is up to date.\n');
  });

program
  .command('ledger')
  .description('the credit ledger')
  .command('verify')
  .description('check every posting, balance and hash; exit code 1 when anything is wrong')
  .option('--json', 'print the findings as JSON')
  .action(async ({ json }: { readonly json?: boolean }) => {
    const foundation = await openFoundation(readOwnConfig());
    try {
      const mismatches = await verifyLedger(foundation.database);
      if (json) stdout.write(`${JSON.stringify({ mismatches })}\n`);
      else if (mismatches.length === 0)
        stdout.write(`${pc.green('✓')} The ledger holds: every posting balances and every chain is whole.\n`);
      else for (const mismatch of mismatches) stdout.write(`${pc.red('✗')} ${JSON.stringify(mismatch)}\n`);
      process.exitCode = mismatches.length === 0 ? 0 : 1;
    } finally {
      await foundation.close();
    }
  });

program
  .command('keys')
  .description('the key that protects stored secrets')
  .command('rotate')
  .description('wrap every company key with the new SECRET_KEY; the old one stands in SECRET_KEY_PREVIOUS meanwhile')
  .action(async () => {
    const foundation = await openFoundation(readOwnConfig());
    try {
      const changed = await foundation.database.forSystem((tx) =>
        rewrapCompanyKeys(tx, openVault(foundation.secretKeys)),
      );
      await rewrapSecondFactors(foundation.database, foundation.secretKeys);
      stdout.write(
        `${changed} company keys are now wrapped by the new SECRET_KEY. SECRET_KEY_PREVIOUS may be removed.\n`,
      );
    } finally {
      await foundation.close();
    }
  });

program.commandsGroup('Use it (over the API of a running service)');
addClientCommands(program, { env, stdout, stderr, stdin });

function readOwnConfig(): Config {
  return readConfig(
    env,
    connectors.filter(isInstallable).map(({ id }) => id),
  );
}

async function serve(config: Config, role: Role): Promise<void> {
  const log = openLog(config.logLevel);
  const app = await startApp(config, { role, log });
  log.info({ role, address: app.address, database: config.databaseUrl ? 'postgres' : 'embedded' }, 'ready');
  if (role !== 'worker') printWelcome(config, app.firstLink);
  stopOnSignal(app, log);
}

async function serveFakeVendor(
  connector: string,
  options: { readonly port: string; readonly deliverTo?: string; readonly json?: boolean },
): Promise<void> {
  const service = await openFakeService({
    connector,
    port: Number(options.port),
    deliverTo: options.deliverTo,
    now: () => new Date(),
  });
  if (!service) return program.error(`error: there is no stand-in for ${connector}`);
  // Before anything is printed: who waits for the first line may stop it at once.
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void service.close().then(() => process.exit(0)));
  const { origin, settings } = service;
  const flags = Object.entries(settings).map(([name, value]) => `  --set ${name}=${value}`);
  if (options.json) stdout.write(`${JSON.stringify({ origin, settings })}\n`);
  else
    stdout.write(
      `${[
        `A stand-in of ${connector} listens at ${pc.bold(origin)}. It holds invented people only and forgets all at its end.`,
        '',
        'Connect to it (the service needs ALLOW_PRIVATE_NETWORK=true):',
        `  career-relay connection add <company> ${connector} \\`,
        flags.join(' \\\n'),
        '',
        `Then let it do something: POST ${origin}/fake/<${fakeControls.join('|')}>, such as`,
        `  curl -X POST ${origin}/fake/reject -d '{"email":"hanako@example.com"}'`,
        ...(options.deliverTo ? [] : ['Start it with --deliver-to <webhook address> and it delivers what happens.']),
      ].join('\n')}\n`,
    );
}

function printWelcome(config: Config, firstLink: string | undefined): void {
  const lines = [
    `Career Relay is ready at ${pc.bold(config.baseUrl)}`,
    `  API            ${config.baseUrl}/api/docs`,
    ...(config.databaseUrl || config.smtpUrl
      ? []
      : [`  Outbox         ${config.baseUrl}/outbox  (letters are kept here until SMTP_URL is set)`]),
    `  Admin token    ${config.adminToken ? 'the one in ADMIN_TOKEN' : `${config.dataDir}/admin-token`}`,
    ...(firstLink ? [`  First admin    ${firstLink}  (once, within 24 hours)`] : []),
    ...(config.slack ? [] : ['  Slack          not configured: notices are kept and logged']),
  ];
  stdout.write(`${lines.join('\n')}\n`);
}

function stopOnSignal(app: { stop(): Promise<void> }, log: ReturnType<typeof openLog>): void {
  let isStopping = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, async () => {
      if (isStopping) return;
      isStopping = true;
      log.info({ signal }, 'finishing what is in hand');
      await app.stop();
      process.exit(0);
    });
  }
}

try {
  await program.parseAsync();
} catch (error) {
  stderr.write(`${pc.red('✗')} ${toAdvice(error)}\n`);
  process.exitCode = 1;
}

/** What the person at the keyboard must do; a stack only where the fault is ours. */
function toAdvice(error: unknown): string {
  if (error instanceof ConfigError || error instanceof DataDirBusyError) return error.message;
  if (error instanceof RelayError && error.kind !== 'internal') return `${error.userMessage.en} (${error.code})`;
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')
    return 'The port is in use. Set PORT to a free one.';
  return error instanceof Error ? (error.stack ?? error.message) : 'Something that is not an error was thrown.';
}

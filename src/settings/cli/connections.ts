import { readFile } from 'node:fs/promises';
import { Option } from 'commander';
import { modes } from '../../connector/index.ts';
import { CheckResult, Connection, Connector, CreatedConnection, Install, listOf } from '../api/schemas.ts';
import { addAtsCommands } from './ats.ts';
import { toSegment } from './client.ts';
import { ClientCommand, type ListOptions, pair, wholeNumber } from './command.ts';
import { addImportCommands } from './imports.ts';
import { type ClientIo, readAll, UsageError } from './io.ts';
import { addMappingCommand } from './mapping.ts';
import { withPages, writeMore } from './pages.ts';
import { addPollCommands } from './polls.ts';
import type { Screen } from './screen.ts';

type Pairs = readonly (readonly [string, string])[];

interface SettingOptions {
  readonly set?: Pairs;
  readonly secretFile?: Pairs;
}

interface ChangeOptions extends SettingOptions {
  readonly holdMinutes?: number;
  readonly window?: string;
  readonly mode?: string;
  readonly reason?: Pairs;
}

/** `career-relay connection …` */
export function connectionCommand(io: ClientIo): ClientCommand {
  const command = new ClientCommand('connection')
    .description('the ATSs a company is connected to')
    .examples(
      [
        'connect Greenhouse, the secrets from files',
        'connection add sakura-foods greenhouse --set clientId=…\n--secret-file clientSecret=./client --secret-file webhookSecret=./hook',
      ],
      ['or one secret from standard input', 'connection set <id> --set clientSecret=- < client-secret.txt'],
      [
        'see whether the ATS accepts it, then send letters',
        'connection check <id> && career-relay connection live <id>',
      ],
    );

  command.commandsGroup('Set up:');
  withSettings(
    command
      .command('add')
      .description('connect an ATS; it starts in shadow: letters are planned, none is sent')
      .argument('<company>', 'slug or id')
      .argument('<connector>', 'see career-relay connectors'),
  ).calls<[string, string], SettingOptions>(io, async ({ client, screen, options }, company, connector) => {
    const settings = await readSettings(io, options);
    const answer = await client.send('POST', '/connections', { company, connector, settings });
    screen.show(answer, CreatedConnection, ({ generated, ...connection }) =>
      [
        `${screen.colours.green('✓')} Connected, in shadow: letters are planned and shown, none is sent.`,
        renderConnection(screen, connection),
        ...renderGenerated(screen, generated),
        `Next: ${toNextStep(connection)}`,
      ].join('\n'),
    );
  });

  withSettings(
    command
      .command('set')
      .description('change settings, the letter policy or how reasons are understood; the rest stays')
      .argument('<id>', 'of the connection')
      .option('--hold-minutes <count>', 'minutes between the decision and the letter', wholeNumber)
      .addOption(new Option('--window <window>', 'when letters go out').choices(['always', 'business-hours']))
      .addOption(new Option('--mode <mode>', 'how letters reach applicants').choices(modes))
      .option(
        '--reason <ref=rule>',
        'per rejection reason: send, skip, hold, or - to forget the rule (repeatable)',
        pair,
      ),
  ).calls<[string], ChangeOptions>(io, async ({ client, screen, options }, id) => {
    const body = await readChange(io, options);
    const answer = await client.send('PATCH', `/connections/${toSegment(id)}`, body);
    screen.show(answer, Connection, (connection) => renderConnection(screen, connection));
  });

  command
    .command('install')
    .description(
      'print an address that connects an ATS, or Slack, by agreeing there; it opens once, within ten minutes',
    )
    .argument('<connector>', 'one that career-relay connectors shows with an install, or slack')
    .requiredOption('--company <company>', 'slug or id')
    .calls<[string], { readonly company: string }>(io, async ({ client, screen, options }, connector) => {
      const answer = await client.send('POST', '/install', { company: options.company, connector });
      screen.show(answer, Install, ({ url }) =>
        [
          'Open this address in your browser within ten minutes. It works once; show it to nobody.',
          url,
          screen.colours.dim('Once installed before, installing again renews the connection.'),
        ].join('\n'),
      );
    });

  command
    .command('check')
    .description('ask the ATS whether the settings work')
    .argument('<id>', 'of the connection')
    .calls<[string], object>(io, async ({ client, screen }, id) => {
      const answer = await client.send('POST', `/connections/${toSegment(id)}/check`);
      screen.show(answer, CheckResult, () => `${screen.colours.green('✓')} The ATS accepts the settings.`);
    });

  addMappingCommand(io, command);

  command.commandsGroup('Run:');
  addStateCommand(io, command, 'live', 'send letters from now on');
  addStateCommand(io, command, 'shadow', 'plan and show letters, send none');
  addPauseCommand(io, command, 'pause', 'send no letters for now; deliveries are still taken in');
  addPauseCommand(io, command, 'resume', 'let a paused one go on as it was');

  addImportCommands(io, command);
  addAtsCommands(io, command);
  addPollCommands(io, command);

  command.commandsGroup('Look:');
  withPages(
    command.command('list').description("list a company's connections").argument('<company>', 'slug or id'),
  ).calls<[string], ListOptions>(io, async ({ client, screen, options }, company) => {
    const answer = await client.get('/connections', { company, cursor: options.cursor, limit: options.limit });
    screen.show(answer, listOf(Connection), ({ items, nextCursor }) =>
      [
        screen.table(
          ['ID', 'CONNECTOR', 'STATE', 'FAILING SINCE', 'SINCE'],
          items.map(({ id, connector, state, failingSince, createdAt }) => [
            id,
            connector,
            state,
            failingSince,
            createdAt,
          ]),
          `No connection yet. Add one: career-relay connection add ${company} <connector>`,
        ),
        ...writeMore(screen, nextCursor),
      ].join('\n'),
    );
  });

  command
    .command('show')
    .description('show a connection; secrets are masked')
    .argument('<id>', 'of the connection')
    .calls<[string], object>(io, async ({ client, screen }, id) => {
      const answer = await client.get(`/connections/${toSegment(id)}`);
      screen.show(answer, Connection, (connection) => renderConnection(screen, connection));
    });

  command.commandsGroup('End:');
  command
    .command('remove')
    .description('delete its secrets and close its webhook address; its history stays')
    .argument('<id>', 'of the connection')
    .calls<[string], object>(io, async ({ client, screen }, id) => {
      await client.send('DELETE', `/connections/${toSegment(id)}`);
      screen.done('The connection is removed. Remove the webhook in the ATS, too.');
    });

  return command;
}

/** `career-relay connectors [id]` */
export function connectorsCommand(io: ClientIo): ClientCommand {
  return new ClientCommand('connectors')
    .description('the ATSs that can be connected, and the settings each needs')
    .argument('[id]', 'only this one, with its settings')
    .examples(['what Greenhouse needs, and where to find it', 'connectors greenhouse'])
    .calls<[string | undefined], object>(io, async ({ client, screen }, id) => {
      const answer = await client.get('/connectors');
      screen.show(answer, listOf(Connector), ({ items }) => {
        if (id === undefined)
          return screen.table(
            ['ID', 'NAME', 'SETTINGS'],
            items.map(({ id: name, title, fields }) => [
              name,
              title,
              fields
                .filter(isNeeded)
                .map((field) => field.name)
                .join(', '),
            ]),
            'No connector is built in.',
          );
        const connector = items.find((candidate) => candidate.id === id);
        if (!connector)
          throw new UsageError(`There is no connector ${id}. There are: ${items.map((item) => item.id).join(', ')}`);
        return renderConnector(screen, connector);
      });
    });
}

function withSettings(command: ClientCommand): ClientCommand {
  return command
    .option('--set <name=value>', 'one setting; the value - is read from standard input (repeatable)', pair)
    .option('--secret-file <name=path>', 'one setting from a file (repeatable)', pair);
}

function addStateCommand(io: ClientIo, command: ClientCommand, state: 'live' | 'shadow', description: string): void {
  command
    .command(state)
    .description(description)
    .argument('<id>', 'of the connection')
    .calls<[string], object>(io, async ({ client, screen }, id) => {
      const answer = await client.send('PATCH', `/connections/${toSegment(id)}`, { state });
      screen.show(answer, Connection, (connection) => renderState(screen, connection));
    });
}

function addPauseCommand(io: ClientIo, command: ClientCommand, verb: 'pause' | 'resume', description: string): void {
  command
    .command(verb)
    .description(description)
    .argument('<id>', 'of the connection')
    .calls<[string], object>(io, async ({ client, screen }, id) => {
      const answer = await client.send('POST', `/connections/${toSegment(id)}/${verb}`);
      screen.show(answer, Connection, (connection) => renderState(screen, connection));
    });
}

function renderState({ colours }: Screen, { state }: Connection): string {
  return `${colours.green('✓')} The connection is ${state}.`;
}

/** Gathers settings from the line, standard input and files. A file's last line break does not belong to the value. */
async function readSettings(io: ClientIo, options: SettingOptions): Promise<Readonly<Record<string, string>>> {
  const given = options.set ?? [];
  const fromInput = given.filter(([, value]) => value === '-').map(([name]) => name);
  if (fromInput.length > 1)
    throw new UsageError(
      `Only one setting can come from standard input, not ${fromInput.join(' and ')}. Use --secret-file.`,
    );
  const input = fromInput.length > 0 ? withoutLastBreak(await readAll(io.stdin)) : '';
  const files = await Promise.all(
    (options.secretFile ?? []).map(async ([name, path]) => [name, await readSecret(path)] as const),
  );
  return Object.fromEntries([
    ...given.map(([name, value]) => [name, value === '-' ? input : value] as const),
    ...files,
  ]);
}

async function readSecret(path: string): Promise<string> {
  try {
    return withoutLastBreak(await readFile(path, 'utf8'));
  } catch {
    throw new UsageError(`The file ${path} cannot be read.`);
  }
}

function withoutLastBreak(text: string): string {
  return text.replace(/\r?\n$/, '');
}

async function readChange(io: ClientIo, options: ChangeOptions): Promise<object> {
  const settings = await readSettings(io, options);
  const { holdMinutes, window, mode } = options;
  const reasons = (options.reason ?? []).map(([ref, rule]) => [ref, readRule(ref, rule)] as const);
  const change = {
    ...(Object.keys(settings).length > 0 && { settings }),
    ...((holdMinutes !== undefined || window !== undefined) && { letter: { holdMinutes, window } }),
    ...(mode !== undefined && { mode }),
    ...(reasons.length > 0 && { mapping: { reasons: Object.fromEntries(reasons) } }),
  };
  if (Object.keys(change).length === 0)
    throw new UsageError('Nothing to change. Give --set, --secret-file, --hold-minutes, --window, --mode or --reason.');
  return change;
}

/** A connection with webhooks has an API to check; the others live by files. */
function toNextStep({ id, webhookUrl }: Connection): string {
  return webhookUrl === null
    ? `career-relay connection import ${id} <file>`
    : `career-relay connection webhooks ${id}, then career-relay connection check ${id}`;
}

function readRule(ref: string, rule: string): { readonly letter: string } | null {
  if (rule === '-') return null;
  if (rule === 'send' || rule === 'skip' || rule === 'hold') return { letter: rule };
  throw new UsageError(`--reason ${ref}=${rule} must be send, skip, hold or -`);
}

type Field = Connector['fields'][number];

function isNeeded(field: Field): boolean {
  return !field.isOptional;
}

function renderGenerated({ card, colours }: Screen, generated: Readonly<Record<string, string>>): readonly string[] {
  const secrets = Object.entries(generated);
  if (secrets.length === 0) return [];
  return [colours.bold('Made up for you. Copy it now: it is not shown again.'), card(secrets), ''];
}

function renderConnection({ card }: Screen, connection: Connection): string {
  const { letter, failingSince, failingCode } = connection;
  const reasons = Object.entries(connection.mapping.reasons);
  const rules = reasons.map(([ref, rule]) => `${ref} → ${[rule.decidedBy, rule.letter].filter(Boolean).join(', ')}`);
  return card([
    ['Id', connection.id],
    ['Connector', connection.connector],
    ['State', connection.state],
    ['Mode', connection.mode],
    ...(failingSince ? ([['Failing', `${failingCode} since ${failingSince.toISOString()}`]] as const) : []),
    ['Webhook', connection.webhookUrl],
    ...Object.entries(connection.settings).map(([name, value]) => [`  ${name}`, value] as const),
    [
      'Letters',
      `${letter.holdMinutes} minutes after the decision, ${letter.window === 'always' ? 'at any hour' : 'in business hours'}`,
    ],
    ...rules.map((rule, index) => [index === 0 ? 'Reasons' : '', rule] as const),
  ]);
}

function renderConnector({ card, colours, table }: Screen, connector: Connector): string {
  return [
    card([
      ['Connector', `${connector.title} (${connector.id})`],
      ['Written from', connector.docs],
      ['Permissions', connector.scopes.join(' ')],
      ['Connected by', connector.access.map((access) => ways[access]).join(', or by ')],
      ['Webhook events', connector.webhook?.events.join(', ')],
    ]),
    '',
    table(
      ['SETTING', 'KIND', 'NEEDED', 'WHERE TO FIND IT'],
      connector.fields.map((field) => [field.name, field.kind, renderNeed(field), field.help.en]),
      'It needs no settings.',
    ),
    ...(connector.cannot.length > 0
      ? ['', colours.dim('WHAT IT CANNOT DO'), ...connector.cannot.map(({ what, why }) => `- ${what.en}: ${why.en}`)]
      : []),
  ].join('\n');
}

const ways = {
  'api-key': 'a key of the company',
  'client-credentials': 'a client id and secret of the company',
  'authorization-code': `agreeing in the ATS (career-relay connection install)`,
} as const;

function renderNeed(field: Field): string {
  if (isNeeded(field)) return 'yes';
  return field.isAdvanced ? 'advanced' : 'no';
}

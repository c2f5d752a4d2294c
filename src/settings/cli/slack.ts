import { Option } from 'commander';
import { findManifestFault, toSlackManifest } from '../../slack/index.ts';
import { Install } from '../api/schemas.ts';
import { SlackGone, SlackState, SlackToken } from '../api/slack-schemas.ts';
import { toSegment } from './client.ts';
import { ClientCommand } from './command.ts';
import { type ClientIo, readAll, UsageError } from './io.ts';
import type { Screen } from './screen.ts';
import { personCommand } from './slack-people.ts';
import { placeCommand, routeCommand } from './slack-places.ts';
import { addWordingCommands } from './slack-wordings.ts';

interface ManifestOptions {
  readonly url: string;
  readonly socketMode?: boolean;
}

interface HoursOptions {
  readonly from: string;
  readonly to: string;
  readonly days: string;
}

/** `career-relay slack …` */
export function slackCommand(io: ClientIo): ClientCommand {
  const command = new ClientCommand('slack')
    .description('the Slack app: where recruiters hear of it and act')
    .examples(
      ['make the app in Slack from this', 'slack manifest --url https://relay.example.com > manifest.json'],
      ['tie a company to its workspace', 'slack install sakura-foods'],
      ['send its notices to a channel', 'slack place add sakura-foods C0123456789'],
      ['let a recruiter act there', 'slack person code sakura-foods --role recruiter'],
    );

  command.commandsGroup('Connect:');
  command
    .command('manifest')
    .description('print the manifest to create the app with, at api.slack.com/apps; asks no service')
    .requiredOption('--url <url>', 'where Slack reaches the service, such as https://relay.example.com')
    .option('--socket-mode', 'for a service that Slack cannot reach: it calls Slack instead')
    .action(({ url, socketMode = false }: ManifestOptions) => {
      const choice = { baseUrl: url, socketMode };
      const fault = findManifestFault(choice);
      if (fault) return command.error(`error: --url ${fault}`);
      io.stdout.write(`${JSON.stringify(toSlackManifest(choice), null, 2)}\n`);
    });

  command
    .command('install')
    .description('print an address that ties a company to a workspace by agreeing in Slack; it opens once')
    .argument('<company>', 'slug or id')
    .calls<[string], object>(io, async ({ client, screen }, company) => {
      const answer = await client.send('POST', '/install', { company, connector: 'slack' });
      screen.show(answer, Install, ({ url }) =>
        ['Open this address in your browser within ten minutes. It works once; show it to nobody.', url].join('\n'),
      );
    });

  command
    .command('connect')
    .description('tie a company to a workspace by the bot token of an app installed inside Slack')
    .argument('<company>', 'slug or id')
    .requiredOption('--bot-token <token>', '- reads it from standard input, so that no history keeps it')
    .calls<[string], { readonly botToken: string }>(io, async ({ client, screen, options }, company) => {
      const given = options.botToken === '-' ? await readAll(io.stdin) : options.botToken;
      const body = SlackToken.safeParse({ botToken: given });
      if (!body.success)
        throw new UsageError('The bot token begins with xoxb-. Slack shows it under OAuth & Permissions.');
      const answer = await client.send('POST', toPath(company, '/connect'), body.data);
      screen.show(answer, SlackState, (state) => showState(screen, state));
    });

  command
    .command('status')
    .description('show how a company stands with Slack')
    .argument('<company>', 'slug or id')
    .calls<[string], object>(io, async ({ client, screen }, company) => {
      screen.show(await client.get(toPath(company)), SlackState, (state) => showState(screen, state));
    });

  command
    .command('disconnect')
    .description('untie a company from its workspace; its notices are then only kept and logged')
    .argument('<company>', 'slug or id')
    .calls<[string], object>(io, async ({ client, screen }, company) => {
      const answer = await client.send('DELETE', toPath(company));
      screen.show(answer, SlackGone, ({ app }) => `${screen.colours.green('✓')} ${company} ${gone[app]}`);
    });

  command.commandsGroup('Notices:');
  command.addCommand(placeCommand(io));
  command.addCommand(routeCommand(io));
  command
    .command('hours')
    .description('set when notices arrive, in Japan; what comes up outside waits')
    .argument('<company>', 'slug or id')
    .requiredOption('--from <time>', 'such as 09:00')
    .requiredOption('--to <time>', 'such as 20:00')
    .addOption(new Option('--days <days>', 'on which days').choices(['business', 'every']).default('business'))
    .calls<[string], HoursOptions>(io, async ({ client, screen, options: { from, to, days } }, company) => {
      const answer = await client.send('PUT', toPath(company, '/hours'), { from, to, days });
      screen.show(answer, SlackState, (state) => showState(screen, state));
    });
  addWordingCommands(io, command);

  command.commandsGroup('People:');
  command.addCommand(personCommand(io));
  return command;
}

export function toPath(company: string, rest = ''): string {
  return `/companies/${toSegment(company)}/slack${rest}`;
}

const gone = {
  none: 'was tied to no workspace.',
  kept: 'is untied. Other companies use the workspace, so the app stays in it.',
  uninstalled: 'is untied, and the app is out of the workspace.',
  'by-hand': 'is untied. Slack did not take the app out: please remove it there (Apps › Career Relay › Remove).',
} as const;

const states = {
  none: 'tied to no workspace',
  installed: 'tied, and working',
  uninstalled: 'the app was removed from the workspace; notices wait',
  broken: 'Slack takes our token no longer; notices wait',
} as const;

function showState(screen: Screen, { state, workspace, reason, hours }: typeof SlackState._output): string {
  return screen.card([
    ['Slack', states[state]],
    ['Workspace', workspace && `${workspace.name} (${workspace.teamRef})`],
    ...(reason === null ? [] : ([['Slack says', reason]] as const)),
    ['Notices arrive', `${hours.from}–${hours.to}, ${hours.days === 'business' ? 'on business days' : 'every day'}`],
  ]);
}

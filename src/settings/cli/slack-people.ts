import { Option } from 'commander';
import { roles } from '../../company/index.ts';
import { listOf } from '../api/schemas.ts';
import { LinkCode, SlackPerson } from '../api/slack-schemas.ts';
import { toSegment } from './client.ts';
import { ClientCommand } from './command.ts';
import type { ClientIo } from './io.ts';
import { toPath } from './slack.ts';

/** `career-relay slack person …` */
export function personCommand(io: ClientIo): ClientCommand {
  const command = new ClientCommand('person').description('who may act for a company in Slack');
  const withRole = () => new Option('--role <role>', 'what the person may do').choices(roles).makeOptionMandatory();

  command
    .command('list')
    .description('list them')
    .argument('<company>', 'slug or id')
    .calls<[string], object>(io, async ({ client, screen }, company) => {
      screen.show(await client.get(toPath(company, '/people')), listOf(SlackPerson), ({ items }) =>
        screen.table(
          ['SLACK', 'ROLE', 'SINCE'],
          items.map(({ slackRef, role, linkedAt }) => [slackRef, role, linkedAt]),
          'Nobody yet. career-relay slack person code <company> --role owner makes a code to type in Slack.',
        ),
      );
    });

  command
    .command('code')
    .description('make a code that a person types in Slack; works once, for a day')
    .argument('<company>', 'slug or id')
    .addOption(withRole())
    .calls<[string], { readonly role: string }>(io, async ({ client, screen, options: { role } }, company) => {
      const answer = await client.send('POST', toPath(company, '/link-codes'), { role });
      screen.show(answer, LinkCode, (made) =>
        ['Give this to the person, to type in Slack within a day:', `  ${made.command}`].join('\n'),
      );
    });

  command
    .command('link')
    .description('link a Slack user, or give him another role')
    .argument('<company>', 'slug or id')
    .argument('<user>', "Slack's id of the user, U…")
    .addOption(withRole())
    .calls<[string, string], { readonly role: string }>(io, async ({ client, screen, options }, company, slackRef) => {
      const answer = await client.send('POST', toPath(company, '/people'), { slackRef, role: options.role });
      screen.show(answer, SlackPerson, ({ role }) => `${screen.colours.green('✓')} ${slackRef} is ${role}.`);
    });

  command
    .command('unlink')
    .description('let a Slack user do nothing any more')
    .argument('<company>', 'slug or id')
    .argument('<user>', "Slack's id of the user, U…")
    .calls<[string, string], object>(io, async ({ client, screen }, company, slackRef) => {
      await client.send('DELETE', toPath(company, `/people/${toSegment(slackRef)}`));
      screen.done(`${slackRef} may do nothing any more.`);
    });
  return command;
}

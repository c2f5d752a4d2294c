import { Option } from 'commander';
import { toPlainLine } from '../../platform/plain-line.ts';
import { noticeKinds } from '../../slack/index.ts';
import { listOf } from '../api/schemas.ts';
import { AddedSlackPlace, SlackPlace, SlackPlaces, SlackRoute } from '../api/slack-schemas.ts';
import { type Client, toSegment } from './client.ts';
import { ClientCommand, wholeNumber } from './command.ts';
import { type ClientIo, ServiceError, UsageError } from './io.ts';
import { toPath } from './slack.ts';

/** `career-relay slack place …` */
export function placeCommand(io: ClientIo): ClientCommand {
  const command = new ClientCommand('place').description('the channels and people that get notices');

  command
    .command('list')
    .description('list them')
    .argument('<company>', 'slug or id')
    .calls<[string], object>(io, async ({ client, screen }, company) => {
      screen.show(await client.get(toPath(company, '/places')), SlackPlaces, ({ items }) =>
        screen.table(
          ['ID', 'SLACK', 'NAME', 'DEFAULT', 'NAMES', 'BLOCKED'],
          items.map((place) => [
            place.id,
            place.slackRef,
            place.name,
            place.isDefault ? 'yes' : '',
            place.hasNames ? 'shown' : '',
            place.blockedReason,
          ]),
          'None yet. Invite the app to a channel, then: career-relay slack place add <company> <channel>',
        ),
      );
    });

  command
    .command('add')
    .description('let a channel or a person get notices; the first one is the default')
    .argument('<company>', 'slug or id')
    .argument('<slack-id>', 'of a channel that the app was invited to (C…), or of a person (U…)')
    .calls<[string, string], object>(io, async ({ client, screen }, company, slackRef) => {
      const answer = await client.send('POST', toPath(company, '/places'), { slackRef });
      screen.show(answer, AddedSlackPlace, ({ name, isDefault, warnings }) =>
        [
          `${screen.colours.green('✓')} ${nameOf({ name, slackRef })} gets notices${isDefault ? ' that no route claims' : ' that a route sends there'}.`,
          ...(warnings.includes('shared') ? ['  People of other organisations read in this channel.'] : []),
          ...(warnings.includes('guest') ? ['  This person is a guest of the workspace.'] : []),
        ].join('\n'),
      );
    });

  for (const { name, description, body, done } of [
    {
      name: 'default',
      description: 'send what no route claims there',
      body: { isDefault: true },
      done: 'is the default',
    },
    { name: 'without-names', description: 'show no names there', body: { hasNames: false }, done: 'shows no names' },
  ]) {
    command
      .command(name)
      .description(description)
      .argument('<company>', 'slug or id')
      .argument('<place>', 'its id')
      .calls<[string, string], object>(io, async ({ client, screen }, company, id) => {
        const answer = await client.send('PATCH', toPath(company, `/places/${toSegment(id)}`), body);
        screen.show(answer, SlackPlace, (place) => `${screen.colours.green('✓')} ${nameOf(place)} ${done}.`);
      });
  }

  command
    .command('with-names')
    .description('show applicants’ names there; says what that means, and wants --yes')
    .argument('<company>', 'slug or id')
    .argument('<place>', 'its id')
    .option('--yes', 'it was read and agreed to')
    .calls<[string, string], { readonly yes?: boolean }>(io, async ({ client, screen, options }, company, id) => {
      if (!options.yes) {
        const { warning } = SlackPlaces.parse(await client.get(toPath(company, '/places')));
        throw new UsageError(`${warning.ja}\n${warning.en}\nTo switch names on, add --yes.`);
      }
      const body = { hasNames: true, acceptsNamesWarning: true };
      const answer = await client.send('PATCH', toPath(company, `/places/${toSegment(id)}`), body);
      screen.show(answer, SlackPlace, (place) => `Names are shown in ${nameOf(place)} from now on.`);
    });

  command
    .command('retry')
    .description('ask Slack again whether notices can arrive there, and send those that wait')
    .argument('<company>', 'slug or id')
    .argument('<place>', 'its id')
    .calls<[string, string], object>(io, async ({ client, screen }, company, id) => {
      const answer = await client.send('POST', toPath(company, `/places/${toSegment(id)}/retry`));
      screen.show(answer, SlackPlace, (place) => `${screen.colours.green('✓')} Notices arrive in ${nameOf(place)}.`);
    });

  command
    .command('remove')
    .description('let it get no more notices')
    .argument('<company>', 'slug or id')
    .argument('<place>', 'its id')
    .calls<[string, string], object>(io, async ({ client, screen }, company, id) => {
      await client.send('DELETE', toPath(company, `/places/${toSegment(id)}`));
      screen.done('It gets no more notices.');
    });
  return command;
}

/** As Slack calls it, on one line. */
function nameOf({ name, slackRef }: Pick<typeof SlackPlace._output, 'name' | 'slackRef'>): string {
  return toPlainLine(name ?? '') || slackRef;
}

interface RouteOptions {
  readonly kind?: readonly string[];
  readonly connection?: string;
  readonly job?: string;
}

/** `career-relay slack route …` */
export function routeCommand(io: ClientIo): ClientCommand {
  const command = new ClientCommand('route')
    .description('which notices go where; what no route claims goes to the default place')
    .examples([
      'letters that wait go to the team of one job',
      'slack route add sakura-foods <place> --kind letters-held --job 営業職',
    ]);

  command
    .command('list')
    .description('list them')
    .argument('<company>', 'slug or id')
    .calls<[string], object>(io, async ({ client, screen }, company) => {
      screen.show(await client.get(toPath(company, '/routes')), listOf(SlackRoute), ({ items }) =>
        screen.table(
          ['NO', 'PLACE', 'KINDS', 'CONNECTION', 'JOB'],
          items.map(({ placeId, kinds, connectionId, job }, index) => [
            index + 1,
            placeId,
            kinds.length === 0 ? 'all' : kinds.join(', '),
            connectionId ?? 'any',
            job ?? 'any',
          ]),
          'None: every notice goes to the default place.',
        ),
      );
    });

  command
    .command('add')
    .description('send some notices to a place')
    .argument('<company>', 'slug or id')
    .argument('<place>', 'its id')
    .addOption(new Option('--kind <kind...>', 'only these kinds').choices(noticeKinds))
    .option('--connection <id>', 'only of this connection')
    .option('--job <name>', 'only of this job, as the ATS names it')
    .calls<[string, string], RouteOptions>(io, async ({ client, screen, options }, company, placeId) => {
      const { kind: kinds = [], connection: connectionId = null, job = null } = options;
      const before = await readRoutes(client, company);
      await client.send('PUT', toPath(company, '/routes'), {
        routes: [...before, { placeId, kinds, connectionId, job }],
      });
      screen.done('The route is added.');
    });

  command
    .command('remove')
    .description('take a route away')
    .argument('<company>', 'slug or id')
    .argument('<no>', 'its number in the list', wholeNumber)
    .calls<[string, number], object>(io, async ({ client, screen }, company, no) => {
      const before = await readRoutes(client, company);
      if (no < 1 || no > before.length) throw new ServiceError('There is no route of that number.');
      await client.send('PUT', toPath(company, '/routes'), { routes: before.filter((_, index) => index !== no - 1) });
      screen.done('The route is gone.');
    });
  return command;
}

type Route = (typeof SlackRoute)['_output'];

async function readRoutes(client: Client, company: string): Promise<readonly Route[]> {
  return listOf(SlackRoute).parse(await client.get(toPath(company, '/routes'))).items;
}

import { Delivery, listOf } from '../api/schemas.ts';
import { toSegment } from './client.ts';
import { ClientCommand, type ListOptions } from './command.ts';
import type { ClientIo } from './io.ts';
import { withPages, writeMore } from './pages.ts';

/** `career-relay deliveries …` */
export function deliveriesCommand(io: ClientIo): ClientCommand {
  const command = new ClientCommand('deliveries')
    .description('what the ATS delivered by webhook')
    .examples(
      ['did anything arrive?', 'deliveries list <connection>'],
      ['work on one again after its cause is mended', 'deliveries replay <id>'],
    );

  withPages(
    command
      .command('list')
      .description("list a connection's deliveries, newest first")
      .argument('<connection>', 'its id, see career-relay connection list'),
  ).calls<[string], ListOptions>(io, async ({ client, screen, options }, connection) => {
    const answer = await client.get('/deliveries', { connection, cursor: options.cursor, limit: options.limit });
    screen.show(answer, listOf(Delivery), ({ items, nextCursor }) =>
      [
        screen.table(
          ['ID', 'RECEIVED', 'STATUS', 'WHY', 'REPEATS'],
          items.map(({ id, receivedAt, status, reason, duplicates }) => [id, receivedAt, status, reason, duplicates]),
          'Nothing arrived yet. Send a test from the webhook page of the ATS.',
        ),
        ...writeMore(screen, nextCursor),
      ].join('\n'),
    );
  });

  command
    .command('replay')
    .description('work on a stored delivery once more; nothing is sent twice by it')
    .argument('<id>', 'of the delivery')
    .calls<[string], object>(io, async ({ client, screen }, id) => {
      await client.send('POST', `/deliveries/${toSegment(id)}/replay`);
      screen.done('The delivery is worked on again.');
    });
  return command;
}

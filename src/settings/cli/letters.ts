import { Letter, listOf } from '../api/schemas.ts';
import { toSegment } from './client.ts';
import { ClientCommand, type ListOptions } from './command.ts';
import type { ClientIo } from './io.ts';
import { addBatchCommands } from './letter-batches.ts';
import { withPages, writeMore } from './pages.ts';

/** `career-relay letters …` */
export function lettersCommand(io: ClientIo): ClientCommand {
  const command = new ClientCommand('letters')
    .description('rejection letters: planned, held, sent')
    .examples(
      ['what is planned and what was sent', 'letters list sakura-foods'],
      ['keep one from going out', 'letters cancel <id>'],
      ['let a held one go out now', 'letters send <id>'],
      ['keep one back until somebody has looked', 'letters hold <id>'],
      ['see what cancelling all held ones would do', 'letters all cancel sakura-foods --status held'],
      ['do it, for as many as it said', 'letters all cancel sakura-foods --status held --count 120'],
    );

  withPages(
    command.command('list').description("list a company's letters, newest first").argument('<company>', 'slug or id'),
  ).calls<[string], ListOptions>(io, async ({ client, screen, options }, company) => {
    const answer = await client.get('/letters', { company, cursor: options.cursor, limit: options.limit });
    screen.show(answer, listOf(Letter), ({ items, nextCursor }) =>
      [
        screen.table(
          ['ID', 'STATUS', 'WHY', 'LANGUAGE', 'DUE', 'SENT'],
          items.map(({ id, status, reason, locale, dueAt, sentAt }) => [id, status, reason, locale, dueAt, sentAt]),
          'No letter yet. One is planned for each rejection the ATS reports.',
        ),
        ...writeMore(screen, nextCursor),
      ].join('\n'),
    );
  });

  for (const [name, description] of [
    ['cancel', 'keep a letter from going out'],
    ['send', 'let a held or planned letter go out now'],
    ['hold', 'keep a planned letter back until it is sent or cancelled'],
  ] as const) {
    command
      .command(name)
      .description(description)
      .argument('<id>', 'of the letter')
      .calls<[string], object>(io, async ({ client, screen }, id) => {
        const answer = await client.send('POST', `/letters/${toSegment(id)}/${name}`);
        screen.show(answer, Letter, (letter) => {
          const due = letter.status === 'planned' && letter.dueAt ? ', and goes out within a minute' : '';
          return `${screen.colours.green('✓')} The letter is ${letter.status}${due}.`;
        });
      });
  }
  addBatchCommands(command, io);
  return command;
}

import type { z } from 'zod';
import { DataExport, Deletion } from '../api/data-schemas.ts';
import { listOf } from '../api/schemas.ts';
import { toSegment } from './client.ts';
import type { ClientCommand } from './command.ts';
import type { ClientIo } from './io.ts';

interface DeleteOptions {
  readonly name: string;
}

/** Adds `export`, `exports`, `delete` and `keep` to `career-relay company …`. */
export function addDataCommands(command: ClientCommand, io: ClientIo): void {
  command
    .command('export')
    .description(
      'have an archive made of everything that is held of a company; an owner downloads it on the settings page',
    )
    .argument('<company>', 'slug or id')
    .calls<[string], object>(io, async ({ client, screen }, company) => {
      const answer = await client.send('POST', `/companies/${toSegment(company)}/exports`);
      screen.show(answer, DataExport, ({ id }) =>
        [
          `${screen.colours.green('✓')} The archive ${id} is being made.`,
          `  See how far it is: career-relay company exports ${company}`,
        ].join('\n'),
      );
    });

  command
    .command('exports')
    .description("list a company's archives")
    .argument('<company>', 'slug or id')
    .calls<[string], object>(io, async ({ client, screen }, company) => {
      const answer = await client.get(`/companies/${toSegment(company)}/exports`);
      screen.show(answer, listOf(DataExport), ({ items }) =>
        screen.table(
          ['ASKED', 'STATUS', 'ROWS', 'BYTES', 'UNTIL', 'ID'],
          items.map((one) => [one.askedAt, toStatus(one), toRows(one), one.byteCount, one.expiresAt, one.id]),
          `No archive yet. Have one made: career-relay company export ${company}`,
        ),
      );
    });

  command
    .command('delete')
    .description('delete a company, after a waiting time in which nothing is sent and an owner can stop it')
    .argument('<company>', 'slug or id')
    .requiredOption('--name <name>', "the company's name, to confirm")
    .calls<[string], DeleteOptions>(io, async ({ client, screen, options }, company) => {
      const answer = await client.send('POST', `/companies/${toSegment(company)}/deletion`, { name: options.name });
      screen.show(answer, Deletion, ({ endsAt }) =>
        [
          `${screen.colours.yellow('!')} The company is erased on ${endsAt?.toISOString().slice(0, 10)}. Until then nothing is sent.`,
          `  Stop it: career-relay company keep ${company}`,
        ].join('\n'),
      );
    });

  command
    .command('keep')
    .description('stop the deletion of a company; its connections stay paused until they are resumed')
    .argument('<company>', 'slug or id')
    .calls<[string], object>(io, async ({ client, screen }, company) => {
      await client.send('DELETE', `/companies/${toSegment(company)}/deletion`);
      screen.done('The company stays. Its connections are paused: career-relay connection resume <id>');
    });
}

type Listed = z.output<typeof DataExport>;

function toStatus({ status, reason }: Listed): string {
  return reason === null ? status : `${status} (${reason})`;
}

function toRows({ rowsDone, rowsTotal }: Listed): string {
  return rowsTotal === null ? String(rowsDone) : `${rowsDone}/${rowsTotal}`;
}

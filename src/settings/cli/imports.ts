import { readFile, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { FileImport, ImportAnswer } from '../api/connections-schemas.ts';
import { listOf } from '../api/schemas.ts';
import { toSegment } from './client.ts';
import { type ClientCommand, type ListOptions, pair } from './command.ts';
import { type ClientIo, UsageError } from './io.ts';
import { withPages, writeMore } from './pages.ts';
import type { Screen } from './screen.ts';

interface ImportOptions {
  readonly confirm?: boolean;
  readonly ask?: boolean;
  readonly column?: readonly (readonly [string, string])[];
}

/** Adds `career-relay connection import …`, for ATSs whose rejections come in files. */
export function addImportCommands(io: ClientIo, command: ClientCommand): void {
  command.commandsGroup('Files (for an ATS without an API):');

  command
    .command('import')
    .description('hand in a file that a recruiter exported; the first of its kind waits for confirmation')
    .argument('<id>', 'of the connection')
    .argument('<file>', 'CSV or TSV, as the ATS wrote it')
    .option('--confirm', 'take the guessed columns as they are')
    .option('--column <ours=header>', 'another header for one of our columns; needs --confirm (repeatable)', pair)
    .option('--ask', 'confirm the columns anew though files of this kind are known')
    .calls<[string, string], ImportOptions>(io, async ({ client, screen, options }, id, file) => {
      if (options.column && !options.confirm) throw new UsageError('--column needs --confirm beside it.');
      const form = new FormData();
      form.set('file', new Blob([await readGiven(file)]), basename(file));
      const query = options.ask ? '?ask=true' : '';
      const answer = await client.send('POST', `/connections/${toSegment(id)}/import${query}`, form);
      const waiting = ImportAnswer.safeParse(answer).data;
      if (!options.confirm || waiting?.state !== 'needs-confirmation') return showImport(screen, answer);
      const columns = Object.fromEntries(options.column ?? []);
      showImport(screen, await client.send('POST', `/imports/${toSegment(waiting.importId)}/confirm`, { columns }));
    });

  command
    .command('confirm')
    .description('confirm the columns of a file that waits, and take it')
    .argument('<import>', 'its id')
    .option('--column <ours=header>', 'another header for one of our columns (repeatable)', pair)
    .calls<[string], ImportOptions>(io, async ({ client, screen, options }, importId) => {
      const columns = Object.fromEntries(options.column ?? []);
      showImport(screen, await client.send('POST', `/imports/${toSegment(importId)}/confirm`, { columns }));
    });

  withPages(
    command.command('imports').description("list a connection's imports").argument('<id>', 'of the connection'),
  ).calls<[string], ListOptions>(io, async ({ client, screen, options }, id) => {
    const query = { cursor: options.cursor, limit: options.limit };
    const answer = await client.get(`/connections/${toSegment(id)}/imports`, query);
    screen.show(answer, listOf(FileImport), ({ items, nextCursor }) =>
      [
        screen.table(
          ['ID', 'FILE', 'MADE', 'STATE', 'ROWS', 'REJECTIONS', 'SET ASIDE'],
          items.map((one) => [one.id, one.name, one.madeAt, one.state, one.rows, one.rejections, one.setAside.length]),
          `Nothing imported yet: career-relay connection import ${id} <file>`,
        ),
        ...writeMore(screen, nextCursor),
      ].join('\n'),
    );
  });

  command
    .command('consents')
    .description('download the decisions to record by hand, where the ATS takes none from us')
    .argument('<id>', 'of the connection')
    .option('--out <file>', 'write them into a file (default: print them)')
    .option('--since <instant>', 'only those made at or after it, such as 2026-11-24T00:00:00Z')
    .calls<[string], { readonly out?: string; readonly since?: string }>(io, async (call, id) => {
      const { client, screen, options } = call;
      const text = await client.download(`/connections/${toSegment(id)}/consents.tsv`, { since: options.since });
      if (options.out === undefined) return void io.stdout.write(text);
      await writeNew(options.out, text);
      screen.done(`${text.split('\r\n').length - 2} decisions stand in ${options.out}.`);
    });
}

/** It holds names: for its owner alone. */
async function writeNew(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text, { mode: 0o600 });
  } catch {
    throw new UsageError(`${file} cannot be written.`);
  }
}

async function readGiven(file: string): Promise<Buffer<ArrayBuffer>> {
  try {
    return Buffer.from(await readFile(file));
  } catch {
    throw new UsageError(`${file} cannot be read.`);
  }
}

function showImport(screen: Screen, answer: unknown): void {
  screen.show(answer, ImportAnswer, (one) => renderImport(screen, one));
}

function renderImport({ colours, table }: Screen, one: ImportAnswer): string {
  const { importId, state, columns, sample, rows, rejections, skipped, setAside } = one;
  const lines = setAside.map(({ line, reason }) => [line, reason] as const);
  if (state === 'done')
    return [
      `${colours.green('✓')} ${rows} rows: ${rejections} new rejections, ${skipped} without consequence, ${setAside.length} set aside.`,
      ...(lines.length > 0 ? ['', table(['LINE', 'SET ASIDE BECAUSE'], lines, '')] : []),
    ].join('\n');
  const guessed = Object.entries(columns).map(([column, header]) => [column, header, sample[header]?.join(' · ')]);
  const rest = Object.keys(sample).filter((header) => !Object.values(columns).includes(header));
  return [
    `${colours.yellow('?')} ${rows} rows wait until you confirm the columns, for 24 hours at the most.`,
    '',
    table(['OUR COLUMN', 'HEADER IN THE FILE', 'SAMPLES'], guessed, 'No column was recognised.'),
    ...(rest.length > 0 ? ['', colours.dim(`Other headers: ${rest.join(', ')}`)] : []),
    '',
    `Right? career-relay connection confirm ${importId}`,
    `Not?   career-relay connection confirm ${importId} --column email=<header>`,
  ].join('\n');
}

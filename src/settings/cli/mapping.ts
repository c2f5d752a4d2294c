import { readFile } from 'node:fs/promises';
import { MappingOverview, MappingPreview, ReadMappingFile, SavedMapping } from '../api/mapping-schemas.ts';
import { toSegment } from './client.ts';
import type { Call, ClientCommand } from './command.ts';
import { type ClientIo, readAll, ServiceError, UsageError } from './io.ts';
import type { Screen } from './screen.ts';

interface MappingOptions {
  readonly export?: boolean;
  readonly import?: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

/** Adds `career-relay connection mapping …`: what reasons and stages mean, as a file. */
export function addMappingCommand(io: ClientIo, command: ClientCommand): void {
  command
    .command('mapping')
    .description('what its rejection reasons and stages mean: print it as a file, or save that of a file')
    .argument('<id>', 'of the connection')
    .option('--export', 'print it; the file fits every connection to the same ATS')
    .option('--import <file>', 'show what this file would change; - is standard input')
    .option('--dry-run', 'with --import: show it and save nothing')
    .option('--yes', 'with --import: save it')
    .examples(
      ['keep it in a file', 'connection mapping <id> --export > mapping.json'],
      ['see what a file would change, then save it', 'connection mapping <id> --import mapping.json [--yes]'],
    )
    .calls<[string], MappingOptions>(io, async (call, id) => {
      const { options, client } = call;
      const path = `/connections/${toSegment(id)}/mapping`;
      if (options.export && options.import === undefined) {
        const file = await client.get(`${path}/file`);
        return void io.stdout.write(`${JSON.stringify(file, null, 2)}\n`);
      }
      if (options.import === undefined || options.export)
        throw new UsageError('Say which: --export, or --import <file>.');
      if (options.dryRun && options.yes) throw new UsageError('--dry-run saves nothing, --yes does: give one of them.');
      await importMapping(call, path, await readGiven(io, options.import));
    });
}

async function importMapping({ client, screen, options }: Call<MappingOptions>, path: string, file: object) {
  const read = await client.getTagged(path);
  const { mapping, strangers } = parse(ReadMappingFile, await client.send('POST', `${path}/file`, file));
  const preview = await client.send('POST', `${path}/preview`, mapping);
  const { changes } = parse(MappingPreview, preview);
  const isSaving = options.yes === true && changes.length > 0;
  const show = (answered: MappingPreview) =>
    renderPreview(screen, answered, strangers, parse(MappingOverview, read.answer));
  if (!isSaving || options.json !== true) screen.show(preview, MappingPreview, show);
  if (options.dryRun || changes.length === 0) return;
  if (!isSaving) throw new UsageError('Nothing was saved. Add --yes to save it, or --dry-run to end here.');
  const saved = await client.send('PUT', path, mapping, read.etag);
  screen.show(saved, SavedMapping, ({ version }) => `${screen.colours.green('✓')} Saved as version ${version}.`);
}

async function readGiven({ stdin }: ClientIo, file: string): Promise<object> {
  const text = file === '-' ? await readAll(stdin) : await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) throw new UsageError(`${file} cannot be read.`);
  const value = toJson(text);
  if (typeof value !== 'object' || value === null)
    throw new UsageError(`${file} is no exported mapping: it holds no JSON.`);
  return value;
}

function toJson(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\ufeff/, ''));
  } catch {
    return undefined;
  }
}

function parse<T>(schema: { safeParse(answer: unknown): { data?: T } }, answer: unknown): T {
  const { data } = schema.safeParse(answer);
  if (data === undefined)
    throw new ServiceError('The service answered in a form this version does not know. Use the same version of both.');
  return data;
}

const figures = [
  ['heldPlanned', 'held letters that will be planned'],
  ['heldSkipped', 'held letters that will not be sent'],
  ['heldKept', 'held letters that go on waiting'],
  ['plannedHeld', 'planned letters that will be held when their time comes'],
  ['plannedSkipped', 'planned letters that will not be sent when their time comes'],
  ['rejections', 'rejections of the last 90 days judged otherwise'],
  ['templates', 'rejections of the last 90 days with another wording'],
] as const satisfies readonly (readonly [keyof MappingPreview['sum'], string])[];

function renderPreview(
  { table, colours }: Screen,
  { changes, sum }: MappingPreview,
  strangers: ReadMappingFile['strangers'],
  { reasons }: MappingOverview,
): string {
  const names = new Map(reasons.map(({ reasonRef, name }) => [reasonRef, name]));
  const counts = figures.flatMap(([name, text]) => (sum[name] > 0 ? [`${sum[name]} ${text}`] : []));
  return [
    table(
      ['RULE FOR', 'ID OR NAME', 'NAME', 'BEFORE', 'AFTER'],
      changes.map(({ kind, ref, before, after }) => [
        kind,
        ref,
        kind === 'reason' ? names.get(ref) : null,
        toRule(before),
        toRule(after),
      ]),
      'Nothing would change: these rules stand already.',
    ),
    ...(counts.length > 0 ? ['', colours.dim('WHAT WILL CHANGE'), ...counts] : []),
    ...(strangers.length > 0
      ? [
          '',
          colours.dim('LEFT OUT, FOR THIS ATS DOES NOT HAVE IT'),
          table(
            ['RULE FOR', 'ID OR NAME', 'NAME'],
            strangers.map(({ kind, ref, name }) => [kind, ref, name]),
            '',
          ),
        ]
      : []),
  ].join('\n');
}

function toRule(rule: MappingPreview['changes'][number]['before']): string | null {
  if (rule === null) return null;
  const { decidedBy, letter, template } = rule;
  return [decidedBy && `decided by ${decidedBy}`, letter, template && `template ${template}`]
    .filter(Boolean)
    .join(', ');
}

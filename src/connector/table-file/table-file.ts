import { createHash } from 'node:crypto';
import { RelayError } from '../../platform/errors.ts';
import { type Column, type FileIntake, fileColumns } from '../contract.ts';
import { readJapaneseInstant } from './days.ts';
import { decodeText } from './decode.ts';
import { parseRows, type Row } from './parse.ts';

/** A table as it stood in a file. */
export interface TableFile {
  /** When the file says that it was made; null when it does not. */
  readonly madeAt: Date | null;
  /** Without differences of width and of spaces around. */
  readonly header: readonly string[];
  /** What stands below the header. */
  readonly rows: readonly Row[];
  /** Equal for files with the same columns in the same order. */
  readonly shape: string;
}

/** Which header of the file stands for which of our columns. */
export type Columns = Readonly<Partial<Record<Column, string>>>;

/** A row by our column names. */
export type NamedRow = Readonly<Partial<Record<Column, string>>>;

/** The largest file taken, in bytes. */
export const mostBytes = 20 * 1024 * 1024;

/** A header stands near the top; what is above it are rows about the file. */
const headerWithin = 30;

/**
 * Reads a table out of a file's bytes: tabs or commas, any of the usual Japanese encodings, rows about the file above
 * the header. The header is the row that holds the most names the ATS is known to use, else the first wide one.
 * @throws RelayError file_not_understood; request_too_large.
 */
export function readTableFile(bytes: Uint8Array, intake: Pick<FileIntake, 'columns' | 'madeAtLabel'>): TableFile {
  if (bytes.length > mostBytes) throw new RelayError('request_too_large');
  const text = decodeText(bytes);
  const known = new Set(Object.values(intake.columns).flatMap(({ names }) => names.map(toName)));
  const rows = parseRows(text, findSeparator(text, known));
  const { at, width } = findHeader(rows, known);
  if (width < 2)
    throw new RelayError('file_not_understood', { message: 'it holds no table: no row of column names was found' });
  const header = dropEmptyEnd(rows[at]?.cells ?? []).map(toName);
  return {
    madeAt: findMadeAt(rows.slice(0, at), intake.madeAtLabel),
    header,
    rows: rows.slice(at + 1),
    shape: createHash('sha256').update(JSON.stringify(header)).digest('hex'),
  };
}

interface FoundHeader {
  readonly at: number;
  /** How many of its names are known. */
  readonly known: number;
  readonly width: number;
}

/** The beginning of a file tells how it is separated, in characters. */
const beginning = 64 * 1024;

/** The separator that shows more names the ATS is known to use, or more columns. */
function findSeparator(text: string, known: ReadonlySet<string>): '\t' | ',' {
  const [byTab, byComma] = (['\t', ','] as const).map((separator) =>
    findHeader(parseRows(text.slice(0, beginning), separator), known),
  );
  if (!byTab || !byComma) return '\t';
  const difference = byComma.known - byTab.known || byComma.width - byTab.width;
  return difference > 0 ? ',' : '\t';
}

function findHeader(rows: readonly Row[], known: ReadonlySet<string>): FoundHeader {
  const scores = rows.slice(0, headerWithin).map(({ cells }, at) => ({
    at,
    known: cells.filter((cell) => known.has(toName(cell))).length,
    width: cells.filter((cell) => cell !== '').length,
  }));
  const [named] = scores.toSorted((a, b) => b.known - a.known || a.at - b.at);
  if (named && named.known > 0) return named;
  const [wide] = scores.toSorted((a, b) => b.width - a.width || a.at - b.at);
  return wide ?? { at: 0, known: 0, width: 0 };
}

/** The label's neighbour, or what follows the label in its own cell. */
function findMadeAt(rows: readonly Row[], label: string): Date | null {
  for (const { cells } of rows) {
    const at = cells.findIndex((cell) => toName(cell).startsWith(toName(label)));
    if (at < 0) continue;
    const own = toName(cells[at] ?? '').slice(toName(label).length);
    const found = [own.replace(/^[\s:]+/, ''), ...cells.slice(at + 1)].map(readJapaneseInstant).find((day) => day);
    if (found) return found;
  }
  return null;
}

/** Our columns as the file's header names them; those that are not there are left out. */
export function guessColumns(header: readonly string[], columns: FileIntake['columns']): Columns {
  const found = fileColumns.flatMap((column) => {
    const name = columns[column]?.names.map(toName).find((known) => header.includes(known));
    return name === undefined ? [] : [[column, name] as const];
  });
  return Object.fromEntries(found);
}

/** What is missing to read a file by these columns: of each list one is needed. [] when it can be read. */
export function findMissing(columns: Columns, needs: FileIntake['needs']): FileIntake['needs'] {
  return needs.filter((choice) => choice.every((column) => columns[column] === undefined));
}

/**
 * A row by our column names.
 * @throws RelayError row_not_understood when it has more cells than the header, or one whose bytes could not be read.
 */
export function toNamedRow(row: Row, header: readonly string[], columns: Columns): NamedRow {
  if (dropEmptyEnd(row.cells).length > header.length)
    throw new RelayError('row_not_understood', {
      message: '見出しより列が多くあります (it has more cells than the header)',
    });
  const named = Object.entries(columns).map(
    ([column, name]) => [column, row.cells[header.indexOf(name)] ?? ''] as const,
  );
  const spoilt = named.find(([, cell]) => cell.includes('\ufffd'));
  if (spoilt) {
    const name = columns[spoilt[0] as Column]; // the names are those of columns
    throw new RelayError('row_not_understood', { message: `${name}: 文字化けしています (it cannot be decoded)` });
  }
  return Object.fromEntries(named);
}

/** Up to `most` values of each column that are not empty, to recognise it by; by header. Long ones are cut. */
export function takeSamples(
  { header, rows }: TableFile,
  columns: Columns,
  most = 3,
): Readonly<Record<string, readonly string[]>> {
  const chosen = new Set(Object.values(columns));
  return Object.fromEntries(
    header
      .map((name, at) => [name, chosen.has(name) ? takeValues(rows, at, most) : []] as const)
      .filter(([name]) => name !== ''),
  );
}

const longestSample = 80;

function takeValues(rows: readonly Row[], at: number, most: number): readonly string[] {
  const values: string[] = [];
  for (const { cells } of rows) {
    const value = cells[at] ?? '';
    if (value === '' || values.includes(value)) continue;
    values.push([...value].slice(0, longestSample).join(''));
    if (values.length === most) break;
  }
  return values;
}

function toName(cell: string): string {
  return cell.normalize('NFKC').trim();
}

function dropEmptyEnd(cells: readonly string[]): readonly string[] {
  return cells.slice(0, cells.findLastIndex((cell) => cell !== '') + 1);
}

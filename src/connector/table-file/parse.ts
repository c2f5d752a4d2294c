import { type Options, parse } from 'csv-parse/sync';
import { isError, RelayError } from '../../platform/errors.ts';

/** One row of cells, trimmed. `line` is where it begins in the file, from 1. */
export interface Row {
  readonly line: number;
  readonly cells: readonly string[];
}

/** More rows than a recruiter's export has; what is larger was not meant for us. */
export const mostRows = 200_000;

/**
 * Cuts a text into rows by one separator; empty rows are left out. Quotes may hold line breaks. Where quotes are not
 * kept to, they are taken for plain characters, so that one of them does not swallow the rows behind it.
 * @throws RelayError file_not_understood with more rows than we take.
 */
export function parseRows(text: string, delimiter: '\t' | ','): readonly Row[] {
  const rows = parseLeniently(text, delimiter).filter(({ cells }) => cells.some((cell) => cell !== ''));
  if (rows.length > mostRows)
    throw new RelayError('file_not_understood', { message: `it has more than ${mostRows} rows` });
  return rows;
}

function parseLeniently(text: string, delimiter: string): readonly Row[] {
  try {
    return parseStrictly(text, { delimiter });
  } catch (thrown) {
    const isInside = isError(thrown) && thrown.code === 'INVALID_OPENING_QUOTE';
    return isInside ? parseRelaxed(text, delimiter) : parseStrictly(text, { delimiter, quote: false });
  }
}

/** `5" display` in a cell without quotes is no error of the cells around it. */
function parseRelaxed(text: string, delimiter: string): readonly Row[] {
  try {
    return parseStrictly(text, { delimiter, relax_quotes: true });
  } catch {
    return parseStrictly(text, { delimiter, quote: false });
  }
}

function parseStrictly(text: string, options: Options): readonly Row[] {
  const rows: Row[] = [];
  let line = 1;
  parse(text, {
    ...options,
    relax_column_count: true,
    on_record(cells: readonly string[], { lines }) {
      rows.push({ line, cells: cells.map((cell) => toCell(cell, options.quote === false)) });
      line = lines + 1;
      return null;
    },
  });
  return rows;
}

/** Spreadsheets write an apostrophe for a cell that only looks empty; where quotes were not read they still stand. */
function toCell(cell: string, hasQuotes: boolean): string {
  const trimmed = cell.trim();
  const bare = hasQuotes
    ? trimmed
        .replace(/^"(.*)"$/s, '$1')
        .replaceAll('""', '"')
        .trim()
    : trimmed;
  return bare === "'" ? '' : bare;
}

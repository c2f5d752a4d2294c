/** One line of a file: numbers stay numbers, texts are neutralised; null leaves a cell empty. */
export type CsvRow = readonly (string | number | null)[];

/** What a spreadsheet would run as a formula, in half and full width. */
const formula = /^[=+\-@\t\r＝＋－＠]/;

/**
 * Lines of a file as RFC 4180 wants them, CRLF at the end of each. A text that a spreadsheet would run as a formula gets
 * an apostrophe before it (OWASP, CSV Injection, read 2026-11-29).
 */
export function toCsvLines(rows: readonly CsvRow[]): string {
  return rows.map((row) => `${row.map(toCell).join(',')}\r\n`).join('');
}

/** At the head of a file, so that Excel reads UTF-8. */
export const byteOrderMark = '\u{feff}';

function toCell(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const text = formula.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

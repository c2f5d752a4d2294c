/** One line of a file: numbers stay numbers, texts are neutralised. */
export type CsvRow = readonly (string | number)[];

/** What a spreadsheet would run as a formula. */
const isFormula = (text: string) => /^[=+\-@\t\r]/.test(text);

/** A file that Excel opens as UTF-8, CRLF lines; a text that would run as a formula gets an apostrophe before it. */
export function toCsv(header: CsvRow, rows: readonly CsvRow[]): string {
  return `\u{feff}${[header, ...rows].map((row) => row.map(toCell).join(',')).join('\r\n')}\r\n`;
}

function toCell(value: string | number): string {
  if (typeof value === 'number') return String(value);
  const text = isFormula(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Hands a file to the browser to keep. */
export function download(name: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'text/csv;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}

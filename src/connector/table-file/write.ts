import iconv from 'iconv-lite';
import type { FakeFileOptions } from '../fake.ts';

const encodings = {
  shift_jis: { name: 'cp932', addBOM: false },
  'utf-8': { name: 'utf8', addBOM: false },
  'utf-8-bom': { name: 'utf8', addBOM: true },
  'utf-16le': { name: 'utf-16le', addBOM: true },
  'utf-16be': { name: 'utf-16be', addBOM: true },
} as const;

/** A table as a recruiter's machine writes it: Shift_JIS and tabs unless something else is asked for. */
export function writeTableFile(rows: readonly (readonly string[])[], options: FakeFileOptions = {}): Buffer {
  const { name, addBOM } = encodings[options.encoding ?? 'shift_jis'];
  const separator = options.separator === 'comma' ? ',' : '\t';
  const text = rows.map((row) => `${row.map(toCell).join(separator)}\r\n`).join('');
  return iconv.encode(text, name, { addBOM });
}

function toCell(text: string): string {
  return /[",\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

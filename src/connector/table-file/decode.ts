import { isUtf8 } from 'node:buffer';
import iconv from 'iconv-lite';
import { RelayError } from '../../platform/errors.ts';

const marks = [
  { bytes: Buffer.from([0xef, 0xbb, 0xbf]), encoding: 'utf8' },
  { bytes: Buffer.from([0xff, 0xfe]), encoding: 'utf-16le' },
  { bytes: Buffer.from([0xfe, 0xff]), encoding: 'utf-16be' },
] as const;

/** What old Windows programs write where Japanese stands: Shift_JIS with NEC's and IBM's characters, such as 髙 and ①. */
const japaneseWindows = 'cp932';

/**
 * The text of a file that a Japanese spreadsheet, or a program of that kind, wrote: UTF-8 or UTF-16 with or without a
 * byte order mark, or Shift_JIS. Proved by strict reading, not guessed from statistics, which fail on a short file.
 * A few bytes that fit nothing become U+FFFD, so that one spoilt row does not cost the others.
 * @throws RelayError file_not_understood when it is no text in any of these.
 */
export function decodeText(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer.length === 0) throw new RelayError('file_not_understood', { message: 'the file is empty' });
  if (looksLikeWorkbook(buffer))
    throw new RelayError('file_not_understood', { message: 'it is an Excel workbook or an archive, not a text file' });
  const text = iconv.decode(buffer, findEncoding(buffer));
  if (!isText(text)) throw new RelayError('file_not_understood', { message: 'it is not a text file' });
  return text;
}

function findEncoding(buffer: Buffer): string {
  const mark = marks.find(({ bytes }) => buffer.subarray(0, bytes.length).equals(bytes));
  if (mark) return mark.encoding;
  if (buffer.includes(0)) return findUtf16(buffer);
  if (isUtf8(buffer)) return 'utf8';
  // Spoilt UTF-8 and Shift_JIS: the reading that leaves less unread.
  const unread = (encoding: string) => countUnread(iconv.decode(buffer, encoding));
  return unread('utf8') < unread(japaneseWindows) ? 'utf8' : japaneseWindows;
}

/** Which byte comes first shows at tabs, commas and line ends: the other way round they are rare signs. */
function findUtf16(buffer: Buffer): 'utf-16le' | 'utf-16be' {
  let little = 0;
  let big = 0;
  for (let at = 0; at + 1 < buffer.length; at += 2) {
    const [first = 0, second = 0] = buffer.subarray(at, at + 2);
    if (second === 0 && isSeparator(first)) little += 1;
    if (first === 0 && isSeparator(second)) big += 1;
  }
  return big > little ? 'utf-16be' : 'utf-16le';
}

function isSeparator(code: number): boolean {
  return code === 0x09 || code === 0x0a || code === 0x0d || code === 0x2c;
}

function looksLikeWorkbook(buffer: Buffer): boolean {
  return (
    buffer.subarray(0, 4).equals(Buffer.from('PK\x03\x04')) || buffer.subarray(0, 4).toString('hex') === 'd0cf11e0'
  );
}

/** Text has no control characters beside tabs and line ends, and at most one character in a hundred is unread. */
function isText(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  return !/[\u0000-\u0008\u000e-\u001a\u001c-\u001f]/.test(text) && countUnread(text) * 100 <= text.length;
}

function countUnread(text: string): number {
  return text.split('\ufffd').length - 1;
}

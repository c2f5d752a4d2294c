import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import iconv from 'iconv-lite';
import {
  findMissing,
  guessColumns,
  mostBytes,
  type RelayError,
  readJapaneseInstant,
  readNameStamp,
  readTableFile,
  takeSamples,
  toNamedRow,
} from '../../src/connector/index.ts';

const label = { ja: '列', en: 'column' };
const intake = {
  columns: {
    applicationRef: { names: ['応募ID'], label },
    status: { names: ['選考ステータス', 'ステータス'], label },
    name: { names: ['氏名'], label },
    email: { names: ['メールアドレス'], label },
  },
  needs: [['applicationRef'], ['status', 'rejectedOn']],
  madeAtLabel: '出力日時',
} as const;

const header = ['応募ID', '選考ステータス', '氏名', 'メモ'];
const rows = [
  ['1001', '書類選考 不合格', '髙﨑 花子', 'Ⅲ種①, "特急"'],
  ['1002', '一次面接', "O'Brien, Jr. Siobhan", '一'],
];

const encodings = {
  Shift_JIS: (text: string) => iconv.encode(text, 'cp932'),
  'UTF-8': (text: string) => Buffer.from(text),
  'UTF-8 with BOM': (text: string) => Buffer.from(`\ufeff${text}`),
  'UTF-16 LE with BOM': (text: string) => iconv.encode(text, 'utf-16le', { addBOM: true }),
  'UTF-16 BE with BOM': (text: string) => iconv.encode(text, 'utf-16be', { addBOM: true }),
  'UTF-16 LE without BOM': (text: string) => iconv.encode(text, 'utf-16le', { addBOM: false }),
  'UTF-16 BE without BOM': (text: string) => iconv.encode(text, 'utf-16be', { addBOM: false }),
} as const;
const separators = { tab: '\t', comma: ',' } as const;

function quote(cell: string): string {
  return /[",\t\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

function write(table: readonly (readonly string[])[], separator: string, end = '\r\n'): string {
  return table.map((row) => row.map(quote).join(separator) + end).join('');
}

const read = (text: string | Buffer) => readTableFile(Buffer.from(text as string), intake);
const toTexts = (table: { readonly rows: readonly { readonly cells: readonly string[] }[] }) =>
  table.rows.map(({ cells }) => cells);

function catchCode(work: () => unknown): string {
  try {
    work();
    return 'nothing was thrown';
  } catch (thrown) {
    return (thrown as RelayError).code;
  }
}

describe.each(Object.entries(encodings))('%s', (_encoding, encode) => {
  test.each(Object.entries(separators))('a file separated by %s is read as it was written', (_name, separator) => {
    const bytes = encode(write([['出力日時', '2026年11月24日 10:30'], [], header, ...rows], separator));

    const table = readTableFile(bytes, intake);

    expect(table.header).toEqual(header);
    expect(toTexts(table)).toEqual(rows);
    expect(table.madeAt?.toISOString()).toBe('2026-11-24T01:30:00.000Z');
  });
});

test('what a table holds comes out as it went in, whatever its cells hold, in every encoding of Unicode', () => {
  const cell = fc
    .string({ unit: fc.constantFrom(...'髙﨑𠮷🌸あ一a,"\t\n\';　é= '), maxLength: 8 })
    .map((text) => text.trim())
    .filter((text) => text !== "'");
  const encode = fc.constantFrom(...Object.values(encodings).slice(1));
  const separator = fc.constantFrom('\t', ',');
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.stringMatching(/^\d{1,6}$/), cell, cell)), encode, separator, (data, to, by) => {
      const bytes = to(write([['応募ID', '氏名', 'メールアドレス'], ...data], by, '\n'));

      expect(toTexts(readTableFile(bytes, intake))).toEqual(data);
    }),
  );
});

test('a line number is that of the file, past line breaks inside cells, empty lines and rows about the file', () => {
  const table = read('出力日時\t2026/11/24\n\n応募ID\t氏名\n1\t"花\n子"\n\n2\t太郎\n');

  expect(table.rows.map(({ line }) => line)).toEqual([4, 7]);
});

test('an apostrophe that stands for an empty cell is empty', () => {
  expect(toTexts(read(`応募ID\t氏名\tメモ\n1\t"'\n"\t'\n2\tO'Brien\t'a\n`))).toEqual([
    ['1', '', ''],
    ['2', "O'Brien", "'a"],
  ]);
});

test('a quote that nobody closed does not swallow the rows behind it', () => {
  const table = read('応募ID\t氏名\n1\t"花子\n2\t太郎\n3\t"次郎"\n');

  expect(table.rows.map(({ cells }) => cells[0])).toEqual(['1', '2', '3']);
  expect(table.rows[2]?.cells).toEqual(['3', '次郎']);
});

test('a quote inside a cell stays, and the cells with line breaks beside it too', () => {
  expect(toTexts(read('応募ID\t氏名\n1\t5" の画面\n2\t"花\n子"\n'))).toEqual([
    ['1', '5" の画面'],
    ['2', '花\n子'],
  ]);
});

test('a comma in the row about the file does not make commas of its tabs', () => {
  expect(read('作成者,部署,メモ,x,y\n応募ID\t氏名\n1\t花子\n').header).toEqual(['応募ID', '氏名']);
});

test('columns that nobody knows make a header all the same, so that a person can name them', () => {
  const table = read('応募一覧\n番号\t状態\t名前\n1\t不合格\t花子\n');

  expect(table.header).toEqual(['番号', '状態', '名前']);
  expect(guessColumns(table.header, intake.columns)).toEqual({});
  expect(findMissing({}, intake.needs)).toEqual(intake.needs);
});

test('names are known in any width and with spaces around them, the best of several first', () => {
  const { header: found } = read('"　応募ＩＤ "\tステータス\t選考ステータス\tメモ\n');
  const columns = guessColumns(found, intake.columns);

  expect(columns).toEqual({ applicationRef: '応募ID', status: '選考ステータス' });
  expect(findMissing(columns, intake.needs)).toEqual([]);
});

test('files of the same columns have one shape, files of others another', () => {
  const shapes = ['応募ID\t氏名\n1\ta\n', '応募ＩＤ,氏名 \n2,b\n', '氏名\t応募ID\n1\ta\n'].map(
    (text) => read(text).shape,
  );

  expect(shapes[0]).toBe(shapes[1]);
  expect(shapes[0]).not.toBe(shapes[2]);
});

test('samples are up to three different values of the columns chosen, and names alone of the others', () => {
  const table = read('応募ID\t氏名\tメモ\n1\t花子\ta\n2\t\tb\n3\t太郎\tc\n4\t花子\td\n');

  expect(takeSamples(table, { applicationRef: '応募ID', name: '氏名' })).toEqual({
    応募ID: ['1', '2', '3'],
    氏名: ['花子', '太郎'],
    メモ: [],
  });
});

test('a row with spoilt bytes in a column we read is refused, the others are not', () => {
  const text = write(
    [header, ['1', '一次面接', '花子', 'x'], ...Array.from({ length: 60 }, () => rows[0] ?? [])],
    '\t',
  );
  const bytes = Buffer.from(text);
  bytes[bytes.indexOf('花子')] = 0xff;
  const table = readTableFile(bytes, intake);
  const columns = guessColumns(table.header, intake.columns);
  const [spoilt, sound] = table.rows;

  expect(catchCode(() => toNamedRow(spoilt as never, table.header, columns))).toBe('row_not_understood');
  expect(toNamedRow(sound as never, table.header, columns).name).toBe('髙﨑 花子');
});

test('a row with more cells than the header is refused, one with fewer is filled up', () => {
  const table = read('応募ID\t氏名\n1\t花子\t\t\n2\t太郎\tx\n3\n');
  const [padded, long, short] = table.rows as [never, never, never];
  const columns = { applicationRef: '応募ID', name: '氏名' };

  expect(toNamedRow(padded, table.header, columns)).toEqual({ applicationRef: '1', name: '花子' });
  expect(catchCode(() => toNamedRow(long, table.header, columns))).toBe('row_not_understood');
  expect(toNamedRow(short, table.header, columns)).toEqual({ applicationRef: '3', name: '' });
});

test.each([
  ['nothing', Buffer.alloc(0)],
  ['an Excel workbook', Buffer.from('PK\x03\x04[Content_Types].xml')],
  ['a picture', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52])],
  ['noise', Buffer.from(Array.from({ length: 4096 }, (_, at) => (at * 7919 + 13) % 256))],
  ['a letter', Buffer.from('拝啓\n時下ますます\nご清祥のこととお喜び申し上げます。\n')],
])('%s is told as no file of ours', (_what, bytes) => {
  expect(catchCode(() => readTableFile(bytes, intake))).toBe('file_not_understood');
});

test('bytes of any kind are read or refused, never worse', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      try {
        readTableFile(bytes, intake);
      } catch (thrown) {
        expect((thrown as RelayError).code).toBe('file_not_understood');
      }
    }),
  );
});

test('more than 20 MiB is too large, and more than 200,000 rows are no export', () => {
  expect(catchCode(() => readTableFile(Buffer.alloc(mostBytes + 1, 'a'), intake))).toBe('request_too_large');
  expect(catchCode(() => read(`応募ID\t氏名\n${'1\ta\n'.repeat(200_001)}`))).toBe('file_not_understood');
});

test.each([
  ['2026年1月4日', '2026-01-03T15:00:00.000Z'],
  ['2026/01/04', '2026-01-03T15:00:00.000Z'],
  ['2026-1-4', '2026-01-03T15:00:00.000Z'],
  ['２０２６年１月４日', '2026-01-03T15:00:00.000Z'],
  ['2026年1月4日(日)', '2026-01-03T15:00:00.000Z'],
  ['2026/1/4 9:05', '2026-01-04T00:05:00.000Z'],
  ['2026-01-04T09:05:06', '2026-01-04T00:05:06.000Z'],
  ['2026年1月4日 9時5分', '2026-01-04T00:05:00.000Z'],
  ['2024/2/29', '2024-02-28T15:00:00.000Z'],
  ['2026/2/29', undefined],
  ['2026/13/1', undefined],
  ['11/24', undefined],
  ['未定', undefined],
  ['', undefined],
])('the day %s', (text, instant) => {
  expect(readJapaneseInstant(text)?.toISOString()).toBe(instant);
});

test.each([
  ['応募者_20261123094500.csv', '2026-11-23T00:45:00.000Z'],
  ['applicants-2026-11-23_0945.tsv', '2026-11-23T00:45:00.000Z'],
  ['2026年11月23日 09時45分.csv', '2026-11-23T00:45:00.000Z'],
  ['export 20261123.csv', '2026-11-23T14:59:59.000Z'],
  ['export 20261124.csv', '2026-11-24T01:00:00.000Z'],
  ['export.csv', undefined],
  ['12345678901234567890.csv', undefined],
])('the time stamp in the name %s', (name, instant) => {
  expect(readNameStamp(name, new Date('2026-11-24T01:00:00Z'))?.toISOString()).toBe(instant);
});

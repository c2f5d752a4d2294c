import { describe, expect, test } from '@jest/globals';
import { toCsvLines } from '../../src/settings/api/csv.ts';

describe('a file for spreadsheets', () => {
  test.each([
    ['=1+1', "'=1+1"],
    ['+81', "'+81"],
    ['-1', "'-1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\tx', "'\tx"],
    ['\rx', `"'\rx"`],
    ["O'Brien, Inc.", `"O'Brien, Inc."`],
    ['「"髙﨑"」', '"「""髙﨑""」"'],
    ['𠮷野\nさん', '"𠮷野\nさん"'],
  ])('holds %j so that nothing runs and nothing is torn', (text, cell) => {
    expect(toCsvLines([['a'], [text]])).toBe(`a\r\n${cell}\r\n`);
  });

  test('keeps numbers as numbers, negative ones too', () => {
    expect(toCsvLines([['amount'], [-1], [null]])).toBe('amount\r\n-1\r\n\r\n');
  });
});

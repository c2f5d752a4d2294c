import { expect, test } from '@jest/globals';
import {
  fromJapaneseDate,
  toJapaneseDate,
  toJapaneseDay,
  toJapaneseMinute,
  toJapaneseMonday,
  toLongDate,
} from '../../src/platform/japan.ts';

const iso = (instant: Date) => instant.toISOString();

test('the date in Japan is not the one in London', () => {
  expect(toJapaneseDate(new Date('2026-12-31T14:59:59.999Z'))).toBe('2026-12-31');
  expect(toJapaneseDate(new Date('2026-12-31T15:00:00Z'))).toBe('2027-01-01');
  expect(toLongDate('ja', new Date('2026-12-31T15:00:00Z'))).toBe('2027年1月1日');
  expect(toLongDate('en', new Date('2026-12-31T15:00:00Z'))).toBe('1 January 2027');
  expect(toJapaneseMinute(new Date('2026-12-31T15:04:59Z'))).toBe('2027-01-01 00:04');
});

test('a day begins at its midnight in Japan, and a date names that instant', () => {
  expect(iso(toJapaneseDay(new Date('2028-02-29T14:59:59.999Z')))).toBe('2028-02-28T15:00:00.000Z');
  expect(iso(toJapaneseDay(new Date('2028-02-28T15:00:00Z')))).toBe('2028-02-28T15:00:00.000Z');
  expect(iso(fromJapaneseDate('2028-02-29'))).toBe('2028-02-28T15:00:00.000Z');
});

test.each([
  ['2026-11-22T15:00:00.000Z', '2026-11-22T15:00:00.000Z'],
  ['2026-11-22T14:59:59.999Z', '2026-11-15T15:00:00.000Z'],
  ['2027-01-03T14:59:00.000Z', '2026-12-27T15:00:00.000Z'],
  ['1969-12-31T00:00:00.000Z', '1969-12-28T15:00:00.000Z'],
])('%s lies in the week that began on the Monday in Japan %s', (at, monday) => {
  expect(iso(toJapaneseMonday(new Date(at)))).toBe(monday);
});

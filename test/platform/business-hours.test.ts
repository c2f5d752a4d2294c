import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { countBusinessMs, isBusinessDay, moveIntoHours, moveIntoWindow } from '../../src/platform/business-hours.ts';

const anyInstant = fc.date({ min: new Date('2024-01-01'), max: new Date('2045-01-01'), noInvalidDate: true });
const inJapan = (text: string) => new Date(`${text}+09:00`);

test.each([
  ['2026-11-24', true, 'a Tuesday'],
  ['2026-11-21', false, 'a Saturday'],
  ['2026-11-22', false, 'a Sunday'],
  ['2026-11-23', false, '勤労感謝の日'],
  ['2026-05-06', false, 'a holiday in lieu'],
  ['2026-09-22', false, 'a day between two holidays'],
  ['2026-12-28', true, 'the last working day of the year'],
  ['2026-12-29', false, 'the year-end pause'],
  ['2026-12-31', false, 'the year-end pause'],
  ['2027-01-01', false, '元日'],
  ['2027-01-03', false, 'the year-end pause'],
  ['2027-01-04', true, 'the first working day of the year'],
  ['2027-01-11', false, '成人の日'],
])('%s is a business day: %s (%s)', (date, expected) => {
  expect(isBusinessDay(date)).toBe(expected);
});

test.each([
  ['2026-11-24T08:59:59.999', '2026-11-24T09:00:00', 'before opening'],
  ['2026-11-24T09:00:00', '2026-11-24T09:00:00', 'at opening'],
  ['2026-11-24T19:59:59.999', '2026-11-24T19:59:59.999', 'the last instant'],
  ['2026-11-24T20:00:00', '2026-11-25T09:00:00', 'at closing'],
  ['2026-11-24T00:00:00', '2026-11-24T09:00:00', 'midnight'],
  ['2026-11-20T20:00:00', '2026-11-24T09:00:00', 'Friday evening before a long weekend'],
  ['2026-11-21T10:00:00', '2026-11-24T09:00:00', 'Saturday'],
  ['2026-12-28T20:00:00', '2027-01-04T09:00:00', 'the last evening of the working year'],
  ['2026-12-31T23:59:59', '2027-01-04T09:00:00', 'New Year’s Eve'],
  ['2027-01-01T00:00:00', '2027-01-04T09:00:00', 'New Year'],
  ['2026-05-01T21:00:00', '2026-05-07T09:00:00', 'before Golden Week'],
])('%s in Japan moves to %s (%s)', (from, to) => {
  expect(moveIntoWindow(inJapan(from), 'business-hours')).toEqual(inJapan(to));
});

test.each([
  ['2026-11-24T10:29:59', '2026-11-24T10:30:00', 'business', 'before'],
  ['2026-11-24T18:59:59', '2026-11-24T18:59:59', 'business', 'the last second'],
  ['2026-11-24T19:00:00', '2026-11-25T10:30:00', 'business', 'at the end'],
  ['2026-11-20T19:00:00', '2026-11-24T10:30:00', 'business', 'before a long weekend'],
  ['2026-11-20T19:00:00', '2026-11-21T10:30:00', 'every', 'before a Saturday'],
  ['2026-11-22T09:00:00', '2026-11-22T10:30:00', 'every', 'on a Sunday'],
] as const)('%s in Japan moves into a company’s own hours at %s (%s days, %s)', (...[from, to, days]) => {
  expect(moveIntoHours(inJapan(from), { from: '10:30', to: '19:00', days })).toEqual(inJapan(to));
});

test('hours of a whole day on every day move nothing', () => {
  fc.assert(
    fc.property(anyInstant, (at) =>
      expect(moveIntoHours(at, { from: '00:00', to: '24:00', days: 'every' })).toEqual(at),
    ),
  );
});

test('an open window moves nothing', () => {
  fc.assert(fc.property(anyInstant, (at) => expect(moveIntoWindow(at, 'always')).toEqual(at)));
});

test('business hours never come before the asked instant, always lie inside, and skip no earlier chance', () => {
  fc.assert(
    fc.property(anyInstant, (at) => {
      const moved = moveIntoWindow(at, 'business-hours');
      const local = new Date(moved.getTime() + 9 * 3_600_000);

      expect(moved.getTime()).toBeGreaterThanOrEqual(at.getTime());
      expect(isBusinessDay(local.toISOString().slice(0, 10))).toBe(true);
      expect(local.getUTCHours()).toBeGreaterThanOrEqual(9);
      expect(local.getUTCHours()).toBeLessThan(20);
      expect(moveIntoWindow(moved, 'business-hours')).toEqual(moved);
      const half = new Date((at.getTime() + moved.getTime()) / 2);
      expect(moveIntoWindow(half, 'business-hours')).toEqual(moved.getTime() === at.getTime() ? half : moved);
    }),
    { numRuns: 500 },
  );
});

test('no wait for business hours is longer than the longest pause of Japanese offices', () => {
  fc.assert(
    fc.property(anyInstant, (at) => {
      const waitMs = moveIntoWindow(at, 'business-hours').getTime() - at.getTime();

      expect(waitMs).toBeLessThan(11 * 86_400_000);
    }),
    { numRuns: 500 },
  );
});

test.each([
  ['within a day', '2026-11-25T00:00:00Z', '2026-11-25T05:00:00Z', 5],
  ['over a night', '2026-11-24T12:00:00Z', '2026-11-25T12:00:00Z', 24],
  ['over a weekend and a holiday', '2026-11-20T12:00:00Z', '2026-11-23T18:00:00Z', 3 + 3],
  ['within a weekend', '2026-11-21T00:00:00Z', '2026-11-22T00:00:00Z', 0],
  ['backwards', '2026-11-25T05:00:00Z', '2026-11-25T00:00:00Z', 0],
])('time %s counts what lies on business days in Japan', (_name, from, to, hours) => {
  expect(countBusinessMs(new Date(from), new Date(to))).toBe(hours * 3_600_000);
});

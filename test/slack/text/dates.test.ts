import { expect, test } from '@jest/globals';
import { toShownToken } from '../../../src/slack/text/dates.ts';

test.each([
  ['2026-11-24T00:00:00Z', '11/24 9:00', 'Nov 24, 09:00 JST'],
  ['2026-12-31T15:30:00.000Z', '1/1 0:30', 'Jan 1, 00:30 JST'],
  ['2026-11-24 10:05', '11/24 10:05', 'Nov 24, 10:05 JST'],
  ['2026-12-24', '2026年12月24日', 'December 24, 2026'],
  ['15', 15, 15],
  ['007', '007', '007'],
  ['2026-99-99', '2026-99-99', '2026-99-99'],
  ['11/16〜11/22', '11/16〜11/22', '11/16〜11/22'],
  ['髙﨑 2026', '髙﨑 2026', '髙﨑 2026'],
  ['', '', ''],
  [3, 3, 3],
])('%j is shown as %j and %j', (value, ja, en) => {
  expect([toShownToken(value, 'ja'), toShownToken(value, 'en')]).toEqual([ja, en]);
});

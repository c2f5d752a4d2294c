import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { addMonths, areMonthsApart, endOfMonths } from '../../src/credit/calendar.ts';
import { hashPosting, move, openLedger, type PostingDraft, post } from '../../src/credit/ledger.ts';
import { anyOperation, anyRules } from './arbitrary-operations.ts';
import { openBook } from './book.ts';
import { makeReference } from './reference.ts';

test('whatever happens, in whatever order, answers and figures are those of the reference, and the ledger holds', () => {
  fc.assert(
    fc.property(anyRules, fc.array(anyOperation(8), { maxLength: 120, size: 'max' }), (rules, operations) => {
      const reference = makeReference(rules);
      const book = openBook(rules, 'test');

      for (const operation of operations) {
        expect([operation, book.apply(operation)]).toEqual([operation, reference.apply(operation)]);
        expect([operation, book.figures()]).toEqual([operation, reference.figures()]);
      }

      expect(book.verify()).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

const draft: PostingDraft = {
  key: 'k',
  kind: 'referral-counted',
  termsId: 't',
  referralId: 'r',
  creditId: null,
  reservationId: null,
  reason: '髙﨑🌸, "O\'Brien"',
  entries: move('world', 'counted'),
};
const place = { companyId: 'c', agencyId: 'a' };
const at = new Date('2026-11-24T01:00:00Z');

test.each([
  ['no entries', []],
  ['one sided', [{ account: 'counted', amount: 1 }]],
  [
    'one asset against the other',
    [
      { account: 'issued', amount: -1 },
      { account: 'counted', amount: 1 },
    ],
  ],
  ['a fraction', move('world', 'counted', 0.5)],
  ['nothing moved', move('world', 'counted', 0)],
  ['more than is there', move('counted', 'world')],
] as const)('a posting with %s is never made', (_, entries) => {
  expect(() => post(openLedger(place), { ...draft, entries }, 'p', at)).toThrow(/balance/);
});

test('the hash covers everything a posting says, and not the order of its entries', () => {
  const { posting } = post(openLedger(place), draft, 'p', at);
  const changes = [
    { postingId: 'q' },
    { seq: 2 },
    { key: 'l' },
    { kind: 'referral-reversed' as const },
    { termsId: 'u' },
    { referralId: 's' },
    { creditId: 'x' },
    { reservationId: 'x' },
    { reason: '高崎🌸, "O\'Brien"' },
    { postedAt: new Date(at.getTime() + 1) },
    { prevHash: 'x' },
    { entries: move('world', 'counted', 2) },
  ];

  const hashes = changes.map((change) => hashPosting(place, { ...posting, ...change }));

  expect(new Set([posting.hash, hashPosting({ ...place, agencyId: 'b' }, posting), ...hashes]).size).toBe(14);
  expect(hashPosting(place, { ...posting, entries: posting.entries.toReversed() })).toBe(posting.hash);
});

test.each([
  ['2026-01-31', 1, '2026-02-28'],
  ['2027-11-30', 3, '2028-02-29'],
  ['2028-02-29', 12, '2029-02-28'],
  ['2026-12-15', 1, '2027-01-15'],
  ['2026-08-31', 25, '2028-09-30'],
])('%s and %d months is %s', (date, months, expected) => {
  expect(addMonths(date, months)).toBe(expected);
});

test('months apart are counted by days in Japan, in either order', () => {
  const first = new Date('2026-11-24T14:59:59.999Z'); // the 24th
  const later = new Date('2027-11-23T15:00:00Z'); // the 24th

  expect([areMonthsApart(first, later, 12), areMonthsApart(later, first, 12)]).toEqual([true, true]);
  expect(areMonthsApart(new Date('2026-11-24T15:00:00Z'), later, 12)).toBe(false);
});

test('a period ends when its last day in Japan is over', () => {
  expect(endOfMonths(new Date('2026-11-30T00:00:00Z'), 3)).toEqual(new Date('2027-02-28T15:00:00Z'));
  expect(endOfMonths(new Date('2026-11-30T15:00:00Z'), 3)).toEqual(new Date('2027-03-01T15:00:00Z'));
});

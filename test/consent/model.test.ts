import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  type Answer,
  decide,
  maskEmail,
  planView,
  type Standing,
  toReferralCode,
  type Verdict,
} from '../../src/consent/model.ts';

const now = new Date('2026-11-24T01:00:00Z');
const later = new Date('2027-01-23T01:00:00Z');
const earlier = new Date('2026-11-24T00:59:59Z');

const standing = (decision: Standing['decision'], change: Partial<Standing> = {}): Standing => ({
  decision,
  grantsUntil: later,
  isOffered: true,
  ...change,
});
const grant: Answer = { wish: 'grant', ticks: ['introduction'] };
const decline: Answer = { wish: 'decline', ticks: [] };
const withdraw: Answer = { wish: 'withdraw', ticks: [] };
const recorded = (decision: 'granted' | 'declined' | 'withdrawn'): Verdict => ({ kind: 'record', decision });
const unchanged: Verdict = { kind: 'unchanged' };

test.each<[Standing['decision'], Answer, Verdict]>([
  ['none', grant, recorded('granted')],
  ['none', decline, recorded('declined')],
  ['none', withdraw, unchanged],
  ['granted', grant, unchanged],
  ['granted', decline, recorded('withdrawn')],
  ['granted', withdraw, recorded('withdrawn')],
  ['declined', grant, recorded('granted')],
  ['declined', decline, unchanged],
  ['declined', withdraw, unchanged],
  ['withdrawn', grant, recorded('granted')],
  ['withdrawn', decline, unchanged],
  ['withdrawn', withdraw, unchanged],
])('who stands at %s and answers %j is recorded as %j', (decision, answer, verdict) => {
  expect(decide(standing(decision), answer, now)).toEqual(verdict);
});

test('an agreement without its ticked box is refused, whatever came before', () => {
  for (const decision of ['none', 'declined', 'withdrawn'] as const)
    expect(decide(standing(decision), { wish: 'grant', ticks: [] }, now)).toEqual({
      kind: 'refused',
      reason: 'box-not-ticked',
    });
});

test('nothing can be agreed to after the link has run out or while the offer is closed, but a withdrawal always works', () => {
  const closed = [standing('none', { grantsUntil: earlier }), standing('none', { isOffered: false })];

  expect(closed.map((one) => decide(one, grant, now))).toEqual([
    { kind: 'refused', reason: 'not-open' },
    { kind: 'refused', reason: 'not-open' },
  ]);
  for (const one of closed)
    expect(decide({ ...one, decision: 'granted' }, withdraw, now)).toEqual(recorded('withdrawn'));
});

test('a link still grants in its last instant', () => {
  expect(decide(standing('none', { grantsUntil: now }), grant, now)).toEqual(recorded('granted'));
});

test.each<[Standing, string]>([
  [standing('none'), 'ask'],
  [standing('none', { isOffered: false }), 'closed'],
  [standing('none', { grantsUntil: earlier }), 'unknown'],
  [standing('none', { grantsUntil: earlier, isOffered: false }), 'unknown'],
  [standing('granted', { grantsUntil: earlier, isOffered: false }), 'granted'],
  [standing('declined', { grantsUntil: earlier }), 'declined'],
  [standing('withdrawn', { isOffered: false }), 'withdrawn'],
])('a person at %j sees the page %s', (one, view) => {
  expect(planView(one, now)).toBe(view);
});

test('a referral code is eight unambiguous characters, and different randomness gives different codes', () => {
  const fiveBytes = fc.uint8Array({ minLength: 5, maxLength: 5 });
  fc.assert(
    fc.property(fiveBytes, fiveBytes, (a, b) => {
      expect(toReferralCode(a)).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/);
      expect(toReferralCode(a) === toReferralCode(b)).toBe(Buffer.compare(a, b) === 0);
    }),
  );
  expect(toReferralCode(new Uint8Array(5))).toBe('0000-0000');
  expect(toReferralCode(new Uint8Array(5).fill(255))).toBe('ZZZZ-ZZZZ');
});

test.each([
  ['taro@example.com', 't•••@example.com'],
  ['𠮷野@example.com', '𠮷•••@example.com'],
  ['"a@b"@example.com', '"•••@example.com'],
  ['no address', '•••'],
])('the address %s is shown as %s', (email, masked) => {
  expect(maskEmail(email)).toBe(masked);
});

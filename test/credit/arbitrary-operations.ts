import fc from 'fast-check';
import type { Operation, Rules } from './operations.ts';

export const anyRules: fc.Arbitrary<Rules> = fc.record({
  countsAt: fc.constantFrom('consent', 'consent', 'confirmation'),
  perCredit: fc.integer({ min: 1, max: 4 }),
  referralPeriodMonths: fc.integer({ min: 1, max: 4 }),
  creditValidMonths: fc.option(fc.integer({ min: 1, max: 5 })),
});

/** Anything that can happen among so many people. Few meet the rule of the period often; many make many credits. */
export function anyOperation(people: number): fc.Arbitrary<Operation> {
  const person = fc.nat(people - 1);
  const pick = fc.nat(999);
  return fc.oneof(
    { weight: 8, arbitrary: fc.record({ kind: fc.constant('agree'), person }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('agree-alone'), person }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('reject'), person }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('withdraw'), person }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('hear-again'), pick }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('confirm'), pick }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('reverse'), pick }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('reserve'), key: fc.nat(20) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('use'), pick }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('release'), pick }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('sweep') }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('wait'), days: fc.integer({ min: 1, max: 45 }) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('new-terms'), terms: anyRules }) },
  ) as fc.Arbitrary<Operation>;
}

import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Agency, Company } from '../../src/company/index.ts';
import type { KnownPerson, Rejection } from '../../src/intake/index.ts';
import {
  chooseTemplate,
  isCompanyDecision,
  type LetterFacts,
  planLetter,
  toCandidateName,
  toLocale,
  toRetryDelay,
} from '../../src/letter/model.ts';
import type { Mapping } from '../../src/platform/tables.ts';
import { sampleAgency } from '../support/company.ts';

const now = new Date('2026-11-24T01:00:00Z'); // Tuesday, 10:00 in Japan

const rejection: Rejection = {
  rejectionId: 'r',
  companyId: 'c',
  connectionId: 'n',
  personId: 'p',
  applicationRef: '1',
  candidateRef: '2',
  decidedAt: now,
  decidedBy: 'company',
  reasonRef: 'salary',
  reason: '給与',
  stage: null,
  job: '営業',
  source: 'direct',
  isPrivate: false,
  isConfidential: false,
  canEmail: true,
  status: 'current',
};
const person: KnownPerson = {
  personId: 'p',
  email: 'ichiro@example.com',
  givenName: '一郎',
  familyName: '髙﨑',
  locale: null,
};
const company: Company = {
  companyId: 'c',
  slug: 'c',
  name: '架空食品株式会社',
  locale: 'ja',
  postalAddress: '東京都',
  contactEmail: 'recruit@example.com',
  createdAt: now,
};
const agency: Agency = { agencyId: 'a', ...sampleAgency };

interface Change {
  readonly rejection?: Partial<Rejection>;
  readonly person?: Partial<KnownPerson> | undefined;
  readonly agency?: Agency | undefined;
  readonly connection?: Partial<LetterFacts['connection']>;
  readonly isReleased?: boolean;
}

function toFacts(change: Change = {}): LetterFacts {
  return {
    rejection: { ...rejection, ...change.rejection },
    person: 'person' in change && !change.person ? undefined : { ...person, ...change.person },
    connection: {
      letter: { holdMinutes: 24 * 60, window: 'business-hours' },
      mapping: { reasons: {} },
      mode: 'relay-sent',
      ...change.connection,
    },
    company,
    agency: 'agency' in change ? change.agency : agency,
    isReleased: change.isReleased ?? false,
  };
}

test('a rejection by the company gets its letter after the hold, in business hours', () => {
  expect(planLetter(toFacts(), now)).toEqual({
    status: 'planned',
    dueAt: new Date('2026-11-25T01:00:00Z'),
    locale: 'ja',
  });
});

test('a hold that ends at night waits for the morning; with an open window it does not', () => {
  const decidedAt = new Date('2026-11-24T12:00:00Z'); // 21:00 in Japan
  const always = { letter: { holdMinutes: 60, window: 'always' } } as const;

  expect(planLetter(toFacts({ rejection: { decidedAt } }), now)).toMatchObject({
    dueAt: new Date('2026-11-26T00:00:00Z'),
  });
  expect(planLetter(toFacts({ rejection: { decidedAt }, connection: always }), now)).toMatchObject({
    dueAt: new Date('2026-11-24T13:00:00Z'),
  });
});

test('a decision of long ago is due now, not in the past', () => {
  expect(planLetter(toFacts({ rejection: { decidedAt: new Date('2024-01-01') } }), now)).toMatchObject({ dueAt: now });
});

test('a letter is never due before now nor before its hold has passed', () => {
  const instant = fc.date({ min: new Date('2025-01-01'), max: new Date('2028-01-01'), noInvalidDate: true });
  fc.assert(
    fc.property(instant, instant, fc.integer({ min: 0, max: 43_200 }), (decidedAt, at, holdMinutes) => {
      const connection = { letter: { holdMinutes, window: 'business-hours' } } as const;

      const plan = planLetter(toFacts({ rejection: { decidedAt }, connection }), at);

      if (plan.status !== 'planned') throw new Error('not planned');
      expect(plan.dueAt.getTime()).toBeGreaterThanOrEqual(at.getTime());
      expect(plan.dueAt.getTime()).toBeGreaterThanOrEqual(decidedAt.getTime() + holdMinutes * 60_000);
    }),
  );
});

test.each([
  ['the applicant withdrew', { decidedBy: 'candidate' }, 'applicant-withdrew'],
  ['an agency brought them', { source: 'agency' }, 'agency-sourced'],
  ['the application is private', { isPrivate: true }, 'private'],
  ['the job is confidential', { isConfidential: true }, 'confidential'],
  ['they refuse e-mail', { canEmail: false }, 'email-refused'],
  ['they were hired', { status: 'hired' }, 'hired'],
  ['they were erased', { status: 'erased' }, 'erased'],
] as const)('nobody is written to when %s', (_why, change, reason) => {
  expect(planLetter(toFacts({ rejection: change }), now)).toEqual({ status: 'skipped', reason, locale: 'ja' });
});

test('a decision that was taken back cancels the letter', () => {
  expect(planLetter(toFacts({ rejection: { status: 'reinstated' } }), now)).toMatchObject({
    status: 'cancelled',
    reason: 'reinstated',
  });
});

test.each([
  ['nobody knows who decided', { rejection: { decidedBy: 'unknown' } }, 'reason-unknown'],
  ['there is no person', { person: undefined }, 'no-address'],
  ['there is no address', { person: { email: null } }, 'no-address'],
  ['there is no name', { person: { givenName: null, familyName: '  ' } }, 'blank-token'],
  ['there is no agency', { agency: undefined }, 'agency-missing'],
  ['the agency lacks something', { agency: { ...agency, address: '' } }, 'agency-incomplete'],
  ['the licence expired yesterday', { agency: { ...agency, licenceExpiresOn: '2026-11-23' } }, 'licence-expired'],
] as const)('a letter is held when %s', (_why, change, reason) => {
  expect(planLetter(toFacts(change as Change), now)).toMatchObject({ status: 'held', reason });
});

test('on the last day of the licence the letter still goes', () => {
  expect(planLetter(toFacts({ agency: { ...agency, licenceExpiresOn: '2026-11-24' } }), now).status).toBe('planned');
});

test.each([
  [{ letter: 'skip' }, 'company', 'skipped', 'reason-skip'],
  [{ letter: 'hold' }, 'company', 'held', 'reason-hold'],
  [{ letter: 'send' }, 'unknown', 'planned', undefined],
  [{ letter: 'send' }, 'candidate', 'planned', undefined],
  [{ decidedBy: 'candidate' }, 'company', 'skipped', 'applicant-withdrew'],
  [{ decidedBy: 'company' }, 'candidate', 'planned', undefined],
  [{ decidedBy: 'company' }, 'unknown', 'planned', undefined],
  [{ decidedBy: 'unknown' }, 'company', 'held', 'reason-unknown'],
  [{ decidedBy: 'candidate', letter: 'hold' }, 'company', 'held', 'reason-hold'],
] as const)(
  'the rule %j of the company stands above "%s" of the connector: %s %s',
  (rule, decidedBy, status, reason) => {
    const facts = toFacts({ rejection: { decidedBy }, connection: { mapping: { reasons: { salary: rule } } } });

    const plan = planLetter(facts, now);

    expect(plan.status).toBe(status);
    expect('reason' in plan ? plan.reason : undefined).toBe(reason);
  },
);

test('a rule for one reason does not reach another, nor one that is called like a part of an object', () => {
  const connection = { mapping: { reasons: { other: { letter: 'skip' } } } } as const;

  expect(planLetter(toFacts({ connection }), now).status).toBe('planned');
  expect(planLetter(toFacts({ connection, rejection: { reasonRef: 'constructor' } }), now).status).toBe('planned');
  expect(planLetter(toFacts({ connection, rejection: { reasonRef: null } }), now).status).toBe('planned');
});

test.each([
  ['a stage says what no reason says', {}, { letter: 'skip' }, 'company', 'skipped', 'reason-skip'],
  ['a stage holds', {}, { letter: 'hold' }, 'company', 'held', 'reason-hold'],
  ['a stage settles what nobody knows', {}, { letter: 'send' }, 'unknown', 'planned', undefined],
  ['a stage writes to no one who withdrew', {}, { letter: 'send' }, 'candidate', 'skipped', 'applicant-withdrew'],
  [
    'nor to whom the reason says so of',
    { decidedBy: 'candidate' },
    { letter: 'send' },
    'company',
    'skipped',
    undefined,
  ],
  ['a reason stands above a stage', { letter: 'send' }, { letter: 'skip' }, 'company', 'planned', undefined],
  ['also where it withholds', { letter: 'hold' }, { letter: 'send' }, 'company', 'held', 'reason-hold'],
  ['a reason that says only who', { decidedBy: 'company' }, { letter: 'skip' }, 'unknown', 'skipped', 'reason-skip'],
] as const)('%s: %j over %j', (_what, reason, stage, decidedBy, status, why) => {
  const mapping = { reasons: { salary: reason }, stages: { 書類選考: stage } };

  const plan = planLetter(toFacts({ rejection: { decidedBy, stage: '書類選考' }, connection: { mapping } }), now);

  expect(plan.status).toBe(status);
  if (why !== undefined) expect(plan).toMatchObject({ reason: why });
});

test('a rule for one stage does not reach another, nor one that is called like a part of an object', () => {
  const connection = { mapping: { reasons: {}, stages: { 書類選考: { letter: 'skip' } } } } as const;

  for (const stage of ['最終面接', 'constructor', null])
    expect(planLetter(toFacts({ connection, rejection: { stage } }), now).status).toBe('planned');
});

test('who comes by himself is judged by the stage as a letter to him is', () => {
  const mapping: Mapping = { reasons: {}, stages: { 書類選考: { letter: 'send' }, 最終面接: { letter: 'skip' } } };
  const isOne = (change: Partial<Rejection>) => isCompanyDecision({ ...rejection, ...change }, { mapping });

  expect(isOne({ stage: '書類選考', decidedBy: 'unknown' })).toBe(true);
  expect(isOne({ stage: '書類選考', decidedBy: 'candidate' })).toBe(false);
  expect(isOne({ stage: '最終面接' })).toBe(false);
});

test('a letter is written with the template of its reason, else of its stage, else with the default', () => {
  const mapping: Mapping = {
    reasons: {
      salary: { letter: 'send', template: 't-reason' },
      plain: { template: 'standard' },
      other: { letter: 'send' },
    },
    stages: { 書類選考: { template: 't-stage' } },
  };
  const choose = (reasonRef: string | null, stage: string | null) => chooseTemplate({ reasonRef, stage }, { mapping });

  expect(choose('salary', '書類選考')).toBe('t-reason');
  expect(choose('plain', '書類選考')).toBe('standard');
  expect(choose('other', '書類選考')).toBe('t-stage');
  expect(choose(null, '書類選考')).toBe('t-stage');
  expect(choose('other', 'constructor')).toBeUndefined();
  expect(choose(null, null)).toBeUndefined();
});

test('a rule of the company writes to nobody who must not be written to', () => {
  const connection = { mapping: { reasons: { salary: { letter: 'send' } } } } as const;

  expect(planLetter(toFacts({ connection, rejection: { canEmail: false } }), now).status).toBe('skipped');
  expect(planLetter(toFacts({ connection, rejection: { source: 'agency' } }), now).status).toBe('skipped');
});

test('a letter released by hand is due now over reason, hold and hours, but over nothing else', () => {
  const night = new Date('2026-11-24T15:00:00Z');
  const released = (change: Change) => planLetter(toFacts({ ...change, isReleased: true }), night);

  expect(released({ rejection: { decidedBy: 'unknown' } })).toMatchObject({ status: 'planned', dueAt: night });
  expect(released({ rejection: { decidedBy: 'candidate' } })).toMatchObject({ status: 'planned', dueAt: night });
  expect(released({ rejection: { canEmail: false } }).status).toBe('skipped');
  expect(released({ person: { email: null } }).status).toBe('held');
  expect(released({ agency: undefined }).status).toBe('held');
});

test.each([
  ['ja', 'en', 'ja'],
  ['ja-JP', 'en', 'ja'],
  ['JA_jp', 'en', 'ja'],
  ['en-GB', 'ja', 'en'],
  ['zh-Hant', 'ja', 'en'],
  ['jam', 'ja', 'en'],
  [null, 'ja', 'ja'],
  [null, 'en', 'en'],
  ['', 'ja', 'ja'],
] as const)('a person of locale %j at a company of %s is written to in %s', (personal, companys, expected) => {
  expect(toLocale(personal, companys)).toBe(expected);
});

test.each([
  [{ familyName: '髙﨑', givenName: '一郎' }, 'ja', '髙﨑 一郎 様'],
  [{ familyName: '𠮷野', givenName: null }, 'ja', '𠮷野 様'],
  [{ familyName: null, givenName: 'ﾊﾅｺ' }, 'ja', 'ﾊﾅｺ 様'],
  [{ familyName: "O'Neill", givenName: 'Siobhán' }, 'en', "Siobhán O'Neill"],
  [{ familyName: ' 髙﨑 ', givenName: '一郎' }, 'en', '一郎 髙﨑'],
  [{ familyName: null, givenName: '' }, 'ja', ''],
] as const)('the name %j is called in %s: %s', (name, locale, expected) => {
  expect(toCandidateName(name, locale)).toBe(expected);
});

test('waits between tries grow to four hours and no further', () => {
  const minutes = [1, 2, 3, 8, 9, 16].map((attempts) => toRetryDelay(attempts) / 60_000);

  expect(minutes).toEqual([1, 2, 4, 128, 240, 240]);
});

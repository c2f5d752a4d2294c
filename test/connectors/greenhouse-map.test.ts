import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { events, parseDelivery, type Reading, toApplication } from '../../connectors/greenhouse/map.ts';
import * as vendor from '../../connectors/greenhouse/schema.ts';
import { RelayError } from '../../src/connector/index.ts';

function readFixture(name: string): unknown {
  return JSON.parse(
    readFileSync(new URL(`../../connectors/greenhouse/fixtures/${name}.json`, import.meta.url), 'utf8'),
  );
}

const hint = { applicationRef: '7100101', candidateRef: '7100201', job: 'デザイナー', isConfidential: false };

describe('deliveries', () => {
  test.each([
    ['reject_candidate', { kind: 'rejected', ...hint }],
    ['unreject_candidate', { kind: 'reinstated', ...hint }],
    ['hire_candidate', { kind: 'hired', ...hint }],
    ['delete_candidate', { kind: 'erased', candidateRef: '7100201', applicationRefs: [] }],
    ['merge_candidate', { kind: 'merged', candidateRef: '7100201', intoCandidateRef: '7100299' }],
    ['candidate_anonymized', { kind: 'erased', candidateRef: '7100201', applicationRefs: [] }],
    ['delete_application', { kind: 'erased', candidateRef: '7100201', applicationRefs: ['7100101'] }],
  ])('%s is read as it is meant', (name, expected) => {
    expect(parseDelivery(readFixture(name))).toEqual([expected]);
    expect(events).toContain(name);
  });

  test('a candidate who loses only a telephone number is not erased', () => {
    const payload = { candidate_id: 7100201, anonymized_fields: ['phone_numbers', 'current_title'] };

    expect(parseDelivery({ action: 'candidate_anonymized', payload })).toEqual([]);
  });

  test('a rejected prospect gets no letter: nobody applied', () => {
    const payload = { application: { id: 1, prospect: true, candidate: { id: 2 }, jobs: [] } };

    expect(parseDelivery({ action: 'reject_candidate', payload })).toEqual([]);
  });

  test('one confidential job makes the application confidential', () => {
    const jobs = [{ name: '経理' }, { name: '役員', confidential: true }];
    const payload = { application: { id: 1, candidate: { id: 2 }, jobs } };

    expect(parseDelivery({ action: 'reject_candidate', payload })).toEqual([
      { kind: 'rejected', applicationRef: '1', candidateRef: '2', job: '経理', isConfidential: true },
    ]);
  });

  test.each(['constructor', 'toString', '__proto__', 'offer_created', ''])(
    'the action "%s" is not for us',
    (action) => {
      expect(parseDelivery({ action, payload: {} })).toEqual([]);
    },
  );

  test.each([null, 'text', 7, [], {}, { action: 7 }])('the ping may have any body: %j', (body) => {
    expect(parseDelivery(body)).toEqual([]);
  });

  test.each(events)('a %s that does not fit names the place and nothing that stands there', (action) => {
    const payload = {
      application: { id: '髙﨑', candidate_id: '髙﨑', candidate: { id: '髙﨑' } },
      person: { id: '髙﨑' },
      candidate_id: '髙﨑',
      anonymized_fields: '髙﨑',
    };

    const parse = () => parseDelivery({ action, payload });

    expect(parse).toThrow(RelayError);
    expect(parse).toThrow(/^does not fit at payload\.[\w., ]+$/);
  });
});

describe('applications', () => {
  function makeReading(change: Partial<Reading> = {}): Reading {
    const applications = vendor.Application.array().parse(readFixture('v3.applications'));
    const details = vendor.RejectionDetail.array().parse(readFixture('v3.rejection_details'));
    const candidates = vendor.Candidate.array().parse(readFixture('v3.candidates'));
    const reasons = vendor.RejectionReason.array().parse(readFixture('v3.rejection_reasons'));
    return {
      applications: new Map(applications.map((row) => [String(row.id), row])),
      details: new Map(details.map((row) => [String(row.application_id), row])),
      candidates: new Map(candidates.map((row) => [String(row.id), row])),
      reasons: new Map(reasons.map((row) => [row.id, row])),
      ...change,
    };
  }

  function withAddresses(
    ...email_addresses: readonly { readonly value: string | null; readonly type?: string }[]
  ): Reading {
    const candidate = vendor.Candidate.parse({ id: 7100201, can_email: true, email_addresses });
    return makeReading({ candidates: new Map([['7100201', candidate]]) });
  }

  function readEmail(reading: Reading): string | null {
    const application = toApplication('7100101', reading);
    if (application.state !== 'rejected') throw new Error('not rejected');
    return application.person.email;
  }

  test('a company’s decision is told with its instant, reason, stage and person', () => {
    expect(toApplication('7100101', makeReading())).toEqual({
      state: 'rejected',
      applicationRef: '7100101',
      candidateRef: '7100201',
      decidedAt: new Date('2026-11-20T02:15:09.482Z'),
      decidedBy: 'company',
      reason: { ref: '14001', name: 'スキル・経験の不一致' },
      stage: '一次面接',
      job: null,
      source: 'direct',
      person: { givenName: '花子', familyName: '髙﨑', email: 'hanako.takasaki@example.com', locale: null },
      isPrivate: false,
      isConfidential: false,
      canEmail: true,
    });
  });

  test('an applicant’s withdrawal through an agency, private and without an address, is told as that', () => {
    expect(toApplication('7100102', makeReading())).toMatchObject({
      decidedBy: 'candidate',
      source: 'agency',
      person: { givenName: 'ﾀﾛｳ', familyName: '𠮷野', email: null },
      isPrivate: true,
      canEmail: false,
    });
  });

  test.each([
    ['7100103', 'active'],
    ['7100104', 'hired'],
    ['7100105', 'active'],
    ['999', 'gone'],
  ])('application %s is %s', (applicationRef, state) => {
    expect(toApplication(applicationRef, makeReading()).state).toBe(state);
  });

  test('without a readable candidate there is nobody to write to', () => {
    expect(toApplication('7100101', makeReading({ candidates: new Map() })).state).toBe('gone');
  });

  test('a rejected prospect is no rejection', () => {
    const prospect = vendor.Application.parse({ id: 5, candidate_id: 7100201, status: 'rejected', prospect: true });

    expect(toApplication('5', makeReading({ applications: new Map([['5', prospect]]) })).state).toBe('active');
  });

  test('a suspicion of fraud, no reason, and one we cannot look up leave open who decided', () => {
    const fraud = { id: 14001, name: 'Fraud', type: { key: 'SECURITY_CONCERN' } };

    expect(toApplication('7100101', makeReading({ reasons: new Map([[14001, fraud]]) }))).toMatchObject({
      decidedBy: 'unknown',
    });
    expect(toApplication('7100101', makeReading({ details: new Map() }))).toMatchObject({
      decidedBy: 'unknown',
      reason: null,
    });
    expect(toApplication('7100101', makeReading({ reasons: new Map() }))).toMatchObject({
      decidedBy: 'unknown',
      reason: { ref: '14001' },
    });
  });

  test('a rejection without an instant is not understood', () => {
    const timeless = vendor.Application.parse({ id: 5, candidate_id: 7100201, status: 'rejected' });

    expect(() => toApplication('5', makeReading({ applications: new Map([['5', timeless]]) }))).toThrow(/rejected_at/);
  });

  test('a private address goes before a work address, whatever stands first', () => {
    const work = { value: 'hanako@work.example.com', type: 'work' };
    const other = { value: 'other@example.com', type: 'other' };
    const personal = { value: ' hanako@example.com ', type: 'Personal' };

    expect(readEmail(withAddresses(work, other, personal))).toBe('hanako@example.com');
    expect(readEmail(withAddresses(work, other))).toBe('other@example.com');
    expect(readEmail(withAddresses(work))).toBe('hanako@work.example.com');
  });

  test('what is no address is passed over, and what carriers once gave out is not', () => {
    const carrier = 'hana..ko.@mobile.example.com';

    expect(readEmail(withAddresses({ value: 'なし', type: 'personal' }, { value: carrier, type: 'work' }))).toBe(
      carrier,
    );
    expect(readEmail(withAddresses({ value: 'a@example.com, b@example.com' }, { value: null }))).toBeNull();
    expect(readEmail(withAddresses({ value: 'a@example.com\r\nBcc: b@example.com' }))).toBeNull();
  });
});

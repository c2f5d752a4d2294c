import { expect, test } from '@jest/globals';
import {
  chooseConnection,
  judgeSteps,
  type StartConnection,
  type StartFacts,
  startLacks,
  startSteps,
} from '../../src/settings/start/model.ts';

const connection = (change: Partial<StartConnection> = {}): StartConnection => ({
  connectionId: 'c1',
  state: 'shadow',
  resumesAs: null,
  failingSince: null,
  isHeard: true,
  ...change,
});
const done: StartFacts = {
  company: { name: '髙﨑食品', postalAddress: '東京都港区架空台4-5-6', contactEmail: 'recruit@example.com' },
  agencyLack: undefined,
  hasTerms: true,
  connections: [connection()],
  letter: { lacks: 0, faults: 0 },
  slack: { state: 'installed', places: [{ blockedReason: null }] },
  marks: new Set(['mail-tested', 'letter-approved', 'slack-tested']),
};
const lacksOf = (facts: Partial<StartFacts>) => judgeSteps({ ...done, ...facts }).flatMap(({ lacks }) => lacks);

test('a company that has everything lacks nothing, step by step', () => {
  const steps = judgeSteps(done);

  expect(steps.map(({ step }) => step)).toEqual([...startSteps]);
  expect(steps.every(({ isDone, lacks }) => isDone && lacks.length === 0)).toBe(true);
});

test.each<[Partial<StartFacts>, readonly string[]]>([
  [{ company: { ...done.company, postalAddress: ' ' } }, ['company-incomplete']],
  [{ marks: new Set(['letter-approved', 'slack-tested']) }, ['mail-untested']],
  [{ agencyLack: 'agency-missing', hasTerms: false }, ['agency-missing']],
  [{ agencyLack: 'licence-expired' }, ['licence-expired']],
  [{ agencyLack: 'agency-incomplete' }, ['agency-incomplete']],
  [{ hasTerms: false }, ['terms-missing']],
  [{ connections: [] }, ['ats-missing']],
  [{ connections: [connection({ isHeard: false })] }, ['ats-unheard']],
  [{ connections: [connection({ failingSince: new Date('2026-11-24T00:00:00Z') })] }, ['ats-failing']],
  [{ letter: { lacks: 1, faults: 0 } }, ['letter-blank']],
  [{ letter: { lacks: 0, faults: 2 } }, ['letter-faulty']],
  [{ marks: new Set(['mail-tested', 'slack-tested']) }, ['letter-unapproved']],
  [{ slack: { state: 'none', places: [] } }, ['slack-missing']],
  [{ slack: { state: 'broken', places: [{ blockedReason: null }] } }, ['slack-broken']],
  [{ slack: { state: 'uninstalled', places: [] } }, ['slack-broken']],
  [{ slack: { state: 'installed', places: [] } }, ['place-missing']],
  [{ slack: { state: 'installed', places: [{ blockedReason: 'is_archived' }] } }, ['place-blocked']],
  [{ marks: new Set(['mail-tested', 'letter-approved']) }, ['slack-untested']],
])('%j lacks %j, and no other step does', (facts, expected) => {
  expect(lacksOf(facts)).toEqual(expected);
  expect(startLacks).toEqual(expect.arrayContaining([...expected]));
});

test('Slack may be put off, and nothing else', () => {
  const marks = new Set(['slack-skipped'] as const);
  const steps = judgeSteps({ ...done, marks, slack: { state: 'none', places: [] } });

  expect(steps.filter(({ isDone }) => isDone).map(({ step }) => step)).toEqual(['agency', 'ats', 'slack']);
  expect(steps.at(-1)).toMatchObject({ isSkipped: true, isOptional: true, lacks: ['slack-missing'] });
});

test('Slack that was put off and set up later is no longer called put off', () => {
  const steps = judgeSteps({ ...done, marks: new Set([...done.marks, 'slack-skipped']) });

  expect(steps.at(-1)).toMatchObject({ isDone: true, isSkipped: false });
});

test('of several connections the one that works is set up, and a live one before all', () => {
  const silent = connection({ connectionId: 'silent', isHeard: false });
  const heard = connection({ connectionId: 'heard' });
  const paused = connection({ connectionId: 'paused', state: 'paused', resumesAs: 'live', isHeard: false });

  expect(chooseConnection([silent])?.connectionId).toBe('silent');
  expect(chooseConnection([silent, heard])?.connectionId).toBe('heard');
  expect(chooseConnection([silent, heard, paused])?.connectionId).toBe('paused');
  expect(chooseConnection([])).toBeUndefined();
});

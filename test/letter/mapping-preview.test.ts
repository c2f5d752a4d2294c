import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Connection } from '../../src/connector/index.ts';
import { type MappingPreview, previewMapping, readMappingUse } from '../../src/letter/index.ts';
import { insertTemplate, updateTemplate } from '../../src/letter/wording/store.ts';
import type { Database, Tx } from '../../src/platform/database.ts';
import type { Mapping } from '../../src/platform/tables.ts';
import { openTestDatabase } from '../support/database.ts';
import { makeRecordingMailer, openStage, readConnection, type Stage } from './stage.ts';

let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

const dayMs = 86_400_000;
const parts = { connections: { read: readConnection } };

function asStage<T>(stage: Stage, work: (tx: Tx, connection: Connection) => Promise<T>): Promise<T> {
  return database.forCompany(stage.company.companyId, async (tx) => {
    const connection = await readConnection(tx, stage.connectionId);
    if (!connection) throw new Error('no connection');
    return work(tx, connection);
  });
}

function preview(stage: Stage, mapping: Mapping): Promise<MappingPreview> {
  const now = stage.clock.now();
  const since = new Date(now.getTime() - 90 * dayMs);
  return asStage(stage, (tx, connection) => previewMapping(parts, tx, connection, mapping, { since, now }));
}

const letter = fc.constantFrom('send' as const, 'skip' as const, 'hold' as const);
const decidedBy = fc.constantFrom('company' as const, 'candidate' as const, 'unknown' as const);
const reasonRule = fc.record({ letter, decidedBy }, { requiredKeys: [] });
const mappings: fc.Arbitrary<Mapping> = fc.record({
  reasons: fc.record({ r1: reasonRule, 理由: reasonRule }, { requiredKeys: [] }),
  stages: fc.record({ 書類選考: fc.record({ letter }, { requiredKeys: [] }) }, { requiredKeys: [] }),
});
const met = fc.record({
  reason: fc.constantFrom('r1', '理由', 'constructor', null),
  stage: fc.constantFrom('書類選考', '最終面接', null),
  decidedBy,
  source: fc.constantFrom('direct' as const, 'agency' as const),
  hasAddress: fc.boolean(),
});

test('what a preview tells of letters is what the planner and the sender then do', async () => {
  await fc.assert(
    fc.asyncProperty(mappings, mappings, fc.array(met, { minLength: 1, maxLength: 12 }), async (before, after, all) => {
      const stage = await openStage(database);
      await stage.setConnection({ state: 'shadow', mapping: before });
      const { letters, jobs } = stage.open({ mailer: makeRecordingMailer() });
      const added: string[] = [];
      for (const { reason, hasAddress, ...one } of all)
        added.push(
          await stage.addRejection({
            person: hasAddress ? {} : { email: null },
            rejection: { reason_ref: reason, stage: one.stage, decided_by: one.decidedBy, source: one.source },
          }),
        );
      await stage.record(...added);
      await jobs.runAll();
      const old = await stage.letters();

      const { sum } = await preview(stage, after);
      await stage.setConnection({ state: 'live', mapping: after });
      const { companyId } = stage.company;
      await stage.announce('mapping-changed', [{ companyId, connectionId: stage.connectionId }]);
      await jobs.runAll();
      const replanned = await stage.letters();
      await letters.sweep();
      await jobs.runAll();
      const sent = await stage.letters();

      const count = (was: string, now: readonly { letter_id: string; status: string }[], status: string) =>
        old.filter((one) => one.status === was && now.some((n) => n.letter_id === one.letter_id && n.status === status))
          .length;
      expect({
        heldPlanned: count('held', replanned, 'planned'),
        heldSkipped: count('held', replanned, 'skipped'),
        heldKept: count('held', replanned, 'held'),
        plannedHeld: count('planned', sent, 'held'),
        plannedSkipped: count('planned', sent, 'skipped'),
      }).toEqual({
        heldPlanned: sum.heldPlanned,
        heldSkipped: sum.heldSkipped,
        heldKept: sum.heldKept,
        plannedHeld: sum.plannedHeld,
        plannedSkipped: sum.plannedSkipped,
      });
    }),
    { numRuns: 25 },
  );
}, 120_000);

test('a mapping that says the same changes nothing', async () => {
  const stage = await openStage(database);
  const mapping: Mapping = { reasons: { r1: { letter: 'skip' } }, stages: { 書類選考: { letter: 'hold' } } };
  await stage.setConnection({ mapping });
  await stage.record(await stage.addRejection(), await stage.addRejection({ rejection: { reason_ref: null } }));
  await stage.open().jobs.runAll();

  const { sum, reasons } = await preview(stage, mapping);

  expect(Object.values(sum)).toEqual([0, 0, 0, 0, 0, 0, 0]);
  expect(reasons).toEqual([]);
});

test('rejections of the last 90 days that stand are judged twice; what an agency brought is judged alike', async () => {
  const stage = await openStage(database);
  const old = new Date(stage.clock.now().getTime() - 91 * dayMs);
  await stage.addRejection();
  await stage.addRejection({ rejection: { reason_ref: null } });
  await stage.addRejection({ rejection: { decided_at: old } });
  await stage.addRejection({ rejection: { source: 'agency' } });
  await stage.addRejection({ rejection: { status: 'reinstated' } });

  const { sum, reasons } = await preview(stage, { reasons: { r1: { letter: 'skip' } } });

  expect(sum).toMatchObject({ rejections: 1, templates: 0 });
  expect(reasons).toMatchObject([{ reasonRef: 'r1', rejections: 1 }]);
});

test('a letter that is only written otherwise is counted apart', async () => {
  const stage = await openStage(database);
  await stage.addRejection();
  await stage.addRejection({ rejection: { decided_by: 'candidate' } });

  const { sum } = await preview(stage, { reasons: {}, stages: { Interview: { template: 't' } } });

  expect(sum).toMatchObject({ rejections: 0, templates: 1 });
});

test('a rule that names the standard letter changes something only where another template is the default', async () => {
  const stage = await openStage(database);
  await stage.addRejection();
  const named: Mapping = { reasons: { r1: { template: 'standard' } } };
  const { companyId } = stage.company;

  const before = await preview(stage, named);
  const template = await database.forCompany(companyId, (tx) =>
    insertTemplate(tx, { companyId, name: '既定', now: stage.clock.now() }),
  );
  if (!template) throw new Error('the name was taken');
  const change = { name: '既定', is_default: true, archived_at: null };
  await database.forCompany(companyId, (tx) => updateTemplate(tx, template.id, change));
  const after = await preview(stage, named);
  const same = await preview(stage, { reasons: { r1: { template: template.id } } });

  expect([before, after, same].map(({ sum }) => sum.templates)).toEqual([0, 1, 0]);
});

test('a letter that a person holds, or has released, is left to that person', async () => {
  const stage = await openStage(database);
  const [byHand, released] = [await stage.addRejection(), await stage.addRejection()];
  await stage.setConnection({ state: 'shadow' });
  await stage.record(byHand, released);
  const { letters, jobs } = stage.open();
  await jobs.runAll();
  await letters.hold((await stage.letterOf(byHand)).letter_id, 'admin');
  await letters.send((await stage.letterOf(released)).letter_id, 'admin');

  const { sum } = await preview(stage, { reasons: { r1: { letter: 'skip' } } });

  expect(sum).toMatchObject({ heldSkipped: 0, heldKept: 0, plannedSkipped: 0 });
});

test('the use of reasons and stages is counted, old letters that wait among them, with the newest as a sample', async () => {
  const stage = await openStage(database);
  const at = (days: number) => new Date(stage.clock.now().getTime() - days * dayMs);
  const unknown = { decided_by: 'unknown', reason_ref: '理由' } as const;
  const waiting = await stage.addRejection({ rejection: { ...unknown, decided_at: at(120) } });
  await stage.addRejection({ rejection: { decided_at: at(3), reason: '古い名前' } });
  const newest = await stage.addRejection({ rejection: { decided_at: at(1), reason: '髙い給与', stage: null } });
  await stage.addRejection({ rejection: { decided_at: at(120), reason_ref: 'gone' } });
  await stage.record(waiting);
  await stage.open().jobs.runAll();

  const { reasons, stages } = await asStage(stage, (tx, connection) => readMappingUse(tx, connection, at(90)));

  const show = ({ ref, rejections, heldUnknown }: (typeof reasons)[number]) => [ref, rejections, heldUnknown];
  expect(reasons.map(show).toSorted()).toEqual([
    ['r1', 2, 0],
    ['理由', 0, 1],
  ]);
  expect(reasons.find(({ ref }) => ref === 'r1')?.sample).toMatchObject({ rejectionId: newest, reason: '髙い給与' });
  expect(stages.map(show)).toContainEqual([null, 1, 0]);
  expect(stages.map(show)).toContainEqual(['Interview', 1, 1]);
});

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { openMailer } from '../../src/letter/index.ts';
import type { Database } from '../../src/platform/database.ts';
import type { Mail, Mailer, MailOutcome } from '../../src/platform/mail.ts';
import { openTestDatabase } from '../support/database.ts';
import { baseUrl, openStage, type Process, type Stage } from './stage.ts';

let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

/** A process lives for so many effects, then dies in the next: before it happened, or after. Nothing it does later counts. */
interface Life {
  readonly effects: number;
  readonly diesAfterIt: boolean;
}

class Died extends Error {}

function makeMortal({ effects, diesAfterIt }: Life) {
  let left = effects;
  let isDead = false;
  return async function live<T>(effect: () => Promise<T>): Promise<T> {
    if (isDead) throw new Died();
    if (left > 0) {
      left -= 1;
      const result = await effect();
      if (isDead) throw new Died();
      return result;
    }
    isDead = true;
    if (diesAfterIt) await effect();
    throw new Died();
  };
}

/** A process whose every transaction, mail and question to the ATS may be its last. */
function openMortal(stage: Stage, life: Life, mailer: Mailer): Process {
  const live = makeMortal(life);
  return stage.open({
    database: {
      ...database,
      forCompany: (companyId, work) => live(() => database.forCompany(companyId, work)),
      forSystem: (work) => live(() => database.forSystem(work)),
    },
    intake: {
      recheck: (_company, rejectionIds) => live(async () => new Map(rejectionIds.map((id) => [id, 'stands'] as const))),
    },
    mailer: { ...mailer, send: (mail) => live(() => mailer.send(mail)) },
  });
}

interface Step {
  readonly life: Life;
  /** A second process that is given the same jobs at the same time. */
  readonly twin: Life | undefined;
  readonly does: 'sweep' | 'jobs' | 'copy';
  /** Announces the rejections once more, in another order. */
  readonly repeats: boolean;
  readonly passesMs: number;
}

const life = fc.record({ effects: fc.nat(14), diesAfterIt: fc.boolean() });
const step: fc.Arbitrary<Step> = fc.record({
  life,
  twin: fc.option(life, { nil: undefined }),
  does: fc.constantFrom('sweep', 'jobs', 'jobs', 'copy'),
  repeats: fc.boolean(),
  passesMs: fc.constantFrom(0, 1_000, 60_000, 200_000),
});
interface Story {
  readonly rejections: number;
  /** Begins when the letters have already been handed to the sender. */
  readonly isQueued: boolean;
  readonly steps: readonly Step[];
}
const story: fc.Arbitrary<Story> = fc.record({
  rejections: fc.integer({ min: 1, max: 6 }),
  isQueued: fc.boolean(),
  steps: fc.array(step, { maxLength: 8 }),
});

async function take(process: Process, does: Step['does']): Promise<void> {
  try {
    if (does === 'sweep') await process.letters.sweep();
    else if (does === 'copy') await process.jobs.runCopy('letter.send');
    else await process.jobs.runAll();
  } catch (error) {
    if (!(error instanceof Died)) throw error;
  }
}

/** Plays a story of deaths, then lets a healthy process finish. */
async function play(openThisMailer: (stage: Stage) => Mailer, { rejections, isQueued, steps }: Story): Promise<Stage> {
  await database.runScript('delete from link; delete from letter; delete from outbox_mail');
  const stage = await openStage(database);
  await database.runScript('delete from stage.job');
  const mailer = openThisMailer(stage);
  const rejectionIds: string[] = [];
  for (let count = 0; count < rejections; count += 1) rejectionIds.push(await stage.addRejection());
  await stage.record(...rejectionIds);
  const healthy = stage.open({ mailer });
  if (isQueued) {
    await healthy.jobs.runAll();
    await healthy.letters.sweep();
  }
  for (const { life, twin, does, repeats, passesMs } of steps) {
    if (repeats) await stage.record(...rejectionIds.toReversed());
    const processes = [life, ...(twin ? [twin] : [])].map((one) => openMortal(stage, one, mailer));
    await Promise.all(processes.map((process) => take(process, does)));
    stage.clock.advance(passesMs);
  }
  await healthy.jobs.runAll();
  for (let isBusy = true; isBusy; isBusy = await hasWork(stage)) {
    stage.clock.advance(13 * 3_600_000);
    await healthy.letters.sweep();
    await healthy.jobs.runAll();
  }
  return stage;
}

async function hasWork(stage: Stage): Promise<boolean> {
  return (await stage.letters()).some(({ status }) => status === 'planned' || status === 'sending');
}

function countByKey(mails: readonly { readonly key: string }[]): ReadonlyMap<string, number> {
  return new Map([...Map.groupBy(mails, ({ key }) => key)].map(([key, same]) => [key, same.length]));
}

test('exactly one mail per rejection lies in the outbox, however often jobs come and processes die', async () => {
  await fc.assert(
    fc.asyncProperty(story, async (told) => {
      const stage = await play(({ clock }) => openMailer({ database, clock, smtpUrl: undefined, baseUrl }), told);

      const letters = await stage.letters();
      const mails = await database.forSystem((tx) => tx.selectFrom('outbox_mail').select('mail_key').execute());
      const events = await stage.published('letter-sent');
      expect(letters.map(({ status }) => status)).toEqual(Array(told.rejections).fill('sent'));
      expect(mails.map(({ mail_key: key }) => key).sort()).toEqual(
        letters.map(({ letter_id: id }) => `letter-${id}`).sort(),
      );
      expect(events.map(({ letterId }) => letterId).sort()).toEqual(letters.map(({ letter_id: id }) => id).sort());
    }),
    { numRuns: 30, endOnFailure: true },
  );
}, 120_000);

test('over SMTP at most one mail per rejection leaves, none that is called sent is missing, and doubt is shown', async () => {
  await fc.assert(
    fc.asyncProperty(
      story,
      fc.infiniteStream(fc.constantFrom('sent', 'sent', 'sent', 'not-now', 'never', 'unknown-left', 'unknown-lost')),
      async (told, fates) => {
        const left: Mail[] = [];
        const stage = await play(() => makeFickleMailer(left, fates), told);

        const letters = await stage.letters();
        const copies = countByKey(left);
        const events = await stage.published('letter-sent');
        expect(letters).toHaveLength(told.rejections);
        for (const { letter_id: id, status } of letters) {
          const count = copies.get(`letter-${id}`) ?? 0;
          expect(count).toBeLessThanOrEqual(1);
          expect(['sent', 'unknown', 'failed']).toContain(status);
          if (status === 'sent') expect(count).toBe(1);
          if (status === 'failed') expect(count).toBe(0);
        }
        const sent = letters.filter(({ status }) => status === 'sent').map(({ letter_id: id }) => id);
        expect(events.map(({ letterId }) => letterId).sort()).toEqual(sent.sort());
      },
    ),
    { numRuns: 30, endOnFailure: true },
  );
}, 120_000);

test('processes that write the same letters at the same time wait for each other in one order', async () => {
  const mailer: Mailer = {
    kind: 'smtp',
    isIdempotent: false,
    atOnce: 20,
    // Every other one is put off: a finish writes what left and what did not, each in a statement of its own.
    send: async ({ key }) =>
      /[02468ace]$/.test(key) ? { kind: 'sent' } : { kind: 'refused', isPermanent: false, reason: 'smtp-451' },
    close: async () => undefined,
  };
  const stage = await openStage(database);
  const rejectionIds: string[] = [];
  for (let count = 0; count < 20; count += 1) rejectionIds.push(await stage.addRejection());
  await stage.record(...rejectionIds);
  const processes = [1, 2, 3].map(() => stage.open({ mailer }));
  await processes[0]?.jobs.runAll();
  await processes[0]?.letters.sweep();

  for (let round = 0; round < 30; round += 1) {
    await Promise.all(processes.map(({ jobs }) => jobs.runCopy('letter.send')));
    stage.clock.advance(13 * 3_600_000);
  }

  const letters = await stage.letters();
  expect(new Set(letters.map(({ status }) => status))).not.toContain('sending');
}, 120_000);

/** A mail server in all its moods. What it takes is added to `left`, twice if it is given twice. */
function makeFickleMailer(left: Mail[], fates: Iterator<string>): Mailer {
  return {
    kind: 'smtp',
    isIdempotent: false,
    atOnce: 2,
    async send(mail): Promise<MailOutcome> {
      const fate = fates.next().value;
      if (fate === 'sent' || fate === 'unknown-left') left.push(mail);
      if (fate === 'not-now') return { kind: 'refused', isPermanent: false, reason: 'smtp-451' };
      if (fate === 'never') return { kind: 'refused', isPermanent: true, reason: 'smtp-550' };
      if (fate === 'sent') return { kind: 'sent' };
      return { kind: 'unknown', reason: 'answer-missing' };
    },
    close: async () => undefined,
  };
}

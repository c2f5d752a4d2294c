import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { EventName } from '../../src/events.ts';
import type { Database } from '../../src/platform/database.ts';
import { newId } from '../../src/platform/ids.ts';
import type { MailOutcome } from '../../src/platform/mail.ts';
import { openTestDatabase } from '../support/database.ts';
import { makeRecordingMailer, openStage, type Stage } from './stage.ts';

let database: Database;
let stage: Stage;

beforeAll(async () => {
  database = await openTestDatabase();
});
beforeEach(async () => {
  stage = await openStage(database);
  await database.runScript('delete from stage.job; delete from link; delete from letter; delete from outbox_mail');
});
afterAll(() => database.close());

const unknownReason = { rejection: { decided_by: 'unknown' as const } };

/** Plans these letters, and lets what is due leave. */
async function run(rejectionIds: readonly string[], mailer = makeRecordingMailer()) {
  const opened = stage.open({ mailer });
  await stage.record(...rejectionIds);
  await opened.jobs.runAll();
  await opened.letters.sweep();
  await opened.jobs.runAll();
  return { ...opened, mailer };
}

async function plan(...rejectionIds: readonly string[]) {
  const opened = stage.open();
  await stage.record(...rejectionIds);
  await opened.jobs.runAll();
  return opened;
}

async function toPlace(rejectionId: string) {
  const { companyId } = stage.company;
  const { letter_id: letterId, connection_id: connectionId } = await stage.letterOf(rejectionId);
  return { companyId, letterId, rejectionId, connectionId };
}

async function readTold(): Promise<readonly (readonly [string, string | undefined, string | undefined])[]> {
  const names: readonly EventName[] = ['letter-planned', 'letter-held', 'letter-changed', 'letter-sent'];
  const told = await Promise.all(
    names.map(async (name) =>
      (await stage.published(name)).map(({ letterId, reason }) => [name, letterId, reason] as const),
    ),
  );
  return told.flat();
}

const mapping = (letter: 'send' | 'skip' | 'hold') => ({ reasons: { r1: { letter } } });

async function mend(change: Parameters<Stage['setConnection']>[0], times = 1) {
  const { companyId } = stage.company;
  if (Object.keys(change).length > 0) await stage.setConnection(change);
  const changed = { companyId, connectionId: stage.connectionId };
  for (let time = 0; time < times; time += 1) await stage.announce('mapping-changed', [changed]);
  await stage.open().jobs.runAll();
}

describe('what becomes of a letter is told', () => {
  test('once when it is planned or held, with why it is held; one that never leaves is not told', async () => {
    const planned = await stage.addRejection();
    const held = await stage.addRejection({ person: { email: null } });
    const skipped = await stage.addRejection({ rejection: { source: 'agency' } });

    await plan(planned, held, skipped, planned);
    await plan(planned, held, skipped);

    expect(await stage.published('letter-planned')).toEqual([await toPlace(planned)]);
    expect(await stage.published('letter-held')).toEqual([{ ...(await toPlace(held)), reason: 'no-address' }]);
    expect(await stage.published('letter-changed')).toEqual([]);
  });

  test('when a person releases, holds or cancels it', async () => {
    const rejectionId = await stage.addRejection(unknownReason);
    const { letters } = await plan(rejectionId);
    const { letterId } = await toPlace(rejectionId);

    await letters.send(letterId, 'admin');
    await letters.hold(letterId, 'admin');
    await letters.cancel(letterId, 'admin');

    expect(await readTold()).toEqual([
      ['letter-held', letterId, 'reason-unknown'],
      ['letter-changed', letterId, undefined],
      ['letter-changed', letterId, undefined],
      ['letter-changed', letterId, undefined],
    ]);
  });

  test('when its rejection is lifted, and not again when that is repeated', async () => {
    const rejectionId = await stage.addRejection();
    const { jobs } = await plan(rejectionId);
    const { companyId, letterId } = await toPlace(rejectionId);
    const lifted = { companyId, rejectionId, why: 'reinstated' as const };

    await stage.announce('rejection-lifted', [lifted]);
    await jobs.runAll();
    await stage.announce('rejection-lifted', [lifted]);
    await jobs.runAll();

    expect(await stage.published('letter-changed')).toEqual([{ companyId, letterId }]);
  });

  test('when the look before sending holds, skips or cancels it', async () => {
    const [held, skipped, cancelled] = [
      await stage.addRejection({ rejection: { reason_ref: 'r2' } }),
      await stage.addRejection(),
      await stage.addRejection(),
    ];
    const { letters, jobs } = await plan(held, skipped, cancelled);
    await letters.sweep();
    await stage.setConnection({ mapping: { reasons: { r2: { letter: 'hold' } } } });
    await stage.changeRejection(skipped, { can_email: false });
    stage.answers.set(cancelled, 'lifted');

    await jobs.runAll();

    expect(await stage.published('letter-held')).toEqual([{ ...(await toPlace(held)), reason: 'reason-hold' }]);
    const { companyId } = stage.company;
    expect(await stage.published('letter-changed')).toEqual([
      { companyId, letterId: (await toPlace(skipped)).letterId },
      { companyId, letterId: (await toPlace(cancelled)).letterId },
    ]);
  });

  test('not when it is only put off, by the hours or by a busy mail server', async () => {
    const [busy, night] = [await stage.addRejection(), await stage.addRejection()];
    await run(
      [busy],
      makeRecordingMailer(() => ({ kind: 'refused', isPermanent: false, reason: 'smtp-451' })),
    );
    const { letters, jobs } = await plan(night);
    await stage.setConnection({ letter: { holdMinutes: 0, window: 'business-hours' } });
    stage.clock.set('2026-11-24T14:00:00Z'); // 23:00 in Japan

    await letters.sweep();
    await jobs.runAll();

    expect((await readTold()).map(([name]) => name)).toEqual(['letter-planned', 'letter-planned']);
  });

  test.each([
    [{ kind: 'refused', isPermanent: true, reason: 'smtp-550' }, 'mail-refused'],
    [{ kind: 'unknown', reason: 'answer-missing' }, 'mail-unconfirmed'],
  ] as const)('when its sending ends as %j', async (outcome, reason) => {
    const rejectionId = await stage.addRejection();

    await run(
      [rejectionId],
      makeRecordingMailer(() => outcome),
    );

    expect(await stage.published('letter-held')).toEqual([{ ...(await toPlace(rejectionId)), reason }]);
  });

  /** A sender that is taken for dead while its mail server has the mail, and that ends as a test says. */
  async function leaveInSending() {
    const rejectionId = await stage.addRejection();
    const { promise, resolve } = Promise.withResolvers<MailOutcome>();
    const { jobs, letters } = stage.open({ mailer: makeRecordingMailer(undefined, { send: () => promise }) });
    await stage.record(rejectionId);
    await jobs.runCopy('letter.rejection-recorded');
    await letters.sweep();
    const sending = jobs.runCopy('letter.send');
    while ((await stage.letterOf(rejectionId)).status !== 'sending') await new Promise(setImmediate);
    const finish = async (outcome: MailOutcome) => {
      resolve(outcome);
      await sending;
    };
    return { rejectionId, finish };
  }

  test('when its sender died, found by its job', async () => {
    const { rejectionId, finish } = await leaveInSending();

    await stage.open().jobs.runCopy('letter.send');

    expect(await stage.published('letter-held')).toEqual([{ ...(await toPlace(rejectionId)), reason: 'sender-died' }]);
    await finish({ kind: 'sent' });
  });

  test('when its sender died, found by the sweep, once', async () => {
    const { rejectionId, finish } = await leaveInSending();
    stage.clock.advance(3 * 60_000);

    await stage.open().letters.sweep();
    await stage.open().letters.sweep();

    expect(await stage.published('letter-held')).toEqual([{ ...(await toPlace(rejectionId)), reason: 'sender-died' }]);
    await finish({ kind: 'sent' });
  });

  test('anew when a sender thought dead comes back and says that it is merely put off', async () => {
    const { rejectionId, finish } = await leaveInSending();
    await stage.open().jobs.runCopy('letter.send');

    await finish({ kind: 'refused', isPermanent: false, reason: 'smtp-451' });

    const { companyId, letterId } = await toPlace(rejectionId);
    expect((await stage.letterOf(rejectionId)).status).toBe('planned');
    expect(await stage.published('letter-changed')).toEqual([{ companyId, letterId }]);
  });
});

describe('a letter held by hand', () => {
  test('does not leave, whatever is mended, until somebody sends it', async () => {
    const rejectionId = await stage.addRejection();
    const mailer = makeRecordingMailer();
    const { letters, jobs } = stage.open({ mailer });
    await stage.record(rejectionId);
    await jobs.runAll();
    await letters.sweep();
    const { companyId, letterId } = await toPlace(rejectionId);

    const held = await letters.hold(letterId, 'admin');
    await jobs.runAll();
    await mend({ mapping: mapping('send') });
    await database.forCompany(companyId, (tx) => letters.replan(tx, companyId));
    await jobs.runAll();
    await letters.sweep();
    await jobs.runAll();
    const kept = await stage.letterOf(rejectionId);
    await letters.send(letterId, 'admin');
    await letters.sweep();
    await jobs.runAll();

    expect(held).toMatchObject({ id: letterId, status: 'held', reason: 'by-hand' });
    expect(kept).toMatchObject({ status: 'held', reason: 'by-hand', queued_at: null });
    expect(mailer.mails).toHaveLength(1);
  });

  test('is called off when its rejection is lifted', async () => {
    const rejectionId = await stage.addRejection();
    const { letters, jobs } = await plan(rejectionId);
    const { companyId, letterId } = await toPlace(rejectionId);
    await letters.hold(letterId, 'admin');

    await stage.announce('rejection-lifted', [{ companyId, rejectionId, why: 'hired' }]);
    await jobs.runAll();

    expect(await stage.letterOf(rejectionId)).toMatchObject({ status: 'cancelled', reason: 'hired' });
  });

  test('was planned: what waits already, has left, or is not there cannot be held', async () => {
    const held = await stage.addRejection(unknownReason);
    const sent = await stage.addRejection();
    const { letters } = await run([held, sent]);

    for (const rejectionId of [held, sent])
      await expect(letters.hold((await toPlace(rejectionId)).letterId, 'admin')).rejects.toMatchObject({
        code: 'request_conflict',
      });
    await expect(letters.hold(held, 'admin')).rejects.toMatchObject({ code: 'request_not_found' });
  });

  test('stands in the audit log with who did it', async () => {
    const rejectionId = await stage.addRejection();
    const { letters } = await plan(rejectionId);
    const { companyId, letterId } = await toPlace(rejectionId);

    await letters.hold(letterId, 'slack:U0AAAAAAA');

    const lines = await database.forCompany(companyId, (tx) =>
      tx.selectFrom('audit_entry').select(['actor', 'action', 'subject', 'detail']).execute(),
    );
    expect(lines).toEqual([
      { actor: 'slack:U0AAAAAAA', action: 'letter.held', subject: letterId, detail: { from: 'planned', reason: null } },
    ]);
  });
});

describe('a mapping that is mended', () => {
  test('lets its held letters go or skips them, once, however often it is told', async () => {
    const held = await stage.addRejection(unknownReason);
    await plan(held);

    await mend({ mapping: mapping('send'), letter: { holdMinutes: 60, window: 'always' } }, 2);
    const planned = await stage.letterOf(held);
    await mend({}, 1);

    expect(planned).toMatchObject({
      status: 'planned',
      reason: null,
      due_at: new Date(stage.clock.now().getTime() + 3_600_000),
    });
    const { letter_id: letterId } = planned;
    expect(await readTold()).toEqual([
      ['letter-planned', letterId, undefined],
      ['letter-held', letterId, 'reason-unknown'],
    ]);
  });

  test('of another connection changes nothing', async () => {
    const held = await stage.addRejection(unknownReason);
    const { jobs } = await plan(held);
    const { companyId } = stage.company;
    await stage.setConnection({ mapping: mapping('send') });

    await stage.announce('mapping-changed', [{ companyId, connectionId: newId() }]);
    await jobs.runAll();

    expect((await stage.letterOf(held)).status).toBe('held');
  });

  test('to skip tells that what waited waits no more', async () => {
    const held = await stage.addRejection(unknownReason);
    await plan(held);

    await mend({ mapping: mapping('skip') }, 2);

    expect(await stage.letterOf(held)).toMatchObject({ status: 'skipped', reason: 'reason-skip' });
    expect(await stage.published('letter-changed')).toHaveLength(1);
  });

  test('to hold tells the new reason, once', async () => {
    const held = await stage.addRejection(unknownReason);
    await plan(held);

    await mend({ mapping: mapping('hold') }, 2);
    await mend({}, 2);

    expect((await stage.published('letter-held')).map(({ reason }) => reason)).toEqual([
      'reason-unknown',
      'reason-hold',
    ]);
  });

  test('leaves what waits for an address until there is one, and letters that are past it', async () => {
    const noAddress = await stage.addRejection({ person: { email: null } });
    const sent = await stage.addRejection();
    await run([noAddress, sent]);

    await mend({ mapping: mapping('send') });
    const before = await stage.letterOf(noAddress);
    await database.runScript("update person set email = 'o.brien@example.com' where email is null");
    await mend({});

    expect(before).toMatchObject({ status: 'held', reason: 'no-address' });
    expect((await stage.letterOf(noAddress)).status).toBe('planned');
    expect((await stage.letterOf(sent)).status).toBe('sent');
  });

  test('reaches each of very many letters', async () => {
    const rejectionIds = [];
    for (let index = 0; index < 3; index += 1) rejectionIds.push(await stage.addRejection(unknownReason));
    await plan(...rejectionIds);
    await database.runScript(`
      insert into rejection select (jsonb_populate_record(null::rejection, to_jsonb(r)
          || jsonb_build_object('rejection_id', gen_random_uuid(), 'application_ref', 'copy ' || n))).*
        from rejection r, generate_series(1, 1100) n where r.rejection_id = '${rejectionIds[0]}';
      insert into letter select (jsonb_populate_record(null::letter, to_jsonb(l)
          || jsonb_build_object('letter_id', gen_random_uuid(), 'rejection_id', r.rejection_id))).*
        from letter l join rejection r on r.connection_id = l.connection_id and r.application_ref like 'copy %'
        where l.rejection_id = '${rejectionIds[0]}'`);

    await mend({ mapping: mapping('send') });

    const statuses = new Set((await stage.letters()).map(({ status }) => status));
    expect([...statuses]).toEqual(['planned']);
    expect(await stage.published('letter-planned')).toHaveLength(1103);
  });
});

describe('an agency that is put in order', () => {
  test('lets the letters go that waited for it, and those alone', async () => {
    await stage.setAgency({ licenceExpiresOn: '2026-11-01' });
    const expired = await stage.addRejection({ rejection: { reason_ref: 'r2' } });
    const unclear = await stage.addRejection(unknownReason);
    const { letters, jobs } = await plan(expired, unclear);
    const { companyId } = stage.company;
    const replan = async () => {
      await database.forCompany(companyId, (tx) => letters.replan(tx, companyId));
      await jobs.runAll();
    };

    await replan();
    const before = await stage.letterOf(expired);
    await stage.setConnection({ mapping: mapping('hold') });
    await stage.setAgency({});
    await replan();
    await replan();

    expect(before).toMatchObject({ status: 'held', reason: 'licence-expired' });
    expect((await stage.letterOf(expired)).status).toBe('planned');
    expect(await stage.letterOf(unclear)).toMatchObject({ status: 'held', reason: 'reason-unknown' });
    expect(await stage.published('letter-planned')).toEqual([await toPlace(expired)]);
  });

  test('lets one go at once that somebody had sent on by hand', async () => {
    await stage.setConnection({ letter: { holdMinutes: 1440, window: 'business-hours' } });
    await stage.setAgency({ licenceExpiresOn: '2026-11-01' });
    const rejectionId = await stage.addRejection(unknownReason);
    const { letters, jobs } = await plan(rejectionId);
    await letters.send((await toPlace(rejectionId)).letterId, 'admin');
    await letters.sweep();
    await jobs.runAll();
    const before = await stage.letterOf(rejectionId);

    await stage.setAgency({});
    await database.forCompany(stage.company.companyId, (tx) => letters.replan(tx, stage.company.companyId));
    await jobs.runAll();

    expect(before).toMatchObject({ status: 'held', reason: 'licence-expired' });
    expect(await stage.letterOf(rejectionId)).toMatchObject({ status: 'planned', due_at: stage.clock.now() });
  });
});

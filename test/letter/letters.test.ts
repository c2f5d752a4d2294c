import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { listLetters, listOutbox, openMailer, readLink } from '../../src/letter/index.ts';
import type { Database } from '../../src/platform/database.ts';
import { RelayError } from '../../src/platform/errors.ts';
import type { MailOutcome } from '../../src/platform/mail.ts';
import { openTestDatabase } from '../support/database.ts';
import { baseUrl, makeRecordingMailer, openStage, type Stage } from './stage.ts';

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

function openOutbox() {
  return openMailer({ database, clock: stage.clock, smtpUrl: undefined, baseUrl });
}

async function readOutbox() {
  const { companyId } = stage.company;
  return (await database.forCompany(companyId, (tx) => listOutbox(tx, { companyId, limit: 200 }))).items;
}

/** Plans the letters of these rejections and lets what is due leave. */
async function runStream(mailer = makeRecordingMailer(), ...rejectionIds: readonly string[]) {
  const { letters, jobs } = stage.open({ mailer });
  if (rejectionIds.length > 0) await stage.record(...rejectionIds);
  await jobs.runAll();
  await letters.sweep();
  await jobs.runAll();
  return { letters, jobs, mailer };
}

test('a rejection becomes one letter, in the outbox, with a personal link whose hash alone is stored', async () => {
  const rejectionId = await stage.addRejection();
  const { letters, jobs } = stage.open({ mailer: openOutbox() });
  await stage.record(rejectionId, rejectionId);
  await stage.record(rejectionId);
  await jobs.runAll();

  const queued = await letters.sweep();
  await jobs.runAll();

  const [mail, ...more] = await readOutbox();
  const token = /\/c\/([\w-]{43})$/m.exec(mail?.text ?? '')?.[1] ?? '';
  const link = await database.forSystem((tx) => readLink(tx, token));
  const letter = await stage.letterOf(rejectionId);
  expect(queued).toBe(1);
  expect(more).toEqual([]);
  expect(mail).toMatchObject({
    to: '"髙﨑 一郎 様" <ichiro@example.com>',
    from: '"架空食品株式会社" <relay@example.com>',
    subject: '選考結果のご連絡（架空食品株式会社）',
  });
  expect(mail?.text).toContain('「営業, 東京」にご応募いただき');
  expect(mail?.headers).toMatchObject({
    'Reply-To': 'recruit@example.com',
    'Auto-Submitted': 'auto-generated',
    'Message-ID': `<letter-${letter.letter_id}@relay.example.com>`,
  });
  expect(letter).toMatchObject({ status: 'sent', reason: null, attempts: 1, sent_at: stage.clock.now() });
  expect(link).toMatchObject({ companyId: stage.company.companyId, rejectionId, letterId: letter.letter_id });
  expect(link?.grantsUntil.getTime()).toBe(stage.clock.now().getTime() + 60 * 86_400_000);
  expect(await stage.published('letter-sent')).toEqual([
    { companyId: stage.company.companyId, letterId: letter.letter_id, rejectionId },
  ]);
});

test('a token that is not known leads nowhere', async () => {
  expect(await database.forSystem((tx) => readLink(tx, ''))).toBeUndefined();
  expect(await database.forSystem((tx) => readLink(tx, 'A'.repeat(43)))).toBeUndefined();
});

test('no token stands in clear in letters, links, or jobs', async () => {
  const rejectionId = await stage.addRejection();

  const { mailer } = await runStream(makeRecordingMailer(), rejectionId);

  const token = /\/c\/([\w-]{43})$/m.exec(mailer.mails[0]?.text ?? '')?.[1] ?? '';
  const rows = await database.forSystem(async (tx) => [
    await tx.selectFrom('link').selectAll().execute(),
    await tx.selectFrom('letter').selectAll().execute(),
  ]);
  const stored = JSON.stringify([rows, await stage.published('letter-sent')]);
  expect(token).toHaveLength(43);
  expect(stored).not.toContain(token);
});

test('a person gets one letter for each of two rejections', async () => {
  const first = await stage.addRejection();
  const second = await stage.addRejection();

  const { mailer } = await runStream(makeRecordingMailer(), first, second);

  expect(mailer.mails).toHaveLength(2);
});

test('in shadow letters are planned and shown, and none is sent until the connection is live', async () => {
  await stage.setConnection({ state: 'shadow' });
  const rejectionId = await stage.addRejection();

  const { mailer, letters, jobs } = await runStream(makeRecordingMailer(), rejectionId);
  const inShadow = await stage.letterOf(rejectionId);
  const sentInShadow = mailer.mails.length;
  await stage.setConnection({ state: 'live' });
  await letters.sweep();
  await jobs.runAll();

  expect(inShadow).toMatchObject({ status: 'planned', queued_at: null });
  expect(sentInShadow).toBe(0);
  expect(mailer.mails).toHaveLength(1);
});

test('a connection that is paused after the sweep sends nothing and its letters wait', async () => {
  const rejectionId = await stage.addRejection();
  const mailer = makeRecordingMailer();
  const { letters, jobs } = stage.open({ mailer });
  await stage.record(rejectionId);
  await jobs.runAll();
  await letters.sweep();

  await stage.setConnection({ state: 'paused' });
  await jobs.runAll();

  expect(mailer.mails).toEqual([]);
  expect(await stage.letterOf(rejectionId)).toMatchObject({ status: 'planned', queued_at: null });
});

test('a connection that is paused while the ATS is asked sends nothing', async () => {
  const rejectionId = await stage.addRejection();
  const mailer = makeRecordingMailer();
  const { letters, jobs } = stage.open({
    mailer,
    intake: {
      async recheck(_company, ids) {
        await stage.setConnection({ state: 'paused' });
        return new Map(ids.map((id) => [id, 'stands']));
      },
    },
  });
  await stage.record(rejectionId);
  await jobs.runAll();
  await letters.sweep();
  await jobs.runAll();

  expect(mailer.mails).toEqual([]);
  expect((await stage.letterOf(rejectionId)).status).toBe('planned');
});

test('a connection that goes live at night waits for business hours', async () => {
  await stage.setConnection({ state: 'shadow', letter: { holdMinutes: 60, window: 'business-hours' } });
  const rejectionId = await stage.addRejection();
  stage.clock.set('2026-11-27T13:00:00Z'); // Friday, 22:00 in Japan

  await stage.setConnection({ state: 'live' });
  const { mailer, letters, jobs } = await runStream(makeRecordingMailer(), rejectionId);
  const atNight = await stage.letterOf(rejectionId);
  stage.clock.set('2026-11-30T00:00:00Z'); // Monday, 9:00 in Japan
  await letters.sweep();
  await jobs.runAll();

  expect(atNight).toMatchObject({ status: 'planned', due_at: new Date('2026-11-30T00:00:00Z'), queued_at: null });
  expect(mailer.mails).toHaveLength(1);
});

test('letters that were due in shadow at daytime wait for the morning when the connection goes live at night', async () => {
  await stage.setConnection({ state: 'shadow', letter: { holdMinutes: 0, window: 'business-hours' } });
  const rejectionId = await stage.addRejection();
  const { mailer, letters, jobs } = await runStream(makeRecordingMailer(), rejectionId);
  stage.clock.set('2026-11-24T14:00:00Z'); // 23:00 in Japan

  await stage.setConnection({ state: 'live' });
  await letters.sweep();
  await jobs.runAll();

  expect(mailer.mails).toEqual([]);
  expect((await stage.letterOf(rejectionId)).due_at).toEqual(new Date('2026-11-25T00:00:00Z'));
});

test.each(['reinstated', 'hired', 'erased'] as const)(
  'a rejection that is %s before its letter leaves cancels it',
  async (why) => {
    const planned = await stage.addRejection();
    const held = await stage.addRejection({ person: null });
    const { letters, jobs } = stage.open();
    await stage.record(planned, held);
    await jobs.runAll();
    const { companyId } = stage.company;
    const lifted = [planned, held].map((rejectionId) => ({ companyId, rejectionId, why }));

    await stage.announce('rejection-lifted', lifted);
    await stage.announce('rejection-lifted', lifted);
    await jobs.runAll();
    await letters.sweep();
    await jobs.runAll();

    for (const letter of await stage.letters()) expect(letter).toMatchObject({ status: 'cancelled', reason: why });
  },
);

test('a letter is cancelled when the ATS, asked right before sending, says the decision was taken back', async () => {
  const rejectionId = await stage.addRejection();
  stage.answers.set(rejectionId, 'lifted');

  const { mailer } = await runStream(makeRecordingMailer(), rejectionId);

  expect(mailer.mails).toEqual([]);
  expect(await stage.letterOf(rejectionId)).toMatchObject({ status: 'cancelled', reason: 'lifted' });
});

test('a rejection that was lifted before its letter was planned gets none', async () => {
  const reinstated = await stage.addRejection({ rejection: { status: 'reinstated' } });
  const hired = await stage.addRejection({ rejection: { status: 'hired' } });

  const { mailer } = await runStream(makeRecordingMailer(), reinstated, hired);

  expect(mailer.mails).toEqual([]);
  expect(await stage.letterOf(reinstated)).toMatchObject({ status: 'cancelled', reason: 'reinstated' });
  expect(await stage.letterOf(hired)).toMatchObject({ status: 'skipped', reason: 'hired' });
});

test('nothing is sent while the ATS cannot be asked, and the letter stays planned', async () => {
  const rejectionId = await stage.addRejection();
  const mailer = makeRecordingMailer();
  const { letters, jobs } = stage.open({
    mailer,
    intake: { recheck: () => Promise.reject(new RelayError('vendor_unavailable')) },
  });
  await stage.record(rejectionId);
  await jobs.runAll();
  await letters.sweep();

  await expect(jobs.runAll()).rejects.toMatchObject({ code: 'vendor_unavailable' });

  expect(mailer.mails).toEqual([]);
  expect((await stage.letterOf(rejectionId)).status).toBe('planned');
});

test('what changed since planning counts: refused e-mail, a mapped reason, an expired licence', async () => {
  const refused = await stage.addRejection();
  const mapped = await stage.addRejection({ rejection: { reason_ref: 'salary' } });
  const other = await stage.addRejection({ rejection: { reason_ref: 'r2' } });
  const mailer = makeRecordingMailer();
  const { letters, jobs } = stage.open({ mailer });
  await stage.record(refused, mapped, other);
  await jobs.runAll();
  await letters.sweep();

  await stage.changeRejection(refused, { can_email: false });
  await stage.setConnection({ mapping: { reasons: { salary: { letter: 'skip' } } } });
  await stage.setAgency({ licenceExpiresOn: '2026-11-01' });
  await jobs.runAll();

  expect(mailer.mails).toEqual([]);
  expect(await stage.letterOf(refused)).toMatchObject({ status: 'skipped', reason: 'email-refused' });
  expect(await stage.letterOf(mapped)).toMatchObject({ status: 'skipped', reason: 'reason-skip' });
  expect(await stage.letterOf(other)).toMatchObject({ status: 'held', reason: 'licence-expired' });
});

test('a mail server that says "not now" is asked again later, and in the end the letter has failed', async () => {
  const rejectionId = await stage.addRejection();
  const mailer = makeRecordingMailer(() => ({ kind: 'refused', isPermanent: false, reason: 'smtp-451' }));
  const { letters, jobs } = await runStream(mailer, rejectionId);
  const afterFirst = await stage.letterOf(rejectionId);
  const start = stage.clock.now().getTime();

  const waits: number[] = [];
  for (let letter = afterFirst; letter.status === 'planned'; letter = await stage.letterOf(rejectionId)) {
    waits.push(((letter.due_at?.getTime() ?? 0) - stage.clock.now().getTime()) / 60_000);
    stage.clock.set(letter.due_at?.toISOString() ?? '');
    await letters.sweep();
    await jobs.runAll();
  }

  expect(afterFirst).toMatchObject({ status: 'planned', reason: 'mail-delayed', attempts: 1, queued_at: null });
  expect(waits.slice(0, 10)).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 240, 240]);
  expect(waits).toHaveLength(15);
  expect(stage.clock.now().getTime() - start).toBeGreaterThan(24 * 3_600_000);
  expect(await stage.letterOf(rejectionId)).toMatchObject({ status: 'failed', reason: 'mail-refused', attempts: 16 });
});

test('a mail server that says "never" is believed', async () => {
  const rejectionId = await stage.addRejection();

  await runStream(
    makeRecordingMailer(() => ({ kind: 'refused', isPermanent: true, reason: 'smtp-550' })),
    rejectionId,
  );

  expect(await stage.letterOf(rejectionId)).toMatchObject({ status: 'failed', reason: 'mail-refused', attempts: 1 });
});

test('a mail whose fate is not known is shown to a person and never sent again by itself', async () => {
  const rejectionId = await stage.addRejection();
  let tries = 0;
  const mailer = makeRecordingMailer(() => {
    tries += 1;
    return { kind: 'unknown', reason: 'answer-missing' };
  });
  const { letters, jobs } = await runStream(mailer, rejectionId);

  stage.clock.advance(30 * 86_400_000);
  await letters.sweep();
  await jobs.runAll();

  expect(tries).toBe(1);
  expect(await stage.letterOf(rejectionId)).toMatchObject({ status: 'unknown', reason: 'mail-unconfirmed' });
});

/** A process that dies while its mail server has the mail: its letter stays in 'sending'. */
async function leaveInSending(): Promise<string> {
  const rejectionId = await stage.addRejection();
  const dead = stage.open({ mailer: makeRecordingMailer(undefined, { send: () => new Promise(() => undefined) }) });
  await stage.record(rejectionId);
  await dead.jobs.runCopy('letter.rejection-recorded');
  await dead.letters.sweep();
  void dead.jobs.runCopy('letter.send');
  while ((await stage.letterOf(rejectionId)).status !== 'sending') await new Promise(setImmediate);
  return rejectionId;
}

test('a letter left in sending is unknown, and not sent again, when its job comes again', async () => {
  const rejectionId = await leaveInSending();
  const mailer = makeRecordingMailer();

  await stage.open({ mailer }).jobs.runAll();

  expect(mailer.mails).toEqual([]);
  expect(await stage.letterOf(rejectionId)).toMatchObject({ status: 'unknown', reason: 'sender-died' });
});

test('a letter left in sending whose job is lost becomes unknown after three minutes', async () => {
  const rejectionId = await leaveInSending();
  await database.runScript('delete from stage.job');
  const { letters } = stage.open();

  stage.clock.advance(2 * 60_000);
  await letters.sweep();
  const soon = await stage.letterOf(rejectionId);
  stage.clock.advance(60_000);
  await letters.sweep();

  expect(soon.status).toBe('sending');
  expect(await stage.letterOf(rejectionId)).toMatchObject({ status: 'unknown', reason: 'sender-died' });
});

test('a letter left in sending is taken up again at once where the mailer keeps one mail per key', async () => {
  const rejectionId = await stage.addRejection();
  const outbox = openOutbox();
  const dead = stage.open({
    mailer: {
      ...outbox,
      async send(mail) {
        await outbox.send(mail);
        return new Promise(() => undefined);
      },
    },
  });
  await stage.record(rejectionId);
  await dead.jobs.runCopy('letter.rejection-recorded');
  await dead.letters.sweep();
  void dead.jobs.runCopy('letter.send');
  while ((await readOutbox()).length === 0) await new Promise(setImmediate);

  await stage.open({ mailer: outbox }).jobs.runAll();

  expect(await readOutbox()).toHaveLength(1);
  expect(await stage.letterOf(rejectionId)).toMatchObject({ status: 'sent', attempts: 2 });
  expect(await stage.published('letter-sent')).toHaveLength(1);
});

test.each([
  [{ kind: 'sent' }, { status: 'sent', reason: null }, 1],
  [{ kind: 'refused', isPermanent: true, reason: 'smtp-550' }, { status: 'failed', reason: 'mail-refused' }, 0],
  [{ kind: 'refused', isPermanent: false, reason: 'smtp-451' }, { status: 'planned', reason: 'mail-delayed' }, 0],
] as const)(
  'whoever was thought dead sets the record straight when it ends after all: %o',
  async (outcome, told, events) => {
    const rejectionId = await stage.addRejection();
    const { promise: answer, resolve: finish } = Promise.withResolvers<MailOutcome>();
    const slow = stage.open({ mailer: makeRecordingMailer(undefined, { send: () => answer }) });
    await stage.record(rejectionId);
    await slow.jobs.runCopy('letter.rejection-recorded');
    await slow.letters.sweep();
    const sending = slow.jobs.runCopy('letter.send');
    while ((await stage.letterOf(rejectionId)).status !== 'sending') await new Promise(setImmediate);
    await stage.open().jobs.runCopy('letter.send');
    const thoughtDead = await stage.letterOf(rejectionId);

    finish(outcome);
    await sending;

    expect(thoughtDead.status).toBe('unknown');
    expect(await stage.letterOf(rejectionId)).toMatchObject(told);
    expect(await stage.published('letter-sent')).toHaveLength(events);
  },
);

test('a letter whose job was lost is taken up anew after half a day', async () => {
  const rejectionId = await stage.addRejection();
  const mailer = makeRecordingMailer();
  const { letters, jobs } = stage.open({ mailer });
  await stage.record(rejectionId);
  await jobs.runAll();
  await letters.sweep();
  await database.runScript("delete from stage.job where queue = 'letter.send'");

  const soon = await letters.sweep();
  stage.clock.advance(13 * 3_600_000);
  const late = await letters.sweep();
  await jobs.runAll();

  expect([soon, late]).toEqual([0, 1]);
  expect(mailer.mails).toHaveLength(1);
});

test('a held letter that is sent by hand leaves at once, over its hold and its hours', async () => {
  await stage.setConnection({ letter: { holdMinutes: 1440, window: 'business-hours' } });
  stage.clock.set('2026-11-24T15:00:00Z'); // midnight in Japan
  const rejectionId = await stage.addRejection({ rejection: { decided_by: 'unknown' } });
  const { letters, jobs, mailer } = await runStream(makeRecordingMailer(), rejectionId);
  const before = await stage.letterOf(rejectionId);

  const released = await letters.send(before.letter_id, 'admin');
  await letters.sweep();
  await jobs.runAll();

  expect(before).toMatchObject({ status: 'held', reason: 'reason-unknown' });
  expect(released).toMatchObject({ id: before.letter_id, status: 'planned', reason: null, dueAt: stage.clock.now() });
  expect(mailer.mails).toHaveLength(1);
  expect((await stage.letterOf(rejectionId)).status).toBe('sent');
});

test('a letter sent by hand is still asked after, needs an address, and waits for a live connection', async () => {
  const noAddress = await stage.addRejection({ person: { email: null } });
  const lifted = await stage.addRejection({ rejection: { decided_by: 'unknown' } });
  const { letters, jobs, mailer } = await runStream(makeRecordingMailer(), noAddress, lifted);
  stage.answers.set(lifted, 'lifted');
  for (const letter of await stage.letters()) await letters.send(letter.letter_id, 'admin');

  await stage.setConnection({ state: 'shadow' });
  await letters.sweep();
  await jobs.runAll();
  const inShadow = (await stage.letters()).map(({ status }) => status);
  await stage.setConnection({ state: 'live' });
  await letters.sweep();
  await jobs.runAll();

  expect(inShadow).toEqual(['planned', 'planned']);
  expect(mailer.mails).toEqual([]);
  expect(await stage.letterOf(noAddress)).toMatchObject({ status: 'held', reason: 'no-address' });
  expect(await stage.letterOf(lifted)).toMatchObject({ status: 'cancelled', reason: 'lifted' });
});

test('a letter called off by hand never leaves, and what has left cannot be called off', async () => {
  const planned = await stage.addRejection();
  const sent = await stage.addRejection();
  const { letters, jobs, mailer } = await runStream(makeRecordingMailer(), sent);
  await stage.record(planned);
  await jobs.runAll();
  await letters.sweep();

  const cancelled = await letters.cancel((await stage.letterOf(planned)).letter_id, 'admin');
  await jobs.runAll();
  const sentId = (await stage.letterOf(sent)).letter_id;

  expect(cancelled).toMatchObject({ status: 'cancelled', reason: 'by-hand' });
  await expect(letters.cancel(sentId, 'admin')).rejects.toMatchObject({ code: 'request_conflict' });
  await expect(letters.send(cancelled.id, 'admin')).rejects.toMatchObject({ code: 'request_conflict' });
  await expect(letters.cancel(planned, 'admin')).rejects.toMatchObject({ code: 'request_not_found' });
  expect(mailer.mails).toHaveLength(1);
});

test('what people do to a letter stands in the audit log, with no name', async () => {
  const rejectionId = await stage.addRejection({ person: null });
  const { letters } = await runStream(makeRecordingMailer(), rejectionId);
  const { letter_id: letterId } = await stage.letterOf(rejectionId);

  await letters.send(letterId, 'admin');
  await letters.cancel(letterId, 'admin');

  const entries = await database.forCompany(stage.company.companyId, (tx) =>
    tx.selectFrom('audit_entry').select(['actor', 'action', 'subject', 'detail']).orderBy('seq').execute(),
  );
  expect(entries).toEqual([
    { actor: 'admin', action: 'letter.released', subject: letterId, detail: { from: 'held', reason: 'no-address' } },
    { actor: 'admin', action: 'letter.cancelled', subject: letterId, detail: { from: 'planned', reason: null } },
  ]);
});

test('one sweep hands over 500 letters at the most, and two at once hand over each once', async () => {
  const rejectionIds = await Promise.all(Array.from({ length: 12 }, () => stage.addRejection()));
  const mailer = makeRecordingMailer();
  const one = stage.open({ mailer });
  const two = stage.open({ mailer });
  await stage.record(...rejectionIds);
  await one.jobs.runAll();

  const [first, second] = await Promise.all([one.letters.sweep(), two.letters.sweep()]);
  await one.jobs.runAll();

  expect(first + second).toBe(12);
  expect(mailer.mails).toHaveLength(12);
});

test('letters are listed newest first, page by page', async () => {
  const rejectionIds = [await stage.addRejection(), await stage.addRejection(), await stage.addRejection()];
  await runStream(makeRecordingMailer(), ...rejectionIds);
  const { companyId } = stage.company;

  const first = await database.forCompany(companyId, (tx) => listLetters(tx, { companyId, limit: 2 }));
  const second = await database.forCompany(companyId, (tx) =>
    listLetters(tx, { companyId, limit: 2, cursor: first.nextCursor ?? undefined }),
  );

  const ids = [...first.items, ...second.items].map(({ id }) => id);
  expect(first.items[0]).toMatchObject({ status: 'sent', reason: null, dueAt: stage.clock.now(), locale: 'ja' });
  expect(ids).toEqual([...ids].sort().reverse());
  expect(ids).toHaveLength(3);
  expect(second.nextCursor).toBeNull();
});

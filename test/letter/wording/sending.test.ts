import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { openMailer } from '../../../src/letter/index.ts';
import {
  changeTemplate,
  createTemplate,
  publishDraft,
  saveDraft,
  type TemplateChange,
} from '../../../src/letter/wording/desk.ts';
import type { Wording } from '../../../src/letter/wording/model.ts';
import { readStandardWording } from '../../../src/letter/wording/standard.ts';
import type { Database } from '../../../src/platform/database.ts';
import { newId } from '../../../src/platform/ids.ts';
import { openTestDatabase } from '../../support/database.ts';
import { baseUrl, makeRecordingMailer, openStage, type Process, type Stage } from '../stage.ts';

/** Which words a letter goes out with, and that its row says which they were. */

let database: Database;
let stage: Stage;
beforeAll(async () => {
  database = await openTestDatabase();
});
beforeEach(async () => {
  stage = await openStage(database);
  await database.runScript('delete from stage.job');
});
afterAll(() => database.close());

const by = () => ({ actor: 'admin', now: stage.clock.now(), expect: () => undefined });

/** The standard letter with one text of its own. */
function saying(text: string, locale: 'ja' | 'en' = 'ja'): Wording {
  const { blocks } = readStandardWording(locale);
  return { subject: `${text} の件`, blocks: blocks.with(1, { kind: 'paragraph', text }) };
}

const addTemplate = (name = '一次選考') =>
  database.forCompany(stage.company.companyId, async (tx) => {
    const { companyId } = stage.company;
    return (await createTemplate(tx, { companyId, name, from: undefined }, by())).id;
  });

const publish = (templateId: string, wording: Wording, locale: 'ja' | 'en' = 'ja') =>
  database.forCompany(stage.company.companyId, async (tx) => {
    const place = { companyId: stage.company.companyId, templateId, locale };
    await saveDraft(tx, place, wording, by());
    await publishDraft(tx, place, undefined, by());
  });

const change = (templateId: string, what: TemplateChange) =>
  database.forCompany(stage.company.companyId, (tx) =>
    changeTemplate(tx, { companyId: stage.company.companyId, templateId }, what, by()),
  );

const rule = (template: string) =>
  stage.setConnection({ mapping: { reasons: { r1: { decidedBy: 'company', template } } } });

async function send({ letters, jobs }: Process): Promise<void> {
  await jobs.runAll();
  await letters.sweep();
  await jobs.runAll();
}

/** Rejects somebody and sends; gives the letter and its mail. */
async function sendOne(person: Parameters<Stage['addRejection']>[0] = {}) {
  const mailer = makeRecordingMailer();
  const rejectionId = await stage.addRejection(person);
  await stage.record(rejectionId);
  await send(stage.open({ mailer }));
  return { mail: mailer.mails[0], letter: await stage.letterOf(rejectionId) };
}

describe('a letter goes out with', () => {
  test('the newest published words of the template that the rule names', async () => {
    const templateId = await addTemplate();
    await rule(templateId);
    await publish(templateId, saying('一つ目'));
    await publish(templateId, saying('二つ目、髙﨑さんへ'));

    const { mail, letter } = await sendOne();

    expect(mail?.text).toContain('二つ目、髙﨑さんへ');
    expect(mail?.subject).toBe('二つ目、髙﨑さんへ の件');
    expect(mail?.html).toContain('<p>二つ目、髙﨑さんへ</p>');
    expect(mail?.text).toMatch(new RegExp(`^${baseUrl}/c/[\\w-]{43}$`, 'm'));
    expect(letter).toMatchObject({ status: 'sent', template: templateId });
    expect(letter.template_version).toMatch(/^2-[0-9a-f]{12}$/);
  });

  test('the company’s default where no rule names a template', async () => {
    const templateId = await addTemplate();
    await publish(templateId, saying('既定'));
    await change(templateId, { isDefault: true });

    expect((await sendOne()).mail?.text).toContain('既定');
  });

  test('the standard words where a rule names them, whatever the default is', async () => {
    const templateId = await addTemplate();
    await publish(templateId, saying('既定'));
    await change(templateId, { isDefault: true });
    await rule('standard');

    const { mail, letter } = await sendOne();

    expect(mail?.text).toContain('積み重ねてこられたご経験');
    expect(letter).toMatchObject({ status: 'sent', template: 'career-relay' });
  });

  test('the words published between the plan and the sending, for they count from then on', async () => {
    const templateId = await addTemplate();
    await rule(templateId);
    await publish(templateId, saying('古い'));
    const mailer = makeRecordingMailer();
    const rejectionId = await stage.addRejection();
    await stage.record(rejectionId);
    const process = stage.open({ mailer });
    await process.jobs.runAll();
    const planned = await stage.letterOf(rejectionId);
    await publish(templateId, saying('新しい'));

    await send(process);

    expect(planned).toMatchObject({ status: 'planned', template: templateId });
    expect(planned.template_version).toMatch(/^1-/);
    expect(mailer.mails[0]?.text).toContain('新しい');
    expect((await stage.letterOf(rejectionId)).template_version).toMatch(/^2-/);
  });

  test.each<[string, (templateId: string) => Promise<unknown>]>([
    ['is archived', (templateId) => change(templateId, { isArchived: true })],
    ['is not there', () => rule(newId())],
    ['has no name of ours', () => rule("'; drop table letter; --")],
  ])('the standard words where the template %s', async (_what, spoil) => {
    const templateId = await addTemplate();
    await rule(templateId);
    await publish(templateId, saying('自社の文面'));
    await spoil(templateId);

    const { mail, letter } = await sendOne();

    expect(mail?.text).toContain('積み重ねてこられたご経験');
    expect(mail?.text).not.toContain('自社の文面');
    expect(letter).toMatchObject({ status: 'sent', template: 'career-relay' });
  });

  test('the standard words in a language in which nothing is published, drafts or not', async () => {
    const templateId = await addTemplate();
    await rule(templateId);
    await publish(templateId, saying('日本語だけ'));

    const { mail, letter } = await sendOne({ person: { locale: 'en' } });

    expect(mail?.text).toContain('Thank you for applying');
    expect(letter).toMatchObject({ template: 'career-relay', locale: 'en' });
  });

  test('never the words of another company', async () => {
    const templateId = await addTemplate();
    await publish(templateId, saying('よその文面'));
    stage = await openStage(database);
    await rule(templateId);

    expect((await sendOne()).letter.template).toBe('career-relay');
  });
});

test('a letter whose sender died says in its row what went out, whatever was published since', async () => {
  const templateId = await addTemplate();
  await rule(templateId);
  await publish(templateId, saying('最初の文面'));
  const outbox = openMailer({ smtpUrl: undefined, database, clock: stage.clock, baseUrl });
  const rejectionId = await stage.addRejection();
  await stage.record(rejectionId);
  let hasLeft = false;
  const dying = stage.open({
    mailer: {
      ...outbox,
      send: async (mail) => {
        const outcome = await outbox.send(mail);
        hasLeft = true;
        return outcome;
      },
    },
    database: {
      ...database,
      forCompany: (companyId, work) =>
        hasLeft ? Promise.reject(new Error('died')) : database.forCompany(companyId, work),
    },
  });
  await expect(send(dying)).rejects.toThrow('died');
  const before = await stage.letterOf(rejectionId);
  await publish(templateId, saying('次の文面'));
  await rule(newId());
  stage.clock.advance(13 * 3_600_000);

  await send(stage.open({ mailer: outbox }));

  const after = await stage.letterOf(rejectionId);
  const mails = await database.forCompany(stage.company.companyId, (tx) =>
    tx.selectFrom('outbox_mail').select('text').where('mail_key', '=', `letter-${after.letter_id}`).execute(),
  );
  expect([before.status, after.status]).toEqual(['sending', 'sent']);
  expect([after.template, after.template_version]).toEqual([before.template, before.template_version]);
  expect(mails).toHaveLength(1);
  expect(mails[0]?.text).toContain('最初の文面');
});

describe('a preview', () => {
  const preview = async (process: Process, letterId: string) =>
    database.forCompany(stage.company.companyId, (tx) =>
      process.letters.preview(tx, { companyId: stage.company.companyId, letterId, showsNames: true }),
    );

  test('shows what went out, also when other words were published or the template was archived since', async () => {
    const templateId = await addTemplate();
    await rule(templateId);
    await publish(templateId, saying('送った文面'));
    const { letter } = await sendOne();
    await publish(templateId, saying('次の文面'));
    await change(templateId, { isArchived: true });

    const shown = await preview(stage.open(), letter.letter_id);

    expect(shown).toMatchObject({ kind: 'sent', templateVersion: letter.template_version });
    expect(shown?.mail?.text).toContain('送った文面');
  });

  test('of a letter that waits shows the words it would go out with now', async () => {
    const templateId = await addTemplate();
    await stage.setConnection({ state: 'shadow' });
    const rejectionId = await stage.addRejection();
    await stage.record(rejectionId);
    const process = stage.open();
    await process.jobs.runAll();
    const { letter_id } = await stage.letterOf(rejectionId);
    await publish(templateId, saying('あとから決めた文面'));
    await change(templateId, { isDefault: true });

    const shown = await preview(process, letter_id);

    expect(shown).toMatchObject({ kind: 'would', lacks: [] });
    expect(shown?.mail?.text).toContain('あとから決めた文面');
  });

  test('owns up where the exact words are gone', async () => {
    const templateId = await addTemplate();
    await rule(templateId);
    await publish(templateId, saying('文面'));
    const { letter } = await sendOne();
    await database.runScript(
      `update letter set template_version = '1-000000000000' where letter_id = '${letter.letter_id}'`,
    );

    expect(await preview(stage.open(), letter.letter_id)).toMatchObject({ kind: 'sent', mail: null, lacks: [] });
  });
});

test('what was published cannot be changed or removed in the database', async () => {
  const templateId = await addTemplate();
  await publish(templateId, saying('公開済み'));
  const at = `where template_id = '${templateId}' and locale = 'ja'`;

  await expect(database.runScript(`update letter_template_version set subject = 'x' ${at}`)).rejects.toThrow(
    'append-only',
  );
  await expect(database.runScript(`delete from letter_template_version ${at}`)).rejects.toThrow('append-only');
});

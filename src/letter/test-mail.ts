import { type Company, readCompany } from '../company/index.ts';
import { appendAudit } from '../platform/audit.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database } from '../platform/database.ts';
import { RelayError } from '../platform/errors.ts';
import { newToken } from '../platform/ids.ts';
import type { Mailer } from '../platform/mail.ts';
import type { Locale } from './model.ts';
import { type LetterPreview, type PreviewParts, previewLetter } from './preview.ts';
import { readDesk } from './wording/desk.ts';
import { previewWording } from './wording/preview.ts';

export interface TestMailParts extends PreviewParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly mailer: Mailer;
  readonly mailFrom: string;
}

export interface TestMail {
  readonly companyId: string;
  readonly letterId: string;
  readonly locale?: Locale | undefined;
  /** Who asks for it: nobody else gets it. */
  readonly to: { readonly name: string; readonly address: string };
}

const marks = { ja: '【テスト】', en: '[Test] ' } as const satisfies Record<Locale, string>;

/**
 * Sends a letter, as it is worded now, to who asks for it. Its link leads nowhere, and the applicant's letter is untouched.
 * @throws RelayError request_not_found, request_conflict where a token is blank, mail_unavailable.
 */
export async function sendTestMail(parts: TestMailParts, asked: TestMail, actor: string): Promise<void> {
  const { database, clock } = parts;
  const { companyId, letterId, to } = asked;
  const { company, preview } = await database.forCompany(companyId, async (tx) => ({
    company: await readCompany(tx, companyId),
    preview: await previewLetter(parts, tx, { ...asked, showsNames: true }),
  }));
  if (!company || !preview) throw new RelayError('request_not_found', { message: 'there is no such letter' });
  await sendCopy(parts, { company, preview, to });
  await database.forCompany(companyId, (tx) =>
    appendAudit(tx, { companyId, at: clock.now(), actor, action: 'letter.tested', subject: letterId }),
  );
}

export interface WordingTest extends Pick<TestMail, 'to'> {
  readonly companyId: string;
  readonly templateId: string;
  readonly locale: Locale;
  /** As for a preview: an invented applicant without it. */
  readonly letterId?: string | undefined;
}

/**
 * Sends what stands on the desk of a template to who asks for it, sound or not.
 * @throws RelayError request_not_found, request_conflict where a token is blank, mail_unavailable.
 */
export async function sendTestWording(parts: TestMailParts, asked: WordingTest, actor: string): Promise<void> {
  const { database, clock } = parts;
  const { companyId, templateId, locale, letterId, to } = asked;
  const { company, preview } = await database.forCompany(companyId, async (tx) => {
    const company = await readCompany(tx, companyId);
    if (!company) throw new RelayError('request_not_found', { message: 'the company is gone' });
    const wording = await readDesk(tx, templateId, locale);
    return {
      company,
      preview: await previewWording(parts, tx, company, { wording, locale, letterId, showsNames: true }),
    };
  });
  await sendCopy(parts, { company, preview: { ...preview, locale }, to });
  const detail = { locale };
  await database.forCompany(companyId, (tx) =>
    appendAudit(tx, { companyId, at: clock.now(), actor, action: 'template.tested', subject: templateId, detail }),
  );
}

async function sendCopy(
  { mailer, mailFrom }: TestMailParts,
  copy: {
    readonly company: Company;
    readonly preview: Pick<LetterPreview, 'mail' | 'locale' | 'lacks'>;
    readonly to: TestMail['to'];
  },
): Promise<void> {
  const { mail, locale, lacks } = copy.preview;
  if (!mail)
    throw new RelayError('request_conflict', { message: `the letter lacks ${lacks.join(', ') || 'its wording'}` });
  const outcome = await mailer.send({
    key: `test-${newToken()}`,
    companyId: copy.company.companyId,
    from: { name: copy.company.name, address: mailFrom },
    replyTo: copy.company.contactEmail,
    to: copy.to,
    ...mail,
    subject: `${marks[locale]}${mail.subject}`,
  });
  if (outcome.kind !== 'sent') throw new RelayError('mail_unavailable', { message: outcome.reason });
}

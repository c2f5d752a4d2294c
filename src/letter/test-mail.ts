import { type Company, readCompany } from '../company/index.ts';
import { appendAudit } from '../platform/audit.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database } from '../platform/database.ts';
import { RelayError } from '../platform/errors.ts';
import { newToken } from '../platform/ids.ts';
import type { Mailer } from '../platform/mail.ts';
import type { Locale } from './model.ts';
import { type LetterPreview, type PreviewParts, previewLetter, previewTemplate } from './preview.ts';
import { type Rendered, renderMail } from './templates.ts';
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
  const { companyId, letterId } = asked;
  const { company, preview } = await database.forCompany(companyId, async (tx) => ({
    company: await readCompany(tx, companyId),
    preview: await previewLetter(parts, tx, { ...asked, showsNames: true }),
  }));
  if (!company || !preview) throw new RelayError('request_not_found', { message: 'there is no such letter' });
  await deliver(parts, company, asked.to, toMarked(preview));
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
  await deliver(parts, company, to, toMarked({ ...preview, locale }));
  const detail = { locale };
  await database.forCompany(companyId, (tx) =>
    appendAudit(tx, { companyId, at: clock.now(), actor, action: 'template.tested', subject: templateId, detail }),
  );
}

export type SampleMail = Omit<TestMail, 'letterId'>;

/** The same for the letter to an invented applicant: before there is any other. @throws RelayError as sendTestMail. */
export async function sendSampleMail(parts: TestMailParts, asked: SampleMail, actor: string): Promise<void> {
  const { database, clock } = parts;
  const { companyId, locale, to } = asked;
  const { company, preview } = await database.forCompany(companyId, async (tx) => {
    const known = await readCompany(tx, companyId);
    return { company: known, preview: known && (await previewTemplate(parts, tx, known, locale ?? known.locale)) };
  });
  if (!company || !preview) throw new RelayError('request_not_found', { message: 'the company is gone' });
  await deliver(parts, company, to, toMarked(preview));
  await database.forCompany(companyId, (tx) =>
    appendAudit(tx, { companyId, at: clock.now(), actor, action: 'letter.sample-tested', subject: companyId }),
  );
}

/**
 * Sends a few words in the company's name to who sets it up: whether its mail arrives, before there is an agency or a letter.
 * @throws RelayError request_not_found, mail_unavailable.
 */
export async function sendSenderTest(parts: TestMailParts, asked: Omit<SampleMail, 'locale'>): Promise<void> {
  const company = await parts.database.forCompany(asked.companyId, (tx) => readCompany(tx, asked.companyId));
  if (!company) throw new RelayError('request_not_found', { message: 'the company is gone' });
  const { slug, name, locale, postalAddress, contactEmail } = company;
  const serviceUrl = `${parts.baseUrl}/app/c/${slug}/start`;
  const mail = renderMail('sender-test', locale, { companyName: name, serviceUrl, postalAddress, contactEmail });
  await deliver(parts, company, asked.to, mail);
}

/** @throws RelayError request_conflict. */
function toMarked({ mail, locale, lacks }: Pick<LetterPreview, 'mail' | 'locale' | 'lacks'>): Rendered {
  if (!mail)
    throw new RelayError('request_conflict', { message: `the letter lacks ${lacks.join(', ') || 'its wording'}` });
  return { ...mail, subject: `${marks[locale]}${mail.subject}` };
}

/** @throws RelayError mail_unavailable. */
async function deliver(
  { mailer, mailFrom }: Pick<TestMailParts, 'mailer' | 'mailFrom'>,
  { companyId, name, contactEmail }: Company,
  to: TestMail['to'],
  mail: Rendered,
): Promise<void> {
  const outcome = await mailer.send({
    key: `test-${newToken()}`,
    companyId,
    from: { name, address: mailFrom },
    replyTo: contactEmail,
    to,
    ...mail,
  });
  if (outcome.kind === 'sent') return;
  const { reason } = outcome;
  throw new RelayError('mail_unavailable', { message: reason, userMessage: toCause(reason) });
}

/** A test is not tried again by itself, and whoever asked for it is there to hear why. */
function toCause(reason: string): Readonly<Record<Locale, string>> {
  switch (reason) {
    case 'login-refused':
      return {
        ja: 'メールサーバーにログインできませんでした。運用担当者が、SMTP_URL のユーザー名とパスワードを確認してください。',
        en: 'The mail server refused the login. The operator must check the name and password in SMTP_URL.',
      };
    case 'server-unreachable':
      return {
        ja: 'メールサーバーに接続できませんでした。運用担当者が、SMTP_URL のホスト名・ポートと、サーバーの状態を確認してください。',
        en: 'The mail server cannot be reached. The operator must check host and port in SMTP_URL, and the server itself.',
      };
    case 'address-invalid':
      return {
        ja: 'ご自分のメールアドレスが、送信できる形ではありません。運用担当者に確認してください。',
        en: 'Your own mail address is not one that can be written to. Ask the operator.',
      };
    case 'answer-missing':
      return {
        ja: 'メールサーバーから応答がなく、送信できたかどうかわかりません。届いているか確認してから、もう一度お試しください。',
        en: 'The mail server did not answer, so nobody knows whether it left. See whether it arrived before you try again.',
      };
    default:
      return {
        ja: `メールサーバーが受け取りを断りました（${reason}）。運用担当者が、MAIL_FROM のアドレスで送信できる設定かどうかを確認してください。`,
        en: `The mail server refused it (${reason}). The operator must check that it may send from the address in MAIL_FROM.`,
      };
  }
}

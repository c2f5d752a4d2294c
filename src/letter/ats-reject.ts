import { readCompany, requireStaying } from '../company/index.ts';
import type { Application, Connection, Connections, Reason, VendorTemplate } from '../connector/index.ts';
import { appendAudit } from '../platform/audit.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database } from '../platform/database.ts';
import { RelayError, toRelayError } from '../platform/errors.ts';
import { type CarriedLink, findCarriedLink } from './carried-link.ts';
import { toReadableText } from './readable-text.ts';

export interface AtsRejectParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly connections: Pick<Connections, 'listReasons' | 'listTemplates' | 'reread' | 'reject'>;
  readonly baseUrl: string;
}

/** A rejection template of the ATS. */
export interface RejectionTemplate {
  readonly templateRef: string;
  readonly name: string;
  readonly carriesLink: CarriedLink;
  /** What stands in it, without markup; the ATS's own tokens are still in it. */
  readonly text: string;
  /** The same with what its HTML says, to look for our words in. */
  readonly words: string;
}

/** What somebody asks the ATS to do: in mode `ats-triggered`, with a template that carries our static link. */
export interface AskedRejection {
  readonly applicationRef: string;
  readonly reasonRef: string;
  readonly templateRef: string;
  /** When the ATS sends its mail; null: at once. */
  readonly sendAt: Date | null;
}

/** @throws RelayError request_conflict where the ATS's API does not tell; else as the ATS answers. */
export async function listRejectionReasons(
  { connections }: Pick<AtsRejectParts, 'connections'>,
  connection: Connection,
): Promise<readonly Reason[]> {
  return requireTold(connection, await connections.listReasons(connection));
}

/** @throws RelayError request_conflict where the ATS's API does not tell; else as the ATS answers. */
export async function listRejectionTemplates(
  { connections, database, baseUrl }: Omit<AtsRejectParts, 'clock'>,
  connection: Connection,
): Promise<readonly RejectionTemplate[]> {
  const templates: readonly VendorTemplate[] = requireTold(connection, await connections.listTemplates(connection));
  const company = await database.forCompany(connection.companyId, (tx) => readCompany(tx, connection.companyId));
  if (!company) throw new RelayError('request_not_found', { message: 'the company is gone' });
  const staticUrl = `${baseUrl}/r/${company.slug}`;
  return templates.map(({ templateRef, name, text, ...template }) => ({
    templateRef,
    name,
    carriesLink: findCarriedLink(template, staticUrl),
    text: text ?? toReadableText(template.content),
    words: [text ?? '', toReadableText(template.content)].join('\n'),
  }));
}

function requireTold<T>({ connector }: Connection, told: T | undefined): T {
  if (told === undefined)
    throw new RelayError('request_conflict', { message: `the API of ${connector} does not tell` });
  return told;
}

/** What a person must see before rejecting: about whom, and what the ATS will say. Names and text are for the screen only. */
export interface RejectionPreview {
  readonly ok: true;
  readonly state: 'active' | 'hired';
  /** Null where reading again does not tell it. */
  readonly job: string | null;
  readonly stage: string | null;
  readonly givenName: string | null;
  readonly familyName: string | null;
  readonly reasonName: string;
  readonly templateName: string;
  readonly templateText: string;
}

export type PreviewRefusal =
  | 'wrong-mode'
  | 'unknown-template'
  | 'template-without-link'
  | 'unknown-reason'
  | 'application-gone'
  | 'already-rejected';

/** Reads all of it anew; nothing is changed. @throws RelayError as the ATS answers. */
export async function previewRejection(
  parts: Omit<AtsRejectParts, 'clock'>,
  connection: Connection,
  asked: Omit<AskedRejection, 'sendAt'>,
): Promise<RejectionPreview | { readonly ok: false; readonly reason: PreviewRefusal }> {
  if (connection.mode !== 'ats-triggered') return { ok: false, reason: 'wrong-mode' };
  const template = await findTemplate(parts, connection, asked.templateRef);
  if (typeof template === 'string') return { ok: false, reason: template };
  const reasons = await listRejectionReasons(parts, connection);
  const reason = reasons.find(({ reasonRef }) => reasonRef === asked.reasonRef);
  if (!reason) return { ok: false, reason: 'unknown-reason' };
  const [application] = await parts.connections.reread(connection, [asked.applicationRef]);
  if (!application || application.state === 'gone') return { ok: false, reason: 'application-gone' };
  if (application.state === 'rejected') return { ok: false, reason: 'already-rejected' };
  return {
    ok: true,
    ...toWho(application),
    reasonName: reason.name,
    templateName: template.name,
    templateText: template.text,
  };
}

function toWho({ state, stage, job, person }: Extract<Application, { readonly state: 'active' | 'hired' }>) {
  return {
    state,
    stage: stage ?? null,
    job: job ?? null,
    givenName: person?.givenName ?? null,
    familyName: person?.familyName ?? null,
  };
}

/** A personal link is written only in mode ats-personal: here its token would stand empty in the mail. */
async function findTemplate(
  parts: Omit<AtsRejectParts, 'clock'>,
  connection: Connection,
  templateRef: string,
): Promise<RejectionTemplate | 'unknown-template' | 'template-without-link'> {
  const template = (await listRejectionTemplates(parts, connection)).find((one) => one.templateRef === templateRef);
  if (!template) return 'unknown-template';
  return template.carriesLink === 'static' ? template : 'template-without-link';
}

const templateRefusals = {
  'unknown-template': 'there is no such rejection template',
  'template-without-link': 'that template does not carry our static link',
} as const;

/**
 * Rejects in the ATS and lets it send its template. Sent once; never repeated by itself. Noted before it is asked and once
 * more when it is answered: should we die between the two, the audit log says so.
 * @throws RelayError request_conflict (wrong mode, or a template that does not fit), company_ending; else as the ATS answers.
 */
export async function rejectInAts(
  parts: AtsRejectParts,
  connection: Connection,
  asked: AskedRejection,
  actor: string,
): ReturnType<Connections['reject']> {
  const { mode } = connection;
  if (mode !== 'ats-triggered')
    throw new RelayError('request_conflict', { message: `the connection is in mode ${mode}, not ats-triggered` });
  await parts.database.forCompany(connection.companyId, (tx) => requireStaying(tx, connection.companyId));
  const template = await findTemplate(parts, connection, asked.templateRef);
  if (typeof template === 'string') throw new RelayError('request_conflict', { message: templateRefusals[template] });
  const { applicationRef, reasonRef, templateRef, sendAt } = asked;
  const note = (action: string, detail: Readonly<Record<string, string>>) =>
    noteRejection(parts, connection, actor, action, detail);
  const sending = sendAt ? { sendAt: sendAt.toISOString() } : {};
  await note('rejection.asked', { applicationRef, reasonRef, templateRef, ...sending });
  try {
    const result = await parts.connections.reject(connection, asked);
    await note('rejection.answered', { applicationRef, outcome: result.ok ? 'done' : result.reason });
    return result;
  } catch (thrown) {
    await note('rejection.answered', { applicationRef, outcome: toRelayError(thrown).code });
    throw thrown;
  }
}

function noteRejection(
  { database, clock }: Pick<AtsRejectParts, 'database' | 'clock'>,
  { companyId, connectionId }: Connection,
  actor: string,
  action: string,
  detail: Readonly<Record<string, string>>,
): Promise<void> {
  const line = { companyId, at: clock.now(), actor, action, subject: connectionId, detail };
  return database.forCompany(companyId, (tx) => appendAudit(tx, line));
}

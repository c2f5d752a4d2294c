import { holdCompany } from '../../company/index.ts';
import { appendAudit } from '../../platform/audit.ts';
import type { Tx } from '../../platform/database.ts';
import { RelayError } from '../../platform/errors.ts';
import type { Locale } from '../model.ts';
import { toFaultWords } from './fault-words.ts';
import { isWaivable, lintWording, type WordingFault } from './lint.ts';
import type { Wording } from './model.ts';
import { readStandardWording } from './standard.ts';
import {
  deleteDraft,
  insertTemplate,
  type LetterTemplate,
  lockTemplate,
  lockTemplates,
  markPublished,
  readNewest,
  readVersion,
  updateTemplate,
  type WordingVersion,
  writeDraft,
} from './store.ts';

/** Who acts, when, and what he read before: `expect` throws where what he is about to write over is no longer that. */
export interface Editing<T> {
  readonly actor: string;
  readonly now: Date;
  readonly expect: (current: T) => void;
}

const locales = ['ja', 'en'] as const satisfies readonly Locale[];

/** What stands on the desk for one language: the draft, else the newest published wording, else our own to begin with. */
export interface Desk extends Wording {
  readonly templateId: string;
  readonly locale: Locale;
  /** The number of the draft, or of what the next draft begins from; 0: our own. */
  readonly version: number;
  readonly isDraft: boolean;
}

export async function readDesk(tx: Tx, templateId: string, locale: Locale): Promise<Desk> {
  const newest = (await readNewest(tx, templateId)).find((one) => one.locale === locale);
  if (!newest) return { templateId, locale, version: 0, isDraft: false, ...readStandardWording(locale) };
  const { version, subject, blocks, publishedAt } = newest;
  return { templateId, locale, version, isDraft: publishedAt === null, subject, blocks };
}

/** A template with a draft in each language: a copy of another's newest wordings, else of our own letter. */
export async function createTemplate(
  tx: Tx,
  asked: { readonly companyId: string; readonly name: string; readonly from: string | undefined },
  { actor, now }: Omit<Editing<never>, 'expect'>,
): Promise<LetterTemplate> {
  const { companyId, name, from } = asked;
  await holdCompany(tx, companyId);
  if (from !== undefined) await lockTemplate(tx, from);
  const template = await insertTemplate(tx, { companyId, name, now });
  if (!template) throw nameTaken();
  const copied = from === undefined ? [] : await readNewest(tx, from);
  for (const locale of locales) {
    const wording = copied.find((one) => one.locale === locale) ?? readStandardWording(locale);
    await writeDraft(tx, { templateId: template.id, companyId, locale, version: 1 }, wording, { actor, now });
  }
  const detail = { from: from ?? 'standard' };
  await appendAudit(tx, { companyId, at: now, actor, action: 'template.created', subject: template.id, detail });
  return template;
}

export interface TemplateChange {
  readonly name?: string | undefined;
  readonly isDefault?: boolean | undefined;
  readonly isArchived?: boolean | undefined;
}

/** @throws RelayError request_not_found, request_conflict for a taken name, or a default that is archived or not published. */
export async function changeTemplate(
  tx: Tx,
  { companyId, templateId }: { readonly companyId: string; readonly templateId: string },
  change: TemplateChange,
  { actor, now, expect }: Editing<LetterTemplate>,
): Promise<LetterTemplate> {
  await holdCompany(tx, companyId);
  const all = await lockTemplates(tx, companyId);
  const known = all.find(({ id }) => id === templateId);
  if (!known) throw new RelayError('request_not_found', { message: 'there is no such template' });
  expect(known);
  const isArchived = change.isArchived ?? known.archivedAt !== null;
  const next = {
    name: change.name ?? known.name,
    is_default: (change.isDefault ?? known.isDefault) && !isArchived,
    archived_at: isArchived ? (known.archivedAt ?? now) : null,
  };
  const isTaken = all.some(({ id, name, archivedAt }) => id !== templateId && name === next.name && !archivedAt);
  if (!isArchived && isTaken) throw nameTaken();
  if (change.isDefault && !next.is_default) throw conflict('archived');
  if (change.isDefault && !(await hasPublished(tx, templateId))) throw conflict('unpublished');
  const former = next.is_default ? all.find(({ id, isDefault }) => isDefault && id !== templateId) : undefined;
  if (former) await updateTemplate(tx, former.id, { name: former.name, is_default: false, archived_at: null });
  const template = await updateTemplate(tx, templateId, next);
  const detail = { fields: Object.keys(change).sort().join(' '), isDefault: next.is_default, isArchived };
  await appendAudit(tx, { companyId, at: now, actor, action: 'template.changed', subject: templateId, detail });
  return template;
}

async function hasPublished(tx: Tx, templateId: string): Promise<boolean> {
  const newest = await readNewest(tx, templateId);
  return newest.some(({ publishedAt, version }) => publishedAt !== null || version > 1);
}

/** Keeps a wording as the draft, sound or not: it is published by `publishDraft` alone. */
export async function saveDraft(
  tx: Tx,
  place: Place,
  wording: Wording,
  { actor, now, expect }: Editing<Desk>,
): Promise<Desk> {
  const { templateId, locale, companyId } = place;
  const desk = await holdDesk(tx, place);
  expect(desk);
  const saved = await keepDraft(tx, companyId, desk, wording, { actor, now });
  const detail = { locale, version: saved.version };
  await appendAudit(tx, { companyId, at: now, actor, action: 'template.saved', subject: templateId, detail });
  return readDesk(tx, templateId, locale);
}

/** Throws the draft away; what is published stays. Nothing happens where there is none. */
export async function discardDraft(tx: Tx, place: Place, { actor, now, expect }: Editing<Desk>): Promise<Desk> {
  const { templateId, locale, companyId } = place;
  const desk = await holdDesk(tx, place);
  expect(desk);
  if (!desk.isDraft) return desk;
  await deleteDraft(tx, templateId, locale);
  const detail = { locale, version: desk.version };
  await appendAudit(tx, { companyId, at: now, actor, action: 'template.discarded', subject: templateId, detail });
  return readDesk(tx, templateId, locale);
}

/** Lays an old version on the desk again, as the draft. @throws RelayError request_not_found. */
export async function restoreVersion(
  tx: Tx,
  place: Place & { readonly version: number },
  { actor, now, expect }: Editing<Desk>,
): Promise<Desk> {
  const { templateId, locale, companyId } = place;
  const desk = await holdDesk(tx, place);
  expect(desk);
  const old = await readVersion(tx, place);
  if (!old) throw new RelayError('request_not_found', { message: 'there is no such version' });
  const saved = await keepDraft(tx, companyId, desk, old, { actor, now });
  const detail = { locale, from: place.version, version: saved.version };
  await appendAudit(tx, { companyId, at: now, actor, action: 'template.restored', subject: templateId, detail });
  return readDesk(tx, templateId, locale);
}

/**
 * From now on letters in this language go out with the draft's words. A word that looks like a reward needs a reason,
 * which is kept with the version and in the audit log.
 * @throws RelayError letter_template_faulty, request_conflict where there is no draft.
 */
export async function publishDraft(
  tx: Tx,
  place: Place,
  giftReason: string | undefined,
  { actor, now, expect }: Editing<Desk>,
): Promise<WordingVersion> {
  const { templateId, locale, companyId } = place;
  const desk = await holdDesk(tx, place);
  expect(desk);
  if (!desk.isDraft) throw conflict('no-draft');
  const faults = lintWording(desk, locale);
  const isWaived = isWaivable(faults) && giftReason !== undefined;
  if (faults.length > 0 && !isWaived) throw toRefusal(faults);
  const reason = isWaived ? giftReason : null;
  const version = await markPublished(tx, desk, { actor, now, giftReason: reason });
  const detail = { locale, version: desk.version, ...(reason === null ? {} : { giftReason: reason }) };
  await appendAudit(tx, { companyId, at: now, actor, action: 'template.published', subject: templateId, detail });
  return version;
}

type Place = { readonly companyId: string; readonly templateId: string; readonly locale: Locale };

/** The company is held first, here and wherever templates are written: so no two wait for each other. */
async function holdDesk(tx: Tx, { companyId, templateId, locale }: Place): Promise<Desk> {
  await holdCompany(tx, companyId);
  const { archivedAt } = await lockTemplate(tx, templateId);
  if (archivedAt) throw conflict('archived');
  return readDesk(tx, templateId, locale);
}

function keepDraft(
  tx: Tx,
  companyId: string,
  { templateId, locale, version, isDraft }: Desk,
  wording: Wording,
  by: { readonly actor: string; readonly now: Date },
): Promise<WordingVersion> {
  return writeDraft(tx, { companyId, templateId, locale, version: isDraft ? version : version + 1 }, wording, by);
}

const conflicts = {
  archived: {
    ja: 'アーカイブしたテンプレートは変更できません。先に元に戻してください。',
    en: 'An archived template cannot be changed. Bring it back first.',
  },
  unpublished: {
    ja: '既定にするには、先にどちらかの言語で公開してください。',
    en: 'Publish it in one language first, then make it the default.',
  },
  'no-draft': {
    ja: '公開する下書きがありません。',
    en: 'There is no draft to publish.',
  },
} as const;

function conflict(why: keyof typeof conflicts): RelayError {
  return new RelayError('request_conflict', { message: `the template: ${why}`, userMessage: conflicts[why] });
}

function nameTaken(): RelayError {
  return new RelayError('request_conflict', {
    message: 'another template has this name',
    userMessage: {
      ja: '同じ名前のテンプレートがあります。別の名前にしてください。',
      en: 'There is another template of this name. Choose another name.',
    },
  });
}

function toRefusal(faults: readonly WordingFault[]): RelayError {
  const words = faults.map(toFaultWords);
  return new RelayError('letter_template_faulty', {
    message: faults.map(({ code, at }) => `${at}: ${code}`).join('; '),
    userMessage: {
      ja: `このままでは公開できません。${words.map(({ ja }) => ja).join('')}`,
      en: `This cannot be published yet. ${words.map(({ en }) => en).join(' ')}`,
    },
  });
}

import { z } from 'zod';
import {
  type Context,
  type Steps,
  toConsentNote,
  toJapaneseDate,
  type WriteBack,
  type WriteBackResult,
} from '../../src/connector/contract.ts';
import {
  findCandidateField,
  isRefusal,
  type NamedField,
  readCandidate,
  unsuitable,
  writeCandidateField,
} from './candidate-field.ts';
import { reads } from './reads.ts';
import * as vendor from './schema.ts';

/** The tag a candidate carries while an agreement stands. Never renamed: it is looked up by this name. */
export const consentTag = 'Career Relay: 紹介に同意';
const hourMs = 60 * 60 * 1000;

/**
 * Records a decision on the candidate: in the custom field the connection names, else by our tag; then a note.
 * Every part first looks at what stands there, so a repeat changes nothing, even where we died before hearing the answer.
 * @returns candidate-gone when the candidate was deleted or merged away.
 * @throws RelayError vendor_field_unsuitable when the field cannot hold a decision; else those of the http client.
 */
export async function writeBack(context: Context, item: WriteBack, steps: Steps): Promise<WriteBackResult> {
  const candidate = await readCandidate(context, item.candidateRef);
  if (!candidate) return { ok: false, reason: 'candidate-gone' };
  try {
    await write(context, item, steps, candidate);
    return { ok: true };
  } catch (error) {
    // A refusal does not say why; a candidate deleted in this very moment is one reason.
    const isGone = isRefusal(error) && !(await readCandidate(context, item.candidateRef));
    if (isGone) return { ok: false, reason: 'candidate-gone' };
    throw error;
  }
}

async function write(
  context: Context,
  item: WriteBack,
  steps: Steps,
  candidate: vendor.CandidateFields,
): Promise<void> {
  const nameKey = context.settings.consentField ?? '';
  await once(steps, `${item.decision}:mark`, () =>
    nameKey === '' ? markByTag(context, item) : markByField(context, item, nameKey, candidate),
  );
  await once(steps, `${item.decision}:note`, () => writeNote(context, item));
}

async function once(steps: Steps, step: string, work: () => Promise<void>): Promise<void> {
  if (steps.isDone(step)) return;
  await work();
  await steps.finish(step);
}

// The custom field

const ConsentField = z.object({
  valueType: z.enum(['short_text', 'long_text', 'yes_no', 'date', 'single_select']),
  /** For a single select: the option of each decision. */
  options: z.object({ granted: z.int(), withdrawn: z.int() }).nullable(),
});
type ConsentField = z.infer<typeof ConsentField>;

/** Names an option may have, compared without case. */
const optionNames: Readonly<Record<WriteBack['decision'], readonly string[]>> = {
  granted: ['granted', '同意'],
  withdrawn: ['withdrawn', '撤回'],
};

/**
 * The candidate field named by this immutable key, remembered for an hour.
 * @throws RelayError vendor_field_unsuitable naming what is wrong with it.
 */
export function readConsentField(context: Context, nameKey: string): Promise<ConsentField> {
  return context.remember(`consent-field ${nameKey}`, hourMs, ConsentField, () => findConsentField(context, nameKey));
}

async function findConsentField(context: Context, nameKey: string): Promise<ConsentField> {
  const field = await findCandidateField(context, nameKey);
  if (!field) throw unsuitable(toNamed(nameKey), 'there is no active candidate field with this key');
  const valueType = ConsentField.shape.valueType.safeParse(field.value_type);
  if (!valueType.success)
    throw unsuitable(toNamed(nameKey), `a field of type ${field.value_type} cannot hold a consent`);
  if (valueType.data !== 'single_select') return { valueType: valueType.data, options: null };
  return { valueType: valueType.data, options: await findOptions(context, nameKey, field.id) };
}

async function findOptions(
  context: Context,
  nameKey: string,
  fieldId: number,
): Promise<{ readonly granted: number; readonly withdrawn: number }> {
  const options = await context.http.list('/v3/custom_field_options', vendor.CustomFieldOption, {
    custom_field_ids: String(fieldId),
    per_page: '500',
  });
  const find = (decision: WriteBack['decision']) =>
    options.find(
      (option) => option.active !== false && optionNames[decision].includes(option.name.trim().toLowerCase()),
    );
  const granted = find('granted');
  const withdrawn = find('withdrawn');
  if (granted && withdrawn) return { granted: granted.id, withdrawn: withdrawn.id };
  throw unsuitable(toNamed(nameKey), 'its options must include "granted" (or 同意) and "withdrawn" (or 撤回)');
}

function toNamed(nameKey: string): NamedField {
  return { setting: 'consentField', nameKey };
}

async function markByField(
  context: Context,
  item: WriteBack,
  nameKey: string,
  before: vendor.CandidateFields,
): Promise<void> {
  const field = await readConsentField(context, nameKey);
  await writeCandidateField(context, before, toNamed(nameKey), toFieldValue(field, item));
}

/** What a short text holds at least; the vendor names no limit, so this is a cautious guess. */
const shortTextMax = 255;

function toFieldValue({ valueType, options }: ConsentField, item: WriteBack): string | number | boolean | null {
  const isGranted = item.decision === 'granted';
  const text = `${item.decision} ${toJapaneseDate(item.decidedAt)} (${item.agencyName})`;
  const values = {
    short_text: [...text].slice(0, shortTextMax).join(''),
    long_text: text,
    yes_no: isGranted,
    date: isGranted ? toJapaneseDate(item.decidedAt) : null,
    single_select: options?.[item.decision] ?? null,
  } satisfies Record<ConsentField['valueType'], string | number | boolean | null>;
  return values[valueType];
}

// The tag

async function markByTag(context: Context, item: WriteBack): Promise<void> {
  if (item.decision === 'withdrawn') return removeTag(context, item.candidateRef);
  const remembered = await context.remember('consent-tag', hourMs, vendor.CandidateTag, () => findOrCreateTag(context));
  try {
    await applyTag(context, item.candidateRef, remembered.id);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    // Somebody deleted the tag since we looked it up, or applied it in the same moment.
    const present = await findOrCreateTag(context);
    await applyTag(context, item.candidateRef, present.id);
  }
}

async function applyTag(context: Context, candidateRef: string, tagId: number): Promise<void> {
  const applied = await readAppliedTags(context, candidateRef, tagId);
  if (applied.length > 0) return;
  await context.http.post(
    '/v3/applied_candidate_tags',
    { candidate_id: Number(candidateRef), candidate_tag_id: tagId },
    vendor.Anything,
  );
}

async function removeTag(context: Context, candidateRef: string): Promise<void> {
  const tag = await findTag(context);
  const applied = tag ? await readAppliedTags(context, candidateRef, tag.id) : [];
  for (const one of applied) await context.http.delete(`/v3/applied_candidate_tags/${one.id}`);
}

function readAppliedTags(
  context: Context,
  candidateRef: string,
  tagId: number,
): Promise<readonly vendor.AppliedCandidateTag[]> {
  return reads(context).appliedTags(candidateRef, String(tagId));
}

/** A tag of the same name is refused with 422 ("has already been taken"); then somebody was quicker, and it is there. */
async function findOrCreateTag(context: Context): Promise<vendor.CandidateTag> {
  const found = await findTag(context);
  if (found) return found;
  try {
    return await context.http.post('/v3/candidate_tags', { name: consentTag }, vendor.CandidateTag);
  } catch (error) {
    const now = isRefusal(error) ? await findTag(context) : undefined;
    if (now) return now;
    throw error;
  }
}

/** v3 cannot look a tag up by its name, so the list is read to its end. */
async function findTag(context: Context): Promise<vendor.CandidateTag | undefined> {
  const tags = await context.http.list('/v3/candidate_tags', vendor.CandidateTag, { per_page: '500' });
  return tags.find((tag) => tag.name.toLowerCase() === consentTag.toLowerCase());
}

// The note

/** Notes can be neither edited nor deleted, so the marker in each says whether ours stands there already. */
async function writeNote(context: Context, item: WriteBack): Promise<void> {
  const marker = `[career-relay ${item.consentId} ${item.decision}]`;
  const notes = await reads(context).notes(item.candidateRef);
  if (notes.some((note) => note.body?.includes(marker))) return;
  await context.http.post(
    '/v3/notes',
    {
      candidate_id: Number(item.candidateRef),
      application_id: Number(item.applicationRef),
      body: `${toConsentNote(item)}\n${marker}`,
      note_type: 'NOTE',
      visibility: 'private',
    },
    vendor.Anything,
  );
}

import {
  type Context,
  RelayError,
  type Steps,
  toConsentNote,
  type WriteBack,
  type WriteBackResult,
} from '../../src/connector/contract.ts';
import { readAll } from './lookups.ts';
import { readOpportunity } from './reread.ts';
import * as vendor from './schema.ts';

/** The tag an opportunity carries while an agreement stands. Never renamed: tags are told apart by their very letters. */
export const consentTag = 'Career Relay: 紹介に同意';

/**
 * Records a decision on the opportunity it belongs to: our tag, which adding or removing twice does not change, and a
 * note, which is looked for first. What Lever answers to a write is not read: it may carry no name and no address.
 * @returns candidate-gone when the opportunity was deleted or anonymised.
 */
export async function writeBack(context: Context, item: WriteBack, steps: Steps): Promise<WriteBackResult> {
  if (await isGone(context, item)) return { ok: false, reason: 'candidate-gone' };
  try {
    await once(steps, `${item.decision}:mark`, () => writeTag(context, item));
    await once(steps, `${item.decision}:note`, () => writeNote(context, item));
    return { ok: true };
  } catch (error) {
    // A refusal does not say why; an opportunity deleted in this very moment is one reason.
    const isRefusal = error instanceof RelayError && error.code === 'vendor_refused';
    if (isRefusal && (await isGone(context, item))) return { ok: false, reason: 'candidate-gone' };
    throw error;
  }
}

async function isGone(context: Context, { applicationRef }: WriteBack): Promise<boolean> {
  const opportunity = await readOpportunity(context, applicationRef);
  return !opportunity || opportunity.isAnonymized === true;
}

async function once(steps: Steps, step: string, work: () => Promise<void>): Promise<void> {
  if (steps.isDone(step)) return;
  await work();
  await steps.finish(step);
}

async function writeTag(context: Context, item: WriteBack): Promise<void> {
  const action = item.decision === 'granted' ? 'addTags' : 'removeTags';
  await context.http.post(toPath(context, item, action), { tags: [consentTag] }, vendor.Written);
}

/** The marker in each note says whether ours stands there already. */
async function writeNote(context: Context, item: WriteBack): Promise<void> {
  const marker = `[career-relay ${item.consentId} ${item.decision}]`;
  const notes = await readAll(
    context,
    `/v1/opportunities/${encodeURIComponent(item.applicationRef)}/notes`,
    vendor.Note,
  );
  const isWritten = notes.some(
    ({ fields, deletedAt }) =>
      !deletedAt && fields?.some(({ value }) => typeof value === 'string' && value.includes(marker)),
  );
  if (isWritten) return;
  await context.http.post(
    toPath(context, item, 'notes'),
    { value: `${toConsentNote(item)}\n${marker}` },
    vendor.Written,
  );
}

function toPath({ settings }: Context, { applicationRef }: WriteBack, action: string): string {
  const performAs = settings.performAs ?? '';
  const query = performAs === '' ? '' : `?perform_as=${encodeURIComponent(performAs)}`;
  return `/v1/opportunities/${encodeURIComponent(applicationRef)}/${action}${query}`;
}

import { z } from 'zod';
import type { Context, Reason } from '../../src/connector/contract.ts';
import { toDecidedBy } from './map.ts';
import * as vendor from './schema.ts';

const hourMs = 60 * 60 * 1000;
const Reasons = z.array(vendor.RejectionReason);

/** The company's rejection reasons and Greenhouse's own. */
export async function listReasons(context: Context): Promise<readonly Reason[]> {
  const reasons = await fetchReasons(context, {});
  return reasons.map(({ id, name, type }) => ({ reasonRef: String(id), name, decidedBy: toDecidedBy(type?.key) }));
}

/** Reasons change seldom and are kept for an hour; one that is newer than that is asked for by its id, once. */
export async function readReasons(
  context: Context,
  details: readonly vendor.RejectionDetail[],
): Promise<ReadonlyMap<number, vendor.RejectionReason>> {
  const known = await context.remember('rejection-reasons', hourMs, Reasons, () => fetchReasons(context, {}));
  const knownIds = new Set(known.map((reason) => reason.id));
  const newIds = vendor.toIds(details.flatMap(({ rejection_reason_id: id }) => (id && !knownIds.has(id) ? [id] : [])));
  const added = newIds
    ? await context.remember(`rejection-reasons ${newIds}`, hourMs, Reasons, () =>
        fetchReasons(context, { ids: newIds }),
      )
    : [];
  return new Map([...known, ...added].map((reason) => [reason.id, reason]));
}

/** `include_defaults`: without it only the reasons the company made itself are listed. */
async function fetchReasons(context: Context, filter: { readonly ids?: string }): Promise<z.infer<typeof Reasons>> {
  const reasons = await context.http.list('/v3/rejection_reasons', vendor.RejectionReason, {
    include_defaults: 'true',
    per_page: '500',
    ...filter,
  });
  return [...reasons];
}

import { z } from 'zod';
import type { Application, Context } from '../../src/connector/contract.ts';
import { isRejection, type Reading, toApplication } from './map.ts';
import * as vendor from './schema.ts';

/** Most ids in one filter, and so most applications in one reread. Source: v3 list endpoints (read 2026-11-22). */
export const idsMax = 50;
/** Most rows in one answer. */
const rowsMax = '500';
const hourMs = 60 * 60 * 1000;

/**
 * The present state of at most 50 applications, one answer for each reference, in their order.
 * Costs three calls however many they are, one where none is rejected, and one more per hour for the reasons.
 * @throws RelayError of the http client.
 */
export async function reread(context: Context, applicationRefs: readonly string[]): Promise<readonly Application[]> {
  if (applicationRefs.length === 0) return [];
  const rows = await context.http.list('/v3/applications', vendor.Application, {
    ids: applicationRefs.join(','),
    per_page: rowsMax,
  });
  const rejections = await readRejections(context, rows.filter(isRejection));
  const reading: Reading = { applications: byKey(rows, (row) => row.id), ...rejections };
  return applicationRefs.map((applicationRef) => toApplication(applicationRef, reading));
}

async function readRejections(
  context: Context,
  rejected: readonly vendor.Application[],
): Promise<Omit<Reading, 'applications'>> {
  if (rejected.length === 0) return { details: new Map(), candidates: new Map(), reasons: new Map() };
  const [details, candidates] = await Promise.all([
    context.http.list('/v3/rejection_details', vendor.RejectionDetail, {
      application_ids: toIds(rejected.map((row) => row.id)),
      per_page: rowsMax,
    }),
    context.http.list('/v3/candidates', vendor.Candidate, {
      ids: toIds(rejected.map((row) => row.candidate_id)),
      per_page: rowsMax,
    }),
  ]);
  return {
    details: byKey(details, (row) => row.application_id),
    candidates: byKey(candidates, (row) => row.id),
    reasons: await readReasons(context, details),
  };
}

const Reasons = z.array(vendor.RejectionReason);

/** Reasons change seldom and are kept for an hour; one that is newer than that is asked for by its id, once. */
async function readReasons(
  context: Context,
  details: readonly vendor.RejectionDetail[],
): Promise<ReadonlyMap<number, vendor.RejectionReason>> {
  const known = await context.remember('rejection-reasons', hourMs, Reasons, () => listReasons(context, {}));
  const knownIds = new Set(known.map((reason) => reason.id));
  const newIds = toIds(details.flatMap(({ rejection_reason_id: id }) => (id && !knownIds.has(id) ? [id] : [])));
  const added = newIds
    ? await context.remember(`rejection-reasons ${newIds}`, hourMs, Reasons, () =>
        listReasons(context, { ids: newIds }),
      )
    : [];
  return new Map([...known, ...added].map((reason) => [reason.id, reason]));
}

/** `include_defaults`: without it only the reasons the company made itself are listed. */
async function listReasons(context: Context, filter: { readonly ids?: string }): Promise<z.infer<typeof Reasons>> {
  const reasons = await context.http.list('/v3/rejection_reasons', vendor.RejectionReason, {
    include_defaults: 'true',
    per_page: rowsMax,
    ...filter,
  });
  return [...reasons];
}

function toIds(ids: readonly number[]): string {
  return [...new Set(ids)].sort((a, b) => a - b).join(',');
}

function byKey<T>(rows: readonly T[], key: (row: T) => number): ReadonlyMap<string, T> {
  return new Map(rows.map((row) => [String(key(row)), row]));
}

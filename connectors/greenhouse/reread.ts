import type { z } from 'zod';
import type { Application, Context } from '../../src/connector/contract.ts';
import { isOpen, isRejection, type Reading, toApplication } from './map.ts';
import { readReasons } from './reasons.ts';
import * as vendor from './schema.ts';

/** Most ids in one filter, and so most applications in one reread. Source: v3 list endpoints (read 2026-11-22). */
export const idsMax = 50;
/** Most rows in one answer. */
const rowsMax = '500';

/**
 * The present state of at most 50 applications, one answer for each reference, in their order.
 * Costs three calls however many they are, two where none is rejected, and one more per hour for the reasons.
 * @throws RelayError of the http client.
 */
export async function reread(context: Context, applicationRefs: readonly string[]): Promise<readonly Application[]> {
  if (applicationRefs.length === 0) return [];
  const rows = await context.http.list('/v3/applications', vendor.Application, {
    ids: applicationRefs.join(','),
    per_page: rowsMax,
  });
  const reading: Reading = { applications: byKey(rows, (row) => row.id), ...(await readAround(context, rows)) };
  return applicationRefs.map((applicationRef) => toApplication(applicationRef, reading));
}

/** The people of what is open are read with those of what is rejected; somebody hired is none of ours. */
async function readAround(
  context: Context,
  rows: readonly vendor.Application[],
): Promise<Omit<Reading, 'applications'>> {
  const rejected = rows.filter(isRejection);
  const [details, candidates] = await Promise.all([
    listOf(
      context,
      '/v3/rejection_details',
      vendor.RejectionDetail,
      'application_ids',
      rejected.map(({ id }) => id),
    ),
    listOf(
      context,
      '/v3/candidates',
      vendor.Candidate,
      'ids',
      rows.filter((row) => isRejection(row) || isOpen(row)).map((row) => row.candidate_id),
    ),
  ]);
  return {
    details: byKey(details, (row) => row.application_id),
    candidates: byKey(candidates, (row) => row.id),
    reasons: details.length === 0 ? new Map() : await readReasons(context, details),
  };
}

async function listOf<T>(
  { http }: Context,
  path: string,
  item: z.ZodType<T>,
  filter: string,
  ids: readonly number[],
): Promise<readonly T[]> {
  return ids.length === 0 ? [] : http.list(path, item, { [filter]: vendor.toIds(ids), per_page: rowsMax });
}

function byKey<T>(rows: readonly T[], key: (row: T) => number): ReadonlyMap<string, T> {
  return new Map(rows.map((row) => [String(key(row)), row]));
}

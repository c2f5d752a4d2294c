import { type Context, openGroups } from '../../src/connector/contract.ts';
import { idsMax } from './reread.ts';
import * as vendor from './schema.ts';

/** What stands at the vendor about a candidate. What is asked about several at the same time is one call. */
export interface Reads {
  candidate(candidateRef: string): Promise<vendor.CandidateFields | undefined>;
  appliedTags(candidateRef: string, tagId: string): Promise<readonly vendor.AppliedCandidateTag[]>;
  notes(candidateRef: string): Promise<readonly vendor.Note[]>;
}

const readsOf = new WeakMap<Context, Reads>();

/** The reads of a connection: always the same ones, so that those who ask at the same time meet. */
export function reads(context: Context): Reads {
  const known = readsOf.get(context);
  if (known) return known;
  const made = openReads(context.http);
  readsOf.set(context, made);
  return made;
}

/** Most rows in one answer. */
const rowsMax = '500';

function openReads(http: Context['http']): Reads {
  const candidate = openGroups<string, vendor.CandidateFields | undefined>({
    toKey: () => '',
    max: idsMax,
    async work(refs) {
      const query = { ids: vendor.toIds(refs.map(Number)), fields: 'id,custom_fields', per_page: rowsMax };
      const rows = await http.list('/v3/candidates', vendor.CandidateFields, query);
      const byRef = new Map(rows.map((row) => [String(row.id), row]));
      return refs.map((ref) => byRef.get(ref));
    },
  });
  const appliedTags = openGroups<
    { readonly ref: string; readonly tagId: string },
    readonly vendor.AppliedCandidateTag[]
  >({
    toKey: ({ tagId }) => tagId,
    max: idsMax,
    async work(asked, tagId) {
      const refs = asked.map(({ ref }) => ref);
      const query = { candidate_ids: vendor.toIds(refs.map(Number)), candidate_tag_ids: tagId, per_page: rowsMax };
      const rows = await http.list('/v3/applied_candidate_tags', vendor.AppliedCandidateTag, query);
      return ofEach(refs, rows);
    },
  });
  const notes = openGroups<string, readonly vendor.Note[]>({
    toKey: () => '',
    max: idsMax,
    async work(refs) {
      const query = {
        candidate_ids: vendor.toIds(refs.map(Number)),
        fields: 'id,candidate_id,body',
        per_page: rowsMax,
      };
      return ofEach(refs, await http.list('/v3/notes', vendor.Note, query));
    },
  });
  return { candidate, appliedTags: (ref, tagId) => appliedTags({ ref, tagId }), notes };
}

/** The rows of each candidate, in the order of the candidates. */
function ofEach<T extends { readonly candidate_id: unknown }>(
  refs: readonly string[],
  rows: readonly T[],
): readonly (readonly T[])[] {
  const byRef = Map.groupBy(rows, (row) => String(row.candidate_id));
  return refs.map((ref) => byRef.get(ref) ?? []);
}

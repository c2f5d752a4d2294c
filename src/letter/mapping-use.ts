import { sql } from 'kysely';
import type { Connection } from '../connector/index.ts';
import { type Rejection, readRejections } from '../intake/index.ts';
import type { Tx } from '../platform/database.ts';

/** How a reason or a stage was met with. */
export interface RuleUse {
  /** The vendor's id of the reason, or the name of the stage; null: the ATS named none. */
  readonly ref: string | null;
  /** Rejections since the asked instant. */
  readonly rejections: number;
  /** Letters held because nobody knows who decided by it. */
  readonly heldUnknown: number;
  /** Letters held because a rule says so. */
  readonly heldByRule: number;
  /** The newest of the rejections counted. */
  readonly sample: Rejection;
}

export interface MappingUse {
  readonly reasons: readonly RuleUse[];
  readonly stages: readonly RuleUse[];
}

interface Group {
  readonly reasonRef: string | null;
  readonly stage: string | null;
  readonly rejections: number;
  readonly heldUnknown: number;
  readonly heldByRule: number;
  readonly newestId: string;
  readonly newestAt: Date;
}

/** What a connection's rules are about: the rejections since an instant, and the letters that wait for a rule. */
export async function readMappingUse(
  tx: Tx,
  { connectionId }: Pick<Connection, 'connectionId'>,
  since: Date,
): Promise<MappingUse> {
  const { rows } = await sql<Group>`
    select rejection.reason_ref as "reasonRef", rejection.stage,
      (count(*) filter (where rejection.decided_at >= ${since}))::integer as rejections,
      (count(*) filter (where letter.reason = 'reason-unknown'))::integer as "heldUnknown",
      (count(*) filter (where letter.reason = 'reason-hold'))::integer as "heldByRule",
      (array_agg(rejection.rejection_id order by rejection.decided_at desc, rejection.rejection_id desc))[1] as "newestId",
      max(rejection.decided_at) as "newestAt"
    from rejection
    left join letter on letter.rejection_id = rejection.rejection_id and letter.status = 'held'
      and letter.reason in ('reason-unknown', 'reason-hold')
    where rejection.connection_id = ${connectionId} and (rejection.decided_at >= ${since} or letter.letter_id is not null)
    group by 1, 2`.execute(tx);
  const [reasons, stages] = [fold(rows, ({ reasonRef }) => reasonRef), fold(rows, ({ stage }) => stage)];
  const ids = [...reasons, ...stages].map(({ newestId }) => newestId);
  const samples = new Map((await readRejections(tx, [...new Set(ids)])).map((one) => [one.rejectionId, one]));
  return { reasons: toUses(reasons, samples), stages: toUses(stages, samples) };
}

type Folded = Omit<Group, 'reasonRef' | 'stage'> & { readonly ref: string | null };

function fold(groups: readonly Group[], toRef: (group: Group) => string | null): readonly Folded[] {
  return [...Map.groupBy(groups, toRef)].flatMap(([ref, own]) => {
    const [newest] = own.toSorted((a, b) => b.newestAt.getTime() - a.newestAt.getTime());
    if (!newest) return [];
    const total = (name: 'rejections' | 'heldUnknown' | 'heldByRule') => own.reduce((sum, one) => sum + one[name], 0);
    const { newestId, newestAt } = newest;
    const [rejections, heldUnknown, heldByRule] = [total('rejections'), total('heldUnknown'), total('heldByRule')];
    return [{ ref, newestId, newestAt, rejections, heldUnknown, heldByRule }];
  });
}

function toUses(folded: readonly Folded[], samples: ReadonlyMap<string, Rejection>): readonly RuleUse[] {
  return folded.flatMap(({ newestId, newestAt: _, ...counts }) => {
    const sample = samples.get(newestId);
    return sample ? [{ ...counts, sample }] : [];
  });
}

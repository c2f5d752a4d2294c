import { sql } from 'kysely';
import type { Tx } from '../platform/database.ts';
import { dayMs } from '../platform/japan.ts';
import type { LetterAct, LetterStatus } from '../platform/tables.ts';
import { actsFrom } from './by-hand.ts';
import { fitsFilter, type LetterFilter } from './filter.ts';

/** The letters of one state that a filter finds. */
export interface ForecastState {
  readonly status: LetterStatus;
  readonly letters: number;
  /** What may be decided about them; of the others it is too late, or never was the time. */
  readonly acts: readonly LetterAct[];
  /** Of them, those of a connection that is not live: sent on, they wait until it is. */
  readonly notLive: number;
  /** Of them, those the company decided more than 7 and more than 30 days ago. */
  readonly olderThan7Days: number;
  readonly olderThan30Days: number;
  /** When the company decided about the first of them. */
  readonly oldestAt: Date;
}

/** What a decision about all letters that a filter finds would meet, by state. One statement. */
export async function forecastLetters(
  tx: Tx,
  companyId: string,
  filter: LetterFilter,
  now: Date,
): Promise<readonly ForecastState[]> {
  const before = (days: number) => sql`rejection.decided_at < ${new Date(now.getTime() - days * dayMs)}::timestamptz`;
  const result = await sql<Omit<ForecastState, 'acts'>>`
    select letter.status, count(*)::integer as letters,
      count(*) filter (where connection.state <> 'live' or connection.removed_at is not null)::integer as "notLive",
      count(*) filter (where ${before(7)})::integer as "olderThan7Days",
      count(*) filter (where ${before(30)})::integer as "olderThan30Days",
      min(rejection.decided_at) as "oldestAt"
    from letter
    join rejection on rejection.rejection_id = letter.rejection_id
    join connection on connection.connection_id = letter.connection_id
    where ${fitsFilter(companyId, filter)}
    group by letter.status order by letters desc, letter.status`.execute(tx);
  return result.rows.map((state) => ({ ...state, acts: listActs(state.status) }));
}

const acts = ['send', 'hold', 'cancel'] as const;

function listActs(status: LetterStatus): readonly LetterAct[] {
  return acts.filter((act) => actsFrom[act].includes(status));
}

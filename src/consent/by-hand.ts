import { sql } from 'kysely';
import type { Connector } from '../connector/index.ts';
import type { Tx } from '../platform/database.ts';
import { toJapaneseMinute } from '../platform/japan.ts';

/** Why a write-back is left to people: the ATS takes none from us. */
export const byHand = 'by-hand';

/** A decision that stands, for a person to record in the ATS. */
export interface StandingDecision {
  readonly applicationRef: string;
  /** '' once the person was erased. */
  readonly name: string;
  readonly decision: 'granted' | 'withdrawn';
  readonly decidedAt: Date;
}

/** The decisions on a connection's applicants that stand, made at or after `since`, oldest first. */
export async function listStandingDecisions(
  tx: Tx,
  connectionId: string,
  since: Date | undefined,
): Promise<readonly StandingDecision[]> {
  let query = tx
    .selectFrom('write_back')
    .innerJoin('consent', 'consent.consent_id', 'write_back.consent_id')
    .leftJoin('consent as later', 'later.previous_consent_id', 'consent.consent_id')
    .leftJoin('person', 'person.person_id', 'consent.person_id')
    .select([
      'write_back.application_ref',
      'consent.decision',
      'consent.decided_at',
      'person.family_name',
      'person.given_name',
    ])
    .where('write_back.connection_id', '=', connectionId)
    .where('later.consent_id', 'is', null);
  if (since) query = query.where('consent.decided_at', '>=', since);
  const rows = await query.orderBy('consent.decided_at').orderBy('write_back.application_ref').execute();
  return rows.flatMap((row) =>
    row.decision === 'declined'
      ? []
      : {
          applicationRef: row.application_ref,
          name: [row.family_name, row.given_name].filter(Boolean).join(' '),
          decision: row.decision,
          decidedAt: row.decided_at,
        },
  );
}

/** The connections some of whose decisions are left to people. System transaction. */
export async function listLeftToPeople(
  tx: Tx,
): Promise<readonly { readonly companyId: string; readonly connectionId: string }[]> {
  const rows = await tx
    .selectFrom('write_back')
    .select(['company_id', 'connection_id'])
    .distinct()
    .where('reason', '=', byHand)
    .execute();
  return rows.map((row) => ({ companyId: row.company_id, connectionId: row.connection_id }));
}

/** How many decisions that stand were left to people after `after`; all of them without it. */
export async function countLeftToPeople(tx: Tx, connectionId: string, after: Date | undefined): Promise<number> {
  let query = tx
    .selectFrom('write_back')
    .select(sql<number>`count(*)::int`.as('count'))
    .where('connection_id', '=', connectionId)
    .where('reason', '=', byHand)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('consent')
            .select('consent_id')
            .whereRef('consent.previous_consent_id', '=', 'write_back.consent_id'),
        ),
      ),
    );
  if (after) query = query.where('created_at', '>', after);
  const row = await query.executeTakeFirstOrThrow();
  return row.count;
}

const words = {
  ja: { applicationRef: '応募ID', name: '氏名', result: '結果', at: '日時', granted: '同意', withdrawn: '取り消し' },
  en: {
    applicationRef: 'Application ID',
    name: 'Name',
    result: 'Result',
    at: 'Decided at (Japan)',
    granted: 'agreed',
    withdrawn: 'withdrew',
  },
} as const;

/**
 * The decisions as a table for spreadsheets: UTF-8 with a byte order mark, tabs, times in Japan. The columns have the
 * names the ATS gives them. No cell is taken for a formula (OWASP, CSV injection).
 */
export function renderDecisions(
  decisions: readonly StandingDecision[],
  connector: Pick<Connector, 'file'> | undefined,
  locale: 'ja' | 'en',
): string {
  const text = words[locale];
  const columns = connector?.file?.columns;
  const header = [
    columns?.applicationRef?.label[locale] ?? text.applicationRef,
    columns?.name?.label[locale] ?? text.name,
    text.result,
    text.at,
  ];
  const rows = decisions.map(({ applicationRef, name, decision, decidedAt }) => [
    applicationRef,
    name,
    text[decision],
    toJapaneseMinute(decidedAt),
  ]);
  return `\ufeff${[header, ...rows].map((row) => `${row.map(toSafeCell).join('\t')}\r\n`).join('')}`;
}

function toSafeCell(text: string): string {
  const flat = text.replaceAll(/[\p{Cc}"]+/gu, ' ').trim();
  return /^[=+\-@＝＋－＠]/.test(flat) ? `'${flat}` : flat;
}

import { z } from 'zod';
import {
  type Application,
  type Columns,
  type FileApplication,
  type FileIntake,
  type RejectedApplication,
  RelayError,
  type TableFile,
  toNamedRow,
} from '../connector/index.ts';
import { toRelayError } from '../platform/errors.ts';
import { toJapaneseDay } from '../platform/japan.ts';
import type { SetAside } from '../platform/tables.ts';

/** How an application stood in the newest file that told of it. */
export interface SeenRow {
  readonly applicationRef: string;
  readonly state: Application['state'];
  /** The instant its rejection is known by; null when it is none. */
  readonly decidedAt: Date | null;
  readonly digest: string;
  readonly madeAt: Date;
}

export interface ReadRows {
  readonly applications: readonly FileApplication[];
  readonly setAside: readonly SetAside[];
}

/** Of more rows than this nobody reads the reasons; the counts still tell how many they are. */
const mostSetAside = 1_000;

/** Pure: every row as its connector understands it. A row that does not fit is set aside, the rest goes on. */
export function readRows(table: TableFile, intake: Pick<FileIntake, 'toApplication'>, columns: Columns): ReadRows {
  const applications = new Map<string, FileApplication>();
  const setAside: SetAside[] = [];
  for (const row of table.rows) {
    try {
      const application = intake.toApplication(toNamedRow(row, table.header, columns));
      if (applications.has(application.applicationRef))
        throw new RelayError('row_not_understood', {
          message: '同じ応募の行がすでにあります (this application stands in an earlier row)',
        });
      applications.set(application.applicationRef, application);
    } catch (thrown) {
      const error = toRelayError(thrown);
      if (error.code !== 'row_not_understood') throw error;
      if (setAside.length < mostSetAside) setAside.push({ line: row.line, reason: error.message });
    }
  }
  return { applications: [...applications.values()], setAside };
}

export interface PlanFacts {
  /** The file's age. */
  readonly madeAt: Date;
  readonly receivedAt: Date;
  /** When the connection was first imported; null: this is the first time. */
  readonly markedAt: Date | null;
  readonly backfillFrom: Date | null;
  readonly seen: ReadonlyMap<string, SeenRow>;
  /** Applications whose rejection at the instant of their seen row is one of ours already. */
  readonly recorded: ReadonlySet<string>;
  /** True when the same file is read again by other columns: then equal age is no reason to leave a row. */
  readonly isCorrection: boolean;
  digest(text: string): string;
}

export interface ImportPlan {
  /** To be brought in line with, as if they had just been read in the ATS. */
  readonly apply: readonly Application[];
  /** Decided before the mark: shown, and acted on only from a date an admin chooses. */
  readonly keep: readonly RejectedApplication[];
  /** Of these nothing that was kept holds any longer. */
  readonly drop: readonly string[];
  readonly seen: readonly SeenRow[];
  /** New rejections by the company, those before the mark included. */
  readonly rejections: number;
}

/**
 * Pure: what a file changes, by the difference to what was seen. A decision keeps the instant by which it was first known,
 * unless a later day is told: then it is a further one. Rows that are not in the file stay as they are.
 */
export function planImport(applications: readonly FileApplication[], facts: PlanFacts): ImportPlan {
  const plans = applications.map((application) => planRow(application, facts));
  return {
    apply: plans.flatMap(({ apply }) => apply ?? []),
    keep: plans.flatMap(({ keep }) => keep ?? []),
    drop: plans.flatMap(({ drop }) => drop ?? []),
    seen: plans.flatMap(({ seen }) => seen ?? []),
    rejections: plans.filter(({ isNew }) => isNew).length,
  };
}

interface RowPlan {
  readonly apply?: Application;
  readonly keep?: RejectedApplication;
  readonly drop?: string;
  readonly seen?: SeenRow;
  readonly isNew?: boolean;
}

function planRow(told: FileApplication, facts: PlanFacts): RowPlan {
  const before = facts.seen.get(told.applicationRef);
  if (before && isAsNew(before, facts)) return {};
  const application = settle(told, before, facts);
  const digest = facts.digest(JSON.stringify(application));
  if (before?.digest === digest) return {};
  const { applicationRef, state } = application;
  const decidedAt = application.state === 'rejected' ? application.decidedAt : null;
  const seen = { applicationRef, state, decidedAt, digest, madeAt: facts.madeAt };
  if (application.state !== 'rejected') return { seen, ...planOpen(application, before) };
  return { seen, ...planRejected(application, told.state === 'rejected' && told.decidedAt !== null, before, facts) };
}

function isAsNew(before: SeenRow, { madeAt, isCorrection }: PlanFacts): boolean {
  return isCorrection ? before.madeAt > madeAt : before.madeAt >= madeAt;
}

/** The application with the instant of its decision: the day the row tells, else the one known, else the file's age. */
function settle(told: FileApplication, before: SeenRow | undefined, facts: PlanFacts): Application {
  if (told.state !== 'rejected') return told;
  const known = before?.state === 'rejected' ? before.decidedAt : null;
  if (known === null) return { ...told, decidedAt: told.decidedAt ?? earlier(facts.madeAt, facts.receivedAt) };
  const isFurther = told.decidedAt !== null && toJapaneseDay(told.decidedAt) > toJapaneseDay(known);
  return { ...told, decidedAt: isFurther && told.decidedAt ? told.decidedAt : known };
}

function earlier(a: Date, b: Date): Date {
  return a < b ? a : b;
}

function planOpen(application: Exclude<Application, RejectedApplication>, before: SeenRow | undefined): RowPlan {
  const { applicationRef, state } = application;
  const isLifted = before?.state === 'rejected';
  return {
    ...(isLifted || (state !== 'active' && state !== before?.state) ? { apply: application } : {}),
    ...(isLifted ? { drop: applicationRef } : {}),
  };
}

function planRejected(
  application: RejectedApplication,
  isDated: boolean,
  before: SeenRow | undefined,
  facts: PlanFacts,
): RowPlan {
  const { applicationRef, decidedAt, decidedBy, source } = application;
  const isKnown = before?.state === 'rejected' && before.decidedAt?.getTime() === decidedAt.getTime();
  // Told before: what changed about the person goes where the decision stands.
  if (isKnown) return facts.recorded.has(applicationRef) ? { apply: application } : { keep: application };
  const isNew = decidedBy !== 'candidate' && source !== 'agency';
  const drop = before?.state === 'rejected' ? { drop: applicationRef } : {};
  const isOpenBefore = before !== undefined && before.state !== 'rejected';
  if (isOpenBefore || isActedOn(decidedAt, isDated, facts)) return { apply: application, isNew, ...drop };
  return { keep: application, isNew, ...drop };
}

/** Days are compared, not instants: most files tell no hour, and what was decided today is not older than today's mark. */
function isActedOn(decidedAt: Date, isDated: boolean, { backfillFrom, markedAt, receivedAt }: PlanFacts): boolean {
  if (backfillFrom && decidedAt >= toJapaneseDay(backfillFrom)) return true;
  if (markedAt) return decidedAt >= toJapaneseDay(markedAt);
  // A first file may hold the rejections of many years. Those without a day are taken for old ones.
  return isDated && decidedAt >= toJapaneseDay(receivedAt);
}

const Content = z.object({
  state: z.literal('rejected'),
  applicationRef: z.string(),
  candidateRef: z.string(),
  decidedAt: z.iso.datetime().transform((text) => new Date(text)),
  decidedBy: z.enum(['company', 'candidate', 'unknown']),
  reason: z.object({ ref: z.string(), name: z.string() }).nullable(),
  stage: z.string().nullable(),
  job: z.string().nullable(),
  source: z.enum(['direct', 'agency', 'referral', 'unknown']),
  person: z.object({
    givenName: z.string().nullable(),
    familyName: z.string().nullable(),
    email: z.string().nullable(),
    locale: z.string().nullable(),
  }),
  isPrivate: z.boolean(),
  isConfidential: z.boolean(),
  canEmail: z.boolean(),
});

/** The application that a sighting of a file holds; its inverse is JSON. @throws ZodError when it is another thing. */
export function toApplicationFromContent(content: unknown): RejectedApplication {
  return Content.parse(content);
}

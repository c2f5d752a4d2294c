import type { Connection, Connections } from '../../connector/index.ts';
import type { Balance, ReservationAnswer, ReservationRequest, SettlementAnswer } from '../../credit/index.ts';
import type { Cache } from '../../platform/cache.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Database, Tx } from '../../platform/database.ts';
import type { Log } from '../../platform/log.ts';
import type { Page } from '../../platform/page.ts';
import type { LetterStatus, Mapping, ReasonRule } from '../../platform/tables.ts';
import type { RemarkAct } from '../notice/kinds.ts';
import type { People } from '../people/index.ts';

/** All that people reach from Slack. What takes a `tx` gets one of the company's; the rest opens its own. */
export interface AppParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly cache: Cache;
  readonly log: Log;
  readonly baseUrl: string;
  readonly people: Pick<People, 'redeem'>;
  /** undefined, or a RelayError: this workspace is not installed, or its token serves no more. */
  readonly tokens: { authorize(teamRef: string): Promise<{ readonly botToken: string } | undefined> };
  readonly workspaces: WorkspacesPart;
  readonly places: PlacesPart;
  readonly notices: NoticesPart;
  readonly letters: LettersPart;
  readonly connections: ConnectionsPart;
  readonly rejecting: RejectingPart;
  readonly credits: CreditsPart;
  readonly intake: IntakePart;
}

export interface WorkspacesPart {
  uninstalled(teamRef: string, eventTime: Date): Promise<void>;
  tokensRevoked(
    teamRef: string,
    revoked: { readonly bots: readonly string[]; readonly users: readonly string[] },
    eventTime: Date,
  ): Promise<void>;
}

export interface PlacesPart {
  /** Whether people's names may stand in this channel (C…, G…) or before this person (U…, W…). */
  mayShowNames(companyId: string, slackRef: string): Promise<boolean>;
  /** Sends what waited for a place that Slack refused. */
  resume(companyId: string, place: { readonly slackRef: string }): Promise<void>;
  rename(companyId: string, slackRef: string, name: string): Promise<void>;
}

export interface NoticesPart {
  /** Says below a notice who did what. An id that is none of the company's changes nothing. */
  remark(
    tx: Tx,
    remark: {
      readonly companyId: string;
      readonly noticeId: string;
      readonly by: string;
      readonly did: RemarkAct;
      readonly count: number;
    },
  ): Promise<void>;
}

/** A letter as a person decides about it. */
export interface ReviewedLetter {
  readonly letterId: string;
  readonly connectionId: string;
  readonly status: LetterStatus;
  /** Why it is held or failed. */
  readonly reason: string | null;
  /** Somebody has sent it on already; it leaves within seconds while the connection is live. */
  readonly isReleased: boolean;
  readonly dueAt: Date | null;
  readonly decidedAt: Date;
  readonly job: string | null;
  readonly stage: string | null;
  /** The ATS's name of why the company decided so. */
  readonly rejectionReason: string | null;
  readonly applicationRef: string;
  readonly givenName: string | null;
  readonly familyName: string | null;
}

export interface LettersPart {
  list(
    tx: Tx,
    ask: {
      readonly companyId: string;
      readonly statuses: readonly LetterStatus[];
      readonly limit: number;
      readonly cursor?: string | undefined;
      readonly connectionId?: string | undefined;
    },
  ): Promise<Page<ReviewedLetter>>;
  /** Those of the company that `tx` acts as; others are left out. */
  readMany(tx: Tx, letterIds: readonly string[]): Promise<readonly ReviewedLetter[]>;
  countWaiting(tx: Tx, companyId: string): Promise<readonly WaitingLetters[]>;
  listUnknownReasons(tx: Tx, companyId: string): Promise<readonly UnknownReason[]>;
  /** @throws RelayError request_not_found, request_conflict when it is past that. */
  send(letterId: string, actor: string): Promise<unknown>;
  cancel(letterId: string, actor: string): Promise<unknown>;
  hold(letterId: string, actor: string): Promise<unknown>;
}

export interface WaitingLetters {
  readonly connectionId: string;
  readonly status: LetterStatus;
  readonly reason: string | null;
  readonly letters: number;
}

export interface UnknownReason {
  readonly connectionId: string;
  readonly reasonRef: string;
  readonly name: string;
  readonly heldLetters: number;
}

type Switched = { readonly ok: true } | { readonly ok: false; readonly reason: 'already-paused' | 'not-paused' };

export interface ConnectionsPart
  extends Pick<Connections, 'connector' | 'read' | 'hold' | 'list' | 'check' | 'listReasons'> {
  update(tx: Tx, connectionId: string, change: { readonly mapping: Mapping }, actor: string): Promise<unknown>;
  pause(tx: Tx, connectionId: string, actor: string): Promise<Switched>;
  resume(tx: Tx, connectionId: string, actor: string): Promise<Switched>;
}

export interface AskedRejection {
  readonly applicationRef: string;
  readonly reasonRef: string;
  readonly templateRef: string;
}

/** What a person sees before confirming a rejection in the ATS. */
export interface RejectionPreview {
  readonly ok: true;
  readonly job: string | null;
  readonly stage: string | null;
  readonly givenName: string | null;
  readonly familyName: string | null;
  readonly reasonName: string;
  readonly templateName: string;
  /** The letter without markup; the ATS's own tokens are still in it. */
  readonly templateText: string;
}

export type RejectionRefusal =
  | 'already-rejected'
  | 'application-gone'
  | 'template-without-link'
  | 'unknown-template'
  | 'unknown-reason'
  | 'wrong-mode';

export interface RejectingPart {
  listTemplates(connection: Connection): Promise<
    readonly {
      readonly templateRef: string;
      readonly name: string;
      readonly carriesLink: 'static' | 'personal' | 'none';
    }[]
  >;
  preview(
    connection: Connection,
    asked: AskedRejection,
  ): Promise<RejectionPreview | { readonly ok: false; readonly reason: RejectionRefusal }>;
  /** Asks the ATS once. What it throws may leave open whether the ATS took it. */
  reject(
    connection: Connection,
    asked: AskedRejection,
    actor: string,
  ): Promise<{ readonly ok: true } | { readonly ok: false; readonly reason: RejectionRefusal }>;
}

export interface OpenReservation {
  readonly reservationId: string;
  readonly reason: string;
  readonly reservedAt: Date;
}

export interface CreditsPart {
  readBalance(tx: Tx, companyId: string): Promise<Balance>;
  readProjection(
    tx: Tx,
    companyId: string,
    now: Date,
  ): Promise<{ readonly referralsPerWeek: number; readonly weeksToNextCredit: number | null }>;
  listOpenReservations(tx: Tx, companyId: string): Promise<readonly OpenReservation[]>;
  reserve(companyId: string, request: ReservationRequest): Promise<ReservationAnswer>;
  use(reservationId: string, actor: string): Promise<SettlementAnswer>;
  release(reservationId: string, actor: string): Promise<SettlementAnswer>;
}

export interface IntakePart {
  readLastActivity(
    tx: Tx,
    companyId: string,
  ): Promise<
    readonly {
      readonly connectionId: string;
      readonly lastDeliveryAt: Date | null;
      readonly lastPolledAt: Date | null;
      readonly lastImportAt: Date | null;
    }[]
  >;
  /** @throws RelayError request_conflict where the ATS is not polled; else as the ATS answers. */
  poll(connection: Connection, ask: { readonly days?: number | undefined }): Promise<{ readonly recorded: number }>;
}

export type { ReasonRule };

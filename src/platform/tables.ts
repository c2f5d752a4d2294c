import type { ColumnType, Generated } from 'kysely';

/** The rows of src/platform/migrations, column by column. */

type Instant = ColumnType<Date, Date, Date>;
type Json<T> = ColumnType<T, string, string>;
type Bytes = ColumnType<Uint8Array, Buffer, Buffer>;
type Locale = 'ja' | 'en';

export interface CompanyTable {
  company_id: string;
  slug: string;
  name: string;
  locale: Locale;
  postal_address: string;
  contact_email: string;
  data_key: string;
  created_at: Instant;
}

export interface AgencyTable {
  agency_id: string;
  company_id: string;
  name: string;
  address: string;
  representative: string;
  licence_number: string;
  /** Calendar date, YYYY-MM-DD, in Japan. */
  licence_expires_on: string;
  privacy_url: string;
  registration_url: string;
  updated_at: Instant;
  retired_at: ColumnType<Date | null, Date | null, Date | null>;
}

export interface AgencyTermsTable {
  terms_id: string;
  company_id: string;
  agency_id: string;
  version: number;
  effective_from: Instant;
  counts_at: 'consent' | 'confirmation';
  referrals_per_credit: number;
  referral_period_months: number;
  credit_valid_months: number | null;
}

export interface LeaseTable {
  name: string;
  holder: string;
  expires_at: Instant;
}

export interface AuditEntryTable {
  company_id: string;
  seq: number;
  at: Instant;
  actor: string;
  action: string;
  subject: string;
  detail: Json<Record<string, unknown>>;
  prev_hash: string;
  hash: string;
}

export interface OutboxMailTable {
  mail_id: string;
  company_id: string;
  mail_key: string;
  to: string;
  from: string;
  subject: string;
  text: string;
  html: string;
  headers: Json<Record<string, string>>;
  sent_at: Instant;
}

export type RunningState = 'shadow' | 'live';
export type ConnectionState = RunningState | 'paused';
/** How we prove ourselves to an ATS. */
export type AccessKind = 'api-key' | 'client-credentials' | 'authorization-code';
/** How a letter reaches the applicant. */
export type Mode = 'relay-sent' | 'ats-static' | 'ats-personal' | 'ats-triggered';

export interface LetterPolicy {
  /** Minutes between the decision and the earliest sending. */
  readonly holdMinutes: number;
  readonly window: 'always' | 'business-hours';
}

export interface ReasonRule {
  readonly decidedBy?: 'company' | 'candidate' | 'unknown' | undefined;
  readonly letter?: 'send' | 'skip' | 'hold' | undefined;
  /** The id of one of the company's own templates, or `standard`; without it, what the stage says, else the default one. */
  readonly template?: string | undefined;
}

/** What a company says about everybody it turns down at one stage. A reason's own rule stands above it. */
export type StageRule = Pick<ReasonRule, 'letter' | 'template'>;

export interface Mapping {
  /** By the vendor's id of a reason. */
  readonly reasons: Readonly<Record<string, ReasonRule>>;
  /** By a stage's name, as rejections tell it: not every vendor has ids. */
  readonly stages?: Readonly<Record<string, StageRule>> | undefined;
}

export interface MappingVersionTable {
  connection_id: string;
  company_id: string;
  version: number;
  mapping: Json<Mapping>;
  /** Null: made before versions were kept. */
  made_by: string | null;
  made_at: Instant;
  restores: number | null;
}

export interface ConnectionTable {
  connection_id: string;
  company_id: string;
  connector: string;
  state: ConnectionState;
  settings: Json<Record<string, string>>;
  letter: Json<LetterPolicy>;
  mapping: Json<Mapping>;
  /** Null for an ATS without an API. */
  access: AccessKind | null;
  mode: Generated<Mode>;
  /** When it was first polled or imported: what was decided before is shown, and acted on only from `backfill_from`. */
  marked_at: ColumnType<Date | null, Date | null | undefined, Date | null>;
  backfill_from: ColumnType<Date | null, Date | null | undefined, Date | null>;
  /** What a paused one was before, as far as it is known. */
  resumes_as: ColumnType<RunningState | null, RunningState | null | undefined, RunningState | null>;
  failing_since: ColumnType<Date | null, Date | null, Date | null>;
  failing_code: string | null;
  created_at: Instant;
  updated_at: Instant;
  removed_at: ColumnType<Date | null, Date | null, Date | null>;
}

export interface ConnectionSecretTable {
  connection_id: string;
  company_id: string;
  name: string;
  ciphertext: string;
  expires_at: ColumnType<Date | null, Date | null, Date | null>;
  updated_at: Instant;
}

export type DeliveryStatus = 'stored' | 'processed' | 'ignored' | 'set-aside' | 'failed';

export interface DeliveryTable {
  delivery_id: string;
  company_id: string;
  connection_id: string;
  delivery_ref: string;
  received_at: Instant;
  body: Bytes;
  status: Generated<DeliveryStatus>;
  reason: string | null;
  candidate_refs: Generated<string[]>;
  duplicates: Generated<number>;
  processed_at: ColumnType<Date | null, Date | null, Date | null>;
}

export interface PersonTable {
  person_id: string;
  company_id: string;
  email_key: string | null;
  email: string | null;
  given_name: string | null;
  family_name: string | null;
  locale: string | null;
  /** Whether an ATS told us of the person, or only the person did. */
  source: Generated<'ats' | 'static-link'>;
  erased_at: ColumnType<Date | null, Date | null, Date | null>;
  created_at: Instant;
}

export type DecidedBy = 'company' | 'candidate' | 'unknown';
export type Source = 'direct' | 'agency' | 'referral' | 'unknown';
export type RejectionStatus = 'current' | 'reinstated' | 'hired' | 'erased';

export interface RejectionTable {
  rejection_id: string;
  company_id: string;
  connection_id: string;
  person_id: string | null;
  application_ref: string;
  candidate_ref: string;
  decided_at: Instant;
  decided_by: DecidedBy;
  reason_ref: string | null;
  reason: string | null;
  stage: string | null;
  job: string | null;
  source: Source;
  is_private: boolean;
  is_confidential: boolean;
  can_email: boolean;
  status: Generated<RejectionStatus>;
  recorded_at: Instant;
}

/** A rejection from before the mark: seen in a poll or a file, and not acted on. */
export interface SightingTable {
  connection_id: string;
  company_id: string;
  application_ref: string;
  decided_at: Instant;
  seen_at: Instant;
  /** The application as a file told it, where it cannot be read again; else null. */
  content: ColumnType<Record<string, unknown> | null, string | null, string | null>;
}

export type FileImportState = 'needs-confirmation' | 'done' | 'expired';

/** A row of a file that was not taken. It names no person. */
export interface SetAside {
  readonly line: number;
  readonly reason: string;
}

/** One file that a recruiter exported, and what came of it. */
export interface FileImportTable {
  import_id: string;
  company_id: string;
  connection_id: string;
  state: FileImportState;
  name: string | null;
  sha256: string;
  /** Equal for files of the same columns. */
  shape: string;
  columns: Json<Readonly<Record<string, string>>>;
  made_at: Instant;
  received_at: Instant;
  settled_at: ColumnType<Date | null, Date | null, Date | null>;
  /** Only until the columns are confirmed. */
  bytes: ColumnType<Uint8Array | null, Buffer | null, Buffer | null>;
  row_count: number;
  rejections: number;
  skipped: number;
  set_aside: Json<readonly SetAside[]>;
}

/** Which columns an admin confirmed for files of one shape. */
export interface FileShapeTable {
  connection_id: string;
  company_id: string;
  shape: string;
  columns: Json<Readonly<Record<string, string>>>;
  confirmed_at: Instant;
}

/** How an application stood in the newest file that told of it. */
export interface SeenRowTable {
  connection_id: string;
  company_id: string;
  application_ref: string;
  state: 'active' | 'hired' | 'rejected' | 'gone';
  decided_at: ColumnType<Date | null, Date | null, Date | null>;
  digest: string;
  made_at: Instant;
}

/** How far a connection was read by polling. */
export interface PollTable {
  connection_id: string;
  company_id: string;
  /** As the connector gave it; null: a reading begins anew. */
  cursor: ColumnType<unknown, string | null, string | null>;
  version: Generated<number>;
  since: ColumnType<Date | null, Date | null, Date | null>;
  next_poll_at: Instant;
  last_polled_at: ColumnType<Date | null, Date | null, Date | null>;
  last_outcome: string | null;
  pages: Generated<number>;
  seen: Generated<number>;
  recorded: Generated<number>;
  backfill: Generated<number>;
  lifted: Generated<number>;
}

export interface SilenceTable {
  connection_id: string;
  company_id: string;
  last_heard_at: Instant;
  told_at: Instant;
}

export interface HiredCandidateTable {
  connection_id: string;
  company_id: string;
  candidate_ref: string;
  seen_at: Instant;
}

export type LetterStatus = 'planned' | 'sending' | 'sent' | 'held' | 'skipped' | 'cancelled' | 'failed' | 'unknown';

export interface LetterTable {
  letter_id: string;
  company_id: string;
  rejection_id: string;
  connection_id: string;
  person_id: string | null;
  status: LetterStatus;
  reason: string | null;
  locale: Locale;
  template: string;
  template_version: string;
  due_at: ColumnType<Date | null, Date | null, Date | null>;
  queued_at: ColumnType<Date | null, Date | null, Date | null>;
  released_at: ColumnType<Date | null, Date | null | undefined, Date | null>;
  sent_at: ColumnType<Date | null, Date | null, Date | null>;
  attempts: Generated<number>;
  created_at: Instant;
  updated_at: Instant;
}

/** A part of a letter's wording. What has no text of its own is worded by us. */
export type LetterBlock =
  | { readonly kind: 'greeting' | 'refusal' | 'divider' }
  | { readonly kind: 'heading' | 'paragraph'; readonly text: string }
  /** The words on the button; in the text part the bare address stands in its place. */
  | { readonly kind: 'link'; readonly label: string }
  /** Who signs for the company, such as 採用担当. */
  | { readonly kind: 'signature'; readonly sender: string };

export interface LetterTemplateTable {
  template_id: string;
  company_id: string;
  name: string;
  is_default: Generated<boolean>;
  created_at: Instant;
  archived_at: ColumnType<Date | null, Date | null | undefined, Date | null>;
}

export interface LetterTemplateVersionTable {
  template_id: string;
  company_id: string;
  locale: Locale;
  version: number;
  subject: string;
  blocks: Json<readonly LetterBlock[]>;
  saved_by: string;
  saved_at: Instant;
  published_by: ColumnType<string | null, string | null | undefined, string | null>;
  published_at: ColumnType<Date | null, Date | null | undefined, Date | null>;
  gift_reason: ColumnType<string | null, string | null | undefined, string | null>;
}

export interface LinkTable {
  token_hash: string;
  company_id: string;
  person_id: string;
  rejection_id: string | null;
  letter_id: string | null;
  created_at: Instant;
  grants_until: Instant;
  /** Whose decision it waits for; null: it came with one. */
  connection_id: string | null;
  application_ref: string | null;
  written_at: Instant | null;
}

/** Who applied, where a personal link is written for it. */
export interface ApplicantTable {
  connection_id: string;
  application_ref: string;
  company_id: string;
  candidate_ref: string;
  person_id: string;
  received_at: Instant;
}

export interface ConsentTextTable {
  text_hash: string;
  company_id: string;
  text_version: string;
  locale: Locale;
  body: string;
  first_shown_at: Instant;
}

export interface PageTextTable {
  company_id: string;
  locale: Locale;
  version: number;
  content: ColumnType<unknown, string | null, never>;
  created_by: string;
  created_at: Instant;
  published_by: string;
  published_at: Instant;
}

export interface PageTextDraftTable {
  company_id: string;
  locale: Locale;
  content: Json<unknown>;
  updated_by: string;
  updated_at: Instant;
}

export type Decision = 'granted' | 'declined' | 'withdrawn';

export interface ConsentTable {
  consent_id: string;
  company_id: string;
  person_id: string;
  purpose: 'introduction';
  agency_id: string;
  rejection_id: string | null;
  decision: Decision;
  decided_at: Instant;
  text_hash: string;
  text_version: string;
  locale: Locale;
  ticks: Json<readonly string[]>;
  method: string;
  user_agent: string | null;
  /** What the person tells the agency; only with a grant. */
  referral_code: string | null;
  previous_consent_id: string | null;
}

export interface WriteBackTable {
  write_back_id: string;
  company_id: string;
  consent_id: string;
  connection_id: string;
  application_ref: string;
  candidate_ref: string;
  status: 'waiting' | 'written' | 'skipped';
  reason: string | null;
  steps: ColumnType<readonly string[], string | undefined, string>;
  written_at: ColumnType<Date | null, Date | null, Date | null>;
  created_at: Instant;
}

export interface ReceiptTable {
  consent_id: string;
  company_id: string;
  status: 'waiting' | 'sending' | 'sent' | 'failed' | 'unknown' | 'skipped';
  sent_at: ColumnType<Date | null, Date | null, Date | null>;
  updated_at: Instant;
}

export type ReferralStatus = 'waiting' | 'counted' | 'not-counted' | 'reversed';

export interface ReferralTable {
  referral_id: string;
  company_id: string;
  agency_id: string;
  person_id: string;
  consent_id: string;
  terms_id: string;
  referral_code: string;
  status: ReferralStatus;
  reason: string | null;
  agreed_at: Instant;
  counted_at: ColumnType<Date | null, Date | null, Date | null>;
  /** The credit it became a part of. */
  credit_id: string | null;
  created_at: Instant;
}

export type ReservationStatus = 'reserved' | 'used' | 'released' | 'expired';

export interface CreditReservationTable {
  reservation_id: string;
  company_id: string;
  agency_id: string;
  status: ReservationStatus;
  reason: string;
  reserved_at: Instant;
  settled_at: ColumnType<Date | null, Date | null, Date | null>;
}

export type CreditStatus = 'available' | 'reserved' | 'used' | 'expired';

export interface CreditTable {
  /** The posting that made it. */
  credit_id: string;
  company_id: string;
  agency_id: string;
  terms_id: string;
  status: CreditStatus;
  reservation_id: string | null;
  granted_at: Instant;
  expires_at: ColumnType<Date | null, Date | null, Date | null>;
}

export type PostingKind =
  | 'referral-counted'
  | 'referrals-converted'
  | 'referral-reversed'
  | 'credit-reserved'
  | 'credit-used'
  | 'credit-released'
  | 'credit-expired';

export interface LedgerPostingTable {
  posting_id: string;
  company_id: string;
  agency_id: string;
  terms_id: string;
  idempotency_key: string;
  kind: PostingKind;
  seq: number;
  referral_id: string | null;
  credit_id: string | null;
  reservation_id: string | null;
  reason: string | null;
  posted_at: Instant;
  prev_hash: string;
  hash: string;
}

export type Asset = 'referral' | 'credit';
export type Account = 'world' | 'counted' | 'converted' | 'issued' | 'available' | 'reserved' | 'used' | 'expired';

export interface LedgerEntryTable {
  company_id: string;
  agency_id: string;
  seq: number;
  account: Account;
  asset: Asset;
  amount: number;
}

/** Every kind of notice. Stored, so never renamed. */
export type NoticeKind =
  | 'credit-earned'
  | 'progress'
  | 'credit-reserved'
  | 'credit-used'
  | 'credit-released'
  | 'credit-expiring'
  | 'credit-expired'
  | 'letters-planned'
  | 'letters-held'
  | 'connection-failing'
  | 'connection-recovered'
  | 'connection-silent'
  | 'consents-to-label'
  | 'import-problems'
  | 'weekly-digest';

/** Said below a notice after somebody acted on it. Ids and counts only. */
export interface Remark {
  /** The Slack user who acted. */
  readonly by: string;
  readonly did: string;
  readonly count: number;
  /** ISO 8601. */
  readonly at: string;
}

export interface NoticeTable {
  notice_id: string;
  company_id: string;
  kind: NoticeKind;
  place_id: string | null;
  group_key: string | null;
  text: string;
  tokens: Json<Readonly<Record<string, string | number>>>;
  remarks: ColumnType<readonly Remark[], string | undefined, string>;
  connection_id: string | null;
  status: 'waiting' | 'sending' | 'sent' | 'logged' | 'blocked' | 'failed';
  reason: string | null;
  slack_ts: string | null;
  channel_ref: ColumnType<string | null, string | null | undefined, string | null>;
  version: Generated<number>;
  sent_version: Generated<number>;
  attempts: Generated<number>;
  claimed_at: ColumnType<Date | null, Date | null, Date | null>;
  created_at: Instant;
  due_at: ColumnType<Date | null, Date | null | undefined, Date | null>;
  queued_at: ColumnType<Date | null, Date | null | undefined, Date | null>;
  has_turn: Generated<boolean>;
  failures: Generated<number>;
  sent_at: ColumnType<Date | null, Date | null, Date | null>;
}

/** What a notice tells, so that it is told once in each place. */
export interface NoticeFactTable {
  company_id: string;
  place_id: string | null;
  fact_key: string;
  notice_id: string;
}

export type Role = 'owner' | 'recruiter' | 'viewer' | 'auditor';

/** A Slack workspace that installed us. Of no company; the system role alone reads it. */
export interface SlackWorkspaceTable {
  workspace_id: string;
  team_ref: string;
  name: string;
  app_ref: string | null;
  bot_user_ref: string | null;
  data_key: string;
  installation: string | null;
  source: 'oauth' | 'token';
  scopes: ColumnType<string[], string[] | undefined, string[]>;
  installed_at: Instant;
  uninstalled_at: ColumnType<Date | null, Date | null, Date | null>;
  broken_reason: string | null;
  updated_at: Instant;
}

export interface SlackInstallTable {
  state_hash: string;
  company_id: string;
  browser_hash: string;
  expires_at: Instant;
}

/** When a company's notices may arrive, in Japan. */
export interface NoticeHours {
  /** HH:MM */
  readonly from: string;
  /** HH:MM, later than `from`; nothing arrives from then on. */
  readonly to: string;
  readonly days: 'business' | 'every';
}

export interface SlackTieTable {
  company_id: string;
  workspace_id: string;
  hours: Json<NoticeHours>;
  tied_at: Instant;
  updated_at: Instant;
}

export interface SlackPlaceTable {
  place_id: string;
  company_id: string;
  kind: 'channel' | 'person';
  slack_ref: string;
  name: string | null;
  has_names: Generated<boolean>;
  is_default: Generated<boolean>;
  not_before: ColumnType<Date | null, Date | null | undefined, Date | null>;
  line_until: ColumnType<Date | null, Date | null | undefined, Date | null>;
  blocked_reason: ColumnType<string | null, string | null | undefined, string | null>;
  blocked_at: ColumnType<Date | null, Date | null | undefined, Date | null>;
  created_at: Instant;
}

export interface SlackRouteTable {
  route_id: string;
  company_id: string;
  place_id: string;
  kinds: string[];
  connection_id: string | null;
  job: string | null;
  created_at: Instant;
}

export interface SlackPersonTable {
  company_id: string;
  workspace_id: string;
  slack_ref: string;
  role: Role;
  locale: Locale | null;
  linked_at: Instant;
}

export interface SlackLinkCodeTable {
  code_hash: string;
  company_id: string;
  role: Role;
  expires_at: Instant;
}

export interface SlackWordingTable {
  company_id: string;
  kind: string;
  locale: Locale;
  title: string;
  body: string;
  updated_at: Instant;
}

export interface InstallTicketTable {
  ticket_hash: string;
  company_id: string;
  connector: string;
  expires_at: Instant;
}

export interface InstallAttemptTable {
  state_hash: string;
  company_id: string;
  connector: string;
  browser_hash: string;
  verifier: string | null;
  expires_at: Instant;
}

export type ProofStatus = 'asked' | 'sending' | 'sent' | 'refused' | 'used' | 'ended';

/** An address that somebody who came by the static link says is theirs. */
export interface AddressProofTable {
  proof_id: string;
  company_id: string;
  token_hash: string;
  browser_hash: string;
  email_key: string;
  network_key: string;
  content: string;
  locale: Locale;
  status: ProofStatus;
  code_hash: string | null;
  tries: Generated<number>;
  asked_at: Instant;
  sent_at: ColumnType<Date | null, Date | null | undefined, Date | null>;
}

type Maybe<T> = ColumnType<T | null, T | null | undefined, T | null>;

/** The `Auth…` tables are those of the library that signs people in. */
export interface AuthUserTable {
  id: string;
  name: string;
  /** In lower case. */
  email: string;
  email_verified: boolean;
  image: Maybe<string>;
  is_operator: Generated<boolean>;
  two_factor_enabled: Maybe<boolean>;
  created_at: Instant;
  updated_at: Instant;
}

export interface AuthSessionTable {
  id: string;
  token: string;
  user_id: string;
  expires_at: Instant;
  ip_address: Maybe<string>;
  user_agent: Maybe<string>;
  created_at: Instant;
  updated_at: Instant;
}

export interface AuthTwoFactorTable {
  id: string;
  secret: string;
  backup_codes: string;
  user_id: string;
  verified: Maybe<boolean>;
}

export interface AuthPasskeyTable {
  id: string;
  user_id: string;
  name: Maybe<string>;
}

export interface AuthVerificationTable {
  id: string;
  identifier: string;
  expires_at: Instant;
}

export interface FirstLinkTable {
  code_hash: string;
  expires_at: Instant;
}

export interface MemberTable {
  company_id: string;
  user_id: string;
  role: Role;
  joined_at: Instant;
}

export interface InvitationTable {
  invitation_id: string;
  company_id: string;
  email: string;
  role: Role;
  code_hash: string;
  /** `admin`, `user:<id>`. */
  invited_by: string;
  created_at: Instant;
  expires_at: Instant;
  accepted_at: Maybe<Date>;
  revoked_at: Maybe<Date>;
}

/** What of a company's first run no other fact tells. */
export type FirstRunMark = 'mail-tested' | 'letter-approved' | 'slack-tested' | 'slack-skipped';

export interface FirstRunMarkTable {
  company_id: string;
  mark: FirstRunMark;
  actor: string;
  marked_at: Instant;
}

export interface ApiTokenTable {
  token_id: string;
  company_id: string;
  name: string;
  role: Role;
  token_hash: string;
  created_by: string;
  created_at: Instant;
  last_used_at: Maybe<Date>;
  expires_at: Maybe<Date>;
  revoked_at: Maybe<Date>;
}

/** A company that is to be erased. */
export interface CompanyDeletionTable {
  company_id: string;
  asked_by: string;
  asked_at: Instant;
  /** Until then it can be stopped. */
  ends_at: Instant;
  erasing_since: Maybe<Date>;
}

/** What people agreed to, kept after their company was erased. */
export interface KeptTextTable {
  company_id: string;
  text_hash: string;
  text_version: string;
  locale: string;
  body: string;
  kept_until: Instant;
}

/** That somebody agreed; who it was is not known any more. */
export interface KeptConsentTable {
  consent_id: string;
  company_id: string;
  person_id: string;
  purpose: string;
  decision: string;
  decided_at: Instant;
  text_hash: string;
  ticks: Json<readonly string[]>;
  method: string;
  referral_code: string | null;
  kept_until: Instant;
}

export type DataExportStatus = 'waiting' | 'making' | 'ready' | 'failed' | 'gone';

/** A file of the archive. */
export interface ExportedFile {
  readonly name: string;
  readonly table: string;
  readonly rows: number;
  readonly bytes: number;
  readonly packedBytes: number;
  readonly crc: number;
  readonly sha256: string;
}

export interface DataExportTable {
  export_id: string;
  company_id: string;
  status: DataExportStatus;
  /** failed, gone: why. */
  reason: string | null;
  asked_by: string;
  asked_at: Instant;
  claims: Generated<number>;
  next_piece: Generated<number>;
  next_table: Generated<number>;
  after_key: ColumnType<readonly string[] | null, string | null | undefined, string | null>;
  files: ColumnType<readonly ExportedFile[], string | undefined, string>;
  rows_total: Generated<number | null>;
  rows_done: Generated<number>;
  byte_count: ColumnType<string | number | null, number | null | undefined, number | null>;
  ready_at: Maybe<Date>;
  expires_at: Maybe<Date>;
}

export interface DataExportPartTable {
  export_id: string;
  company_id: string;
  piece: number;
  seq: number;
  bytes: Bytes;
}

/** What a person decides about a letter. */
export type LetterAct = 'send' | 'hold' | 'cancel';

export interface LetterBatchTable {
  batch_id: string;
  company_id: string;
  act: LetterAct;
  filter: ColumnType<Readonly<Record<string, unknown>>, string, never>;
  asked_by: string;
  asked_at: Instant;
  status: 'working' | 'done' | 'stopped';
  found: Generated<number>;
  done: Generated<number>;
  gone: Generated<number>;
  changed: Generated<number>;
  ended_by: Maybe<string>;
  ended_at: Maybe<Date>;
}

export interface LetterBatchItemTable {
  batch_id: string;
  company_id: string;
  letter_id: string;
  status: LetterStatus;
  released_at: Maybe<Date>;
}

export interface Tables {
  auth_user: AuthUserTable;
  auth_session: AuthSessionTable;
  auth_two_factor: AuthTwoFactorTable;
  auth_passkey: AuthPasskeyTable;
  auth_verification: AuthVerificationTable;
  first_link: FirstLinkTable;
  member: MemberTable;
  invitation: InvitationTable;
  api_token: ApiTokenTable;
  first_run_mark: FirstRunMarkTable;
  company: CompanyTable;
  agency: AgencyTable;
  agency_terms: AgencyTermsTable;
  lease: LeaseTable;
  audit_entry: AuditEntryTable;
  outbox_mail: OutboxMailTable;
  connection: ConnectionTable;
  mapping_version: MappingVersionTable;
  connection_secret: ConnectionSecretTable;
  delivery: DeliveryTable;
  person: PersonTable;
  rejection: RejectionTable;
  hired_candidate: HiredCandidateTable;
  sighting: SightingTable;
  file_import: FileImportTable;
  file_shape: FileShapeTable;
  seen_row: SeenRowTable;
  poll: PollTable;
  silence: SilenceTable;
  letter: LetterTable;
  letter_template: LetterTemplateTable;
  letter_template_version: LetterTemplateVersionTable;
  link: LinkTable;
  applicant: ApplicantTable;
  consent_text: ConsentTextTable;
  page_text: PageTextTable;
  page_text_draft: PageTextDraftTable;
  consent: ConsentTable;
  write_back: WriteBackTable;
  receipt: ReceiptTable;
  referral: ReferralTable;
  credit_reservation: CreditReservationTable;
  credit: CreditTable;
  ledger_posting: LedgerPostingTable;
  ledger_entry: LedgerEntryTable;
  notice: NoticeTable;
  notice_fact: NoticeFactTable;
  slack_workspace: SlackWorkspaceTable;
  slack_install: SlackInstallTable;
  slack_tie: SlackTieTable;
  slack_place: SlackPlaceTable;
  slack_route: SlackRouteTable;
  slack_person: SlackPersonTable;
  slack_link_code: SlackLinkCodeTable;
  slack_wording: SlackWordingTable;
  install_ticket: InstallTicketTable;
  install_attempt: InstallAttemptTable;
  address_proof: AddressProofTable;
  company_deletion: CompanyDeletionTable;
  kept_text: KeptTextTable;
  kept_consent: KeptConsentTable;
  data_export: DataExportTable;
  data_export_part: DataExportPartTable;
  letter_batch: LetterBatchTable;
  letter_batch_item: LetterBatchItemTable;
}

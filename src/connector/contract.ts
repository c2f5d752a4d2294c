import type { z } from 'zod';
import type { AccessKind, DecidedBy, Mode, Source } from '../platform/tables.ts';

export { RelayError } from '../platform/errors.ts';
export { openGroups } from '../platform/groups.ts';
export { toJapaneseDate } from '../platform/japan.ts';
export { toConsentNote } from './consent-note.ts';
/** For a fake, which signs as its vendor does. */
export { signDelivery } from './signatures.ts';
/** For a connector that reads files: days as Japanese programs write them. */
export { readJapaneseInstant } from './table-file/days.ts';
export type { AccessKind, DecidedBy, Mode, Source };

/** A text for people, Japanese first. */
export interface Text {
  readonly ja: string;
  readonly en: string;
}

/** One settings input. The form, the validation, the redaction and the docs are all drawn from it. */
export interface Field {
  readonly kind: 'text' | 'secret' | 'url';
  readonly label: Text;
  /** Where in the ATS a person finds the value. */
  readonly help: Text;
  /** The placeholder, and a value the schema accepts. */
  readonly example: string;
  readonly schema: z.ZodType<string>;
  /** True where the field may be left out; then its value is `default` or ''. */
  readonly isOptional?: boolean;
  readonly default?: string;
  /** True for what only tests and special set-ups change. */
  readonly isAdvanced?: boolean;
  /** Asked only of connections with this access; absent: of all. */
  readonly onlyFor?: AccessKind;
  /** True for a secret that we make up ourselves when it is left out. */
  readonly isGenerated?: boolean;
}
export type Fields = Readonly<Record<string, Field>>;
export type Values<F extends Fields> = { readonly [K in keyof F]: string };

/**
 * The ways we may prove ourselves to the ATS, at most one of each kind; an admin chooses when a connection is made.
 * The core fetches, keeps and refreshes tokens.
 */
export interface Access<K extends string> {
  readonly 'api-key'?: ApiKey<K>;
  readonly 'client-credentials'?: ClientCredentials<K>;
  readonly 'authorization-code'?: AuthorizationCode;
}

/** A key of the customer, sent with every call as the user name of HTTP Basic, with no password. */
export interface ApiKey<K extends string> {
  readonly key: K;
  readonly sentAs: 'basic-user';
  /** What the key must be allowed to do, in the vendor's names; [] where keys have no scopes. */
  readonly scopes: readonly string[];
}

export const accessKinds = [
  'api-key',
  'client-credentials',
  'authorization-code',
] as const satisfies readonly AccessKind[];

/** OAuth 2 client credentials (RFC 6749 §4.4) of the customer. */
export interface ClientCredentials<K extends string> {
  /** Fields that hold the endpoint and the credentials; sent as HTTP Basic. */
  readonly tokenUrl: K;
  readonly clientId: K;
  readonly clientSecret: K;
  /** Field whose value goes into the form parameter `sub` when it is not empty. */
  readonly subject?: K;
  readonly scopes: readonly string[];
  /** Lifetime to assume when the answer names none, in seconds. */
  readonly lifetimeSeconds: number;
}

/** OAuth 2 authorisation code (RFC 6749 §4.1) of our own client at the vendor, which the environment names. */
export interface AuthorizationCode {
  /** Where a person agrees, and where codes become tokens; the environment may name others, for sandboxes and tests. */
  readonly authorizeUrl: string;
  readonly tokenUrl: string;
  readonly scopes: readonly string[];
  /** What the vendor wants beside the standard parameters, such as an audience. */
  authorizeParameters?(baseUrl: string): Readonly<Record<string, string>>;
  /** How our client proves itself at the token endpoint. */
  readonly clientAuthentication: 'basic' | 'body';
  readonly hasPkce: boolean;
  /** Lifetime of an access token to assume when the answer names none, in seconds. */
  readonly lifetimeSeconds: number;
  /** A refresh token that is not used for this long is dead, in seconds; the core uses it well before. */
  readonly refreshIdleSeconds: number;
  /** The vendor page, with the date read. */
  readonly source: string;
}

/** How a delivery proves its sender: data, so the one comparison lives in src/connector/signatures.ts. */
export type Signature = HeaderSignature | BodySignature;

/** An HMAC over the raw body, in a header. */
export interface HeaderSignature {
  readonly scheme: 'hmac-header';
  /** Lower case, as Node gives header names. */
  readonly header: Lowercase<string>;
  readonly algorithm: 'sha256';
  readonly encoding: 'hex';
  /** What stands before the digest in the header, such as `sha256 `. */
  readonly prefix: string;
}

/**
 * An HMAC inside the JSON body, over the values of some top-level fields joined without a separator. Nothing else in
 * the body is proved by it, so such a connector reports only `changed` and `candidate-changed`.
 */
export interface BodySignature {
  readonly scheme: 'hmac-body';
  readonly field: string;
  readonly over: readonly string[];
  readonly algorithm: 'sha256';
  readonly encoding: 'hex';
}

export interface Webhook<K extends string> {
  /** The settings field that holds the shared secret, or several separated by spaces; any of them proves a delivery. */
  readonly secret: K;
  readonly signature: Signature;
  /**
   * How a delivery is named, for dropping repeats: by a header, or by top-level fields of the body joined. The SHA-256 of
   * the body stands in when it is absent.
   */
  readonly deliveryRef: { readonly header: Lowercase<string> } | { readonly fields: readonly string[] };
  /** Deliveries whose sender says they are older (or further ahead) than this are ignored; polling finds what they meant. */
  readonly freshness?: { sentAt(body: unknown): Date | null; readonly maxAgeMs: number };
  /** Events to subscribe to at the vendor, in the vendor's names. */
  readonly events: readonly string[];
  /** Pure. [] = understood, and not for us. @throws RelayError delivery_not_understood. */
  parse(body: unknown): readonly Report[];
  /** How an admin sets it up by hand; `{url}` stands for the address to paste. */
  readonly guide: readonly Text[];
}

/** Subscriptions at the vendor, where its API lets us make them. Safe to repeat: what stands there is found first. */
export interface WebhookSetup {
  /** The ways of access that may; the others follow the guide. */
  readonly mayBy: readonly AccessKind[];
  /** @returns secrets the vendor made up and tells only now; [] where ours is used. */
  create(context: Context, target: { readonly url: string; readonly secret: string }): Promise<readonly string[]>;
}

/**
 * What a connector reports, in our words. A webhook is a hint: the application is read again before anything is done.
 * `changed` says only that an application should be read again, `candidate-changed` that all we know of a candidate should.
 * `erased` names the applications that are gone; an empty list means the whole candidate, with every application.
 */
export type Report =
  | ({ readonly kind: 'rejected' } & ApplicationHint)
  | ({ readonly kind: 'reinstated' } & ApplicationHint)
  | ({ readonly kind: 'hired' } & ApplicationHint)
  | ({ readonly kind: 'applied' } & ApplicationHint)
  | { readonly kind: 'changed'; readonly applicationRef: string }
  | { readonly kind: 'candidate-changed'; readonly candidateRef: string }
  | { readonly kind: 'merged'; readonly candidateRef: string; readonly intoCandidateRef: string }
  | { readonly kind: 'erased'; readonly candidateRef: string; readonly applicationRefs: readonly string[] };

/** What only the delivery knows and reading again may not tell. */
export interface ApplicationHint {
  readonly applicationRef: string;
  readonly candidateRef: string;
  readonly job: string | null;
  readonly isConfidential: boolean;
}

/** The present state of one application, as the vendor tells it now. */
export type Application =
  | RejectedApplication
  | OpenApplication
  | { readonly state: 'gone'; readonly applicationRef: string };

export interface OpenApplication {
  readonly state: 'active' | 'hired';
  readonly applicationRef: string;
  readonly candidateRef: string;
  /** Where reading again tells it at no further cost; else null. */
  readonly person: Person | null;
  /** The same. */
  readonly stage?: string | null;
  readonly job?: string | null;
}

export interface RejectedApplication {
  readonly state: 'rejected';
  readonly applicationRef: string;
  readonly candidateRef: string;
  readonly decidedAt: Date;
  readonly decidedBy: DecidedBy;
  readonly reason: { readonly ref: string; readonly name: string } | null;
  readonly stage: string | null;
  readonly job: string | null;
  readonly source: Source;
  readonly person: Person;
  readonly isPrivate: boolean;
  readonly isConfidential: boolean;
  readonly canEmail: boolean;
}

export interface Person {
  readonly givenName: string | null;
  readonly familyName: string | null;
  readonly email: string | null;
  /** BCP 47, when the ATS knows the person's language. */
  readonly locale: string | null;
}

/** Everything a connector may touch. It imports no axios, reads no environment and no clock. */
export interface Context<F extends Fields = Fields> {
  readonly settings: Values<F>;
  readonly http: Http;
  /** Looks a slow-changing thing up once per connection and `ttlMs`. `value` must survive JSON. */
  remember<T>(key: string, ttlMs: number, schema: z.ZodType<T>, load: () => Promise<T>): Promise<T>;
}

/** A list stands for a parameter given several times. */
export type Query = Readonly<Record<string, string | readonly string[]>>;

/**
 * Calls the connection's own origin and nothing else: authorised, limited, retried, never redirected, redacted.
 * Every method throws RelayError: vendor_unauthorized | vendor_forbidden (config), vendor_rate_limited |
 * vendor_unavailable (transient), vendor_refused (other 4xx, a redirect), vendor_not_understood (the schema does not
 * fit), vendor_address_refused (config: not public, or a next page on another origin).
 */
export interface Http {
  get<T>(path: string, schema: z.ZodType<T>, query?: Query): Promise<T>;
  /** As `get`; undefined where the vendor answers 404. */
  find<T>(path: string, schema: z.ZodType<T>, query?: Query): Promise<T | undefined>;
  /** Reads a list to its end by `Link: rel="next"`. The next address must stay on the origin. */
  list<T>(path: string, item: z.ZodType<T>, query?: Query): Promise<readonly T[]>;
  /** One page of such a list. `next` is the target of the following one, to be given back as `path`; null at the end. */
  page<T>(
    path: string,
    item: z.ZodType<T>,
    query?: Query,
  ): Promise<{ readonly items: readonly T[]; readonly next: string | null }>;
  /** Sent once: tried again only where the vendor says it did nothing (429). */
  post<T>(path: string, body: object, schema: z.ZodType<T>): Promise<T>;
  patch<T>(path: string, body: object, schema: z.ZodType<T>): Promise<T>;
  put<T>(path: string, body: object, schema: z.ZodType<T>): Promise<T>;
  delete(path: string): Promise<void>;
}

export interface WriteBack {
  readonly consentId: string;
  readonly applicationRef: string;
  readonly candidateRef: string;
  readonly decision: 'granted' | 'withdrawn';
  readonly decidedAt: Date;
  readonly agencyName: string;
}

/** Which parts of one write-back already stand in the ATS, kept by the core, so that a repeat writes nothing twice. */
export interface Steps {
  isDone(step: string): boolean;
  finish(step: string): Promise<void>;
}

export type WriteBackResult = { readonly ok: true } | { readonly ok: false; readonly reason: 'candidate-gone' };

export const modes = ['relay-sent', 'ats-static', 'ats-personal', 'ats-triggered'] as const satisfies readonly Mode[];
export type Possibility =
  | { readonly possible: true; readonly note?: Text }
  | { readonly possible: false; readonly why: Text };

/** A rejection as a page of a list tells it; what is new of these is read again. */
export interface Sighting {
  readonly applicationRef: string;
  readonly decidedAt: Date;
}

export interface Poll<C> {
  readonly everyMinutes: number;
  /** Survives JSON; parsed again when it is loaded. */
  readonly cursor: z.ZodType<C>;
  /** Where a reading begins that must see every decision since then, however old its application is. */
  first(since: Date): C;
  /**
   * One page. `cursor` is stored in the transaction that stores what the page told; `isLast` says that there is no more
   * for now, and the next reading begins from that cursor. The same cursor gives the same page or a newer state of it.
   * `now` is for remembering when a reading began.
   */
  pull(
    context: Context,
    cursor: C,
    now: Date,
  ): Promise<{ readonly sightings: readonly Sighting[]; readonly cursor: C; readonly isLast: boolean }>;
}

/** What of a vendor's rejection templates we can tell. */
export interface VendorTemplate {
  readonly templateRef: string;
  readonly name: string;
  /** Its text and HTML, to look for our link in. */
  readonly content: string;
  /** Its text alone, where the vendor tells it apart. */
  readonly text?: string;
  /** Whether it shows the field that `writeLink` fills. */
  readonly showsPersonalLink?: boolean;
}

export interface Reason {
  readonly reasonRef: string;
  readonly name: string;
  /** Who decides by this reason, as far as the vendor says. */
  readonly decidedBy: DecidedBy;
}

/** What can be asked of an ATS over HTTP. */
export interface Api<F extends Fields, C> {
  /** The field that holds the API's origin; every call stays on it. */
  readonly baseUrl: keyof F & string;
  readonly access: Access<keyof F & string>;
  readonly limits: Limits;
  /** One cheap read per permission needed. @throws RelayError config when a person must change something. */
  check(context: Context<NoInfer<F>>): Promise<void>;
  /** The present state of each application, in as few calls as the vendor allows. At most `limits.rereadMax` refs. */
  reread(context: Context<NoInfer<F>>, applicationRefs: readonly string[]): Promise<readonly Application[]>;
  readonly poll?: Poll<C>;
  /** Records a decision on the applicant. Safe to repeat. */
  writeBack?(context: Context<NoInfer<F>>, item: WriteBack, steps: Steps): Promise<WriteBackResult>;
  readonly webhooks?: WebhookSetup;
  /** The company's rejection reasons, so that an admin can say what each means. */
  listReasons?(context: Context<NoInfer<F>>): Promise<readonly Reason[]>;
  /**
   * The names of the stages a rejection may tell, each once, in the ATS's order; undefined: this access may not look,
   * which is no fault of the connection.
   */
  listStages?(context: Context<NoInfer<F>>): Promise<readonly string[] | undefined>;
  /** The company's rejection templates, so that we can tell which carry our link. */
  listTemplates?(context: Context<NoInfer<F>>): Promise<readonly VendorTemplate[]>;
  /** For `ats-personal`: writes the person's link where the vendor's own letter shows it. Safe to repeat. */
  writeLink?(
    context: Context<NoInfer<F>>,
    item: { readonly applicationRef: string; readonly candidateRef: string; readonly url: string },
  ): Promise<WriteBackResult>;
  /** For `ats-personal`: the vendor's token that shows the written link; null while the field has none. */
  readLinkToken?(context: Context<NoInfer<F>>): Promise<string | null>;
  /** For `ats-triggered`: rejects, and lets the vendor send its template. Sent once; never repeated by itself. */
  reject?(
    context: Context<NoInfer<F>>,
    item: {
      readonly applicationRef: string;
      readonly reasonRef: string;
      readonly templateRef: string;
      readonly sendAt: Date | null;
    },
  ): Promise<{ readonly ok: true } | { readonly ok: false; readonly reason: 'already-rejected' | 'application-gone' }>;
}

export interface Limits {
  /** Calls under way at once per connection. */
  readonly concurrency: number;
  /** How the vendor counts: a fixed window that its answers tell of, or a bucket that refills. */
  readonly rate:
    | {
        readonly kind: 'window';
        /** Response headers (lower case) that tell what is left of the window and when it ends (epoch seconds). */
        readonly remainingHeader: Lowercase<string>;
        readonly resetHeader: Lowercase<string>;
      }
    | { readonly kind: 'bucket'; readonly perSecond: number; readonly burst: number };
  /** References per `reread`. */
  readonly rereadMax: number;
  readonly source: string;
}

/** What a row of a file may tell, by our names. */
export const fileColumns = [
  'applicationRef',
  'status',
  'rejectedOn',
  'withdrawnOn',
  'hiredOn',
  'name',
  'email',
  'job',
  'stage',
  'reason',
  'source',
  'sourceDetail',
  'agency',
] as const;
export type Column = (typeof fileColumns)[number];

/** For an ATS without an API: the file that a recruiter exports there. */
export interface FileIntake {
  /** The header names by which each column is known, best first. */
  readonly columns: Readonly<Partial<Record<Column, { readonly names: readonly string[]; readonly label: Text }>>>;
  /** Without these a file cannot be read; of each inner list one is enough. */
  readonly needs: readonly (readonly Column[])[];
  /** The label of the row above the header that tells when the file was made. */
  readonly madeAtLabel: string;
  /**
   * Pure: one row, by our column names, as the state of its application; `decidedAt` is null when the row tells no day.
   * @throws RelayError row_not_understood saying what does not fit, never whose row it is.
   */
  toApplication(row: Readonly<Partial<Record<Column, string>>>): FileApplication;
  /** How a recruiter makes the file. */
  readonly guide: readonly Text[];
}

export type FileApplication =
  | Exclude<Application, RejectedApplication>
  | (Omit<RejectedApplication, 'decidedAt'> & { readonly decidedAt: Date | null });

/** One ATS, declared. The core does the work. */
export interface Connector<F extends Fields = Fields, C = unknown> {
  /** kebab-case, equals the folder; stored, so never renamed. */
  readonly id: string;
  readonly title: string;
  /** The vendor page this was written from. */
  readonly docs: `https://${string}`;
  readonly settings: F;
  /** Absent where the vendor offers none. */
  readonly api?: Api<F, C>;
  readonly webhook?: Webhook<keyof F & string>;
  readonly file?: FileIntake;
  readonly template: {
    /** Our token → the vendor's; null where the vendor has none. */
    readonly tokens: Readonly<
      Record<'candidateFirstName' | 'candidateName' | 'jobTitle' | 'companyName', string | null>
    >;
    readonly modes: Readonly<Record<Mode, Possibility>>;
  };
  /** What this ATS cannot do, said plainly on the settings page and in the README. */
  readonly cannot: readonly { readonly what: Text; readonly why: Text }[];
}

/** Checks a declaration against its own fields and cursor, then forgets them: the list holds connectors of many kinds. */
export function defineConnector<const F extends Fields, C = unknown>(connector: Connector<F, C>): Connector {
  // The one place where a connector loses its field names; every use of them was checked in the line above.
  return connector as unknown as Connector;
}

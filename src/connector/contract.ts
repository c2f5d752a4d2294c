import type { z } from 'zod';
import type { DecidedBy, Source } from '../platform/tables.ts';

export { RelayError } from '../platform/errors.ts';
/** For a fake, which signs as its vendor does. */
export { signDelivery } from './signatures.ts';
export type { DecidedBy, Source };

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
}
export type Fields = Readonly<Record<string, Field>>;
export type Values<F extends Fields> = { readonly [K in keyof F]: string };

/** How we prove ourselves to the ATS. The core fetches, keeps and refreshes tokens. */
export type Access<K extends string> = {
  readonly kind: 'oauth-client-credentials';
  /** Fields that hold the endpoint and the credentials; sent as HTTP Basic. */
  readonly tokenUrl: K;
  readonly clientId: K;
  readonly clientSecret: K;
  /** Field whose value goes into the form parameter `sub` when it is not empty. */
  readonly subject?: K;
  readonly scopes: readonly string[];
  /** Lifetime to assume when the answer names none, in seconds. */
  readonly lifetimeSeconds: number;
};

/** How a delivery proves its sender: data, so the one comparison lives in src/connector/signatures.ts. */
export interface Signature {
  readonly scheme: 'hmac';
  /** Lower case, as Node gives header names. */
  readonly header: Lowercase<string>;
  readonly algorithm: 'sha256';
  readonly encoding: 'hex';
  /** What stands before the digest in the header, such as `sha256 `. */
  readonly prefix: string;
}

export interface Webhook<K extends string> {
  /** The settings field that holds the shared secret. */
  readonly secret: K;
  readonly signature: Signature;
  /** The header that names a delivery, for dropping repeats; the SHA-256 of the body stands in when it is absent. */
  readonly deliveryRef: { readonly header: Lowercase<string> };
  /** Events to subscribe to at the vendor, in the vendor's names. */
  readonly events: readonly string[];
  /** Pure. [] = understood, and not for us. @throws RelayError delivery_not_understood. */
  parse(body: unknown): readonly Report[];
}

/**
 * What a connector reports, in our words. A webhook is a hint: the application is read again before anything is done.
 * `erased` names the applications that are gone; an empty list means the whole candidate, with every application.
 */
export type Report =
  | ({ readonly kind: 'rejected' } & ApplicationHint)
  | ({ readonly kind: 'reinstated' } & ApplicationHint)
  | ({ readonly kind: 'hired' } & ApplicationHint)
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

export type Query = Readonly<Record<string, string>>;

/**
 * Calls the connection's own origin and nothing else: authorised, limited, retried, never redirected, redacted.
 * Every method throws RelayError: vendor_unauthorized | vendor_forbidden (config), vendor_rate_limited |
 * vendor_unavailable (transient), vendor_refused (other 4xx, a redirect), vendor_not_understood (the schema does not
 * fit), vendor_address_refused (config: not public, or a next page on another origin).
 */
export interface Http {
  get<T>(path: string, schema: z.ZodType<T>, query?: Query): Promise<T>;
  /** Reads a list to its end by `Link: rel="next"`. The next address must stay on the origin. */
  list<T>(path: string, item: z.ZodType<T>, query?: Query): Promise<readonly T[]>;
  /** Sent once: tried again only where the vendor says it did nothing (429). */
  post<T>(path: string, body: object, schema: z.ZodType<T>): Promise<T>;
  patch<T>(path: string, body: object, schema: z.ZodType<T>): Promise<T>;
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

export const modes = ['relay-sent', 'ats-static', 'ats-personal', 'ats-triggered'] as const;
/** How a letter may reach the applicant. */
export type Mode = (typeof modes)[number];
export type Possibility =
  | { readonly possible: true; readonly note?: Text }
  | { readonly possible: false; readonly why: Text };

/** One ATS, declared. The core does the work. */
export interface Connector<F extends Fields = Fields> {
  /** kebab-case, equals the folder; stored, so never renamed. */
  readonly id: string;
  readonly title: string;
  /** The vendor page this was written from. */
  readonly docs: `https://${string}`;
  readonly settings: F;
  /** The field that holds the API's origin; every call stays on it. */
  readonly baseUrl: keyof F & string;
  readonly access: Access<keyof F & string>;
  readonly limits: {
    /** Calls under way at once per connection. */
    readonly concurrency: number;
    /** Response headers (lower case) that tell what is left of the window and when it ends (epoch seconds). */
    readonly remainingHeader: Lowercase<string>;
    readonly resetHeader: Lowercase<string>;
    /** References per `reread`. */
    readonly rereadMax: number;
    readonly source: string;
  };
  readonly webhook?: Webhook<keyof F & string>;
  /** One cheap read per permission needed. @throws RelayError config when a person must change something. */
  check(context: Context<NoInfer<F>>): Promise<void>;
  /** The present state of each application, in as few calls as the vendor allows. At most `limits.rereadMax` refs. */
  reread(context: Context<NoInfer<F>>, applicationRefs: readonly string[]): Promise<readonly Application[]>;
  /** Records a decision on the applicant. Safe to repeat. */
  writeBack?(context: Context<NoInfer<F>>, item: WriteBack, steps: Steps): Promise<WriteBackResult>;
  readonly template: {
    /** Our token → the vendor's; null where the vendor has none. */
    readonly tokens: Readonly<
      Record<'candidateFirstName' | 'candidateName' | 'jobTitle' | 'companyName', string | null>
    >;
    readonly modes: Readonly<Record<Mode, Possibility>>;
  };
  /** What this ATS cannot do, said plainly on the settings page and in the README. */
  readonly cannot: readonly Text[];
}

/** Checks a declaration against its own fields, then forgets them: the list holds connectors of many settings. */
export function defineConnector<const F extends Fields>(connector: Connector<F>): Connector {
  // The one place where a connector loses its field names; every use of them was checked in the line above.
  return connector as unknown as Connector;
}

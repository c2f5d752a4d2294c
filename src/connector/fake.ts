/** For the fake of an ATS whose recruiters export files. */
export { writeTableFile } from './table-file/write.ts';

/**
 * A faithful stand-in of a vendor: what the contract suite, the demo, the bench and a developer without an account use.
 * It knows no clock and no network: both are handed in.
 */
export interface Fake {
  /** Answers an API call as strictly as the vendor. Host it over HTTP with serveFake, or hand it to msw. */
  handle(request: Request): Promise<Response>;
  /** Settings that fit this fake when it is reached at `origin`. */
  settings(origin: string): Readonly<Record<string, string>>;
  /** A new application, still open. */
  apply?(applicant: FakeApplicant): FakeDelivery;
  /**
   * A decision, at the fake's present instant unless `decidedAt` says otherwise: the application changes, and the signed
   * delivery comes back. A vendor without webhooks gives an empty one.
   */
  reject(applicant: FakeApplicant): FakeDelivery;
  reinstate(applicationRef: string): FakeDelivery;
  hire(applicationRef: string): FakeDelivery;
  eraseCandidate(candidateRef: string): FakeDelivery;
  /** Empties a person of name and addresses, or of the fields named in the vendor's words; where the vendor can. */
  anonymize?(candidateRef: string, fields?: readonly string[]): FakeDelivery;
  mergeCandidate(candidateRef: string, intoCandidateRef: string): FakeDelivery;
  /** A signed test message, as the vendor sends when a webhook is set up. */
  ping(): FakeDelivery;
  /** The file that a recruiter would export now, where the vendor has no API. */
  exportFile?(options?: FakeFileOptions): { readonly name: string; readonly bytes: Buffer };
  /** The events subscribed to now and where each is sent, such as `rejected https://…`; where its API makes them. */
  subscriptions?(): readonly string[];
  /** What stands on a candidate now: our write-backs, beside what others had put there before. */
  written(candidateRef: string): {
    readonly fields: Readonly<Record<string, unknown>>;
    readonly tags: readonly string[];
    readonly notes: readonly string[];
  };
  /** Every API call received, oldest first, the token endpoint included. */
  readonly calls: readonly { readonly method: string; readonly path: string; readonly status: number }[];
  /** Makes the next `count` API calls (not token calls) fail with this status. */
  failNext(count: number, status: 401 | 403 | 429 | 500 | 503, headers?: Readonly<Record<string, string>>): void;
}

/** An invented person. `example.com` addresses only. */
export interface FakeApplicant {
  /** Given again for a second decision on the same application. */
  readonly applicationRef?: string;
  readonly candidateRef?: string;
  readonly givenName: string;
  readonly familyName: string;
  readonly email: string | null;
  readonly job: string;
  readonly stage?: string;
  readonly decidedBy?: 'company' | 'candidate' | 'unknown';
  readonly source?: 'direct' | 'agency' | 'referral';
  readonly isPrivate?: boolean;
  readonly isConfidential?: boolean;
  readonly canEmail?: boolean;
  /** When the person applied; now unless given. */
  readonly appliedAt?: Date;
  /** When the company decided; now unless given. */
  readonly decidedAt?: Date;
}

/** How a recruiter's machine wrote the file. */
export interface FakeFileOptions {
  readonly encoding?: 'shift_jis' | 'utf-8' | 'utf-8-bom' | 'utf-16le' | 'utf-16be';
  readonly separator?: 'tab' | 'comma';
}

export interface FakeDelivery {
  readonly applicationRef: string;
  readonly candidateRef: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface FakeOptions {
  readonly now: () => Date;
  /** Calls per rate window; generous unless a test narrows it. */
  readonly requestsPerWindow?: number;
  /** Seconds an access token lives. */
  readonly tokenSeconds?: number;
}

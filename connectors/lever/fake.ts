import { createHmac } from 'node:crypto';
import type { Fake, FakeApplicant, FakeDelivery, FakeOptions } from '../../src/connector/fake.ts';
import {
  type Answer,
  type ApiRules,
  answerRead,
  answerWrite,
  createBucket,
  createPages,
  notFound,
  refuse,
  webhookEvents,
} from './fake-api.ts';
import { client, createOauth } from './fake-oauth.ts';
import { createStore, type FakeOpportunity, type FakeWebhook, reasons, user } from './fake-store.ts';

export interface LeverFakeOptions extends FakeOptions {
  /** False: the credential was made without access to confidential data. */
  readonly seesConfidential?: boolean;
  /** Lever does not say in which order its lists come. */
  readonly listOrder?: 'newest-first' | 'oldest-first';
}

/** What can be done to Lever beyond the common fake. */
export interface LeverFake extends Fake {
  apply(applicant: FakeApplicant): FakeDelivery;
  /** Archives somebody the company found itself and who never applied. */
  rejectLead(applicant: FakeApplicant): FakeDelivery;
  anonymize(candidateRef: string): FakeDelivery;
  /** A signed delivery of any event, made at the fake's present instant. */
  deliver(event: string, data: object): FakeDelivery;
  /** From now on no token of a page that was given out counts. */
  forgetPages(): void;
  /** What stands at Lever, its tokens included. */
  webhooks(): readonly FakeWebhook[];
  /** Our OAuth client there. */
  readonly client: { readonly clientId: string; readonly clientSecret: string };
}

const apiKey = 'fake-lever-api-key-7c20e1';

/**
 * Lever without Lever: Data API v1, its authorisation server, and webhooks signed as several public receivers check them.
 * Written from the documentation and recorded answers; never compared with a live account.
 * Source: hire.lever.co/developer/documentation (read 2026-11-22).
 */
export function createLeverFake(options: LeverFakeOptions): LeverFake {
  const { now } = options;
  const store = createStore();
  const pages = createPages();
  const oauth = createOauth(now, options.tokenSeconds ?? 3600);
  const burst = options.requestsPerWindow ?? 1_000_000;
  const bucket = createBucket(burst, burst / 2, now);
  const rules: ApiRules = {
    now,
    seesConfidential: options.seesConfidential ?? true,
    isNewestFirst: options.listOrder !== 'oldest-first',
  };
  const calls: { readonly method: string; readonly path: string; readonly status: number }[] = [];
  const failures: Answer[] = [];
  let deliveries = 0;

  async function answer(request: Request, url: URL): Promise<Answer> {
    const text = await request.text();
    if (url.pathname === '/authorize' && request.method === 'GET') return oauth.authorize(url);
    if (url.pathname === '/oauth/token' && request.method === 'POST') return oauth.issue(request, text);
    if (!url.pathname.startsWith('/v1/')) return notFound;
    if (!bucket.take()) return failure(429);
    const given = failures.shift();
    if (given) return given;
    if (!isAuthorised(request.headers.get('authorization') ?? '', url.origin)) return failure(401);
    if (request.method === 'GET') return answerRead(store, pages, url, rules);
    const isJson = (request.headers.get('content-type') ?? '').startsWith('application/json');
    return answerWrite(store, { method: request.method, url, text, isJson }, rules);
  }

  /** The key as the user name with an empty password, or a token of our client. */
  function isAuthorised(authorization: string, origin: string): boolean {
    if (authorization.startsWith('Bearer ')) return oauth.isValid(authorization.slice('Bearer '.length), origin);
    return authorization === `Basic ${Buffer.from(`${apiKey}:`).toString('base64')}`;
  }

  function deliver(event: string, data: object, refs: Partial<Refs> = {}): FakeDelivery {
    deliveries += 1;
    const triggeredAt = now().getTime();
    const token = createHmac('sha256', 'fake').update(`delivery ${deliveries}`).digest('hex').slice(0, 32);
    const signature = createHmac('sha256', findSignatureToken(event)).update(`${token}${triggeredAt}`).digest('hex');
    const id = store.nextId('f0');
    return {
      applicationRef: refs.applicationRef ?? '',
      candidateRef: refs.candidateRef ?? '',
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(JSON.stringify({ event, id, triggeredAt, token, signature, data })),
    };
  }

  /** That of the webhook made last by the API, else of the one made by hand. */
  function findSignatureToken(event: string): string {
    const made = [...store.webhooks.values()].findLast((webhook) => webhook.event === event);
    return made?.signatureToken ?? toHandMadeToken(event);
  }

  function deliverOf(event: string, opportunity: FakeOpportunity, change: object = {}): FakeDelivery {
    const { id, contact } = opportunity;
    return deliver(
      event,
      { candidateId: id, contactId: contact, opportunityId: id, ...change },
      { applicationRef: id, candidateRef: contact },
    );
  }

  function getOpportunity(applicationRef: string): FakeOpportunity {
    const found = store.find(applicationRef);
    if (!found) throw new Error(`the fake has no opportunity ${applicationRef}`);
    return found;
  }

  function putContact(applicant: FakeApplicant): string {
    const known = applicant.applicationRef ? store.find(applicant.applicationRef)?.contact : applicant.candidateRef;
    if (known && store.contacts.has(known)) return known;
    const id = known ?? store.nextId('c0');
    store.contacts.set(id, {
      id,
      name: toName(applicant),
      emails: applicant.email === null ? [] : [applicant.email],
      isAnonymized: false,
      mayBeContacted: applicant.canEmail ?? true,
    });
    return id;
  }

  function putPosting(job: string): string {
    const known = [...store.postings.values()].find(({ text }) => text === job);
    const posting = known ?? { id: store.nextId('90'), text: job };
    store.postings.set(posting.id, posting);
    return posting.id;
  }

  function putStage(text: string | undefined): string {
    if (text === undefined) return 'applicant-new';
    const known = [...store.stages.values()].find((stage) => stage.text === text);
    const stage = known ?? { id: store.nextId('70'), text };
    store.stages.set(stage.id, stage);
    return stage.id;
  }

  function putOpportunity(applicant: FakeApplicant): FakeOpportunity {
    const known = applicant.applicationRef ? store.find(applicant.applicationRef) : undefined;
    if (known) return known;
    const contact = putContact(applicant);
    const createdAt = (applicant.appliedAt ?? now()).getTime();
    return store.put({
      id: applicant.applicationRef ?? store.nextId('60'),
      contact,
      origin: applicant.isPrivate ? 'internal' : originOf[applicant.source ?? 'direct'],
      sources: ['採用ページ'],
      stage: putStage(applicant.stage),
      tags: ['正社員', applicant.job],
      confidentiality: applicant.isConfidential ? 'confidential' : 'non-confidential',
      archived: null,
      application: { id: store.nextId('80'), type: 'posting', posting: putPosting(applicant.job) },
      createdAt,
      updatedAt: createdAt,
      deletedAt: null,
    });
  }

  function archive(opportunity: FakeOpportunity, reason: string, at: Date = now()): FakeOpportunity {
    return store.put({
      ...opportunity,
      archived: { reason, archivedAt: at.getTime() },
      updatedAt: now().getTime(),
    });
  }

  function toArchiveChange(before: FakeOpportunity, after: FakeOpportunity): FakeDelivery {
    return deliverOf('candidateArchiveChange', after, { fromArchived: before.archived, toArchived: after.archived });
  }

  function decide(applicant: FakeApplicant, opportunity: FakeOpportunity): FakeDelivery {
    const reason = reasons[applicant.decidedBy ?? 'company'].id;
    return toArchiveChange(opportunity, archive(opportunity, reason, applicant.decidedAt));
  }

  function deliverContact(candidateRef: string): FakeDelivery {
    const [first] = store.ofContact(candidateRef);
    return deliver('contactUpdated', { contactId: candidateRef }, { candidateRef, applicationRef: first?.id ?? '' });
  }

  return {
    async handle(request) {
      const url = new URL(request.url);
      const { status, body, headers } = await answer(request, url);
      calls.push({ method: request.method, path: url.pathname, status });
      if (body === undefined) return new Response(null, { status, ...(headers ? { headers } : {}) });
      const type = { 'content-type': 'application/json; charset=utf-8' };
      return new Response(JSON.stringify(body), { status, headers: { ...type, ...headers } });
    },
    settings: (origin) => ({
      apiKey,
      performAs: user.id,
      signatureTokens: webhookEvents.map(toHandMadeToken).join(' '),
      baseUrl: origin,
    }),
    apply: (applicant) => {
      const opportunity = putOpportunity(applicant);
      return deliverOf('applicationCreated', opportunity, { applicationId: opportunity.application?.id });
    },
    reject: (applicant) => decide(applicant, putOpportunity(applicant)),
    rejectLead: (applicant) =>
      decide(
        applicant,
        store.put({ ...putOpportunity(applicant), application: null, origin: 'sourced', stage: 'lead-new' }),
      ),
    reinstate(applicationRef) {
      const before = getOpportunity(applicationRef);
      return toArchiveChange(before, store.put({ ...before, archived: null, updatedAt: now().getTime() }));
    },
    hire: (applicationRef) => deliverOf('candidateHired', archive(getOpportunity(applicationRef), reasons.hired.id)),
    eraseCandidate(candidateRef) {
      const own = store.ofContact(candidateRef);
      const deletedAt = now().getTime();
      for (const opportunity of own) store.put({ ...opportunity, deletedAt });
      const [first] = own;
      if (!first) throw new Error(`the fake has no contact ${candidateRef}`);
      return deliverOf('candidateDeleted', first, { deletedBy: user.id });
    },
    mergeCandidate(candidateRef, intoCandidateRef) {
      for (const opportunity of store.ofContact(candidateRef)) store.put({ ...opportunity, contact: intoCandidateRef });
      store.contacts.delete(candidateRef);
      return deliverContact(intoCandidateRef);
    },
    anonymize(candidateRef) {
      const contact = store.contacts.get(candidateRef);
      if (contact) store.contacts.set(candidateRef, { ...contact, name: '', emails: [], isAnonymized: true });
      return deliverContact(candidateRef);
    },
    ping: () => deliver('candidateArchiveChange', {}),
    deliver: (event, data) => deliver(event, data),
    written(candidateRef) {
      const own = store.ofContact(candidateRef);
      const ids = new Set(own.map(({ id }) => id));
      return {
        fields: {},
        tags: own.flatMap(({ tags }) => tags),
        notes: store.notes.filter(({ opportunity }) => ids.has(opportunity)).map(({ value }) => value),
      };
    },
    forgetPages: () => pages.forget(),
    webhooks: () => [...store.webhooks.values()],
    subscriptions: () => [...store.webhooks.values()].map(({ event, url }) => `${event} ${url}`),
    client,
    calls,
    failNext(count, status, headers) {
      failures.push(...Array.from({ length: count }, () => ({ ...failure(status), ...(headers ? { headers } : {}) })));
    },
  };
}

interface Refs {
  readonly applicationRef: string;
  readonly candidateRef: string;
}

const originOf = { direct: 'applied', agency: 'agency', referral: 'referred' } as const;

/** In Lever a name is one text. */
function toName({ familyName, givenName }: FakeApplicant): string {
  return `${familyName} ${givenName}`;
}

/** A webhook made in Lever's settings has one token per event. */
function toHandMadeToken(event: string): string {
  return `fake-token-of-${event}-b83f`;
}

const failures = {
  401: ['Unauthorized', 'The API key or token is not valid'],
  403: ['Forbidden', 'You do not have access to this resource'],
  429: ['TooManyRequests', 'Rate limit exceeded'],
  500: ['InternalServerError', 'Something went wrong'],
  503: ['ServiceUnavailable', 'Please try again later'],
} as const;

function failure(status: keyof typeof failures): Answer {
  const [code, message] = failures[status];
  return refuse(status, code, message);
}

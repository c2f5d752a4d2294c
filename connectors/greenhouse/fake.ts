import { createHmac } from 'node:crypto';
import type { Fake, FakeApplicant, FakeDelivery, FakeOptions } from '../../src/connector/fake.ts';
import { type Answer, refuse } from './fake-answer.ts';
import { answerList, createRateWindow } from './fake-api.ts';
import { type Credentials, createOAuth, type PartnerClient } from './fake-oauth.ts';
import {
  createStore,
  type FakeApplication,
  type FakeCandidate,
  type FakeReason,
  type FakeStage,
  foreignValues,
  presentCandidate,
  readTagNames,
  readValues,
  reasons,
  type Store,
} from './fake-store.ts';
import { answerWrite, applyImportedTag, type FakeMail, type WriteRules } from './fake-writes.ts';
import { scopes, webhookScopes } from './scopes.ts';

export interface GreenhouseFakeOptions extends FakeOptions {
  /** True: a PATCH of custom_fields drops those it does not name. Greenhouse does not say which of the two it does. */
  readonly replacesCustomFields?: boolean;
  /** The address registered for our partner client; any, unless a test names one. */
  readonly redirectUri?: string;
  /** False: nobody answers the ping of a new webhook, so it is made switched off. */
  readonly answersPings?: boolean;
}

/** What can be done to Greenhouse beyond the common fake. */
export interface GreenhouseFake extends Fake {
  /** Rejects somebody the company found itself and who never applied. */
  rejectProspect(applicant: FakeApplicant): FakeDelivery;
  deleteApplication(applicationRef: string): FakeDelivery;
  /** Empties these fields of a candidate, in the vendor's names. */
  anonymize(candidateRef: string, fields?: readonly string[]): FakeDelivery;
  /** Somebody the company found itself: nobody applied. */
  addProspect(applicant: FakeApplicant): FakeDelivery;
  /** Somebody corrects a candidate's address. */
  changeEmail(candidateRef: string, email: string): void;
  /** A signed delivery of any action. */
  deliver(action: string, payload: unknown): FakeDelivery;
  /** Puts the whole organisation's rejection template there; gives its id. */
  addTemplate(name: string, body: string): string;
  /** What API calls set off: decisions, and pings of new webhooks; oldest first. */
  readonly sent: readonly FakeDelivery[];
  /** Rejection mails that Greenhouse sent or will send, with every token filled. */
  readonly mails: readonly { readonly applicationRef: string; readonly sendAt: string | null; readonly text: string }[];
  /** Our own client, for the authorisation code. */
  readonly partner: Pick<PartnerClient, 'clientId' | 'clientSecret'>;
}

const credentials: Credentials = {
  clientId: 'fake-client-id',
  clientSecret: 'fake-client-secret-0f3c',
  userId: '4093',
};
const partner = { clientId: 'fake-partner-id', clientSecret: 'fake-partner-secret-52aa' };
const webhookSecret = 'fake-webhook-secret-7d1e';

/**
 * Greenhouse without Greenhouse: Harvest v3 with its token endpoint, and the webhooks as the documentation draws them,
 * in the old vocabulary. Written from the documentation; never compared with a live account.
 * Source: harvestdocs.greenhouse.io, developers.greenhouse.io/webhooks.html (read 2026-11-22).
 */
export function createGreenhouseFake(options: GreenhouseFakeOptions): GreenhouseFake {
  const store = createStore();
  const oauth = createOAuth({
    custom: credentials,
    partner: { ...partner, redirectUri: options.redirectUri, scopes: [...scopes, ...webhookScopes] },
    now: options.now,
    tokenSeconds: options.tokenSeconds ?? 3600,
  });
  const rate = createRateWindow(options.requestsPerWindow ?? 1_000_000, options.now);
  const sent: FakeDelivery[] = [];
  const mails: { readonly applicationRef: string; readonly sendAt: string | null; readonly text: string }[] = [];
  const rules: WriteRules = {
    now: options.now,
    userId: credentials.userId,
    replacesCustomFields: options.replacesCustomFields ?? false,
    decide: (application, reasonId, mail) => decideByApi(application, reasonId, mail),
    undecide: (application) =>
      void sent.push(deliverApplication('unreject_candidate', move(String(application.id), 'in_process'), {})),
    ping: () => {
      sent.push(ping());
      return options.answersPings ?? true;
    },
  };
  const calls: { readonly method: string; readonly path: string; readonly status: number }[] = [];
  const failures: Answer[] = [];
  let deliveries = 0;

  async function answer(request: Request, url: URL): Promise<Answer> {
    const text = await request.text();
    if (url.pathname === '/authorize')
      return request.method === 'GET' ? oauth.authorize(url) : refuse(405, 'Method Not Allowed');
    if (url.pathname === '/token')
      return request.method === 'POST' ? oauth.token(request, text) : refuse(405, 'Method Not Allowed');
    const { isAllowed, headers } = rate.take();
    const given = failures.shift() ?? (isAllowed ? answerApi(request, url, text) : tooMany);
    return { ...given, headers: { ...headers, ...given.headers } };
  }

  function answerApi(request: Request, url: URL, text: string): Answer {
    const scope = toScope(request.method, url.pathname);
    const judged = oauth.judge(request.headers.get('authorization'), scope);
    if (judged === 'unauthorized') return refuse(401, 'Unauthorized', 'Token could not be decoded or has expired');
    if (judged === 'forbidden') return refuse(403, 'Forbidden', `The token lacks ${scope}`);
    if (request.method === 'GET') return answerList(store, url);
    const isJson = (request.headers.get('content-type') ?? '').startsWith('application/json');
    return answerWrite(store, { method: request.method, path: url.pathname, text, isJson }, rules);
  }

  function deliver(action: string, payload: unknown, refs: Partial<FakeRefs> = {}): FakeDelivery {
    deliveries += 1;
    const body = Buffer.from(toWire({ action, payload }));
    return {
      applicationRef: refs.applicationRef ?? '',
      candidateRef: refs.candidateRef ?? '',
      headers: {
        'content-type': 'application/json',
        'user-agent': 'Greenhouse Webhooks',
        'greenhouse-event-id': `7f3a1c00-0000-4000-8000-${String(deliveries).padStart(12, '0')}`,
        signature: `sha256 ${createHmac('sha256', findSecret(action)).update(body).digest('hex')}`,
      },
      body,
    };
  }

  /** Of the webhook that was made by the API, else the one that somebody entered by hand. */
  function findSecret(action: string): string {
    const webhooks = [...store.webhooks.all()];
    const own = webhooks.find((webhook) => webhook.event_action_type === action && !webhook.deactivated);
    return (own ?? (action === 'ping' ? webhooks.at(-1) : undefined))?.secret_key ?? webhookSecret;
  }

  function ping(): FakeDelivery {
    const created_at = toSeconds(options.now().toISOString());
    return deliver('ping', { web_hook_id: 77, name: 'Career Relay', created_at });
  }

  function apply(applicant: FakeApplicant, isProspect: boolean): FakeDelivery {
    const candidate = findCandidate(applicant) ?? addCandidate(applicant);
    const at = (applicant.appliedAt ?? options.now()).toISOString();
    const application = putApplication(applicant, candidate, { isProspect, status: 'in_process', at });
    return deliverApplication(isProspect ? 'new_prospect_application' : 'new_candidate_application', application, {});
  }

  function decide(applicant: FakeApplicant, isProspect: boolean): FakeDelivery {
    const candidate = findCandidate(applicant) ?? addCandidate(applicant);
    const at = (applicant.decidedAt ?? options.now()).toISOString();
    const application = putApplication(applicant, candidate, { isProspect, status: 'rejected', at });
    return recordDecision(application, reasons[applicant.decidedBy ?? 'company']);
  }

  function decideByApi(application: FakeApplication, reasonId: number, mail: FakeMail | undefined): void {
    const at = options.now().toISOString();
    const rejected = {
      ...application,
      status: 'rejected' as const,
      rejected_at: at,
      updated_at: at,
      last_activity_at: at,
    };
    const reason = store.rejectionReasons.get(reasonId) ?? reasons.unknown;
    sent.push(recordDecision(store.applications.put(rejected), reason));
    if (!mail) return;
    const text = fillTokens(store, application.candidate_id, mail.template.body ?? '');
    mails.push({ applicationRef: String(application.id), sendAt: mail.sendAt, text });
  }

  function recordDecision(application: FakeApplication, reason: FakeReason): FakeDelivery {
    const at = application.rejected_at ?? application.updated_at;
    dropDetail(application.id);
    store.rejectionDetails.put({
      id: store.nextId(),
      application_id: application.id,
      rejection_reason_id: reason.id,
      rejected_by_id: Number(credentials.userId),
      rejected_at: at,
      rejection_note_id: null,
      question_custom_fields: {},
      created_at: at,
      updated_at: at,
    });
    const { key: _, ...type } = reason.type;
    return deliverApplication('reject_candidate', application, {
      rejection_reason: { id: reason.id, name: reason.name, type },
      rejection_details: { custom_fields: {} },
    });
  }

  function findCandidate(applicant: FakeApplicant): FakeCandidate | undefined {
    const application = store.applications.get(Number(applicant.applicationRef));
    return store.candidates.get(application?.candidate_id ?? Number(applicant.candidateRef));
  }

  function addCandidate(applicant: FakeApplicant): FakeCandidate {
    const at = options.now().toISOString();
    const candidate = store.candidates.put({
      id: applicant.candidateRef === undefined ? store.nextId() : Number(applicant.candidateRef),
      first_name: applicant.givenName,
      last_name: applicant.familyName,
      preferred_name: null,
      company: null,
      title: null,
      private: applicant.isPrivate ?? false,
      can_email: applicant.canEmail ?? true,
      time_zone: 'Tokyo',
      email_addresses: applicant.email === null ? [] : [{ value: applicant.email, type: 'personal' }],
      phone_numbers: [],
      addresses: [],
      website_addresses: [],
      social_media_addresses: [],
      linked_user_ids: [],
      values: foreignValues,
      created_at: at,
      updated_at: at,
      last_activity_at: at,
    });
    applyImportedTag(store, candidate.id);
    return candidate;
  }

  const jobs = new Map<number, { readonly name: string; readonly isConfidential: boolean }>();

  function putJob(applicant: FakeApplicant): number {
    const isConfidential = applicant.isConfidential ?? false;
    const known = [...jobs].find(([, job]) => job.name === applicant.job && job.isConfidential === isConfidential);
    const id = known?.[0] ?? store.nextId();
    jobs.set(id, { name: applicant.job, isConfidential });
    return id;
  }

  function putStage(name: string): FakeStage {
    const all = [...store.jobInterviewStages.all()];
    const known = all.find((stage) => stage.name === name && stage.active);
    if (known) return known;
    const at = options.now().toISOString();
    const stage = { id: store.nextId(), name, job_id: 3001, active: true, sort_order: all.length };
    return store.jobInterviewStages.put({ ...stage, created_at: at, updated_at: at });
  }

  function putApplication(
    applicant: FakeApplicant,
    candidate: FakeCandidate,
    change: { readonly isProspect: boolean; readonly status: 'in_process' | 'rejected'; readonly at: string },
  ): FakeApplication {
    const { isProspect, status, at } = change;
    const id = applicant.applicationRef === undefined ? store.nextId() : Number(applicant.applicationRef);
    const source = applicant.source ?? 'direct';
    return store.applications.put({
      id,
      candidate_id: candidate.id,
      status,
      prospect: isProspect,
      job_id: putJob(applicant),
      job_post_id: null,
      stage_id: putStage(applicant.stage ?? '書類選考').id,
      stage_name: applicant.stage ?? '書類選考',
      rejected_at: status === 'rejected' ? at : null,
      created_at: store.applications.get(id)?.created_at ?? applicant.appliedAt?.toISOString() ?? at,
      updated_at: at,
      last_activity_at: at,
      source_id: source === 'direct' ? 4001 : null,
      referrer_id: source === 'referral' ? 4201 : null,
      agency_note_id: source === 'agency' ? 4301 : null,
      recruiter_id: null,
      coordinator_id: null,
      needs_decision: false,
      location_address: null,
      answers: [],
      custom_fields: {},
      prospective_job_ids: [],
    });
  }

  function move(applicationRef: string, status: 'in_process' | 'hired'): FakeApplication {
    const application = store.applications.get(Number(applicationRef));
    if (!application) throw new Error(`the fake has no application ${applicationRef}`);
    const at = options.now().toISOString();
    dropDetail(application.id);
    return store.applications.put({ ...application, status, rejected_at: null, updated_at: at, last_activity_at: at });
  }

  function dropDetail(applicationId: number): void {
    for (const detail of store.rejectionDetails.ofParent(applicationId)) store.rejectionDetails.remove(detail.id);
  }

  /** Webhooks keep the vocabulary of Harvest v1: `is_private`, `applied_at`, status `active`, whole seconds. */
  function deliverApplication(action: string, application: FakeApplication, change: object): FakeDelivery {
    const payload = {
      application: {
        id: application.id,
        rejected_at: toSeconds(application.rejected_at),
        prospect: application.prospect,
        status: application.status === 'in_process' ? 'active' : application.status,
        applied_at: toSeconds(application.created_at),
        last_activity_at: toSeconds(application.last_activity_at),
        url: `https://app.greenhouse.io/people/${application.candidate_id}?application_id=${application.id}`,
        source: application.source_id ? { id: application.source_id, public_name: '採用ページ' } : null,
        credited_to: null,
        rejection_reason: null,
        rejection_details: null,
        current_stage: { id: application.stage_id, name: application.stage_name, interviews: [] },
        custom_fields: {},
        candidate: toOldCandidate(store, application.candidate_id),
        jobs: toOldJobs(application),
        ...change,
      },
    };
    return deliver(action, payload, {
      applicationRef: String(application.id),
      candidateRef: String(application.candidate_id),
    });
  }

  function toOldJobs(application: FakeApplication): readonly object[] {
    const job = application.job_id === null ? undefined : jobs.get(application.job_id);
    if (!job) return [];
    return [
      {
        id: application.job_id,
        name: job.name,
        requisition_id: null,
        notes: null,
        confidential: job.isConfidential,
        status: 'open',
        opened_at: toSeconds(application.created_at),
        closed_at: null,
        departments: [],
        offices: [],
        custom_fields: {},
      },
    ];
  }

  function getCandidate(candidateRef: string): FakeCandidate {
    const candidate = store.candidates.get(Number(candidateRef));
    if (!candidate) throw new Error(`the fake has no candidate ${candidateRef}`);
    return candidate;
  }

  function removeApplication(application: FakeApplication): void {
    dropDetail(application.id);
    store.applications.remove(application.id);
  }

  return {
    async handle(request) {
      const url = new URL(request.url);
      const { status, body, headers } = await answer(request, url);
      calls.push({ method: request.method, path: url.pathname, status });
      if (body === undefined) return new Response(null, { status, ...(headers ? { headers } : {}) });
      return new Response(JSON.stringify(body), {
        status,
        headers: { 'content-type': 'application/json', ...headers },
      });
    },
    settings: (origin) => ({ ...credentials, webhookSecret, baseUrl: origin, tokenUrl: `${origin}/token` }),
    apply: (applicant) => apply(applicant, false),
    addProspect: (applicant) => apply(applicant, true),
    reject: (applicant) => decide(applicant, false),
    rejectProspect: (applicant) => decide(applicant, true),
    reinstate: (applicationRef) => deliverApplication('unreject_candidate', move(applicationRef, 'in_process'), {}),
    hire: (applicationRef) =>
      deliverApplication('hire_candidate', move(applicationRef, 'hired'), {
        opening: null,
        offer: { id: 506, version: 1, starts_at: null, custom_fields: {} },
      }),
    eraseCandidate(candidateRef) {
      const candidate = getCandidate(candidateRef);
      const applications = store.applications.ofParent(candidate.id);
      for (const application of applications) removeApplication(application);
      store.candidates.remove(candidate.id);
      const person = { ...toOldPerson(candidate), deleted_application_ids: applications.map(({ id }) => id) };
      return deliver('delete_candidate', { person }, { candidateRef, applicationRef: toFirstRef(applications) });
    },
    mergeCandidate(candidateRef, intoCandidateRef) {
      const candidate = getCandidate(candidateRef);
      const into = getCandidate(intoCandidateRef);
      const applications = store.applications.ofParent(candidate.id);
      for (const application of applications) store.applications.put({ ...application, candidate_id: into.id });
      store.candidates.remove(candidate.id);
      const person = { ...toOldPerson(candidate), new_candidate_id: into.id };
      return deliver('merge_candidate', { person }, { candidateRef, applicationRef: toFirstRef(applications) });
    },
    deleteApplication(applicationRef) {
      const application = store.applications.get(Number(applicationRef));
      if (!application) throw new Error(`the fake has no application ${applicationRef}`);
      removeApplication(application);
      const { id, candidate_id, job_id, source_id, referrer_id, prospect } = application;
      const payload = {
        application: {
          id,
          candidate_id,
          job_id,
          created_at: toSeconds(application.created_at),
          source_id,
          candidate_rejection_reason_id: null,
          rejection_note_id: null,
          rejected_at: toSeconds(application.rejected_at),
          referrer_id,
          prospect,
          rejected_by_user_id: null,
        },
      };
      return deliver('delete_application', payload, { applicationRef, candidateRef: String(candidate_id) });
    },
    anonymize(candidateRef, fields = ['full_name', 'email_addresses']) {
      const candidate = getCandidate(candidateRef);
      store.candidates.put({
        ...candidate,
        ...(fields.includes('full_name') ? { first_name: 'Anonymized', last_name: candidateRef } : {}),
        ...(fields.includes('email_addresses') ? { email_addresses: [] } : {}),
      });
      return deliver(
        'candidate_anonymized',
        { candidate_id: candidate.id, anonymized_fields: fields },
        { candidateRef },
      );
    },
    ping,
    deliver: (action, payload) => deliver(action, payload),
    changeEmail(candidateRef, email) {
      store.candidates.put({ ...getCandidate(candidateRef), email_addresses: [{ value: email, type: 'personal' }] });
    },
    addTemplate(name, body) {
      const at = options.now().toISOString();
      const [stock] = store.emailTemplates.all();
      if (!stock) throw new Error('the fake has no template to begin with');
      const dates = { created_at: at, updated_at: at };
      const text = { name, body, html_body: `<p>${body.replaceAll('\n', '<br>')}</p>` };
      return String(store.emailTemplates.put({ ...stock, ...text, ...dates, id: store.nextId(), default: false }).id);
    },
    sent,
    mails,
    partner,
    written(candidateRef) {
      const candidate = getCandidate(candidateRef);
      return {
        fields: readValues(store, candidate),
        tags: readTagNames(store, candidate.id),
        notes: store.notes.ofParent(candidate.id).map((note) => note.body),
      };
    },
    calls,
    failNext(count, status, headers) {
      const defaults = status === 429 ? { 'retry-after': '1' } : {};
      const failure = { ...refuse(status, failureMessages[status]), headers: { ...defaults, ...headers } };
      failures.push(...Array.from({ length: count }, () => failure));
    },
  };
}

interface FakeRefs {
  readonly applicationRef: string;
  readonly candidateRef: string;
}

const failureMessages = {
  401: 'Unauthorized',
  403: 'Forbidden',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
} as const;

const tooMany = refuse(429, failureMessages[429], 'Rate limit exceeded');

/** Compact JSON with everything outside plain ASCII, and what HTML could mistake, written as \uXXXX: that is signed. */
function toWire(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u0080-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function toSeconds(instant: string | null): string | null {
  return instant === null ? null : instant.replace(/\.\d+Z$/, 'Z');
}

/** The permission a call needs: harvest:<what>:<action>. */
function toScope(method: string, path: string): string {
  const [, what = '', action] = /^\/v3\/([a-z_]+)(?:\/\d+(?:\/([a-z]+))?)?$/.exec(path) ?? [];
  const usual: Readonly<Record<string, string>> = { GET: 'list', POST: 'create', PATCH: 'update', DELETE: 'destroy' };
  return `harvest:${what}:${action ?? usual[method] ?? 'none'}`;
}

/** A template as the applicant gets it. */
function fillTokens(store: Store, candidateId: number, text: string): string {
  const candidate = store.candidates.get(candidateId);
  if (!candidate) return text;
  const values = new Map(Object.entries(readValues(store, candidate)));
  const known = new Map([
    ['CANDIDATE_FIRST_NAME', candidate.first_name],
    ['CANDIDATE_NAME', `${candidate.first_name} ${candidate.last_name}`],
    ...[...store.customFields.all()].flatMap((field) => {
      const token = field.template_token_string?.replace(/[{}\s]/g, '');
      return token ? [[token, String(values.get(field.name_key) ?? '')] as const] : [];
    }),
  ]);
  return text.replace(/\{\{\s*(\w+)\s*\}\}/g, (whole, token: string) => known.get(token) ?? whole);
}

function toFirstRef(applications: readonly FakeApplication[]): string {
  return applications[0] ? String(applications[0].id) : '';
}

function toOldCandidate(store: Store, candidateId: number): object | null {
  const candidate = store.candidates.get(candidateId);
  if (!candidate) return null;
  const { tags, custom_fields } = presentCandidate(store, candidate);
  return {
    ...toOldPerson(candidate),
    external_id: null,
    photo_url: null,
    phone_numbers: candidate.phone_numbers,
    email_addresses: candidate.email_addresses,
    addresses: candidate.addresses,
    website_addresses: [],
    social_media_addresses: [],
    educations: [],
    employments: [],
    recruiter: null,
    coordinator: null,
    attachments: [],
    tags,
    custom_fields,
  };
}

function toOldPerson(candidate: FakeCandidate): object {
  return {
    id: candidate.id,
    first_name: candidate.first_name,
    last_name: candidate.last_name,
    title: candidate.title,
    company: candidate.company,
    created_at: toSeconds(candidate.created_at),
    is_private: candidate.private,
    can_email: candidate.can_email,
  };
}

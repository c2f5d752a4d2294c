import type { LightMyRequestResponse } from 'fastify';
import { type Agency, type Company, readAgency, readCompanyKey, saveAgency } from '../../src/company/index.ts';
import type { Connection, Connections, Steps, WriteBack, WriteBackResult } from '../../src/connector/index.ts';
import { type Consent, openConsents } from '../../src/consent/index.ts';
import { toEmailKey } from '../../src/intake/index.ts';
import { issueLink } from '../../src/letter/index.ts';
import type { Database } from '../../src/platform/database.ts';
import { openHttpServer, type Server } from '../../src/platform/http-server.ts';
import { newId } from '../../src/platform/ids.ts';
import type { Queue } from '../../src/platform/jobs.ts';
import { type Log, openLog } from '../../src/platform/log.ts';
import type { Mail, Mailer, MailOutcome } from '../../src/platform/mail.ts';
import type { RejectionStatus } from '../../src/platform/tables.ts';
import { makeTestClock, type TestClock } from '../support/clock.ts';
import { addCompany, openTestVault, sampleAgency, testKey } from '../support/company.ts';
import { makeTestEvents, type TestEvents } from '../support/events.ts';
import { makeTestJobs, type TestJobs } from '../support/jobs.ts';

export const baseUrl = 'https://relay.example.com';

export interface Applicant {
  readonly personId: string;
  readonly rejectionId: string;
  readonly candidateRef: string;
  /** The link's token, as it stands in the letter. */
  readonly token: string;
}

/** A mailer that keeps what it was given and answers as it is told. */
export interface TestMailer extends Mailer {
  readonly sent: readonly Mail[];
  outcome: MailOutcome;
  isIdempotent: boolean;
  /** Called while a mail is on its way. */
  onSend: () => Promise<void>;
}

/** An ATS that keeps what it was told. */
export interface TestAts {
  readonly written: readonly WriteBack[];
  /** Replaces what happens at the next calls; undefined: everything succeeds. */
  answer: ((item: WriteBack, steps: Steps) => Promise<WriteBackResult>) | undefined;
}

/** A company of its own with an agency and a connection, the consent room, and applicants with links. */
export interface TestRoom {
  readonly database: Database;
  readonly clock: TestClock;
  readonly events: TestEvents;
  readonly jobs: TestJobs;
  readonly mailer: TestMailer;
  readonly ats: TestAts;
  readonly server: Server;
  readonly company: Company;
  readonly connectionId: string;
  addApplicant(person?: Partial<PersonFacts>): Promise<Applicant>;
  changeAgency(change: Partial<Agency>): Promise<void>;
  setRejection(applicant: Applicant, status: RejectionStatus): Promise<void>;
  /** Runs these jobs of codes now, all at once where a test wants. */
  runCodes(jobs: readonly unknown[]): Promise<void>;
  /** Forgets what was typed behind static links long ago. */
  forgetTyped(): Promise<number>;
  /** Runs these write-back jobs now, in the order a test wants. */
  runWriteBacks(jobs: readonly unknown[]): Promise<void>;
  readConsents(personId: string): Promise<readonly Pick<Consent, 'consentId' | 'decision' | 'referralCode'>[]>;
}

interface PersonFacts {
  readonly familyName: string | null;
  readonly givenName: string | null;
  readonly email: string | null;
  readonly locale: string | null;
}

export async function openRoom(
  database: Database,
  options: {
    readonly baseUrl?: string;
    readonly companyLocale?: 'ja' | 'en';
    readonly log?: Log;
    /** What the room works on, where that should not be the database itself. */
    readonly broken?: Database;
  } = {},
): Promise<TestRoom> {
  const clock = makeTestClock();
  const events = makeTestEvents();
  const jobs = makeTestJobs(clock);
  const queues = new Map<string, Queue<never>>();
  const log = options.log ?? openLog(process.env.LOG ?? 'silent');
  const mailer = makeTestMailer();
  const { ats, connections } = makeTestAts(database);
  const { company } = await addCompany(database, openTestVault(), clock.now(), {
    locale: options.companyLocale ?? 'ja',
  });
  const { companyId } = company;
  const connectionId = await addConnection(database, companyId, clock.now());
  const ownBaseUrl = options.baseUrl ?? baseUrl;
  const consents = openConsents({
    database: options.broken ?? database,
    vault: openTestVault(),
    clock,
    events,
    jobs: {
      ...jobs,
      define(queue) {
        queues.set(queue.name, queue);
        jobs.define(queue);
      },
    },
    log,
    connections,
    mailer,
    baseUrl: ownBaseUrl,
    mailFrom: 'relay@example.com',
    secretKeys: [testKey],
  });
  const server = await openHttpServer({ log, trustedProxies: 0, isHttps: ownBaseUrl.startsWith('https:') });
  await consents.routes(server);

  return {
    database,
    clock,
    events,
    jobs,
    mailer,
    ats,
    server,
    company,
    connectionId,
    async addApplicant(person = {}) {
      const personId = newId();
      const rejectionId = newId();
      const candidateRef = `c-${personId.slice(-12)}`;
      const facts = {
        familyName: '髙﨑',
        givenName: '花子',
        email: `${personId}@example.com`,
        locale: null,
        ...person,
      };
      const token = await database.forCompany(companyId, async (tx) => {
        await tx
          .insertInto('person')
          .values({
            person_id: personId,
            company_id: companyId,
            email_key: facts.email && toEmailKey(await readCompanyKey(tx, openTestVault(), companyId), facts.email),
            email: facts.email,
            given_name: facts.givenName,
            family_name: facts.familyName,
            locale: facts.locale,
            erased_at: null,
            created_at: clock.now(),
          })
          .execute();
        await addRejection(tx, { companyId, connectionId, personId, rejectionId, candidateRef, now: clock.now() });
        return issueLink(tx, { companyId, personId, rejectionId, letterId: null, now: clock.now() });
      });
      return { personId, rejectionId, candidateRef, token };
    },
    async changeAgency(change) {
      await database.forCompany(companyId, async (tx) => {
        const { agencyId: _, ...agency } = (await readAgency(tx, companyId)) ?? { ...sampleAgency, agencyId: '' };
        await saveAgency(tx, companyId, { ...agency, ...change }, clock.now());
      });
    },
    async setRejection({ rejectionId }, status) {
      await database.forCompany(companyId, (tx) =>
        tx.updateTable('rejection').set({ status }).where('rejection_id', '=', rejectionId).execute(),
      );
    },
    async runCodes(batch) {
      await queues.get('consent.code')?.handle(batch as never);
    },
    forgetTyped: () => consents.forgetTyped(),
    async runWriteBacks(batch) {
      await queues.get('consent.write-back')?.handle(batch as never);
    },
    readConsents: (personId) =>
      database.forCompany(companyId, async (tx) => {
        const rows = await tx
          .selectFrom('consent')
          .selectAll()
          .where('person_id', '=', personId)
          .orderBy('consent_id')
          .execute();
        return rows.map((row) => ({
          consentId: row.consent_id,
          decision: row.decision,
          referralCode: row.referral_code,
        }));
      }),
  };
}

export async function addRejection(
  tx: Parameters<Parameters<Database['forCompany']>[1]>[0],
  facts: {
    readonly companyId: string;
    readonly connectionId: string;
    readonly personId: string;
    readonly rejectionId: string;
    readonly candidateRef: string;
    readonly now: Date;
  },
): Promise<void> {
  await tx
    .insertInto('rejection')
    .values({
      rejection_id: facts.rejectionId,
      company_id: facts.companyId,
      connection_id: facts.connectionId,
      person_id: facts.personId,
      application_ref: `a-${facts.rejectionId.slice(-12)}`,
      candidate_ref: facts.candidateRef,
      decided_at: facts.now,
      decided_by: 'company',
      reason_ref: null,
      reason: null,
      stage: null,
      job: 'ﾊﾞｯｸｴﾝﾄﾞ<エンジニア>, 🚀 "O\'Reilly"',
      source: 'direct',
      is_private: false,
      is_confidential: false,
      can_email: true,
      recorded_at: facts.now,
    })
    .execute();
}

async function addConnection(database: Database, companyId: string, now: Date): Promise<string> {
  const connectionId = newId();
  await database.forCompany(companyId, (tx) =>
    tx
      .insertInto('connection')
      .values({
        connection_id: connectionId,
        company_id: companyId,
        connector: 'acme',
        state: 'live',
        settings: '{}',
        letter: '{}',
        mapping: '{"reasons":{}}',
        failing_since: null,
        failing_code: null,
        created_at: now,
        updated_at: now,
        removed_at: null,
      })
      .execute(),
  );
  return connectionId;
}

function makeTestMailer(): TestMailer {
  const sent: Mail[] = [];
  const mailer: TestMailer = {
    kind: 'smtp',
    isIdempotent: false,
    atOnce: 10,
    sent,
    outcome: { kind: 'sent' },
    onSend: async () => undefined,
    async send(mail) {
      await mailer.onSend();
      if (mailer.outcome.kind !== 'refused') sent.push(mail);
      return mailer.outcome;
    },
    close: async () => undefined,
  };
  return mailer;
}

function makeTestAts(database: Database): { readonly ats: TestAts; readonly connections: Connections } {
  const written: WriteBack[] = [];
  const ats: TestAts = { written, answer: undefined };
  const connections: Pick<Connections, 'read' | 'writeBack' | 'connector'> = {
    connector: () => undefined,
    async read(tx, connectionId) {
      const row = await tx
        .selectFrom('connection')
        .selectAll()
        .where('connection_id', '=', connectionId)
        .where('removed_at', 'is', null)
        .executeTakeFirst();
      return row && ({ connectionId, companyId: row.company_id } as Connection);
    },
    async writeBack(_connection, item, steps) {
      await database.ping(); // a call made inside a transaction would wait here for ever on PGlite
      const result = ats.answer ? await ats.answer(item, steps) : ({ ok: true } as const);
      if (result.ok) written.push(item);
      return result;
    },
  };
  return { ats, connections: connections as Connections };
}

/** An applicant's browser without scripts: it keeps cookies, sends its own Origin, and follows a redirect. */
export interface Browser {
  open(path: string, headers?: Record<string, string>): Promise<LightMyRequestResponse>;
  /** Fills in the form of the page last opened, sends it and follows where it leads. */
  send(
    fields: Readonly<Record<string, string>>,
    headers?: Record<string, string | undefined>,
  ): Promise<LightMyRequestResponse>;
  /** Sends the form of the page last opened. */
  press(
    decision: 'grant' | 'decline' | 'withdraw',
    options?: { readonly ticks?: readonly string[]; readonly headers?: Record<string, string | undefined> },
  ): Promise<LightMyRequestResponse>;
  readonly page: LightMyRequestResponse | undefined;
  readonly cookies: Map<string, string>;
}

export function openBrowser(server: Server, origin = baseUrl, remoteAddress = '192.0.2.1'): Browser {
  const cookies = new Map<string, string>();
  let page: LightMyRequestResponse | undefined;

  async function request(
    method: 'GET' | 'POST',
    url: string,
    headers: Record<string, string | undefined>,
    payload?: string,
  ): Promise<LightMyRequestResponse> {
    const jar = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const given = Object.entries({ ...(jar ? { cookie: jar } : {}), ...headers }).filter(
      ([, value]) => value !== undefined,
    );
    const response = await server.inject({
      method,
      url,
      remoteAddress,
      headers: Object.fromEntries(given),
      ...(payload === undefined ? {} : { payload }),
    });
    for (const { name, value } of response.cookies) cookies.set(name, value);
    return response;
  }

  async function send(
    fields: Readonly<Record<string, string>>,
    headers: Record<string, string | undefined> = {},
  ): Promise<LightMyRequestResponse> {
    const { nonce, action } = readForm(page?.body ?? '');
    const response = await request(
      'POST',
      action,
      { origin, 'content-type': 'application/x-www-form-urlencoded', 'user-agent': 'Test/1.0', ...headers },
      new URLSearchParams({ nonce, ...fields }).toString(),
    );
    page = response.statusCode === 303 ? await request('GET', String(response.headers.location), {}) : response;
    return page;
  }

  return {
    cookies,
    get page() {
      return page;
    },
    async open(path, headers = {}) {
      page = await request('GET', path, headers);
      return page;
    },
    press: (decision, { ticks = decision === 'grant' ? ['introduction'] : [], headers = {} } = {}) =>
      send({ ...Object.fromEntries(ticks.map((tick) => [tick, 'yes'])), decision }, headers),
    send,
  };
}

export function readForm(html: string): { readonly action: string; readonly nonce: string } {
  return {
    action: /<form[^>]* action="([^"]+)"/.exec(html)?.[1] ?? '',
    nonce: /name="nonce" value="([^"]+)"/.exec(html)?.[1] ?? '',
  };
}

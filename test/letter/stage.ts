import { type Insertable, type Selectable, sql, type Updateable } from 'kysely';
import { pino } from 'pino';
import { type Agency, type Company, saveAgency } from '../../src/company/index.ts';
import type { Connection } from '../../src/connector/index.ts';
import type { EventName, EventOf, Events } from '../../src/events.ts';
import type { Recheck } from '../../src/intake/index.ts';
import { type Letters, type LettersParts, openLetters } from '../../src/letter/index.ts';
import type { Database, Tx } from '../../src/platform/database.ts';
import { newId } from '../../src/platform/ids.ts';
import type { JobData, Jobs, Queue } from '../../src/platform/jobs.ts';
import type { Mail, Mailer, MailOutcome } from '../../src/platform/mail.ts';
import type { ConnectionState, LetterPolicy, LetterTable, Mapping, RejectionTable } from '../../src/platform/tables.ts';
import { makeTestClock, type TestClock } from '../support/clock.ts';
import { addCompany, openTestVault, sampleAgency } from '../support/company.ts';

export const baseUrl = 'https://relay.example.com';

/** One company with one connection, on a database of the test's own, and jobs and events that live in its transactions. */
export interface Stage {
  readonly database: Database;
  readonly clock: TestClock;
  readonly company: Company;
  readonly agency: Agency;
  readonly connectionId: string;
  /** What the ATS answers when asked again; 'stands' where nothing is said. */
  readonly answers: Map<string, Recheck>;
  setConnection(change: { state?: ConnectionState; letter?: LetterPolicy; mapping?: Mapping }): Promise<void>;
  setAgency(change: Partial<Omit<Agency, 'agencyId'>>): Promise<void>;
  removeAgency(): Promise<void>;
  /** A person (or none) with a rejection, not yet announced. */
  addRejection(change?: NewRejection): Promise<string>;
  changeRejection(rejectionId: string, change: Updateable<RejectionTable>): Promise<void>;
  letterOf(rejectionId: string): Promise<LetterRow>;
  letters(): Promise<readonly LetterRow[]>;
  announce<N extends EventName>(name: N, events: readonly EventOf<N>[]): Promise<void>;
  record(...rejectionIds: readonly string[]): Promise<void>;
  /** A process of its own, with parts of its own. */
  open(parts?: Partial<LettersParts>): Process;
  /** Events of this name that were published in transactions that were committed. */
  published(name: EventName): Promise<readonly Record<string, string>[]>;
}

export type LetterRow = Selectable<LetterTable>;

export interface NewRejection {
  readonly person?: {
    givenName?: string | null;
    familyName?: string | null;
    email?: string | null;
    locale?: string;
  } | null;
  readonly rejection?: Partial<Insertable<RejectionTable>>;
}

export interface Process {
  readonly letters: Letters;
  readonly jobs: StoredJobs;
}

export interface StoredJobs extends Jobs {
  /** Runs everything that waits, also what that adds, until nothing is left. A handler that throws ends it. */
  runAll(): Promise<void>;
  /** Runs what waits in this queue once, without taking it away: what a second worker would be given. */
  runCopy(queue: string): Promise<void>;
}

export async function openStage(database: Database, change: { readonly locale?: 'ja' | 'en' } = {}): Promise<Stage> {
  await database.runScript(`
    create schema if not exists stage;
    create table if not exists stage.job (id bigint generated always as identity primary key, queue text not null, data jsonb not null);
    grant usage on schema stage to career_relay_app, career_relay_system;
    grant select, insert, delete on stage.job to career_relay_app, career_relay_system;`);
  const clock = makeTestClock();
  const { company, agency } = await addCompany(database, openTestVault(), clock.now(), change);
  const { companyId } = company;
  const connectionId = newId();
  await database.forCompany(companyId, (tx) =>
    tx
      .insertInto('connection')
      .values({
        connection_id: connectionId,
        company_id: companyId,
        connector: 'greenhouse',
        state: 'live',
        settings: '{}',
        letter: JSON.stringify({ holdMinutes: 0, window: 'always' }),
        mapping: JSON.stringify({ reasons: {} }),
        failing_since: null,
        failing_code: null,
        created_at: clock.now(),
        updated_at: clock.now(),
        removed_at: null,
      })
      .execute(),
  );
  const answers = new Map<string, Recheck>();
  const stage: Stage = {
    database,
    clock,
    company,
    agency,
    connectionId,
    answers,
    async setConnection({ state, letter, mapping }) {
      await database.forCompany(companyId, (tx) =>
        tx
          .updateTable('connection')
          .set({
            ...(state && { state }),
            ...(letter && { letter: JSON.stringify(letter) }),
            ...(mapping && { mapping: JSON.stringify(mapping) }),
          })
          .where('connection_id', '=', connectionId)
          .execute(),
      );
    },
    async setAgency(agencyChange) {
      await database.forCompany(companyId, (tx) =>
        saveAgency(tx, companyId, { ...sampleAgency, ...agencyChange }, clock.now()),
      );
    },
    async removeAgency() {
      await database.runScript(`
        alter table agency_terms disable trigger all;
        delete from agency_terms where company_id = '${companyId}';
        delete from agency where company_id = '${companyId}';`);
    },
    addRejection: ({ person, rejection } = {}) =>
      database.forCompany(companyId, (tx) => addRejection(tx, { companyId, connectionId, clock }, person, rejection)),
    async changeRejection(rejectionId, rowChange) {
      await database.forCompany(companyId, (tx) =>
        tx.updateTable('rejection').set(rowChange).where('rejection_id', '=', rejectionId).execute(),
      );
    },
    async letterOf(rejectionId) {
      const found = (await stage.letters()).find((letter) => letter.rejection_id === rejectionId);
      if (!found) throw new Error('this rejection has no letter');
      return found;
    },
    letters: () =>
      database.forCompany(companyId, (tx) =>
        tx.selectFrom('letter').selectAll().where('company_id', '=', companyId).orderBy('letter_id').execute(),
      ),
    async announce(name, events) {
      await database.forCompany(companyId, (tx) => addJobs(tx, `letter.${name}`, events));
    },
    record: (...rejectionIds) =>
      stage.announce(
        'rejection-recorded',
        rejectionIds.map((rejectionId) => ({ companyId, rejectionId, connectionId })),
      ),
    open(parts = {}) {
      const jobs = openStoredJobs(database);
      const events: Events = {
        publish: (tx, name, published) => addJobs(tx, `event.${name}`, published),
        listen: (room, name, handle, batch = 50) => jobs.define({ name: `${room}.${name}`, batch, handle }),
      };
      const letters = openLetters({
        database,
        clock,
        events,
        jobs,
        log: pino({ level: 'silent' }),
        connections: { read: readConnection, writeLink: async () => ({ ok: true }) },
        intake: {
          recheck: async (_company, rejectionIds) =>
            new Map(rejectionIds.map((rejectionId) => [rejectionId, answers.get(rejectionId) ?? 'stands'])),
        },
        mailer: makeRecordingMailer(),
        baseUrl,
        mailFrom: 'relay@example.com',
        ...parts,
      });
      return { letters, jobs };
    },
    async published(name) {
      const result = await database.forSystem((tx) =>
        sql<{
          data: Record<string, string>;
        }>`select data from stage.job where queue = ${`event.${name}`} and data->>'companyId' = ${companyId} order by id`.execute(
          tx,
        ),
      );
      return result.rows.map(({ data }) => data);
    },
  };
  return stage;
}

async function addRejection(
  tx: Tx,
  place: { readonly companyId: string; readonly connectionId: string; readonly clock: TestClock },
  person: NewRejection['person'],
  rejection: NewRejection['rejection'],
): Promise<string> {
  const { companyId, connectionId, clock } = place;
  const now = clock.now();
  const personId = person === null ? null : newId();
  const rejectionId = newId();
  if (personId) {
    await tx
      .insertInto('person')
      .values({
        person_id: personId,
        company_id: companyId,
        email_key: personId,
        email: person?.email === undefined ? 'ichiro@example.com' : person.email,
        given_name: person?.givenName === undefined ? '一郎' : person.givenName,
        family_name: person?.familyName === undefined ? '髙﨑' : person.familyName,
        locale: person?.locale ?? null,
        erased_at: null,
        created_at: now,
      })
      .execute();
  }
  await tx
    .insertInto('rejection')
    .values({
      rejection_id: rejectionId,
      company_id: companyId,
      connection_id: connectionId,
      person_id: personId,
      application_ref: rejectionId,
      candidate_ref: rejectionId,
      decided_at: now,
      decided_by: 'company',
      reason_ref: 'r1',
      reason: 'skills',
      stage: 'Interview',
      job: '営業, 東京',
      source: 'direct',
      is_private: false,
      is_confidential: false,
      can_email: true,
      recorded_at: now,
      ...rejection,
    })
    .execute();
  return rejectionId;
}

/** What openConnections().read gives, as far as letters look. */
export async function readConnection(tx: Tx, connectionId: string): Promise<Connection | undefined> {
  const row = await tx
    .selectFrom('connection')
    .selectAll()
    .where('connection_id', '=', connectionId)
    .where('removed_at', 'is', null)
    .executeTakeFirst();
  return (
    row && {
      connectionId,
      companyId: row.company_id,
      connector: row.connector,
      state: row.state,
      resumesAs: row.resumes_as,
      settings: row.settings,
      letter: row.letter,
      mapping: row.mapping,
      access: row.access,
      mode: row.mode,
      markedAt: row.marked_at,
      backfillFrom: row.backfill_from,
      failingSince: row.failing_since,
      failingCode: row.failing_code,
      createdAt: row.created_at,
    }
  );
}

async function addJobs(tx: Tx, queue: string, jobs: readonly object[]): Promise<void> {
  await sql`
    insert into stage.job (queue, data)
    select ${queue}, data from jsonb_array_elements(${JSON.stringify(jobs)}::jsonb) with ordinality as given(data, position)
    order by position`.execute(tx);
}

function openStoredJobs(database: Database): StoredJobs {
  const queues = new Map<string, Queue<never>>();

  async function read(queue: string | undefined): Promise<readonly { id: string; queue: string; data: JobData }[]> {
    const result = await database.forSystem((tx) =>
      sql<{
        id: string;
        queue: string;
        data: JobData;
      }>`select id::text, queue, data from stage.job where queue not like 'event.%' and (${queue ?? null}::text is null or queue = ${queue ?? null}) order by id`.execute(
        tx,
      ),
    );
    return result.rows;
  }

  async function run(name: string, batch: readonly { data: JobData }[]): Promise<void> {
    for (const own of Map.groupBy(batch, ({ data }) => data.companyId).values())
      await queues.get(name)?.handle(own.map(({ data }) => data as never));
  }

  return {
    define: (queue) => void queues.set(queue.name, queue),
    enqueue: (tx, queue, jobs) => addJobs(tx, queue, jobs),
    async runAll() {
      for (let waiting = await read(undefined); waiting.length > 0; waiting = await read(undefined)) {
        const [first] = waiting;
        if (!first) return;
        const batch = waiting.filter(({ queue }) => queue === first.queue).slice(0, queues.get(first.queue)?.batch);
        await run(first.queue, batch);
        await database.forSystem((tx) =>
          sql`delete from stage.job where id = any (${sql.val(batch.map(({ id }) => id))}::bigint[])`.execute(tx),
        );
      }
    },
    async runCopy(name) {
      await run(name, await read(name));
    },
    start: async () => undefined,
    stop: async () => undefined,
    counts: async () => [],
    listDead: async () => [],
    redrive: async () => 0,
    forget: async () => undefined,
  };
}

export interface RecordingMailer extends Mailer {
  readonly mails: readonly Mail[];
}

/** Takes mails and remembers them, every copy; answers what `judge` says. Like SMTP: a repeated mail is a second mail. */
export function makeRecordingMailer(
  judge: (mail: Mail) => MailOutcome = () => ({ kind: 'sent' }),
  change: Partial<Mailer> = {},
): RecordingMailer {
  const mails: Mail[] = [];
  return {
    kind: 'smtp',
    isIdempotent: false,
    atOnce: 2,
    mails,
    async send(mail) {
      const outcome = judge(mail);
      if (outcome.kind === 'sent') mails.push(mail);
      return outcome;
    },
    close: async () => undefined,
    ...change,
  };
}

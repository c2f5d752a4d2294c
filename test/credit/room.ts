import { saveTerms, type Terms } from '../../src/company/index.ts';
import { type Balance, type Credits, openCredits, readBalance } from '../../src/credit/index.ts';
import type { EventOf } from '../../src/events.ts';
import type { Database } from '../../src/platform/database.ts';
import { newId } from '../../src/platform/ids.ts';
import type { DecidedBy, Decision, ReasonRule, RejectionStatus, Source } from '../../src/platform/tables.ts';
import { makeTestClock, type TestClock } from '../support/clock.ts';
import { addCompany, openTestVault } from '../support/company.ts';
import { makeTestEvents, type TestEvents } from '../support/events.ts';

export type Granted = EventOf<'consent-granted'>;
export type Recorded = EventOf<'rejection-recorded'>;

/** A company of its own with an agency, the credit room, and people who agree when a test says so. */
export interface TestRoom {
  readonly companyId: string;
  readonly agencyId: string;
  readonly clock: TestClock;
  readonly events: TestEvents;
  readonly credits: Credits;
  /** New terms, in force from now on. */
  agreeTerms(terms: Partial<Terms>): Promise<Terms>;
  /** Rejected by the company unless said otherwise. */
  addPeople(count: number, options?: { readonly areRejected: boolean }): Promise<readonly string[]>;
  /** Records a rejection of each as the intake room does; the events are given, not delivered. */
  reject(personIds: readonly string[], facts?: Partial<RejectionFacts>): Promise<readonly Recorded[]>;
  mapReason(reasonRef: string, rule: ReasonRule): Promise<void>;
  /** Records decisions as the consent room does, one per person; the events are given, not delivered. */
  decide(personIds: readonly string[], decision?: Decision): Promise<readonly Granted[]>;
  /** That many new people agree, and the room hears of it in one batch. */
  agree(count: number): Promise<readonly Granted[]>;
  readBalance(): Promise<Balance>;
}

interface RejectionFacts {
  readonly decidedBy: DecidedBy;
  readonly reasonRef: string;
  readonly source: Source;
  readonly isPrivate: boolean;
  readonly isConfidential: boolean;
  readonly canEmail: boolean;
  readonly status: RejectionStatus;
}

const vault = openTestVault();

export async function openRoom(database: Database, terms?: Partial<Terms>): Promise<TestRoom> {
  const clock = makeTestClock();
  const events = makeTestEvents();
  const { company, agency } = await addCompany(database, vault, clock.now());
  const { companyId } = company;
  const { agencyId } = agency;
  const textHash = newId();
  await database.forCompany(companyId, (tx) =>
    tx
      .insertInto('consent_text')
      .values({
        text_hash: textHash,
        company_id: companyId,
        text_version: '1',
        locale: 'ja',
        body: '𠮷野さんへ、髙﨑より',
        first_shown_at: clock.now(),
      })
      .execute(),
  );
  const lastOf = new Map<string, string>();
  const rejectionOf = new Map<string, string>();
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
        created_at: clock.now(),
        updated_at: clock.now(),
        removed_at: null,
      })
      .execute(),
  );

  const room: TestRoom = {
    companyId,
    agencyId,
    clock,
    events,
    credits: openCredits({ database, clock, events }),
    agreeTerms: (change) =>
      database.forCompany(companyId, (tx) =>
        saveTerms(
          tx,
          companyId,
          agencyId,
          { countsAt: 'consent', perCredit: 10, referralPeriodMonths: 12, creditValidMonths: null, ...change },
          clock.now(),
        ),
      ),
    async addPeople(count, { areRejected } = { areRejected: true }) {
      const people = Array.from({ length: count }, () => newId());
      await database.forCompany(companyId, (tx) =>
        tx
          .insertInto('person')
          .values(
            people.map((personId) => ({
              person_id: personId,
              company_id: companyId,
              email_key: personId,
              email: 'taro@example.com',
              given_name: '太郎',
              family_name: '髙﨑',
              locale: 'ja',
              erased_at: null,
              created_at: clock.now(),
            })),
          )
          .execute(),
      );
      if (!areRejected) return people;
      for (const [index, { rejectionId }] of (await room.reject(people)).entries())
        rejectionOf.set(people[index] ?? '', rejectionId);
      return people;
    },
    async reject(personIds, facts = {}) {
      const rows = personIds.map((personId) => ({ personId, rejectionId: newId() }));
      await database.forCompany(companyId, (tx) =>
        tx
          .insertInto('rejection')
          .values(
            rows.map(({ personId, rejectionId }) => ({
              rejection_id: rejectionId,
              company_id: companyId,
              connection_id: connectionId,
              person_id: personId,
              application_ref: rejectionId,
              candidate_ref: personId,
              decided_at: clock.now(),
              decided_by: facts.decidedBy ?? 'company',
              reason_ref: facts.reasonRef ?? null,
              reason: null,
              stage: null,
              job: null,
              source: facts.source ?? 'direct',
              is_private: facts.isPrivate ?? false,
              is_confidential: facts.isConfidential ?? false,
              can_email: facts.canEmail ?? true,
              status: facts.status ?? 'current',
              recorded_at: clock.now(),
            })),
          )
          .execute(),
      );
      return rows.map(({ rejectionId }) => ({ companyId, connectionId, rejectionId }));
    },
    async mapReason(reasonRef, rule) {
      await database.forCompany(companyId, (tx) =>
        tx
          .updateTable('connection')
          .set({ mapping: JSON.stringify({ reasons: { [reasonRef]: rule } }) })
          .where('connection_id', '=', connectionId)
          .execute(),
      );
    },
    async decide(personIds, decision = 'granted') {
      const rows = personIds.map((personId) => ({ personId, consentId: newId() }));
      await database.forCompany(companyId, (tx) =>
        tx
          .insertInto('consent')
          .values(
            rows.map(({ personId, consentId }) => ({
              consent_id: consentId,
              company_id: companyId,
              person_id: personId,
              purpose: 'introduction' as const,
              agency_id: agencyId,
              rejection_id: rejectionOf.get(personId) ?? null,
              decision,
              decided_at: clock.now(),
              text_hash: textHash,
              text_version: '1',
              locale: 'ja' as const,
              ticks: '["introduction"]',
              method: 'page',
              user_agent: null,
              referral_code: decision === 'granted' ? consentId : null,
              previous_consent_id: lastOf.get(personId) ?? null,
            })),
          )
          .execute(),
      );
      for (const { personId, consentId } of rows) lastOf.set(personId, consentId);
      return rows.map((row) => ({ companyId, agencyId, ...row }));
    },
    async agree(count) {
      const granted = await room.decide(await room.addPeople(count));
      await events.deliver('consent-granted', granted);
      return granted;
    },
    readBalance: () => database.forCompany(companyId, (tx) => readBalance(tx, companyId)),
  };
  if (terms) await room.agreeTerms(terms);
  return room;
}

import { saveTerms, type Terms } from '../../src/company/index.ts';
import { type Balance, type Credits, openCredits, readBalance } from '../../src/credit/index.ts';
import type { EventOf } from '../../src/events.ts';
import type { Database } from '../../src/platform/database.ts';
import { newId } from '../../src/platform/ids.ts';
import type { Decision } from '../../src/platform/tables.ts';
import { makeTestClock, type TestClock } from '../support/clock.ts';
import { addCompany, openTestVault } from '../support/company.ts';
import { makeTestEvents, type TestEvents } from '../support/events.ts';

export type Granted = EventOf<'consent-granted'>;

/** A company of its own with an agency, the credit room, and people who agree when a test says so. */
export interface TestRoom {
  readonly companyId: string;
  readonly agencyId: string;
  readonly clock: TestClock;
  readonly events: TestEvents;
  readonly credits: Credits;
  /** New terms, in force from now on. */
  agreeTerms(terms: Partial<Terms>): Promise<Terms>;
  addPeople(count: number): Promise<readonly string[]>;
  /** Records decisions as the consent room does, one per person; the events are given, not delivered. */
  decide(personIds: readonly string[], decision?: Decision): Promise<readonly Granted[]>;
  /** That many new people agree, and the room hears of it in one batch. */
  agree(count: number): Promise<readonly Granted[]>;
  readBalance(): Promise<Balance>;
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
    async addPeople(count) {
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
      return people;
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
              rejection_id: null,
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

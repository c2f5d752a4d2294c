import { newId } from '../../src/platform/ids.ts';
import type { TestRelay } from './relay.ts';

export interface Outcome {
  readonly count: number;
  readonly decidedAt: Date;
  readonly reason: string | null;
  readonly job: string | null;
  /** How many of them got their letter, and how many of those agreed. */
  readonly letters: number;
  readonly consents: number;
}

/** Writes down what came of rejections, as the stream would have. */
export async function addOutcome(
  { database }: Pick<TestRelay, 'database'>,
  at: { readonly companyId: string; readonly connectionId: string },
  { count, decidedAt, reason, job, letters, consents }: Outcome,
): Promise<void> {
  const [company_id, connection_id] = [at.companyId, at.connectionId];
  const people = Array.from({ length: count }, () => ({ person: newId(), rejection: newId(), consent: newId() }));
  const laterAt = new Date(decidedAt.getTime() + 10_000);
  await database.forCompany(at.companyId, async (tx) => {
    const agency = await tx.selectFrom('agency').select('agency_id').executeTakeFirstOrThrow();
    const nobody = { email_key: null, email: null, given_name: null, family_name: null, locale: null, erased_at: null };
    await tx
      .insertInto('person')
      .values(people.map(({ person }) => ({ person_id: person, company_id, ...nobody, created_at: decidedAt })))
      .execute();
    await tx
      .insertInto('rejection')
      .values(
        people.map(({ person, rejection }) => ({
          rejection_id: rejection,
          company_id,
          connection_id,
          person_id: person,
          application_ref: rejection,
          candidate_ref: person,
          decided_at: decidedAt,
          decided_by: 'company' as const,
          reason_ref: reason,
          reason,
          stage: null,
          job,
          source: 'direct' as const,
          is_private: false,
          is_confidential: false,
          can_email: true,
          recorded_at: decidedAt,
        })),
      )
      .execute();
    if (letters > 0)
      await tx
        .insertInto('letter')
        .values(
          people.slice(0, letters).map(({ person, rejection }) => ({
            letter_id: newId(),
            company_id,
            connection_id,
            rejection_id: rejection,
            person_id: person,
            status: 'sent' as const,
            reason: null,
            locale: 'ja' as const,
            template: 'career-relay',
            template_version: 'x',
            due_at: laterAt,
            queued_at: null,
            sent_at: laterAt,
            created_at: decidedAt,
            updated_at: laterAt,
          })),
        )
        .execute();
    if (consents === 0) return;
    await tx
      .insertInto('consent_text')
      .values({ text_hash: 'x', company_id, text_version: 'x', locale: 'ja', body: 'x', first_shown_at: decidedAt })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    await tx
      .insertInto('consent')
      .values(
        people.slice(0, consents).map(({ person, rejection, consent }) => ({
          consent_id: consent,
          company_id,
          agency_id: agency.agency_id,
          person_id: person,
          purpose: 'introduction' as const,
          rejection_id: rejection,
          decision: 'granted' as const,
          decided_at: laterAt,
          text_hash: 'x',
          text_version: 'x',
          locale: 'ja' as const,
          ticks: '["introduction"]',
          method: 'page',
          user_agent: null,
          referral_code: consent,
          previous_consent_id: null,
        })),
      )
      .execute();
  });
}

/** Writes down deliveries that stand so; gives their ids, oldest first. */
export async function addDeliveries(
  { database, clock }: Pick<TestRelay, 'database' | 'clock'>,
  at: { readonly companyId: string; readonly connectionId: string },
  deliveries: readonly {
    readonly status: 'processed' | 'set-aside' | 'failed' | 'ignored';
    readonly reason?: string;
    readonly body?: Buffer;
  }[],
): Promise<readonly string[]> {
  const rows = deliveries.map(({ status, reason = null, body = Buffer.from('{}') }) => {
    const id = newId();
    return {
      delivery_id: id,
      company_id: at.companyId,
      connection_id: at.connectionId,
      delivery_ref: id,
      received_at: clock.now(),
      body,
      status,
      reason,
      processed_at: clock.now(),
    };
  });
  await database.forCompany(at.companyId, (tx) => tx.insertInto('delivery').values(rows).execute());
  return rows.map((row) => row.delivery_id);
}

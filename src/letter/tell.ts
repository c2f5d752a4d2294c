import type { Events } from '../events.ts';
import type { Tx } from '../platform/database.ts';
import type { LetterFate } from './store.ts';

/**
 * Tells what became of letters, in the transaction that wrote it: planned to leave; waiting for a person (held, failed,
 * unknown); or no longer what was told of them (cancelled, skipped). One call for all.
 */
export async function tellFates(tx: Tx, events: Pick<Events, 'publish'>, fates: readonly LetterFate[]): Promise<void> {
  const planned = fates.filter(({ status }) => status === 'planned');
  const waiting = fates.filter(({ status }) => status === 'held' || status === 'failed' || status === 'unknown');
  const called = fates.filter(({ status }) => status === 'cancelled' || status === 'skipped');
  if (planned.length > 0) await events.publish(tx, 'letter-planned', planned.map(toPlace));
  if (waiting.length > 0)
    await events.publish(
      tx,
      'letter-held',
      waiting.map((one) => ({ ...toPlace(one), reason: one.reason ?? one.status })),
    );
  await tellChanged(tx, events, called);
}

/** Tells that what was told of these letters is no longer so. */
export async function tellChanged(
  tx: Tx,
  events: Pick<Events, 'publish'>,
  letters: readonly { readonly companyId: string; readonly letterId: string }[],
): Promise<void> {
  if (letters.length === 0) return;
  await events.publish(
    tx,
    'letter-changed',
    letters.map(({ companyId, letterId }) => ({ companyId, letterId })),
  );
}

function toPlace({ companyId, letterId, rejectionId, connectionId }: LetterFate) {
  return { companyId, letterId, rejectionId, connectionId };
}

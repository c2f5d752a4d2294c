import type { Tx } from '../platform/database.ts';
import type { ReceiptTable } from '../platform/tables.ts';

type ReceiptStatus = ReceiptTable['status'];

/** Statuses a receipt can still leave. The others are final. */
const open: readonly ReceiptStatus[] = ['waiting', 'sending'];

/**
 * Takes receipts in hand; gives the ids the caller now sends. One that another run took and never settled is taken
 * again if `mayRepeat`, else it becomes `unknown`. Those that are `moot` are skipped for good.
 */
export async function claimReceipts(
  tx: Tx,
  companyId: string,
  receipts: {
    readonly due: readonly string[];
    readonly moot: readonly string[];
    readonly mayRepeat: boolean;
    readonly now: Date;
  },
): Promise<ReadonlySet<string>> {
  const { due, moot, mayRepeat, now } = receipts;
  const all = [...due, ...moot];
  if (all.length === 0) return new Set();
  await tx
    .insertInto('receipt')
    .values(
      all.map((consentId) => ({
        consent_id: consentId,
        company_id: companyId,
        status: 'waiting' as const,
        sent_at: null,
        updated_at: now,
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const rows = await tx
    .selectFrom('receipt')
    .select(['consent_id', 'status'])
    .where('consent_id', 'in', all)
    .where('status', 'in', open)
    .orderBy('consent_id')
    .forUpdate()
    .execute();
  const isDue = new Set(due);
  const next = rows.map((row) => ({
    consentId: row.consent_id,
    status: judge(isDue.has(row.consent_id), row.status, mayRepeat),
  }));
  await saveReceipts(tx, next, now);
  return new Set(next.filter(({ status }) => status === 'sending').map(({ consentId }) => consentId));
}

function judge(isDue: boolean, status: ReceiptStatus, mayRepeat: boolean): ReceiptStatus {
  const mayHaveLeft = status === 'sending' && !mayRepeat;
  if (mayHaveLeft) return 'unknown';
  return isDue ? 'sending' : 'skipped';
}

/** Writes what became of receipts: one statement for all that ended alike. */
export async function saveReceipts(
  tx: Tx,
  receipts: readonly { readonly consentId: string; readonly status: ReceiptStatus }[],
  now: Date,
): Promise<void> {
  for (const [status, same] of Map.groupBy(receipts, (receipt) => receipt.status)) {
    const ids = same.map(({ consentId }) => consentId);
    await tx
      .updateTable('receipt')
      .set({ status, sent_at: status === 'sent' ? now : null, updated_at: now })
      .where('consent_id', 'in', ids)
      .execute();
  }
}

import { type Selectable, sql } from 'kysely';
import type { Tx } from '../platform/database.ts';
import type { AddressProofTable } from '../platform/tables.ts';
import type { Locale } from './pages.ts';
import type { Proof } from './static-link-model.ts';

export interface StoredProof extends Proof {
  readonly proofId: string;
  readonly browserHash: string;
  readonly emailKey: string;
  /** Sealed. */
  readonly content: string;
  readonly codeHash: string | null;
  readonly locale: Locale;
}

export type NewProof = Pick<StoredProof, 'proofId' | 'browserHash' | 'emailKey' | 'content' | 'locale' | 'askedAt'> & {
  readonly companyId: string;
  readonly tokenHash: string;
  readonly networkKey: string;
};

/** Adds a proof unless the network has asked for `atMost` since an instant; those of one network go one by one. */
export async function addProof(tx: Tx, proof: NewProof, since: Date, atMost: number): Promise<boolean> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`address_proof ${proof.networkKey}`}, 0))`.execute(tx);
  const { count } = await tx
    .selectFrom('address_proof')
    .select((row) => row.fn.countAll<string | number>().as('count'))
    .where('company_id', '=', proof.companyId)
    .where('network_key', '=', proof.networkKey)
    .where('asked_at', '>', since)
    .executeTakeFirstOrThrow();
  if (Number(count) >= atMost) return false;
  await tx
    .insertInto('address_proof')
    .values({
      proof_id: proof.proofId,
      company_id: proof.companyId,
      token_hash: proof.tokenHash,
      browser_hash: proof.browserHash,
      email_key: proof.emailKey,
      network_key: proof.networkKey,
      content: proof.content,
      locale: proof.locale,
      status: 'asked',
      code_hash: null,
      asked_at: proof.askedAt,
    })
    .execute();
  return true;
}

export async function readProof(tx: Tx, tokenHash: string): Promise<StoredProof | undefined> {
  const row = await tx.selectFrom('address_proof').selectAll().where('token_hash', '=', tokenHash).executeTakeFirst();
  return row && toProof(row);
}

/** The same, held until the transaction ends: tries at one code go one by one. */
export async function holdProof(tx: Tx, tokenHash: string): Promise<StoredProof | undefined> {
  const row = await tx
    .selectFrom('address_proof')
    .selectAll()
    .where('token_hash', '=', tokenHash)
    .forUpdate()
    .executeTakeFirst();
  return row && toProof(row);
}

/** Every proof of the address of this one, held: codes for one address are made one by one. Oldest first. */
export async function holdProofsOfAddress(tx: Tx, companyId: string, proofId: string): Promise<readonly StoredProof[]> {
  const rows = await tx
    .selectFrom('address_proof')
    .selectAll()
    .where('company_id', '=', companyId)
    .where('email_key', '=', (own) =>
      own.selectFrom('address_proof').select('email_key').where('proof_id', '=', proofId),
    )
    .orderBy('proof_id')
    .forUpdate()
    .execute();
  return rows.map(toProof);
}

/** Writes what became of proofs; a code stays only while it can be typed. */
export async function saveProofs(
  tx: Tx,
  proofIds: readonly string[],
  change: {
    readonly status: AddressProofTable['status'];
    readonly codeHash?: string;
    readonly sentAt?: Date;
    readonly tries?: number;
  },
): Promise<void> {
  if (proofIds.length === 0) return;
  const hasCode = change.status === 'sending' || change.status === 'sent';
  await tx
    .updateTable('address_proof')
    .set({
      status: change.status,
      ...(hasCode ? (change.codeHash ? { code_hash: change.codeHash } : {}) : { code_hash: null }),
      ...(change.sentAt ? { sent_at: change.sentAt } : {}),
      ...(change.tries === undefined ? {} : { tries: change.tries }),
    })
    .where('proof_id', 'in', proofIds)
    .execute();
}

/** Marks a mail as sent, if its code is still the one that counts. */
export async function finishSending(tx: Tx, proofId: string, codeHash: string): Promise<void> {
  await tx
    .updateTable('address_proof')
    .set({ status: 'sent' })
    .where('proof_id', '=', proofId)
    .where('status', '=', 'sending')
    .where('code_hash', '=', codeHash)
    .execute();
}

/** Removes what is older; gives how many. System transaction. */
export async function forgetProofs(tx: Tx, before: Date): Promise<number> {
  const gone = await tx.deleteFrom('address_proof').where('asked_at', '<', before).executeTakeFirst();
  return Number(gone.numDeletedRows);
}

function toProof(row: Selectable<AddressProofTable>): StoredProof {
  return {
    proofId: row.proof_id,
    browserHash: row.browser_hash,
    emailKey: row.email_key,
    content: row.content,
    codeHash: row.code_hash,
    locale: row.locale,
    status: row.status,
    tries: row.tries,
    askedAt: row.asked_at,
    sentAt: row.sent_at,
  };
}

import type { Tx } from './database.ts';
import { isId } from './ids.ts';

/** How to ask for the company of each thing that has an id of ours. A removed connection is no one's any more. */
const lookUps = {
  connection: (tx: Tx, id: string) =>
    tx.selectFrom('connection').select('company_id').where('connection_id', '=', id).where('removed_at', 'is', null),
  letter: (tx: Tx, id: string) => tx.selectFrom('letter').select('company_id').where('letter_id', '=', id),
  'letter-batch': (tx: Tx, id: string) => tx.selectFrom('letter_batch').select('company_id').where('batch_id', '=', id),
  template: (tx: Tx, id: string) => tx.selectFrom('letter_template').select('company_id').where('template_id', '=', id),
  delivery: (tx: Tx, id: string) => tx.selectFrom('delivery').select('company_id').where('delivery_id', '=', id),
  import: (tx: Tx, id: string) => tx.selectFrom('file_import').select('company_id').where('import_id', '=', id),
  referral: (tx: Tx, id: string) => tx.selectFrom('referral').select('company_id').where('referral_id', '=', id),
  reservation: (tx: Tx, id: string) =>
    tx.selectFrom('credit_reservation').select('company_id').where('reservation_id', '=', id),
};

export type Owned = keyof typeof lookUps;

/** Whose a thing is; undefined when there is nothing by that id. System transaction. */
export async function readOwner(tx: Tx, kind: Owned, id: string): Promise<string | undefined> {
  if (!isId(id)) return undefined;
  const row = await lookUps[kind](tx, id).executeTakeFirst();
  return row?.company_id;
}

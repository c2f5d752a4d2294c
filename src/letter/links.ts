import type { Tx } from '../platform/database.ts';
import { newToken, sha256 } from '../platform/ids.ts';

/** Days after which a link no longer grants; it goes on showing and withdrawing. */
export const linkDays = 60;

/** A personal way into the consent page. */
export interface Link {
  readonly companyId: string;
  readonly personId: string;
  readonly rejectionId: string | null;
  readonly letterId: string | null;
  readonly createdAt: Date;
  /** Afterwards it still shows and withdraws, but no longer grants. */
  readonly grantsUntil: Date;
}

export interface NewLink {
  readonly token: string;
  readonly companyId: string;
  readonly personId: string;
  readonly rejectionId: string | null;
  readonly letterId: string | null;
}

/** Makes a link and gives its token in clear, for the mail only: the database keeps the hash. Earlier links stay good. */
export async function issueLink(tx: Tx, input: Omit<NewLink, 'token'> & { readonly now: Date }): Promise<string> {
  const { now, ...link } = input;
  const token = newToken();
  await insertLinks(tx, [{ ...link, token }], now);
  return token;
}

export async function insertLinks(tx: Tx, links: readonly NewLink[], now: Date): Promise<void> {
  if (links.length === 0) return;
  await tx
    .insertInto('link')
    .values(
      links.map((link) => ({
        token_hash: sha256(link.token),
        company_id: link.companyId,
        person_id: link.personId,
        rejection_id: link.rejectionId,
        letter_id: link.letterId,
        created_at: now,
        grants_until: new Date(now.getTime() + linkDays * 24 * 3_600_000),
      })),
    )
    .execute();
}

/** The link of a token, whatever its age; undefined when there is none. System transaction: its company is not known yet. */
export async function readLink(tx: Tx, token: string): Promise<Link | undefined> {
  const row = await tx.selectFrom('link').selectAll().where('token_hash', '=', sha256(token)).executeTakeFirst();
  return (
    row && {
      companyId: row.company_id,
      personId: row.person_id,
      rejectionId: row.rejection_id,
      letterId: row.letter_id,
      createdAt: row.created_at,
      grantsUntil: row.grants_until,
    }
  );
}

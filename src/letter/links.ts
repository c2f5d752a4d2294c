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
  /** The connection whose decision it waits for; null: it came with one. */
  readonly connectionId: string | null;
}

export interface NewLink {
  readonly token: string;
  readonly companyId: string;
  readonly personId: string;
  readonly rejectionId: string | null;
  readonly letterId: string | null;
  /** The application it is made for before there is any decision. */
  readonly madeFor?: { readonly connectionId: string; readonly applicationRef: string };
}

/** Makes a link and gives its token in clear, for the mail only: the database keeps the hash. Earlier links stay good. */
export async function issueLink(tx: Tx, input: Omit<NewLink, 'token'> & { readonly now: Date }): Promise<string> {
  const { now, ...link } = input;
  const token = newToken();
  await insertLinks(tx, [{ ...link, token }], now);
  return token;
}

/** When a link that came with a decision at this instant stops granting. */
export function toGrantsUntil(decidedAt: Date): Date {
  return new Date(decidedAt.getTime() + linkDays * 24 * 3_600_000);
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
        grants_until: toGrantsUntil(now),
        connection_id: link.madeFor?.connectionId ?? null,
        application_ref: link.madeFor?.applicationRef ?? null,
        written_at: null,
      })),
    )
    .execute();
}

/**
 * The links of these tokens, by token, whatever their age; one that never was is missing. System transaction: their
 * companies are not known yet.
 */
export async function readLinks(tx: Tx, tokens: readonly string[]): Promise<ReadonlyMap<string, Link>> {
  if (tokens.length === 0) return new Map();
  const tokenOf = new Map(tokens.map((token) => [sha256(token), token]));
  const rows = await tx
    .selectFrom('link')
    .selectAll()
    .where('token_hash', 'in', [...tokenOf.keys()])
    .execute();
  return new Map(
    rows.map((row) => [
      tokenOf.get(row.token_hash) ?? '',
      {
        companyId: row.company_id,
        personId: row.person_id,
        rejectionId: row.rejection_id,
        letterId: row.letter_id,
        createdAt: row.created_at,
        grantsUntil: row.grants_until,
        connectionId: row.connection_id,
      },
    ]),
  );
}

/** The link of one token; undefined when it never was one. System transaction. */
export async function readLink(tx: Tx, token: string): Promise<Link | undefined> {
  return (await readLinks(tx, [token])).get(token);
}

import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database.ts';
import { newToken, sha256 } from '../../platform/ids.ts';

const minutes = 10;

export interface TicketParts {
  readonly database: Database;
  readonly clock: Clock;
}

/** Lets a browser, which cannot send a bearer token, begin one install: for ten minutes, once. */
export async function makeTicket(
  { database, clock }: TicketParts,
  { companyId, connector }: { readonly companyId: string; readonly connector: string },
): Promise<{ readonly ticket: string; readonly expiresAt: Date }> {
  const ticket = newToken();
  const now = clock.now();
  const expiresAt = new Date(now.getTime() + minutes * 60_000);
  await database.forCompany(companyId, async (tx) => {
    await tx.deleteFrom('install_ticket').where('expires_at', '<=', now).execute();
    await tx
      .insertInto('install_ticket')
      .values({ ticket_hash: sha256(ticket), company_id: companyId, connector, expires_at: expiresAt })
      .execute();
  });
  return { ticket, expiresAt };
}

/** Spends a ticket. @returns the company it is for; undefined when it is unknown, spent, expired or for another connector. */
export async function takeTicket(
  { database, clock }: TicketParts,
  { ticket, connector }: { readonly ticket: string; readonly connector: string },
): Promise<string | undefined> {
  const taken = await database.forSystem((tx) =>
    tx
      .deleteFrom('install_ticket')
      .where('ticket_hash', '=', sha256(ticket))
      .where('connector', '=', connector)
      .where('expires_at', '>', clock.now())
      .returning('company_id as companyId')
      .executeTakeFirst(),
  );
  return taken?.companyId;
}

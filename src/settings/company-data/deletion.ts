import {
  type Company,
  type Deletion,
  deletionWaitDays,
  holdCompany,
  readCompany,
  readDeletion,
  toDeletion,
} from '../../company/index.ts';
import type { Connections } from '../../connector/index.ts';
import { renderMail } from '../../letter/index.ts';
import { appendAudit } from '../../platform/audit.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Database, Tx } from '../../platform/database.ts';
import { RelayError } from '../../platform/errors.ts';
import { dayMs, toLongDate } from '../../platform/japan.ts';
import type { JobData, Jobs } from '../../platform/jobs.ts';
import type { Log } from '../../platform/log.ts';
import type { Mail, Mailer } from '../../platform/mail.ts';
import { listMembers } from '../identity/store.ts';

export interface DeletionParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly jobs: Jobs;
  readonly log: Log;
  readonly connections: Pick<Connections, 'list' | 'hold' | 'pause'>;
  readonly mailer: Mailer;
  readonly baseUrl: string;
  readonly mailFrom: string;
}

/** The waiting time before a company is erased. */
export interface Deletions {
  /**
   * Begins it: every connection is paused in the same transaction, and every owner is told by mail.
   * @param name as it was typed. @throws RelayError request_invalid when it is not the company's, request_conflict when it has begun.
   */
  begin(companyId: string, input: { readonly name: string; readonly actor: string }): Promise<Deletion>;
  /** Stops it; connections stay paused until somebody resumes them. @throws RelayError request_conflict when it is too late, or nothing to stop. */
  stop(companyId: string, actor: string): Promise<void>;
}

interface TellJob extends JobData {
  readonly userId: string;
}

/** Stored, so never renamed. */
const queue = 'settings.tell-deletion';

export function openDeletions(parts: DeletionParts): Deletions {
  const { database, clock, jobs, connections } = parts;
  jobs.define<TellJob>({
    name: queue,
    batch: 10,
    async handle(told) {
      for (const { companyId, userId } of told) await tellOwner(parts, companyId, userId);
    },
  });

  return {
    begin: (companyId, { name, actor }) =>
      database.forSystem(async (tx) => {
        const now = clock.now();
        await pauseAll(connections, tx, companyId, actor);
        const company = await holdCompany(tx, companyId);
        if (!isSameName(company, name))
          throw new RelayError('request_invalid', { message: "name must be the company's name" });
        const row = await tx
          .insertInto('company_deletion')
          .values({
            company_id: companyId,
            asked_by: actor,
            asked_at: now,
            ends_at: new Date(now.getTime() + deletionWaitDays * dayMs),
            erasing_since: null,
          })
          .onConflict((conflict) => conflict.doNothing())
          .returningAll()
          .executeTakeFirst();
        if (!row) throw new RelayError('request_conflict', { message: 'the deletion has begun already' });
        const fact = { companyId, at: now, actor, action: 'company.deletion-asked', subject: companyId };
        await appendAudit(tx, { ...fact, detail: { endsAt: row.ends_at.toISOString() } });
        const owners = (await listMembers(tx, companyId)).filter(({ role }) => role === 'owner');
        await jobs.enqueue<TellJob>(
          tx,
          queue,
          owners.map(({ userId }) => ({ companyId, userId })),
        );
        return toDeletion(row);
      }),

    stop: (companyId, actor) =>
      database.forCompany(companyId, async (tx) => {
        const stopped = await tx
          .deleteFrom('company_deletion')
          .where('company_id', '=', companyId)
          .where('erasing_since', 'is', null)
          .returning('company_id')
          .executeTakeFirst();
        if (!stopped) throw new RelayError('request_conflict', { message: 'there is no deletion that can be stopped' });
        const fact = { companyId, at: clock.now(), actor, action: 'company.deletion-stopped', subject: companyId };
        await appendAudit(tx, fact);
      }),
  };
}

/** All of them are held before the first is changed: so no two that pause and resume wait for each other. */
async function pauseAll(
  connections: DeletionParts['connections'],
  tx: Tx,
  companyId: string,
  actor: string,
): Promise<void> {
  const installed = await connections.list(tx, companyId);
  for (const { connectionId } of installed) await connections.hold(tx, connectionId);
  for (const { connectionId } of installed) await connections.pause(tx, connectionId, actor);
}

function isSameName({ name }: Company, typed: string): boolean {
  return name.normalize('NFKC').trim() === typed.normalize('NFKC').trim();
}

/** A mail that did not surely arrive is not sent twice: the page tells it, too. */
async function tellOwner(parts: DeletionParts, companyId: string, userId: string): Promise<void> {
  const mail = await parts.database.forSystem((tx) => writeMail(parts, tx, companyId, userId));
  if (!mail) return;
  const outcome = await parts.mailer.send(mail);
  if (outcome.kind === 'refused' && !outcome.isPermanent)
    throw new RelayError('mail_unavailable', { message: outcome.reason });
  if (outcome.kind !== 'sent')
    parts.log.warn(
      { companyId, outcome: outcome.kind },
      'an owner was not surely told that the company is to be deleted',
    );
}

async function writeMail(
  { baseUrl, mailFrom }: DeletionParts,
  tx: Tx,
  companyId: string,
  userId: string,
): Promise<Mail | undefined> {
  const company = await readCompany(tx, companyId);
  const deletion = await readDeletion(tx, companyId);
  const owner = (await listMembers(tx, companyId)).find((member) => member.userId === userId);
  if (!company || !deletion || owner?.role !== 'owner') return undefined;
  const { locale, name, slug } = company;
  return {
    key: `company-deletion-${companyId}-${deletion.askedAt.getTime()}-${userId}`,
    companyId,
    from: { name: 'Career Relay', address: mailFrom },
    replyTo: mailFrom,
    to: { name: '', address: owner.email },
    ...renderMail('company-deletion', locale, {
      companyName: name,
      endsOn: toLongDate(locale, deletion.endsAt),
      dataUrl: `${baseUrl}/app/c/${slug}/settings?tab=data`,
      serviceUrl: baseUrl,
    }),
  };
}

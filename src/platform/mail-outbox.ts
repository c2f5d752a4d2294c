import type { Clock } from './clock.ts';
import type { Database, Tx } from './database.ts';
import { newId } from './ids.ts';
import type { Mail, Mailer, MailOutcome } from './mail.ts';
import { type Mailbox, type Message, toMessage } from './mail-message.ts';

export interface OutboxParts {
  readonly database: Database;
  readonly clock: Clock;
  /** Ours, for the Message-ID. */
  readonly host: string;
}

interface Waiting {
  readonly mail: Mail;
  readonly resolve: (outcome: MailOutcome) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Keeps mail in the database instead of sending it, once per key: repeating a mail keeps the first.
 * Mails given at the same moment are written in one statement per company.
 */
export function openOutboxMailer(parts: OutboxParts): Mailer {
  let waiting: Waiting[] = [];

  async function flush(): Promise<void> {
    const taken = waiting;
    waiting = [];
    for (const [companyId, own] of Map.groupBy(taken, ({ mail }) => mail.companyId)) {
      try {
        const outcomes = await keepMails(
          parts,
          companyId,
          own.map(({ mail }) => mail),
        );
        for (const [index, { resolve }] of own.entries()) resolve(outcomes[index] ?? { kind: 'sent' });
      } catch (error) {
        for (const { reject } of own) reject(error);
      }
    }
  }

  return {
    kind: 'outbox',
    isIdempotent: true,
    atOnce: 50,
    send(mail) {
      if (waiting.length === 0) queueMicrotask(() => void flush());
      return new Promise((resolve, reject) => waiting.push({ mail, resolve, reject }));
    },
    close: async () => undefined,
  };
}

async function keepMails(parts: OutboxParts, companyId: string, mails: readonly Mail[]): Promise<MailOutcome[]> {
  const ready = mails.map((mail) => ({ mail, message: toMessage(mail, parts.host) }));
  const rows = ready.flatMap(({ mail, message }) => (message ? [toRow(mail, message, parts.clock.now())] : []));
  if (rows.length > 0) await parts.database.forCompany(companyId, (tx) => insertMails(tx, rows));
  return ready.map(({ message }) =>
    message ? { kind: 'sent' } : { kind: 'refused', isPermanent: true, reason: 'address-invalid' },
  );
}

async function insertMails(tx: Tx, rows: readonly ReturnType<typeof toRow>[]): Promise<void> {
  await tx
    .insertInto('outbox_mail')
    .values(rows)
    .onConflict((conflict) => conflict.columns(['company_id', 'mail_key']).doNothing())
    .execute();
}

function toRow(mail: Mail, message: Message, now: Date) {
  const from = showMailbox(message.from);
  const to = showMailbox(message.to);
  const headers = {
    From: from,
    To: to,
    'Reply-To': message.replyTo,
    Subject: message.subject,
    Date: now.toUTCString(),
    'Message-ID': message.messageId,
    ...message.headers,
  };
  return {
    mail_id: newId(),
    company_id: mail.companyId,
    mail_key: mail.key,
    to,
    from,
    subject: message.subject,
    text: message.text,
    html: message.html,
    headers: JSON.stringify(headers),
    sent_at: now,
  };
}

function showMailbox({ name, address }: Mailbox): string {
  return name === '' ? address : `"${name.replace(/["\\]/g, '\\$&')}" <${address}>`;
}

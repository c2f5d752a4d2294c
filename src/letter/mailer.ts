import type { Clock } from '../platform/clock.ts';
import type { Database } from '../platform/database.ts';
import type { Mailer } from '../platform/mail.ts';
import { openOutboxMailer } from '../platform/mail-outbox.ts';
import { openSmtpMailer } from '../platform/mail-smtp.ts';

/** Mail goes out by SMTP where a server is named, else into the local outbox. */
export function openMailer(parts: {
  readonly smtpUrl: string | undefined;
  readonly database: Database;
  readonly clock: Clock;
  readonly baseUrl: string;
}): Mailer {
  const { smtpUrl, database, clock, baseUrl } = parts;
  const host = new URL(baseUrl).hostname;
  return smtpUrl ? openSmtpMailer({ smtpUrl, host }) : openOutboxMailer({ database, clock, host });
}

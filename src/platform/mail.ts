/** One message to one person. */
export interface Mail {
  /** Ours, stable over tries: the Message-ID is made of it, and the outbox keeps one mail per key. */
  readonly key: string;
  readonly companyId: string;
  readonly from: { readonly name: string; readonly address: string };
  readonly replyTo: string;
  readonly to: { readonly name: string; readonly address: string };
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * sent: the server took it (or the outbox holds it) · refused: it did not leave; `isPermanent` says whether trying again
 * can help · unknown: the server may have taken it, so nobody sends it again by himself.
 */
export type MailOutcome =
  | { readonly kind: 'sent' }
  | { readonly kind: 'refused'; readonly isPermanent: boolean; readonly reason: string }
  | { readonly kind: 'unknown'; readonly reason: string };

export interface Mailer {
  /** True where sending the same key twice keeps one mail, so a sending cut short may simply be repeated. */
  readonly isIdempotent: boolean;
  readonly kind: 'smtp' | 'outbox';
  /** How many mails are best under way at once; 1 when absent. */
  readonly atOnce?: number;
  send(mail: Mail): Promise<MailOutcome>;
  close(): Promise<void>;
}

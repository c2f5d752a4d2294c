import type { Mail } from './mail.ts';
import { toPlainLine } from './plain-line.ts';

export interface Mailbox {
  readonly name: string;
  readonly address: string;
}

/** A mail made safe: no value can end its header line or smuggle in a second recipient. */
export interface Message {
  readonly from: Mailbox;
  readonly to: Mailbox;
  readonly replyTo: string;
  readonly subject: string;
  readonly messageId: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly html: string;
}

/**
 * Makes a mail ready for its headers. Names and subjects are folded to one line; addresses are not mended but refused.
 * No List-Unsubscribe: a result of an application and a receipt of a decision are each one notice about the person's own
 * doing. There is no list to leave, and a client's "unsubscribe" button would promise one.
 * @param host ours, for the Message-ID: the same key gives the same id, so that a repeated mail can be recognised.
 * @returns undefined when an address cannot stand in a header.
 */
export function toMessage(mail: Mail, host: string): Message | undefined {
  const from = toAddress(mail.from.address);
  const to = toAddress(mail.to.address);
  const replyTo = toAddress(mail.replyTo);
  if (!from || !to || !replyTo) return undefined;
  return {
    from: { name: toHeaderText(mail.from.name), address: from },
    to: { name: toHeaderText(mail.to.name), address: to },
    replyTo,
    subject: toHeaderText(mail.subject),
    messageId: `<${mail.key.replace(/[^A-Za-z0-9._-]/g, '-')}@${host}>`,
    headers: { ...toHeaders(mail.headers ?? {}), 'Auto-Submitted': 'auto-generated' },
    text: mail.text.toWellFormed(),
    html: mail.html.toWellFormed(),
  };
}

/** One line, in which nothing looks like an encoded word (RFC 2047) that a mail program would read as something else. */
function toHeaderText(text: string): string {
  return toPlainLine(text).replaceAll('=?', '= ?');
}

/** Headers of our own only: what names sender, recipients or encoding cannot be set from outside. */
function toHeaders(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const own = Object.entries(headers).filter(([name]) => /^X-[A-Za-z0-9-]{1,60}$/i.test(name));
  return Object.fromEntries(own.map(([name, value]) => [name, toHeaderText(value)]));
}

const domain =
  /^(?=.{1,253}$)[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}-]*[\p{L}\p{M}\p{N}])?(?:\.[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}-]*[\p{L}\p{M}\p{N}])?)*$/u;
const localPart = /^[\p{L}\p{M}\p{N}.!#$%&'*+/=?^_`{|}~-]{1,64}$/u;

/**
 * An address as it may stand in a header and an envelope, or undefined. Japanese mobile carriers gave out addresses
 * with dots where RFC 5322 allows none (`a..b@`, `abc.@`); those are reached by quoting the local part.
 */
export function toAddress(text: string): string | undefined {
  const at = text.lastIndexOf('@');
  const local = text.slice(0, at);
  if (at < 1 || !domain.test(text.slice(at + 1)) || !localPart.test(local)) return undefined;
  const hasStrayDots = local.startsWith('.') || local.endsWith('.') || local.includes('..');
  return hasStrayDots ? `"${local}"${text.slice(at)}` : text;
}

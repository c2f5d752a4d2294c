import { toAddress } from '../platform/mail-message.ts';
import { toPlainLine } from '../platform/plain-line.ts';
import type { ProofStatus } from '../platform/tables.ts';

/** A code is good for so many minutes, and so many tries. */
export const codeMinutes = 15;
export const triesAtMost = 5;
/** Within an hour: codes sent to one address, and requests for one from one network. */
export const codesPerHour = 3;
export const requestsPerHour = 30;
/** How long what was typed is kept, sealed; longer than any of the limits looks back. */
export const keptMinutes = 120;

export const hourMs = 3_600_000;

export const nameMax = 100;
/** RFC 5321 allows no longer one. */
export const emailMax = 254;

export type NameFault = 'missing' | 'too-long';
export type EmailFault = 'missing' | 'malformed';

/** What somebody typed, made ready; or what is wrong with it, field by field. */
export type Typed =
  | { readonly ok: true; readonly name: string; readonly email: string }
  | { readonly ok: false; readonly name: NameFault | undefined; readonly email: EmailFault | undefined };

export function readTyped(given: { readonly name: string; readonly email: string }): Typed {
  const name = toPlainLine(given.name.replaceAll('\u3000', ' '));
  const email = readEmail(given.email);
  const nameFault = findNameFault(name);
  if (nameFault || !email) {
    const emailFault = given.email.trim() === '' ? 'missing' : 'malformed';
    return { ok: false, name: nameFault, email: email ? undefined : emailFault };
  }
  return { ok: true, name, email };
}

function findNameFault(name: string): NameFault | undefined {
  if (name === '') return 'missing';
  return [...name].length > nameMax ? 'too-long' : undefined;
}

/**
 * The address as a mail server takes it: full width folded, spaces (which no address has) left out, 。 read as a dot.
 * undefined for what cannot be an address; letters other than ASCII before the @ are a Japanese keyboard left on.
 */
export function readEmail(text: string): string | undefined {
  const folded = toPlainLine(text.slice(0, 4 * emailMax).normalize('NFKC'))
    .replaceAll(/\s/gu, '')
    .replaceAll('。', '.');
  const at = folded.lastIndexOf('@');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII is what this is about
  const isAscii = /^[\x00-\x7f]*$/.test(folded.slice(0, at));
  const hasDomain = /\.[\p{L}][\p{L}\p{M}\p{N}-]*$/u.test(folded.slice(at));
  return folded.length <= emailMax && isAscii && hasDomain && toAddress(folded) ? folded : undefined;
}

/** The six digits of a code, in whatever width and with whatever between them; undefined when they are not six. */
export function readCode(text: string): string | undefined {
  const digits = text.slice(0, 100).normalize('NFKC').replaceAll(/[\s-]/gu, '');
  return /^[0-9]{6}$/.test(digits) ? digits : undefined;
}

/** Who asks, as far as limits go: an IPv4 address, or the /64 that one household gets in IPv6. */
export function toNetwork(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped || !address.includes(':')) return mapped ?? address;
  const [head = '', tail] = address.toLowerCase().split('%')[0]?.split('::') ?? [];
  const groups = head.split(':').filter(Boolean);
  const last = tail?.split(':').filter(Boolean) ?? [];
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - groups.length - last.length);
  const whole = [...groups, ...Array.from({ length: zeros }, () => '0'), ...last];
  return `${whole
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')}::/64`;
}

export interface Proof {
  readonly status: ProofStatus;
  readonly tries: number;
  readonly askedAt: Date;
  readonly sentAt: Date | null;
}

/** False once a code (also one that was never sent) has run out, was used, or gave way to a newer one. */
export function isOpen({ status, tries, askedAt, sentAt }: Proof, now: Date): boolean {
  if (status === 'used' || status === 'ended' || tries >= triesAtMost) return false;
  return now.getTime() < (sentAt ?? askedAt).getTime() + codeMinutes * 60_000;
}

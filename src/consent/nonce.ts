import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { newToken } from '../platform/ids.ts';

/** What a form was made for. The answer to it counts only for the same link, in the same browser, in time. */
export interface Shown {
  readonly locale: 'ja' | 'en';
  /** The hash of the text the form showed. */
  readonly textHash: string;
}

/** Ties a form to one browser and one link without keeping anything: any process can check what another made. */
export interface Nonces {
  /** A value for the browser's cookie: the one it has, where that is one of ours, else a new one. */
  bind(cookie: string | undefined): string;
  make(cookie: string, tokenHash: string, shown: Shown, now: Date): string;
  /** What the form showed; undefined when the nonce was not made for this cookie and link, or is older than `formMinutes`. */
  read(nonce: string, cookie: string | undefined, tokenHash: string, now: Date): Shown | undefined;
}

/** How long a form may lie open before it is answered. */
export const formMinutes = 30;

const cookiePattern = /^[\w-]{43}$/;
const noncePattern = /^(\d{10,12})\.(ja|en)\.([0-9a-f]{64})\.([\w-]{43})$/;

/** @param secretKeys the first makes, all are accepted, so a key can be rotated while forms lie open. */
export function openNonces(secretKeys: readonly Buffer[]): Nonces {
  const keys = secretKeys.map((key) => Buffer.from(hkdfSync('sha256', key, '', 'consent-nonce', 32)));
  const [newest] = keys;
  if (!newest) throw new Error('no SECRET_KEY is set');
  return {
    bind: (cookie) => (cookie && cookiePattern.test(cookie) ? cookie : newToken()),
    make(cookie, tokenHash, shown, now) {
      const until = Math.floor(now.getTime() / 1000) + formMinutes * 60;
      const claim = `${until}.${shown.locale}.${shown.textHash}`;
      return `${claim}.${sign(newest, claim, cookie, tokenHash).toString('base64url')}`;
    },
    read(nonce, cookie, tokenHash, now) {
      const [, until, locale, textHash, mac] = noncePattern.exec(nonce) ?? [];
      if (!until || !textHash || !mac || !cookie || !cookiePattern.test(cookie)) return undefined;
      const given = Buffer.from(mac, 'base64url');
      const claim = `${until}.${locale}.${textHash}`;
      const isOurs = keys.some((key) => timingSafeEqual(sign(key, claim, cookie, tokenHash), given));
      if (!isOurs || now.getTime() > Number(until) * 1000) return undefined;
      return { locale: locale === 'en' ? 'en' : 'ja', textHash };
    },
  };
}

function sign(key: Buffer, claim: string, cookie: string, tokenHash: string): Buffer {
  return createHmac('sha256', key).update(`${claim}|${cookie}|${tokenHash}`).digest();
}

import { randomBytes } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { openNonces } from '../../src/consent/nonce.ts';
import { newToken, sha256 } from '../../src/platform/ids.ts';

const key = randomBytes(32);
const nonces = openNonces([key]);
const now = new Date('2026-11-24T01:00:00Z');
const minutesLater = (minutes: number) => new Date(now.getTime() + minutes * 60_000);
const link = sha256('a link');
const shown = { locale: 'ja', textHash: sha256('a text') } as const;

test('a nonce made by one process is accepted by another that has the same key', () => {
  const cookie = nonces.bind(undefined);

  const nonce = nonces.make(cookie, link, shown, now);

  expect(openNonces([key]).read(nonce, cookie, link, minutesLater(29))).toEqual(shown);
});

test('a nonce outlives the rotation of its key', () => {
  const cookie = nonces.bind(undefined);
  const nonce = nonces.make(cookie, link, shown, now);

  expect(openNonces([randomBytes(32), key]).read(nonce, cookie, link, now)).toEqual(shown);
  expect(openNonces([randomBytes(32)]).read(nonce, cookie, link, now)).toBeUndefined();
});

test('a nonce counts only in its own browser, for its own link and for half an hour', () => {
  const cookie = nonces.bind(undefined);
  const nonce = nonces.make(cookie, link, shown, now);

  expect(nonces.read(nonce, newToken(), link, now)).toBeUndefined();
  expect(nonces.read(nonce, undefined, link, now)).toBeUndefined();
  expect(nonces.read(nonce, cookie, sha256('another link'), now)).toBeUndefined();
  expect(nonces.read(nonce, cookie, link, minutesLater(31))).toBeUndefined();
});

test('a nonce cannot be bent: another time, language, text or seal is not accepted', () => {
  const cookie = nonces.bind(undefined);
  const [until, locale, textHash, seal] = nonces.make(cookie, link, shown, now).split('.');

  const bent = [
    [Number(until) + 60, locale, textHash, seal],
    [until, 'en', textHash, seal],
    [until, locale, sha256('another text'), seal],
    [until, locale, textHash, newToken()],
    [until, locale, textHash],
    ['日本語'],
    [''],
  ].map((parts) => parts.join('.'));

  expect(bent.map((nonce) => nonces.read(nonce, cookie, link, now))).toEqual(bent.map(() => undefined));
});

test('a browser keeps the cookie it has, so that two tabs can both be answered; a foreign value is replaced', () => {
  const cookie = nonces.bind(undefined);

  expect(nonces.bind(cookie)).toBe(cookie);
  expect(nonces.bind('planted')).not.toBe('planted');
  expect(nonces.bind(undefined)).not.toBe(cookie);
});

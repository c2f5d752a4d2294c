import { createSecretKey } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { HeaderSignature } from '../../src/connector/index.ts';
import { signDelivery, verifyDelivery } from '../../src/connector/signatures.ts';

const signature: HeaderSignature = {
  scheme: 'hmac-header',
  header: 'signature',
  algorithm: 'sha256',
  encoding: 'hex',
  prefix: 'sha256 ',
};
const secret = 'acme-secret-0123456789abcdef';
const body = Buffer.from('{"action":"reject","name":"髙﨑 𠮷野 ｶﾅ 😀 O’Hara, Inc."}', 'utf8');
// printf '%s' '<body>' | openssl dgst -sha256 -hmac 'acme-secret-0123456789abcdef'
const digest = '8d5aad8b9244f17ba2ce50a19e56b686a8e793e5301da2267e192689119a3eba';
const genuine = `sha256 ${digest}`;

test('a signature made by another program over the same bytes is accepted', () => {
  expect(verifyDelivery(signature, secret, { signature: genuine }, body)).toBe(true);
});

test('what we sign is what openssl signs', () => {
  expect(signDelivery(signature, secret, body)).toBe(genuine);
});

describe('is refused', () => {
  test.each<[string, string | undefined]>([
    ['a missing header', undefined],
    ['an empty header', ''],
    ['the prefix alone', 'sha256 '],
    ['the digest without its prefix', digest],
    ['another algorithm by name', `sha1 ${digest}`],
    ['another algorithm by length', `sha256 ${digest.slice(0, 40)}`],
    ['a digest cut short', `sha256 ${digest.slice(0, -1)}`],
    ['a digest with more behind it', `sha256 ${digest}0`],
    ['upper-case hex, which the vendor never sends', `sha256 ${digest.toUpperCase()}`],
    ['two spaces', `sha256  ${digest}`],
    ['a trailing space', `sha256 ${digest} `],
    ['a trailing line break', `sha256 ${digest}\n`],
    ['two values in one header', `sha256 ${'0'.repeat(64)}, sha256 ${digest}`],
    ['the right value twice', `${genuine}, ${genuine}`],
    ['one wrong digit', `sha256 ${digest.slice(0, -1)}${digest.endsWith('0') ? '1' : '0'}`],
    ['zeros', `sha256 ${'0'.repeat(64)}`],
    ['full-width digits', `sha256 ${'０'.repeat(64)}`],
  ])('%s', (_what, header) => {
    expect(verifyDelivery(signature, secret, header === undefined ? {} : { signature: header }, body)).toBe(false);
  });

  test('an empty key, however it is kept', () => {
    const signed = signDelivery(signature, '', body);

    for (const empty of ['', createSecretKey(Buffer.alloc(0))])
      expect(verifyDelivery(signature, empty, { signature: signed }, body)).toBe(false);
  });

  test('a header given as a list', () => {
    expect(verifyDelivery({ ...signature, header: 'set-cookie' }, secret, { 'set-cookie': [genuine] }, body)).toBe(
      false,
    );
  });

  test('a body changed by one byte, or written anew by a JSON parser', () => {
    const changed = Buffer.from(body);
    changed[0] = 0x20;
    const rewritten = Buffer.from(JSON.stringify(JSON.parse(body.toString('utf8')), null, 1));

    const accepted = [changed, rewritten].map((other) =>
      verifyDelivery(signature, secret, { signature: genuine }, other),
    );

    expect(accepted).toEqual([false, false]);
  });

  test('another secret', () => {
    expect(verifyDelivery(signature, `${secret}x`, { signature: genuine }, body)).toBe(false);
  });

  test('everything while the secret is empty, even what was signed with the empty secret', () => {
    const header = signDelivery(signature, '', body);

    expect(verifyDelivery(signature, '', { signature: header }, body)).toBe(false);
  });
});

test('no header, body or secret whatever makes it throw, and none but the genuine one is accepted', () => {
  const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string(), fc.stringMatching(/^[0-9a-f]{60,68}$/));
  const header = fc.oneof(
    text,
    text.map((rest) => `sha256 ${rest}`),
    fc.constantFrom(genuine.slice(0, -1), `${genuine} `, genuine.toUpperCase()),
  );

  fc.assert(
    fc.property(header, fc.uint8Array(), fc.string(), (given, bytes, other) => {
      expect(verifyDelivery(signature, secret, { signature: given }, body)).toBe(given === genuine);
      expect(verifyDelivery(signature, other, { signature: given }, Buffer.from(bytes))).toBe(false);
    }),
    { numRuns: 10_000 },
  );
});

test('whatever is signed is accepted', () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.string({ minLength: 1 }), (bytes, own) => {
      const raw = Buffer.from(bytes);
      expect(verifyDelivery(signature, own, { signature: signDelivery(signature, own, raw) }, raw)).toBe(true);
    }),
  );
});

import { randomBytes } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { openVault } from '../../src/platform/vault.ts';

const place = { table: 'connection_secret', column: 'ciphertext', row: 'a|clientSecret' };
const texts = ['s3cret', '日本語の秘密 髙﨑 𠮷野 ｱﾝﾄﾞｳ', '🗝️', "it's, a; secret", ''];

function openKey(companyId = 'company-a') {
  const vault = openVault([randomBytes(32)]);
  return vault.openDataKey(companyId, vault.newDataKey(companyId));
}

test.each(texts)('what is sealed opens again, whole: %p', (text) => {
  const key = openKey();

  expect(key.unseal(place, key.seal(place, text))).toBe(text);
});

test('a sealed value shows nothing of the text and never looks the same twice', () => {
  const key = openKey();

  const [one, two] = [key.seal(place, 'canary-secret'), key.seal(place, 'canary-secret')];

  expect(one).not.toContain('canary');
  expect(one).not.toBe(two);
});

test.each([
  ['another table', { ...place, table: 'x' }],
  ['another column', { ...place, column: 'x' }],
  ['another row', { ...place, row: 'b|clientSecret' }],
])('a value moved to %s cannot be opened', (_name, other) => {
  const key = openKey();
  const sealed = key.seal(place, 'text');

  expect(() => key.unseal(other, sealed)).toThrow(expect.objectContaining({ code: 'secret_unreadable' }));
});

test('a value moved to another company cannot be opened, even under the same data key', () => {
  const vault = openVault([randomBytes(32)]);
  const sealed = vault.openDataKey('company-a', vault.newDataKey('company-a')).seal(place, 'text');
  const other = vault.openDataKey('company-b', vault.newDataKey('company-b'));

  expect(() => other.unseal(place, sealed)).toThrow(expect.objectContaining({ code: 'secret_unreadable' }));
});

test('any changed character is noticed, and so is an unknown version', () => {
  const key = openKey();
  const sealed = key.seal(place, 'text');
  const flips = [...sealed].flatMap((character, index) =>
    character === '.' || index < 3
      ? []
      : [`${sealed.slice(0, index)}${character === 'A' ? 'B' : 'A'}${sealed.slice(index + 1)}`],
  );

  // The last base64url character of a part may carry unused bits, so a flip there can mean the same bytes.
  const opened = flips.filter((flip) => {
    try {
      return key.unseal(place, flip) !== 'text';
    } catch {
      return false;
    }
  });

  expect(opened).toEqual([]);
  expect(() => key.unseal(place, sealed.replace('v1.', 'v2.'))).toThrow(
    expect.objectContaining({ code: 'secret_unreadable' }),
  );
});

test('a data key goes from the old SECRET_KEY to the new one and opens the same secrets', () => {
  const [oldKey, newKey] = [randomBytes(32), randomBytes(32)];
  const before = openVault([oldKey]);
  const wrapped = before.newDataKey('company-a');
  const sealed = before.openDataKey('company-a', wrapped).seal(place, 'text');

  const rewrapped = openVault([newKey, oldKey]).rewrap('company-a', wrapped);

  expect(openVault([newKey]).openDataKey('company-a', rewrapped).unseal(place, sealed)).toBe('text');
  expect(() => openVault([newKey]).openDataKey('company-a', wrapped)).toThrow(
    expect.objectContaining({ code: 'secret_unreadable' }),
  );
  expect(openVault([newKey]).rewrap('company-a', rewrapped)).toBe(rewrapped);
});

test('digests of two companies for one address cannot be matched', () => {
  expect(openKey('company-a').digest('email', 'a@example.com')).not.toBe(
    openKey('company-b').digest('email', 'a@example.com'),
  );
});

import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { emailMax, readCode, readEmail, readTyped, toNetwork } from '../../src/consent/static-link-model.ts';

test.each([
  ['Hanako@Example.com', 'Hanako@Example.com'],
  ['  hanako@example.com\u3000', 'hanako@example.com'],
  ['ｈａｎａｋｏ＠ｅｘａｍｐｌｅ．ｃｏｍ', 'hanako@example.com'],
  ['hanako @ example. com', 'hanako@example.com'],
  ['hanako@example。com', 'hanako@example.com'],
  ['hanako+job@mail.example.co.jp', 'hanako+job@mail.example.co.jp'],
  ['ha..nako.@docomo.example.jp', 'ha..nako.@docomo.example.jp'],
  ['hanako@例え.jp', 'hanako@例え.jp'],
])('%j is read as %j', (typed, address) => {
  expect(readEmail(typed)).toBe(address);
});

test.each([
  '',
  'hanako',
  'hanako@',
  '@example.com',
  'hanako@example',
  'hanako@example.1',
  'hanako@@example.com',
  'はなこ@example.com',
  'hanako@example.com, taro@example.com',
  'hanako@example.com\r\nBcc: taro@example.com',
  'hanako@example.com>,<taro@example.com',
  '"hanako"@example.com',
  `${'a'.repeat(65)}@example.com`,
  `hanako@${'a'.repeat(emailMax)}.com`,
  `${'x'.repeat(1_000_000)}@example.com`,
])('%j is no address', (typed) => {
  expect(readEmail(typed)).toBeUndefined();
});

test('whatever is typed, what is read as an address is one line, bounded, and names one mailbox', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.emailAddress(),
        fc
          .tuple(fc.string({ unit: 'binary' }), fc.emailAddress(), fc.string({ unit: 'binary' }))
          .map((all) => all.join('')),
      ),
      (typed) => {
        const address = readEmail(typed);
        if (address === undefined) return;

        expect(address.length).toBeLessThanOrEqual(emailMax);
        expect(address).not.toMatch(/[\s<>,;:"()[\]\\]/);
        expect(address.split('@')).toHaveLength(2);
      },
    ),
  );
});

test.each([
  ['髙﨑 花子', '髙﨑 花子'],
  ['𠮷野　太郎', '𠮷野 太郎'],
  [" Siobhán O'Neill, 👩🏽‍💻 ", "Siobhán O'Neill, 👩🏽‍💻"],
  ['花子\r\nBcc: taro@example.com', '花子 Bcc: taro@example.com'],
  ['\u202egnp.exe', 'gnp.exe'],
])('the name %j is kept as %j', (typed, name) => {
  expect(readTyped({ name: typed, email: 'a@example.com' })).toEqual({ ok: true, name, email: 'a@example.com' });
});

test('each field is told what is wrong with it', () => {
  expect(readTyped({ name: ' \u0000\u3000', email: '' })).toEqual({ ok: false, name: 'missing', email: 'missing' });
  expect(readTyped({ name: '𠮷'.repeat(101), email: 'x' })).toEqual({
    ok: false,
    name: 'too-long',
    email: 'malformed',
  });
  expect(readTyped({ name: '𠮷'.repeat(100), email: 'x' })).toEqual({ ok: false, name: undefined, email: 'malformed' });
});

test.each([
  ['012345', '012345'],
  ['０１２３４５', '012345'],
  [' 012 345\n', '012345'],
  ['012-345', '012345'],
  ['12345', undefined],
  ['1234567', undefined],
  ['12345a', undefined],
  ['', undefined],
])('%j is read as the code %j', (typed, code) => {
  expect(readCode(typed)).toBe(code);
});

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:db8:0:1:aaaa::1', '2001:db8:0:1::/64'],
  ['2001:0DB8:0000:0001:bbbb:cccc:dddd:eeee', '2001:db8:0:1::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
])('%s asks from the network %s', (address, network) => {
  expect(toNetwork(address)).toBe(network);
});

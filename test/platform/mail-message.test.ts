import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Mail } from '../../src/platform/mail.ts';
import { toAddress, toMessage } from '../../src/platform/mail-message.ts';
import { toPlainLine } from '../../src/platform/plain-line.ts';

const mail: Mail = {
  key: 'letter-1',
  companyId: 'c',
  from: { name: '架空食品株式会社', address: 'relay@example.com' },
  replyTo: 'recruit@example.com',
  to: { name: '髙﨑 一郎 様', address: 'ichiro@example.com' },
  subject: '選考結果のご連絡',
  text: 'text',
  html: '<p>html</p>',
};

test.each([
  'ichiro@example.com',
  "o'neill+jobs@example.com",
  'taro@例え.jp',
  '太郎@example.com',
  'a@localhost',
  'UPPER_case-1@mail.example.co.jp',
])('the address %s is taken as it is', (address) => {
  expect(toAddress(address)).toBe(address);
});

test.each([
  ['a..b@docomo.example', '"a..b"@docomo.example'],
  ['abc.@ezweb.example', '"abc."@ezweb.example'],
  ['.abc@ezweb.example', '".abc"@ezweb.example'],
])('an old carrier address %s with dots where none may be is quoted', (address, quoted) => {
  expect(toAddress(address)).toBe(quoted);
});

test.each([
  '',
  '@example.com',
  'nobody',
  'a@',
  'a b@example.com',
  'a@example.com\r\nBcc: b@example.com',
  'a@example.com\n',
  'a@example.com, b@example.com',
  'a@example.com;b@example.com',
  'A <a@example.com>',
  'a@b@example.com',
  '"a"@example.com',
  'a@exa mple.com',
  'a@-example.com',
  'a@[127.0.0.1]',
  `${'a'.repeat(65)}@example.com`,
  'a@example.com\u0000',
  'a(comment)@example.com',
])('the address %j cannot stand in a header and is refused', (address) => {
  expect(toAddress(address)).toBeUndefined();
  expect(toMessage({ ...mail, to: { name: '', address } }, 'relay.example.com')).toBeUndefined();
  expect(toMessage({ ...mail, replyTo: address }, 'relay.example.com')).toBeUndefined();
  expect(toMessage({ ...mail, from: { name: '', address } }, 'relay.example.com')).toBeUndefined();
});

test.each(['髙﨑', '𠮷野家', 'ﾀﾅｶ ﾀﾛｳ', "O'Neill, Siobhán", '👩🏽‍💻 エンジニア', '（株）架空"食品"', '日本語'])(
  'the name %s passes unchanged',
  (name) => {
    expect(toPlainLine(name)).toBe(name);
  },
);

/** What ends a line, or hides or turns round what is written. */
const isHarmful = (character: string) => /[\p{Cc}\u2028\u2029\u202a-\u202e]/u.test(character);

test('no name and no subject can bring a line of its own, whatever it holds', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const message = toMessage(
        { ...mail, subject: text, from: { ...mail.from, name: text }, to: { ...mail.to, name: text } },
        'relay.example.com',
      );

      for (const value of [message?.subject, message?.from.name, message?.to.name])
        expect([...(value ?? '')].filter(isHarmful)).toEqual([]);
    }),
  );
});

test('the same key gives the same Message-ID, whatever stands in the key', () => {
  const first = toMessage({ ...mail, key: 'receipt:1\r\nX: y' }, 'relay.example.com');
  const second = toMessage({ ...mail, key: 'receipt:1\r\nX: y' }, 'relay.example.com');

  expect(first?.messageId).toBe('<receipt-1--X--y@relay.example.com>');
  expect(second?.messageId).toBe(first?.messageId);
});

test('headers from outside cannot name sender, recipient, encoding or sort', () => {
  const headers = {
    Bcc: 'b@example.com',
    'Content-Type': 'text/plain',
    'X-Case': 'a\r\nBcc: b@example.com',
    'X-A\r\nBcc': 'b@example.com',
    'auto-submitted': 'no',
  };

  expect(toMessage({ ...mail, headers }, 'relay.example.com')?.headers).toEqual({
    'X-Case': 'a Bcc: b@example.com',
    'Auto-Submitted': 'auto-generated',
  });
});

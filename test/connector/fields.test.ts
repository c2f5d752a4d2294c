import { describe, expect, test } from '@jest/globals';
import { readChangedSettings, readNewSettings, splitSettings } from '../../src/connector/fields.ts';
import { maskSettings, toSettingsSchema } from '../../src/connector/index.ts';
import { acme, acmeOrigin, acmeSettings, acmeTokenUrl } from './support/acme.ts';

const fields = acme.settings;

describe('new settings', () => {
  test('get the defaults of what was left out or blank, and lose the blanks around a pasted value', () => {
    expect(readNewSettings(fields, { ...acmeSettings, clientId: ' acme-client\n', userId: ' ', baseUrl: '' })).toEqual({
      ...acmeSettings,
      userId: '',
      spareSecret: '',
      baseUrl: acmeOrigin,
      tokenUrl: acmeTokenUrl,
    });
  });

  test.each([
    ['nothing at all', {}, /clientId.*clientSecret.*webhookSecret/],
    ['no object', null, /./],
    ['a number', { ...acmeSettings, clientId: 1 }, /clientId/],
    ['a blank secret', { ...acmeSettings, webhookSecret: '  ' }, /webhookSecret is required/],
    ['an unknown name', { ...acmeSettings, constructor: 'x' }, /constructor/],
  ])('of %s are refused by name', (_what, input, message) => {
    expect(() => readNewSettings(fields, input)).toThrow(
      expect.objectContaining({ code: 'request_invalid', message: expect.stringMatching(message) }),
    );
  });

  test('a mask is no secret: a connection cannot begin with one', () => {
    expect(() => readNewSettings({ key: { ...fields.clientSecret } as never }, { key: '********' })).toThrow(
      expect.objectContaining({ code: 'request_invalid' }),
    );
  });
});

describe('changed settings', () => {
  test('hold only what was given', () => {
    expect(readChangedSettings(fields, {})).toEqual({});
    expect(readChangedSettings(fields, { userId: '7' })).toEqual({ userId: '7' });
  });

  test('leave a masked secret out, but take the same text in a field that is no secret', () => {
    expect(readChangedSettings(fields, { clientSecret: '********', webhookSecret: 'new-secret' })).toEqual({
      webhookSecret: 'new-secret',
    });
    expect(() => readChangedSettings(fields, { userId: '********' })).toThrow();
  });
});

test('splitting loses nothing and puts each secret apart', () => {
  const { plain, secret } = splitSettings(fields, { clientId: 'a', clientSecret: 'b', webhookSecret: 'c', userId: '' });

  expect([plain, secret]).toEqual([
    { clientId: 'a', userId: '' },
    { clientSecret: 'b', webhookSecret: 'c' },
  ]);
});

test('settings are shown in the order declared, every secret as a mask of one length', () => {
  const shown = maskSettings(acme, { baseUrl: acmeOrigin, clientId: 'a', clientSecret: 'must never be here' });

  expect(Object.entries(shown)).toEqual([
    ['clientId', 'a'],
    ['clientSecret', '********'],
    ['webhookSecret', '********'],
    ['userId', ''],
    ['spareSecret', '********'],
    ['baseUrl', acmeOrigin],
    ['tokenUrl', acmeTokenUrl],
  ]);
});

test('the form’s schema names what is required, refuses the rest and marks secrets as write-only', () => {
  const schema = toSettingsSchema(fields);

  expect(schema).toMatchObject({
    type: 'object',
    required: ['clientId', 'clientSecret', 'webhookSecret'],
    additionalProperties: false,
    properties: {
      clientId: { type: 'string', title: 'Field', examples: ['client'], pattern: expect.any(String) },
      clientSecret: { type: 'string', writeOnly: true, format: 'password' },
      baseUrl: { type: 'string', default: acmeOrigin },
    },
  });
  expect(JSON.parse(JSON.stringify(schema))).toEqual(schema);
});

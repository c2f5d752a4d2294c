import { expect, test } from '@jest/globals';
import { ConfigError, readConfig } from '../src/config.ts';

const key = Buffer.from(Array.from({ length: 32 }, (_, index) => (index * 37 + 11) % 256)).toString('base64');

function problemsOf(env: Record<string, string>): readonly string[] {
  try {
    readConfig(env, ['acme', 'tiny-ats']);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

test('an empty environment is enough: embedded database, local address, letters kept in the outbox', () => {
  const config = readConfig({});

  expect(config).toMatchObject({
    port: 3000,
    host: '127.0.0.1',
    baseUrl: 'http://localhost:3000',
    dataDir: './data',
    databaseUrl: undefined,
    smtpUrl: undefined,
    slack: undefined,
  });
});

test('a blank variable counts as absent', () => {
  expect(readConfig({ PORT: '', SMTP_URL: ' ' })).toMatchObject({ port: 3000, smtpUrl: undefined });
});

test('every bad variable is named at once', () => {
  const problems = problemsOf({
    PORT: 'eighty',
    BASE_URL: 'ftp://x',
    SECRET_KEY: 'short',
    ADMIN_TOKEN: 'short',
    ALLOW_PRIVATE_NETWORK: 'yes',
  });

  for (const name of ['PORT', 'BASE_URL', 'SECRET_KEY', 'ADMIN_TOKEN', 'ALLOW_PRIVATE_NETWORK']) {
    expect(problems.join('\n')).toContain(name);
  }
});

test.each([
  ['PostgreSQL without a key', { DATABASE_URL: 'postgres://db/x' }, 'SECRET_KEY is required'],
  ['a public address without https', { BASE_URL: 'http://relay.example.com' }, 'https://'],
  ['an address with a path', { BASE_URL: 'https://relay.example.com/x' }, 'origin only'],
  ['a mail server without a sender', { SMTP_URL: 'smtp://mail.example.com' }, 'MAIL_FROM is required'],
  ['a Slack client without its secret', { SLACK_CLIENT_ID: '1.2' }, 'SLACK_CLIENT_SECRET must be set too'],
  ['a Slack secret without its client', { SLACK_CLIENT_SECRET: 'quiet' }, 'SLACK_CLIENT_ID must be set too'],
  [
    'a Slack app that Slack cannot reach',
    { SLACK_CLIENT_ID: '1.2', SLACK_CLIENT_SECRET: 'quiet' },
    'SLACK_SIGNING_SECRET must be set too, or SLACK_APP_TOKEN',
  ],
  ['a bot token where the app token belongs', { SLACK_APP_TOKEN: 'xoxb-1' }, 'SLACK_APP_TOKEN must start with xapp-'],
  ['a bot token in the environment', { SLACK_BOT_TOKEN: 'xoxb-quiet' }, 'career-relay connection install slack'],
  ['a channel in the environment', { SLACK_CHANNEL: 'C0123456789' }, 'each company chooses its channels'],
  ['a key of one repeated byte', { SECRET_KEY: Buffer.alloc(32, 7).toString('base64') }, 'too regular'],
  ['an old key without a new one', { SECRET_KEY_PREVIOUS: key }, 'SECRET_KEY_PREVIOUS needs'],
])('%s is refused with what to do', (_name, env, advice) => {
  expect(problemsOf(env).join('\n')).toContain(advice);
});

test('a public address is listened on for everybody, and keys come newest first', () => {
  const other = Buffer.from(key, 'base64').reverse().toString('base64');

  const config = readConfig({ BASE_URL: 'https://relay.example.com', SECRET_KEY: key, SECRET_KEY_PREVIOUS: other });

  expect(config.host).toBe('0.0.0.0');
  expect(config.secretKeys.map((one) => one.toString('base64'))).toEqual([key, other]);
});

const client = { TINY_ATS_CLIENT_ID: 'relay', TINY_ATS_CLIENT_SECRET: 'quiet' };

test('the OAuth client of an ATS is read by the id of its connector; one that is not set up is absent', () => {
  const env = { ...client, TINY_ATS_TOKEN_URL: 'https://auth.tiny.example.com/token', OTHER_CLIENT_ID: 'x' };

  const { oauthClients } = readConfig(env, ['acme', 'tiny-ats']);

  expect(oauthClients).toEqual({
    'tiny-ats': {
      clientId: 'relay',
      clientSecret: 'quiet',
      authorizeUrl: undefined,
      tokenUrl: 'https://auth.tiny.example.com/token',
      baseUrl: undefined,
    },
  });
});

test.each([
  ['an id without its secret', { ACME_CLIENT_ID: 'relay' }, 'ACME_CLIENT_SECRET must be set too'],
  ['a secret without its id', { ACME_CLIENT_SECRET: 'quiet' }, 'ACME_CLIENT_ID must be set too'],
  ['an address without https', { ...client, TINY_ATS_BASE_URL: 'http://127.0.0.1:1' }, 'TINY_ATS_BASE_URL must be'],
  ['an address that is none', { ...client, TINY_ATS_AUTHORIZE_URL: 'agree' }, 'TINY_ATS_AUTHORIZE_URL must be'],
])('an OAuth client with %s is refused with what to do, beside every other problem', (_name, env, advice) => {
  const problems = problemsOf({ PORT: 'eighty', ...env });

  expect(problems.join('\n')).toContain(advice);
  expect(problems.join('\n')).toContain('PORT');
  expect(problems.join('\n')).not.toContain('quiet');
});

test('stand-ins of an ATS may be on this machine where private networks are allowed', () => {
  const env = { ...client, ALLOW_PRIVATE_NETWORK: 'true', TINY_ATS_BASE_URL: 'http://127.0.0.1:4000' };

  expect(readConfig(env, ['tiny-ats']).oauthClients['tiny-ats']?.baseUrl).toBe('http://127.0.0.1:4000');
});

const slackClient = { SLACK_CLIENT_ID: '1.2', SLACK_CLIENT_SECRET: 'quiet' };

test('every contradiction of Slack is named at once, and no secret is repeated', () => {
  const problems = problemsOf({ SLACK_CLIENT_SECRET: 'quiet', SLACK_BOT_TOKEN: 'xoxb-quiet', SLACK_CHANNEL: 'C1' });

  expect(problems).toHaveLength(4);
  expect(problems.join('\n')).not.toContain('quiet');
});

test('a variable of Slack that is not read any more is named beside a bad one', () => {
  const problems = problemsOf({ PORT: 'eighty', SLACK_CHANNEL: 'C1' });

  expect(problems.join('\n')).toMatch(/PORT[\s\S]*SLACK_CHANNEL/);
});

test.each([
  ['by signed requests', { ...slackClient, SLACK_SIGNING_SECRET: 'signed' }, { signingSecret: 'signed' }],
  ['by socket mode', { ...slackClient, SLACK_APP_TOKEN: 'xapp-1' }, { appToken: 'xapp-1', signingSecret: undefined }],
])('a Slack app that is reached %s needs nothing more', (_name, env, slack) => {
  expect(readConfig(env).slack).toMatchObject({ clientId: '1.2', clientSecret: 'quiet', ...slack });
});

test('a Slack app that workspaces join by token needs no client', () => {
  expect(readConfig({ SLACK_APP_TOKEN: 'xapp-1' }).slack).toMatchObject({ appToken: 'xapp-1', clientId: undefined });
});

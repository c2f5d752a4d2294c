import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { botScopes, findManifestFault, toSlackManifest } from '../../../src/slack/index.ts';
import { placeRefusals } from '../../../src/slack/place/places.ts';

const baseUrl = 'https://relay.example.com';
const root = fileURLToPath(new URL('../../../', import.meta.url));

/** Slack counts characters; UTF-16 code units, as here, are never fewer. */
const text = (most: number, least = 1) => z.string().min(least).max(most);
const httpsUrl = (most: number) => text(most).regex(/^https:\/\/[^/]+\/\S+$/);

/**
 * What Slack takes. Sources: docs.slack.dev, "App manifest reference", and Slack's JSON schema of manifests
 * (github.com/slackapi/manifest-schema, version 2.0.0), where that is stricter (both read 2026-11-29).
 */
const SlackManifest = z.strictObject({
  _metadata: z.strictObject({ major_version: z.literal([1, 2]), minor_version: z.int() }),
  display_information: z.strictObject({
    name: text(35),
    description: text(140),
    long_description: text(4_000, 175),
    background_color: z.string().regex(/^#[0-9a-fA-F]{3}([0-9a-fA-F]{3})?$/),
  }),
  features: z.strictObject({
    app_home: z.strictObject({
      home_tab_enabled: z.boolean(),
      messages_tab_enabled: z.boolean(),
      messages_tab_read_only_enabled: z.boolean(),
    }),
    bot_user: z.strictObject({ display_name: text(80).regex(/^[a-z0-9._-]+$/), always_online: z.boolean() }),
    slash_commands: z
      .array(
        z.strictObject({
          command: text(32, 2).startsWith('/'),
          description: text(2_000),
          usage_hint: text(1_000),
          should_escape: z.boolean(),
          url: httpsUrl(3_000).optional(),
        }),
      )
      .min(1)
      .max(50),
    shortcuts: z
      .array(
        z.strictObject({
          type: z.enum(['global', 'message']),
          name: text(24),
          callback_id: text(255),
          description: text(150),
        }),
      )
      .min(1)
      .max(10),
  }),
  oauth_config: z.strictObject({
    redirect_urls: z.array(httpsUrl(2_500)).min(1).max(1_000).optional(),
    scopes: z.strictObject({ bot: z.array(text(50)).min(1).max(255) }),
  }),
  settings: z.strictObject({
    event_subscriptions: z.strictObject({
      request_url: httpsUrl(3_500).optional(),
      bot_events: z.array(text(50)).min(1).max(100),
    }),
    interactivity: z.strictObject({ is_enabled: z.literal(true), request_url: httpsUrl(3_500).optional() }),
    org_deploy_enabled: z.literal(false),
    socket_mode_enabled: z.boolean(),
    token_rotation_enabled: z.boolean(),
  }),
});

describe('the manifest', () => {
  test.each([
    ['over HTTP', { baseUrl, socketMode: false }],
    ['by socket mode', { baseUrl, socketMode: true }],
    ['by socket mode on this machine', { baseUrl: 'http://localhost:3000', socketMode: true }],
  ])('%s keeps every limit of Slack', (_how, choice) => {
    const { error } = SlackManifest.safeParse(toSlackManifest(choice));

    expect(error?.issues).toBeUndefined();
  });

  test('sends everything of Slack’s to the one address that takes it, and people back to the install', () => {
    const { features, oauth_config: oauth, settings } = toSlackManifest({ baseUrl: `${baseUrl}/`, socketMode: false });

    const events = `${baseUrl}/slack/events`;
    expect(features?.slash_commands?.map(({ url }) => url)).toEqual([events]);
    expect(settings?.event_subscriptions?.request_url).toBe(events);
    expect(settings?.interactivity?.request_url).toBe(events);
    expect(oauth?.redirect_urls).toEqual([`${baseUrl}/install/slack/callback`]);
    expect(settings).toMatchObject({ socket_mode_enabled: false, token_rotation_enabled: true });
  });

  test('of socket mode names no address of ours to call', () => {
    const manifest = toSlackManifest({ baseUrl, socketMode: true });

    expect(JSON.stringify(manifest)).not.toContain('/slack/events');
    expect(manifest.settings).toMatchObject({ socket_mode_enabled: true, token_rotation_enabled: true });
  });

  test('without an https address has no install, and no rotation that a token typed in would not survive', () => {
    const { oauth_config: oauth, settings } = toSlackManifest({ baseUrl: 'http://localhost:3000', socketMode: true });

    expect(oauth?.redirect_urls).toBeUndefined();
    expect(settings?.token_rotation_enabled).toBe(false);
  });

  test('calls the app as people are told to invite it', () => {
    const { features } = toSlackManifest({ baseUrl, socketMode: false });

    const mention = `/invite @${features?.bot_user?.display_name}`;
    expect(placeRefusals['not-member'].ja).toContain(mention);
    expect(placeRefusals['not-member'].en).toContain(mention);
    const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
    expect(readme.match(/\/invite @[^`]+/g)).toEqual([mention]);
  });

  test('speaks Japanese and English wherever people read it', () => {
    const { display_information: shown, features } = toSlackManifest({ baseUrl, socketMode: false });
    const read = [
      shown.description,
      shown.long_description,
      ...(features?.slash_commands ?? []).map(({ description }) => description),
      ...(features?.shortcuts ?? []).flatMap(({ name, description }) => [name, description]),
    ];

    expect(read.length).toBeGreaterThan(6);
    for (const words of read) expect(words).toMatch(/[ぁ-んァ-ヶ一-龠][\s\S]*[A-Za-z]{4}/);
  });
});

/** The scopes of each method. Source: the method's own page on docs.slack.dev (read 2026-11-29). */
const scopesOfMethods: Readonly<Record<string, readonly string[]>> = {
  'apps.uninstall': [],
  'auth.revoke': [],
  'auth.test': [],
  'chat.postEphemeral': ['chat:write'],
  'chat.postMessage': ['chat:write'],
  'chat.update': ['chat:write'],
  'conversations.history': ['channels:history', 'groups:history', 'im:history'],
  'conversations.info': ['channels:read', 'groups:read'],
  'conversations.open': ['im:write'],
  'files.completeUploadExternal': ['files:write'],
  'files.getUploadURLExternal': ['files:write'],
  'files.uploadV2': ['files:write'],
  'users.info': ['users:read'],
  'views.open': [],
  'views.publish': [],
  'views.push': [],
  'views.update': [],
};
/** Of what is no method: the command, and the shortcuts. */
const otherScopes = ['commands'];

const sources = readdirSync(`${root}src/slack`, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => readFileSync(`${root}src/slack/${path}`, 'utf8'));

test('the scopes that are asked for are those of the methods we call, and no other', () => {
  const needed = new Set([...Object.values(scopesOfMethods).flat(), ...otherScopes]);

  expect([...botScopes].toSorted()).toEqual([...needed].toSorted());
});

test('every method that is called is among those', () => {
  const called = sources.flatMap((source) =>
    [...source.matchAll(/\b(apps|auth|chat|conversations|files|users|views)\.(?!map\b)([a-z]\w+)\(/g)].map(
      ([, family, name]) => `${family}.${name}`,
    ),
  );

  expect(called).toEqual(expect.arrayContaining(['chat.postMessage', 'auth.test']));
  expect([...new Set(called)].filter((method) => !(method in scopesOfMethods))).toEqual([]);
});

test.each([
  ['no address', 'relay', 'origin only'],
  ['a path', `${baseUrl}/relay`, 'origin only'],
  ['a name and password', 'https://me:secret@relay.example.com', 'origin only'],
  ['another protocol', 'ftp://relay.example.com', 'origin only'],
  ['http', 'http://relay.example.com', '--socket-mode'],
])('an address with %s is refused with what to do', (_fault, url, advice) => {
  expect(findManifestFault({ baseUrl: url, socketMode: false })).toContain(advice);
});

describe('career-relay slack manifest', () => {
  const run = (...args: readonly string[]) =>
    spawnSync(process.execPath, [`${root}src/main.ts`, 'slack', 'manifest', ...args], { encoding: 'utf8', env: {} });

  test('prints the manifest as JSON and nothing else, in no environment at all', () => {
    const { status, stdout } = run('--url', baseUrl, '--socket-mode');

    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toEqual(toSlackManifest({ baseUrl, socketMode: true }));
  });

  test('refuses a bad address on stderr alone', () => {
    const { status, stdout, stderr } = run('--url', 'http://relay.example.com');

    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain('--url must start with https://');
  });
});

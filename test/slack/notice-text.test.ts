import { readdirSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { renderText, type TextName, textNames } from '../../src/slack/notice-text.ts';
import { SlackBlocks, SlackText } from '../support/fake-slack.ts';

const names = Object.keys(textNames) as TextName[];
const everyText = names.flatMap((name) => (['ja', 'en'] as const).map((locale) => [name, locale] as const));

/** Every token any text uses, as long as it can get. */
const tokens = {
  count: 1_000_000,
  missing: 3,
  missed: 1_000_000,
  isPolled: 'yes',
  towardsNext: 999_997,
  perCredit: 1_000_000,
  available: 1_000_000,
  title: '&'.repeat(40),
  whatToDo: '&'.repeat(200),
  code: 'vendor_address_refused',
  connectionId: '0199f000-0000-7000-8000-000000000001',
  since: '2026-11-24 00:59 UTC',
  apiDocsUrl: `https://relay.example.com/${'a'.repeat(200)}`,
  vendorDocsUrl: `https://ats.example.com/${'a'.repeat(200)}`,
  channel: 'C0FAKE0001',
  isChannelId: 'yes',
  command: '/career-relay',
};

test.each(everyText)('the text %s in %s keeps the limits of Slack with the longest values', (name, locale) => {
  const { text, blocks } = renderText(name, locale, '&'.repeat(1_000), tokens);

  expect(SlackText.safeParse(text).error).toBeUndefined();
  expect(SlackBlocks.safeParse(blocks).error).toBeUndefined();
  expect(JSON.stringify([text, blocks])).not.toMatch(/\{\{|\{%|undefined/);
});

test.each(everyText)('the text %s in %s is broken by no value', (name, locale) => {
  const nasty = `"},{{ 7 | plus: 1 }}\\ <!here> 髙﨑 𠮷野 ﾊﾝｶｸ, O'Brien 🍱`;

  const { text, blocks } = renderText(name, locale, nasty, { ...tokens, title: nasty, whatToDo: nasty });

  if (name !== 'help') expect(text).toContain(nasty);
  expect(SlackBlocks.safeParse(blocks).error).toBeUndefined();
  expect(JSON.stringify(blocks)).not.toContain('<!');
});

test.each(names)('the text %s says the same things in both languages', (name) => {
  const shapes = (['ja', 'en'] as const).map((locale) =>
    renderText(name, locale, 'さくら', tokens).blocks.map((block) => block.type),
  );

  expect(shapes[0]).toEqual(shapes[1]);
});

test('a missing token is a mistake that is seen, not a blank', () => {
  expect(() => renderText('progress', 'ja', '架空', { missing: 3 })).toThrow(/towardsNext/);
});

test('one person is missing in the singular, more in the plural', () => {
  const text = (missing: number) => renderText('progress', 'en', 'Sakura', { ...tokens, missing }).text;

  expect(text(1)).toContain('1 more person to');
  expect(text(2)).toContain('2 more people to');
});

test('the folder of texts holds exactly one file per text and language', () => {
  const files = readdirSync(new URL('../../templates/slack/', import.meta.url)).sort();

  expect(files).toEqual(everyText.map(([name, locale]) => `${name}.${locale}.json`).sort());
});

import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { bothWords, wordKeys, wordsOf } from '../../../src/slack/app/words.ts';

type Texts = Readonly<Record<string, string>>;
const read = (locale: string): Texts =>
  JSON.parse(readFileSync(new URL(`../../../templates/slack/app.${locale}.json`, import.meta.url), 'utf8')) as Texts;
const [ja, en] = [read('ja'), read('en')];
const tokensOf = (text: string | undefined) => [...new Set(text?.match(/\{\{ (\w+) \}\}/g) ?? [])].sort();

test('both languages have every text, and no other', () => {
  expect(Object.keys(ja).sort()).toEqual([...wordKeys].sort());
  expect(Object.keys(en).sort()).toEqual([...wordKeys].sort());
});

test.each(wordKeys)('%s is filled with the same in both languages', (key) => {
  expect(tokensOf(en[key])).toEqual(tokensOf(ja[key]));
});

test('no text mentions everybody, or shouts', () => {
  for (const text of [...Object.values(ja), ...Object.values(en)]) expect(text).not.toMatch(/<!|@channel|[!！]/);
});

test.each(wordKeys.filter((key) => key.startsWith('button.') || key.endsWith('.title')))(
  '%s fits where Slack puts it',
  (key) => {
    const most = key.startsWith('button.') ? 30 : key.startsWith('confirm.') ? 100 : 24;
    for (const text of [ja[key], en[key]]) if (key !== 'home.title') expect(text?.length).toBeLessThanOrEqual(most);
  },
);

test.each(['close', 'cancel-dialog', 'continue', 'save', 'preview', 'reserve', 'pause', 'resume'])(
  'button.%s fits below a modal too',
  (name) => {
    for (const texts of [ja, en]) expect(texts[`button.${name}`]?.length).toBeLessThanOrEqual(24);
  },
);

test('what is bold stands between spaces or at the end of a line: next to 「」 or （） Slack may show the asterisks', () => {
  const bolds = [...Object.values(ja), ...Object.values(en)].flatMap((text) => [...text.matchAll(/.?\*[^*\n]+\*.?/g)]);

  expect(bolds.length).toBeGreaterThan(10);
  for (const [bold] of bolds) expect(bold).toMatch(/^\s?\*[^*]+\*\s?$/);
});

test('what a text is filled with can make no mention, and is cut where it never ends', () => {
  const text = wordsOf('ja').say('home.unknown-reason', {
    name: `<!channel>${'𠮷'.repeat(500)}`,
    title: 'A&B',
    count: 1,
  });

  expect(text).toContain('&lt;!channel&gt;');
  expect(text).toContain('A&amp;B');
  expect(text.length).toBeLessThan(400);
  expect(text).not.toMatch(/[\uD800-\uDBFF](?![\uDC00-\uDFFF])/);
});

test('somebody whose language is not known reads both', () => {
  expect(bothWords.say('refusal.not-tied')).toMatch(/このワークスペース[\s\S]*not connected to a company/);
  expect(bothWords.plain('app.name')).toBe('Career Relay');
});

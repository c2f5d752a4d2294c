import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { changeLanguage, chooseLanguage, languages, openTexts } from '../../../src/settings/page/texts/i18n.ts';

type Tree = { readonly [key: string]: string | Tree };

const read = (language: string): Tree =>
  JSON.parse(
    readFileSync(new URL(`../../../src/settings/page/texts/${language}.json`, import.meta.url), 'utf8'),
  ) as Tree;

function flatten(tree: Tree, path = ''): readonly (readonly [string, string])[] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'string' ? [[path + key, value] as const] : flatten(value, `${path}${key}.`),
  );
}

/** English says one and many in two ways, Japanese in one. */
const toKeys = (language: string) =>
  new Map(flatten(read(language)).map(([key, text]) => [key.replace(/_(?:one|other)$/, ''), text]));

const toBlanks = (text: string | undefined) => [...new Set(text?.match(/\{\{\w+\}\}/g) ?? [])].sort();

test('both languages say the same things, and fill in the same', () => {
  const [japanese, english] = languages.map(toKeys);

  expect([...(english?.keys() ?? [])].sort()).toEqual([...(japanese?.keys() ?? [])].sort());
  for (const [key, text] of japanese ?? [])
    expect({ key, blanks: toBlanks(english?.get(key)) }).toEqual({ key, blanks: toBlanks(text) });
});

test('the Japanese is Japanese', () => {
  const foreign = flatten(read('ja')).filter(
    ([, text]) => !/[\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Han}]/u.test(text) && text !== 'Slack',
  );

  expect(foreign).toEqual([]);
});

test.each([
  [null, ['en-US', 'ja'], 'en'],
  [null, ['ja-JP', 'en'], 'ja'],
  [null, ['fr-FR', 'en-GB'], 'en'],
  [null, ['fr-FR'], 'ja'],
  ['ja', ['en-US'], 'ja'],
  ['en', ['ja-JP'], 'en'],
  ['nonsense', ['en-US'], 'ja'],
])('with %s chosen and %j preferred the page speaks %s', (chosen, preferred, language) => {
  expect(chooseLanguage(chosen, preferred)).toBe(language);
});

test('another language is loaded when it is asked for', async () => {
  const texts = await openTexts('ja');

  await changeLanguage(texts, 'en');

  expect(texts.t('save.save')).toBe('Save');
});

test.each([
  ['ja', 1, 'あと1人の同意で、クレジットが1件増えます。'],
  ['en', 1, '1 more person who agrees makes the next credit.'],
  ['en', 3, '3 more people who agree make the next credit.'],
] as const)('in %s %d is counted as people count', async (language, count, sentence) => {
  const texts = await openTexts(language);

  expect(texts.t('credits.missing', { count })).toBe(sentence);
});

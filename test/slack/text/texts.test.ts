import { expect, test } from '@jest/globals';
import { noticeKinds } from '../../../src/slack/notice/kinds.ts';
import { toMrkdwnHtml } from '../../../src/slack/text/mrkdwn-html.ts';
import { previewNotice } from '../../../src/slack/text/preview.ts';
import { noticeTexts, partTexts } from '../../../src/slack/text/texts.ts';
import { noticeTokens } from '../../../src/slack/text/tokens.ts';

const locales = ['ja', 'en'] as const;

/** The names a text uses, in outputs and in conditions. */
function findTokens(text: string): readonly string[] {
  const code = [...text.matchAll(/\{[{%](.*?)[%}]\}/g)].map(([, inner = '']) => inner.replace(/'[^']*'/g, ''));
  const words = code.flatMap((inner) => inner.match(/[A-Za-z]\w*/g) ?? []);
  return [...new Set(words.filter((word) => !['if', 'elsif', 'else', 'endif'].includes(word)))].sort();
}

const toLines = (texts: unknown): readonly (readonly [string, string])[] =>
  Object.entries(texts as Record<string, unknown>).flatMap(([name, text]) =>
    typeof text === 'string'
      ? [[name, text] as const]
      : toLines(text).map(([inner, line]) => [`${name}.${inner}`, line] as const),
  );

test.each(noticeKinds)(
  'the texts of %s use the same tokens in both languages, and only those that are documented',
  (kind) => {
    const used = locales.map((locale) =>
      toLines(noticeTexts[locale][kind]).map(([part, text]) => [part, findTokens(text)]),
    );
    const documented = new Set(['company', ...noticeTokens[kind].map(({ name }) => name)]);

    expect(used[0]).toEqual(used[1]);
    const unknown = toLines(noticeTexts.ja[kind]).flatMap(([, text]) =>
      findTokens(text).filter((name) => !documented.has(name)),
    );
    expect(unknown).toEqual([]);
  },
);

test('the small texts use the same tokens in both languages, but for a count that only English bends by', () => {
  const used = locales.map((locale) => toLines(partTexts[locale]).map(([part, text]) => [part, findTokens(text)]));

  expect(used[0]).toEqual(used[1]);
});

test.each(noticeKinds)(
  'what is bold in %s stands between spaces: inside a word Slack would show the asterisks',
  (kind) => {
    const shown = locales.flatMap((locale) => {
      const { blocks } = previewNotice({ kind, locale, company: 'さくら', baseUrl: 'https://relay.example.com' });
      return [...JSON.stringify(blocks).matchAll(/"type":"mrkdwn","text":"((?:[^"\\]|\\.)*)"/g)].map(
        ([, text = '']) => text,
      );
    });

    const html = shown.map((text) => toMrkdwnHtml(text.replaceAll('\\n', '\n')));

    expect(html.length).toBeGreaterThan(1);
    expect(html.filter((text) => /[*~]/.test(text))).toEqual([]);
  },
);

test('the texts are calm: no exclamation mark, no mention of everybody', () => {
  const texts = locales.flatMap((locale) => [...toLines(noticeTexts[locale]), ...toLines(partTexts[locale])]);

  expect(texts.filter(([, text]) => /[!！](?!=)|@channel|@here/.test(text))).toEqual([]);
});

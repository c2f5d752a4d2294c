import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { lintLetter } from '../../../src/letter/lint.ts';
import { parseSource, readTemplate, renderMail, renderSource } from '../../../src/letter/templates.ts';
import { toFaultWords } from '../../../src/letter/wording/fault-words.ts';
import { isWaivable, lintWording } from '../../../src/letter/wording/lint.ts';
import { type LetterBlock, type Wording, wordingTokens } from '../../../src/letter/wording/model.ts';
import { renderWording } from '../../../src/letter/wording/render.ts';
import { readStandardWording } from '../../../src/letter/wording/standard.ts';
import { toPlainLine } from '../../../src/platform/plain-line.ts';

const locales = ['ja', 'en'] as const;
const url = `https://relay.example.com/c/${'a'.repeat(43)}`;
const tokens = {
  candidateName: '髙﨑 一郎 様',
  companyName: "O'Brien & 𠮷野, 株式会社",
  agencyName: '架空キャリア株式会社',
  relayUrl: url,
  linkDays: '30',
  postalAddress: '東京都港区架空台7-8-9',
  contactEmail: 'saiyo@example.com',
  jobTitle: '営業, 東京',
};

const write = (wording: Wording, locale: 'ja' | 'en' = 'ja', change: object = {}) =>
  renderSource(parseSource(renderWording(wording, locale)), 'career-relay', { ...tokens, ...change });

/** The standard letter with another text in the place of its first paragraph. */
function saying(text: string, change: Partial<Wording> = {}): Wording {
  const { subject, blocks } = readStandardWording('ja');
  const at = blocks.findIndex(({ kind }) => kind === 'paragraph');
  return { subject, blocks: blocks.with(at, { kind: 'paragraph', text }), ...change };
}

const toHead = (html: string) => html.slice(0, html.indexOf('<body'));

const without = (kind: LetterBlock['kind']) => {
  const wording = readStandardWording('ja');
  return { ...wording, blocks: wording.blocks.filter((block) => block.kind !== kind) };
};

describe.each(locales)('the standard letter as blocks, in %s,', (locale) => {
  const source = renderWording(readStandardWording(locale), locale);

  test('may be published, also by the checks of our own letters', () => {
    expect(lintWording(readStandardWording(locale), locale)).toEqual([]);
    expect(lintLetter('career-relay', locale, source)).toEqual([]);
  });

  test('says what our own letter says, but for the line that names the job', () => {
    const lines = (text: string) => text.split('\n').filter((line) => !line.includes('jobTitle') && line !== '');
    const bare = (text: string) => text.replaceAll(/[■ ]/g, '').toLowerCase();

    expect(lines(source.text).map(bare)).toEqual(lines(readTemplate('career-relay', locale).text).map(bare));
    expect(source.subject).toBe(readTemplate('career-relay', locale).subject);
  });

  test('reads well with a job and without one', () => {
    const [named, nameless] = [{}, { jobTitle: '' }].map((change) =>
      write(readStandardWording(locale), locale, change),
    );

    expect(named?.text).toContain(
      locale === 'ja'
        ? 'このたびは「営業, 東京」へのご応募をいただき'
        : 'Thank you for your application for the position of 営業, 東京, and',
    );
    expect(nameless?.text).toContain(
      locale === 'ja' ? 'このたびはご応募をいただき' : 'Thank you for your application, and',
    );
  });

  test('stands in the frame of our own letter, with the button, the bare address and everything filled in', () => {
    const { subject, text, html } = write(readStandardWording(locale), locale);
    const ours = renderMail('career-relay', locale, tokens).html;

    expect(text.split('\n')).toContain(url);
    expect(html.match(/href="[^"]+"/g)?.toSorted()).toEqual(ours.match(/href="[^"]+"/g)?.toSorted());
    expect(toHead(html)).toBe(toHead(ours));
    expect(subject + text + html).not.toMatch(/\{\{|\}\}|\{%|%%|@@|undefined|\[object/);
  });
});

describe('a text', () => {
  test('keeps its lines, its paragraphs and what is bold; a mail without markup has no stars', () => {
    const { text, html } = write(saying('一行目\n二行目は**大切**です\n\n\n次の段落'));

    expect(html).toContain('<p>一行目<br />二行目は<strong>大切</strong>です</p>\n<p>次の段落</p>');
    expect(text).toContain('一行目\n二行目は大切です\n\n\n次の段落');
  });

  test('fills in every token that the menu offers', () => {
    const { text, html } = write(saying(wordingTokens.map((token) => `{{${token}}}`).join(' / ')));

    expect(text).toContain(
      "髙﨑 一郎 様 / 「営業, 東京」へのご応募 / 営業, 東京 / O'Brien & 𠮷野, 株式会社 / 架空キャリア株式会社 / 30 / 東京都港区架空台7-8-9 / saiyo@example.com",
    );
    expect(html).toContain('O&#39;Brien &amp; 𠮷野');
  });

  test.each([
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    '{{ constructor }} {{ __proto__ }} {{ relayUrl }}',
    "{% include 'x' %}{% raw %}",
    '{% endraw %}{{{ candidateName }}}',
    '{{ candidateName | append: "x" }}',
    '{',
    '$& $1 @@text@@ %%foot%%',
    '\u202eevil \u0000 \ud800',
  ])('that is hostile stands there as it was typed: %j', (hostile) => {
    const { text, html, subject } = write(saying(hostile, { subject: `件名${hostile}` }));

    const inner = /件名.*$/.exec(subject)?.[0] ?? '';
    expect(text.split(url)).toHaveLength(2);
    expect(html).not.toMatch(/<script|<img|onerror=alert\(1\)>/);
    expect(inner).toBe(toPlainLine(inner));
  });

  test('of any kind breaks neither the mail nor the markup, and is not filled in where it is no token', () => {
    const nasty = fc.constantFrom(
      '{',
      '}',
      '{{',
      '}}',
      '{%',
      '%}',
      '{{ a }}',
      '{{candidateName}}',
      '*',
      '**',
      '<',
      '&',
      '"',
      "'",
      '\n',
      '\r\n',
      ' ',
      '%%foot%%',
      '@@text@@',
      '髙',
      '\u0000',
    );
    const typed = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(nasty).map((parts) => parts.join('')),
    );
    const shape = (html: string) => html.replaceAll(/<(?:\/?p|br \/|\/?strong)>/g, '').replaceAll(/[^<>]/g, '');
    const calm = shape(write(saying('静か')).html);

    fc.assert(
      fc.property(typed, typed, (text, subject) => {
        const mail = write(saying(`始 ${text} 終`, { subject: `件名${subject}` }));

        expect(shape(mail.html)).toBe(calm);
        expect(mail.text.split('\n').filter((line) => line === url)).toHaveLength(1);
        expect(mail.subject).toBe(toPlainLine(mail.subject));
        expect(mail.text).toContain('何もなさらなくても');
      }),
      { numRuns: 500 },
    );
  });

  test('without tokens and stars stands in the mail word for word', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (typed) => {
        const line = toPlainLine(typed.replaceAll(/[*{}]/g, ''));
        expect(write(saying(`始${line}終`)).text).toContain(`始${line}終`);
      }),
    );
  });
});

describe('the lint', () => {
  const standard = readStandardWording('ja');
  const last = standard.blocks.length - 1;
  const add = (block: LetterBlock) => ({ ...standard, blocks: [block, ...standard.blocks] });

  test.each<[string, Wording, string]>([
    ['no subject', { ...standard, subject: ' ' }, 'subject: subject-empty '],
    ['no text', without('paragraph'), 'letter: paragraph-missing '],
    ['no link', without('link'), 'letter: link-missing '],
    ['no refusal', without('refusal'), 'letter: refusal-missing '],
    ['no signature', without('signature'), 'letter: signature-missing '],
    ['two links', add({ kind: 'link', label: 'もう1つ' }), '7: block-twice '],
    ['a signature before the end', { ...standard, blocks: standard.blocks.toReversed() }, '0: signature-not-last '],
    ['an empty text', saying(' \n '), '1: text-empty '],
    ['an empty button', add({ kind: 'link', label: '' }), '0: text-empty '],
    ['an unknown token', saying('{{ salary }}'), '1: token-unknown salary'],
    ['an unknown token in the subject', { ...standard, subject: '{{ salary }}' }, 'subject: token-unknown salary'],
    ['a token of every object', saying('{{ constructor }}'), '1: token-unknown constructor'],
    ['half a token', saying('{{ candidateName'), '1: token-broken {{ candidateName'],
    ['a tag', saying("{% include 'x' %}"), "1: token-broken {% include 'x' %}"],
    ['a filter', saying('{{ candidateName | upcase }}'), '1: token-broken {{ candidateName | upc'],
    ['a brace before a token', saying('{{{ candidateName }}'), '1: token-broken {'],
    ['the link in a text', saying('{{ relayUrl }}'), '1: link-not-alone '],
    ['a gift', saying('ご登録で１，０００円分を進呈'), '1: gift-word 円分'],
    ['a gift in wide letters', saying('Ａｍａｚｏｎでのお買い物'), '1: gift-word Amazon'],
    ['a gift behind stars', saying('ギフ**ト**券'), '1: gift-word ギフト'],
    [
      'a gift in a signature',
      { ...standard, blocks: standard.blocks.with(last, { kind: 'signature', sender: '謝礼係' }) },
      `${last}: gift-word 謝礼`,
    ],
  ])('finds %s, and where', (_what, wording, expected) => {
    const faults = lintWording(wording, 'ja');

    expect(faults.map(({ at, code, found }) => `${at}: ${code} ${found}`)).toContain(expected);
    for (const fault of faults) expect(Object.values(toFaultWords(fault)).join()).not.toMatch(/%s|undefined/);
  });

  test('a gift word alone may be waived, and nothing else', () => {
    expect(isWaivable(lintWording(saying('評価のポイント'), 'ja'))).toBe(true);
    expect(isWaivable(lintWording(saying('評価のポイント {{ salary }}'), 'ja'))).toBe(false);
    expect(isWaivable([])).toBe(false);
  });

  test('finds in whatever it lets through nothing that the checks of our own letters would refuse', () => {
    const typed = fc.string({ unit: fc.constantFrom('あ', 'a', ' ', '\n', '*', '{', '}', '%', '<', '髙') });
    fc.assert(
      fc.property(typed, typed, (text, label) => {
        const wording = saying(text);
        const blocks = wording.blocks.map((block) => (block.kind === 'link' ? { ...block, label } : block));
        if (lintWording({ ...wording, blocks }, 'ja').length > 0) return;
        expect(lintLetter('career-relay', 'ja', renderWording({ ...wording, blocks }, 'ja'))).toEqual([]);
        expect(() => write({ ...wording, blocks })).not.toThrow();
      }),
      { numRuns: 300 },
    );
  });
});

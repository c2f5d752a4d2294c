import { describe, expect, test } from '@jest/globals';
import { connectors } from '../../connectors/index.ts';
import type { ExportFacts } from '../../src/letter/export.ts';
import { exportTemplate } from '../../src/letter/index.ts';
import { lintLetter } from '../../src/letter/lint.ts';
import { type LetterBlock, type Wording, wordingTokens } from '../../src/letter/wording/model.ts';
import { renderWording } from '../../src/letter/wording/render.ts';
import { readStandardWording } from '../../src/letter/wording/standard.ts';

const company = {
  name: '架空食品株式会社',
  postalAddress: '東京都港区架空台4-5-6',
  contactEmail: 'recruit@example.com',
};
const agency = { name: "Kakū Career & Co., Ltd. O'Hara" };
const link = { kind: 'static', text: 'https://relay.example.com/r/kakuu-foods' } as const;
const nothing = { candidateFirstName: null, candidateName: null, jobTitle: null, companyName: null };

function exportFor(tokens: Partial<Record<keyof typeof nothing, string | null>>, locale: 'ja' | 'en' = 'ja') {
  const [any] = connectors;
  if (!any) throw new Error('there is no connector');
  const connector = { title: 'Some ATS', template: { ...any.template, tokens: { ...nothing, ...tokens } } };
  return exportTemplate({ connector, company, agency, locale, link });
}

test.each(connectors.map(({ id }) => id))('%s: the letter carries its tokens as they are, and none of ours', (id) => {
  const connector = connectors.find((one) => one.id === id);
  if (!connector) throw new Error('not listed');

  for (const locale of ['ja', 'en'] as const) {
    const { subject, text, html } = exportTemplate({ connector, company, agency, locale, link });

    const { candidateName, candidateFirstName } = connector.template.tokens;
    const name = candidateName ?? candidateFirstName ?? (locale === 'ja' ? 'ご応募くださった方へ' : 'applicant');
    expect(text).toContain(name);
    expect(html).toContain(name);
    expect(text.split('\n')).toContain(link.text);
    const ours = ['{{ ', '{%', 'relayUrl', 'companyName', 'undefined'];
    expect(ours.filter((word) => `${subject}${text}${html}`.includes(word))).toEqual([]);
  }
});

test('a full name is used before a first name, with the honorific of its language', () => {
  const tokens = { candidateName: '{{NAME}}', candidateFirstName: '{{FIRST}}' };

  expect(exportFor(tokens).text).toContain('{{NAME}} 様\n');
  expect(exportFor(tokens, 'en').text).toContain('Dear {{NAME}},');
  expect(exportFor({ candidateFirstName: '{{FIRST}}' }, 'en').text).toContain('Dear {{FIRST}},');
});

test('a token the vendor lacks is written around, and said', () => {
  const ja = exportFor({});
  const en = exportFor({}, 'en');

  expect(ja.text).toContain('ご応募くださった方へ\n');
  expect(ja.text).toContain('このたびはご応募いただき');
  expect(en.text).toContain('Dear applicant,');
  for (const { notes } of [ja, en]) expect(notes).toHaveLength(4);
  expect(ja.notes.join()).toContain('宛名は「ご応募くださった方へ」としました');
  expect(exportFor({ candidateName: 'N', jobTitle: 'J', companyName: 'C' }).notes).toHaveLength(2);
  expect(exportFor({ jobTitle: '[[job]]' }).text).toContain('「[[job]]」にご応募');
});

test('what people typed stands as text in the HTML', () => {
  const { html } = exportFor({ candidateName: '{{NAME}}' }, 'en');

  expect(html).toContain('Kakū Career &amp; Co., Ltd. O&#39;Hara');
  expect(html).not.toMatch(/<script|<img|style=/);
});

test('a static link says that a code is sent; a personal one that the page is for one person', () => {
  const [connector] = connectors;
  if (!connector) throw new Error('there is no connector');
  const personal = { kind: 'personal', text: '{{CAREER_RELAY_LINK}}' } as const;

  const { text, html, notes } = exportTemplate({ connector, company, agency, locale: 'ja', link: personal });

  expect(exportFor({}).text).toContain('6桁の番号');
  expect(text).toContain('ご本人専用');
  expect(text).not.toContain('6桁の番号');
  expect(html).toContain('href="{{CAREER_RELAY_LINK}}"');
  expect(notes.join()).toContain('試しの不採用');
});

describe("a company's own words", () => {
  const block = (text: string): LetterBlock => ({ kind: 'paragraph', text });
  const fixed = { link: { kind: 'link', label: '内容を確認する' }, refusal: { kind: 'refusal' } } as const;
  const signature = { kind: 'signature', sender: "人事・O'Brien" } as const;
  const toWording = (...blocks: readonly LetterBlock[]): Wording => ({
    subject: '選考の結果（{{ companyName }}）',
    blocks: [...blocks, fixed.link, fixed.refusal, signature],
  });

  function exportOwn(
    wording: Wording,
    tokens: Partial<Record<keyof typeof nothing, string | null>> = { candidateName: '{{NAME}}', jobTitle: '{{JOB}}' },
    change: Partial<ExportFacts> = {},
  ) {
    const [any] = connectors;
    if (!any) throw new Error('there is no connector');
    const connector = { title: 'Some ATS', template: { ...any.template, tokens: { ...nothing, ...tokens } } };
    return exportTemplate({ connector, company, agency, locale: 'ja', link, wording, ...change });
  }

  test.each(['ja', 'en'] as const)(
    '%s: what law asks for stands in it, and it is sound as our own letter is',
    (locale) => {
      const source = renderWording(readStandardWording(locale), locale, 'pasted-frame');

      expect(lintLetter('pasted-frame', locale, source)).toEqual([]);
    },
  );

  test.each(connectors.map(({ id }) => id))('%s: no token of ours is left, and nothing is blank', (id) => {
    const connector = connectors.find((one) => one.id === id);
    if (!connector) throw new Error('not listed');
    const all = wordingTokens.map((token) => `＜{{ ${token} }}＞`).join('\n');

    for (const locale of ['ja', 'en'] as const) {
      const wording = toWording({ kind: 'greeting' }, block(all), { kind: 'heading', text: '見出し' });
      const { subject, text, html } = exportOwn(wording, connector.template.tokens, { locale });

      expect([subject, text, html].join('')).not.toMatch(/\{\{ |\{%|%%|@@|undefined|\ufdd0|\ufdd1|\ufdd2/);
      expect(`${text}${html}`).not.toContain('＜＞');
      expect(text.split('\n')).toContain(link.text);
    }
  });

  test('stand in the tokens of the vendor, in simple HTML', () => {
    const wording = toWording(
      { kind: 'greeting' },
      block('**{{ candidateName }}**、{{ application }}を\nありがとうございました。'),
      { kind: 'divider' },
    );

    const { subject, text, html, notes } = exportOwn(wording);

    expect(subject).toBe('選考の結果（架空食品株式会社）');
    expect(text).toContain('{{NAME}} 様\n\n{{NAME}} 様、「{{JOB}}」へのご応募を\nありがとうございました。');
    expect(html).toContain(
      '<p><strong>{{NAME}} 様</strong>、「{{JOB}}」へのご応募を<br />ありがとうございました。</p>',
    );
    expect(html).toContain(`<a href="${link.text}">内容を確認する</a>`);
    expect(html).toContain('架空食品株式会社 人事・O&#39;Brien');
    expect(html).not.toMatch(/style|class|<table|<img/);
    expect(notes).toHaveLength(2);
  });

  test('what the vendor has no token for is written around and said, and only where it is used', () => {
    const named = toWording({ kind: 'greeting' }, block('{{ candidateName }}には{{ application }}、{{ jobTitle }}。'));
    const days = toWording(block('受付は{{ linkDays }}日間です。'));

    const around = exportOwn(named, {});

    expect(around.text).toContain('ご応募くださった方へ\n\nご応募くださった方にはご応募、ご応募の職種。');
    expect(around.notes.join()).toMatch(/宛名は.*職種名が入るところは/);
    expect(exportOwn(named, {}, { locale: 'en' }).text).toContain('Dear applicant,');
    expect(exportOwn(days, {}).text).toContain('受付は60日間です。');
    expect(exportOwn(days, {}).notes.join()).toMatch(/不採用の決定日から数えます/);
    expect(exportOwn(days, {}).notes.join()).not.toMatch(/宛名|職種/);
  });

  test('open no token of the vendor, whoever typed them', () => {
    const mean = { ...company, name: '{{EVIL}} 株式会社', postalAddress: '[[[job]]] &#91;&#91;' };
    const wording = toWording(block('[[job]] [**[**job]] {{{ companyName }}'));

    const { subject, text, html } = exportOwn(
      wording,
      { candidateName: '{{NAME}}', jobTitle: '[[job]]' },
      { company: mean },
    );

    for (const written of [subject, text, html]) expect(written).not.toMatch(/\{\{(?!NAME)|\[\[|(?:&#123;){2}/);
    expect(text).toContain('[ [job]]');
  });

  test('keep the token of a personal link whole', () => {
    const personal = { kind: 'personal', text: '{{CAREER_RELAY_LINK}}' } as const;

    const { text, html } = exportOwn(toWording(block('本文')), {}, { link: personal });

    expect(text.split('\n')).toContain('{{CAREER_RELAY_LINK}}');
    expect(html).toContain('<a href="{{CAREER_RELAY_LINK}}">内容を確認する</a>');
    expect(text).toContain('ご本人専用');
  });
});

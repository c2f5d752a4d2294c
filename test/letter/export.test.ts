import { expect, test } from '@jest/globals';
import { connectors } from '../../connectors/index.ts';
import { exportTemplate } from '../../src/letter/index.ts';

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
  expect(exportFor({ candidateName: 'N', jobTitle: 'J', companyName: 'C' }).notes).toHaveLength(1);
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

import { expect, test } from '@jest/globals';
import { type LetterFault, lintLetter } from '../../src/letter/lint.ts';
import {
  compiledNames,
  findBlankTokens,
  readPart,
  readTemplate,
  readTemplateVersion,
  renderMail,
  type TemplateName,
  type TemplateSource,
  templateNames,
  templateTokens,
} from '../../src/letter/templates.ts';
import { compileMjml } from '../../templates/letter/mjml.ts';

const locales = ['ja', 'en'] as const;
const compiled = compiledNames.flatMap((name) => locales.map((locale) => [name, locale] as const));
const all = [
  ...templateNames.flatMap((name) => locales.map((locale) => [name, locale] as const)),
  ...locales.map((locale) => ['pasted', locale] as const),
];

const url = `https://relay.example.com/c/${'a'.repeat(43)}`;

/** Every token with a value that tells which it is. */
function toTokens(name: TemplateName, change: Readonly<Record<string, string>> = {}): Record<string, string> {
  const { required, optional } = templateTokens[name];
  const samples = {
    relayUrl: url,
    manageUrl: url,
    pageUrl: url,
    registrationUrl: 'https://agency.example.com/register',
  };
  const tokens = Object.fromEntries([...required, ...optional].map((token) => [token, `<${token}>`]));
  const fitting = Object.entries(samples).filter(([token]) => token in tokens);
  return { ...tokens, ...Object.fromEntries(fitting), ...change };
}

test.each(compiled)(
  'the HTML of %s in %s is what its MJML compiles to (else run: npm run letters)',
  async (name, locale) => {
    const html = await compileMjml(readPart(name, locale, 'mjml'));

    expect(readPart(name, locale, 'html')).toBe(html);
  },
  60_000,
);

test('MJML that is not valid is refused with the faults named', async () => {
  await expect(compileMjml('<mjml><mj-body><mj-nonsense /></mj-body></mjml>')).rejects.toThrow(/mj-nonsense/);
});

test.each(all)('%s in %s may be sent: nothing is missing and nothing is promised', (name, locale) => {
  expect(lintLetter(name, locale, readTemplate(name, locale))).toEqual([]);
});

const shipped = () => readTemplate('career-relay', 'ja');
const without = (token: string): TemplateSource => ({
  subject: shipped().subject,
  text: shipped().text.replaceAll(`{{ ${token} }}`, ''),
  html: shipped().html.replaceAll(`{{ ${token} }}`, ''),
});

test.each<[LetterFault, () => TemplateSource]>([
  ['link-missing', () => without('relayUrl')],
  ['link-missing', () => ({ ...shipped(), text: shipped().text.replaceAll('relayUrl', 'companyName') })],
  [
    'link-not-alone',
    () => ({ ...shipped(), text: shipped().text.replace('{{ relayUrl }}', 'こちら: {{ relayUrl }}') }),
  ],
  ['sender-missing', () => without('companyName')],
  ['address-missing', () => without('postalAddress')],
  ['contact-missing', () => without('contactEmail')],
  ['agency-missing', () => without('agencyName')],
  ['refusal-missing', () => ({ ...shipped(), text: shipped().text.replace('何もなさらなくても', '') })],
  ['refusal-missing', () => ({ ...shipped(), html: shipped().html.replaceAll('不利益', '') })],
  ['token-unknown', () => ({ ...shipped(), subject: '{{ salary }}' })],
  ['outside-resource', () => ({ ...shipped(), html: `${shipped().html}<img src="https://example.com/pixel">` })],
  ...['Amazonギフト券', 'お祝い金', '1,000円分', 'ポイント進呈', '謝礼', '￥500', '¥500', 'a gift', 'Cash'].map(
    (word): [LetterFault, () => TemplateSource] => [
      'gift-word',
      () => ({ ...shipped(), text: `${shipped().text}\n${word}` }),
    ],
  ),
])('the lint finds %s', (fault, make) => {
  expect(lintLetter('career-relay', 'ja', make())).toContain(fault);
});

test.each(all)('%s in %s shows every token, in text and in HTML, and leaves none unfilled', (name, locale) => {
  const { isPersonal: _isPersonal, ...tokens } = toTokens(name);

  const { subject, text, html } = renderMail(name, locale, tokens);

  for (const [token, value] of Object.entries(tokens)) {
    expect([token, text]).toEqual([token, expect.stringContaining(value)]);
    const escaped = value.replaceAll('<', '&lt;').replaceAll('>', '&gt;');
    expect([token, html.includes(escaped)]).toEqual([token, true]);
  }
  expect(subject).toContain('<companyName>');
  expect(subject + text + html).not.toMatch(/\{\{|\}\}|\{%|undefined|\[object/);
  expect(Buffer.byteLength(html)).toBeLessThan(60_000);
});

test.each(all)('%s in %s loads nothing from anywhere', (name, locale) => {
  const { html } = renderMail(name, locale, toTokens(name));

  const addresses = [...html.matchAll(/(?:src|href|url\()\s*=?\s*["']?([^"'\s>)]+)/g)].map(([, address]) => address);
  const known = [url, 'https://agency.example.com/register', 'mailto:&lt;contactEmail&gt;'];
  expect(addresses.filter((address) => !known.includes(address ?? ''))).toEqual([]);
  expect(html).not.toMatch(/<(?:img|link|script|iframe|object|form)\b|@import|@font-face/i);
});

test.each(all)('the link of %s in %s stands on a line of its own', (name, locale) => {
  const { text } = renderMail(name, locale, toTokens(name));

  expect(text.split('\n')).toContain(url);
});

test('a letter without a job title reads well', () => {
  const ja = renderMail('career-relay', 'ja', toTokens('career-relay', { jobTitle: '' }));
  const en = renderMail('career-relay', 'en', toTokens('career-relay', { jobTitle: '' }));

  expect(ja.text).toContain('このたびはご応募いただき、ありがとうございました。');
  expect(ja.html).toContain('このたびはご応募いただき、ありがとうございました。');
  expect(en.text).toContain('Thank you for applying to <companyName>, and for');
  expect(ja.text + ja.html).not.toContain('「」');
});

const hostile = '</p><script>alert(1)</script>\r\n\r\n"\'& 髙﨑 𠮷野 ﾀﾅｶ 👩🏽‍💻, {{ relayUrl }} {% raw %}';
const folded = '</p><script>alert(1)</script> "\'& 髙﨑 𠮷野 ﾀﾅｶ 👩🏽‍💻, {{ relayUrl }} {% raw %}';

test('a value is text and nothing else: no markup, no line, no token of its own', () => {
  const { subject, text, html } = renderMail(
    'career-relay',
    'ja',
    toTokens('career-relay', { jobTitle: hostile, companyName: hostile }),
  );

  expect(subject).toBe(`選考結果のご連絡（${folded}）`);
  expect(text).toContain(`「${folded}」にご応募`);
  expect(html).not.toContain('<script');
  expect(html).toContain('髙﨑 𠮷野 ﾀﾅｶ 👩🏽‍💻, {{ relayUrl }}');
  expect(text.split('\n').filter((line) => line === url)).toHaveLength(1);
});

test('a blank token is found, and a mail with one is not written', () => {
  const tokens = toTokens('career-relay', { agencyName: ' \u0000 ', relayUrl: '' });

  expect(findBlankTokens('career-relay', tokens)).toEqual(['agencyName', 'relayUrl']);
  expect(findBlankTokens('career-relay', toTokens('career-relay', { jobTitle: '' }))).toEqual([]);
  expect(() => renderMail('career-relay', 'ja', tokens)).toThrow('the career-relay mail lacks agencyName, relayUrl');
});

test('the version names the wording of a template', () => {
  expect(readTemplateVersion('career-relay')).toMatch(/^[0-9a-f]{12}$/);
  expect(readTemplateVersion('career-relay')).not.toBe(readTemplateVersion('receipt'));
});

const filled = {
  candidateName: '髙﨑 一郎 様',
  jobTitle: '営業, 東京',
  companyName: '架空食品株式会社',
  agencyName: '架空キャリア株式会社',
  relayUrl: url,
  linkDays: '60',
  postalAddress: '東京都港区架空台4-5-6',
  contactEmail: 'recruit@example.com',
};

test('the Japanese letter says this', () => {
  const { subject, text } = renderMail('career-relay', 'ja', filled);

  expect(`${subject}\n\n${text}`).toMatchSnapshot();
});

test('the English letter says this', () => {
  const { subject, text } = renderMail('career-relay', 'en', { ...filled, candidateName: "Siobhán O'Neill" });

  expect(`${subject}\n\n${text}`).toMatchSnapshot();
});

test('no letter hides behind the worn phrase of prayers', () => {
  for (const [name, locale] of all) {
    const { text, html } = readTemplate(name, locale);
    expect(text + html).not.toMatch(/お祈り|祈念|best of luck|unfortunately|regret/i);
  }
});

import { describe, expect, test } from '@jest/globals';
import { lintWords, type PageWords, toTidyWords } from '../../src/consent/own-words.ts';
import { openPages } from '../../src/consent/pages.ts';

const nothing: PageWords = {
  heading: '',
  introduction: '',
  questions: [],
  closing: '',
  thanksGranted: '',
  thanksDeclined: '',
};
const faultsOf = (closing: string) => lintWords({ ...nothing, closing }).map(({ fault }) => fault);

describe('own words are refused', () => {
  test.each([
    '同意された方にはギフトをお送りします',
    '同意でｷﾞﾌﾄを進呈',
    'Amazonの500円分',
    'お祝い金があります',
    '￥1,000',
    'There is a small gift for you.',
  ])('for a word of reward: %s', (words) => {
    expect(faultsOf(words)).toContain('gift-word');
  });

  test.each([
    '必ず同意してください',
    '選考を続けるには同意が必要です。',
    '同意は必須です',
    '同意しなければなりません',
    '同意しないと不利になります',
    '同意された方は、次回の選考で優遇します。',
    '次の採用では有利です',
    '今だけのご案内です',
    'You must agree to continue.',
    'You have to consent.',
    'Your consent is required.',
    'It gives you a better chance next time.',
    'Hurry: this ends soon.',
  ])('for pressing people: %s', (words) => {
    expect(faultsOf(words)).toContain('pressure');
  });

  test.each([
    'https://example.com/career をご覧ください',
    'くわしくはwww.example.jpへ',
    'See example.com/jobs for more.',
    'ｈｔｔｐｓ：／／example.com',
  ])('for an address of the web: %s', (words) => {
    expect(faultsOf(words)).toContain('link');
  });

  test('for a question without an answer, an answer without a question, and a heading over nothing', () => {
    const questions = [
      { question: '費用はかかりますか', answer: ' \n' },
      { question: '', answer: 'いいえ。' },
    ];

    expect(lintWords({ ...nothing, heading: 'ご応募のお礼', questions })).toEqual([
      { part: 'introduction', fault: 'blank', found: '' },
      { part: 'questions.0.answer', fault: 'blank', found: '' },
      { part: 'questions.1.question', fault: 'blank', found: '' },
    ]);
  });

  test('for saying nothing at all', () => {
    expect(lintWords({ ...nothing, introduction: ' \n ', questions: [{ question: ' ', answer: '' }] })).toEqual([
      { part: '', fault: 'nothing-said', found: '' },
    ]);
  });

  test('with the place and the words in question', () => {
    const questions = [{ question: '同意は必須ですか', answer: 'はい。特典もあります。' }];

    expect(lintWords({ ...nothing, questions })).toEqual([
      { part: 'questions.0.question', fault: 'pressure', found: '同意は必須' },
      { part: 'questions.0.answer', fault: 'gift-word', found: '特典' },
    ]);
  });
});

test.each([
  'お答えは任意です。同意は必要ありません。',
  '同意が必要ではありませんので、ご安心ください。',
  '同意されても、選考で有利になることはありません。',
  'お断りになっても不利になることはありません。',
  '同意されない場合も、選考には影響しません。',
  'You do not have to agree, and you don’t need to agree now.',
  'You are not required to consent.',
  "O'Brien & 髙﨑 より、心から感謝いたします。 🌸",
  'ご質問は recruit@example.com または taro.yamada.jp@example.co.jp まで。',
  '応募書類は1.5年で消去します。Node.jsの仕事です。',
])('honest words pass: %s', (words) => {
  expect(faultsOf(words)).toEqual([]);
});

test('words are kept as plain text: no control characters, no writing turned round, no half characters', () => {
  const words = toTidyWords({
    ...nothing,
    heading: ' 髙﨑\r\nより\u202e ',
    introduction: '一行目\r\n\r\n\r\n\r\n二行目\t\u0000です \ud800',
    questions: [{ question: '', answer: ' ' }],
  });

  expect(words).toEqual({ ...nothing, heading: '髙﨑 より', introduction: '一行目\n\n二行目 です \ufffd' });
});

const facts = {
  company: {
    companyId: 'c',
    slug: 'c',
    name: '架空食品株式会社',
    locale: 'ja',
    postalAddress: '東京都港区架空台4-5-6',
    contactEmail: 'recruit@example.com',
    createdAt: new Date(0),
  },
  agency: {
    agencyId: 'a',
    name: '架空キャリア株式会社',
    address: '東京都千代田区架空町1-2-3',
    representative: '髙﨑 一郎',
    licenceNumber: '13-ユ-999999',
    licenceExpiresOn: '2029-03-31',
    privacyUrl: 'https://agency.example.com/privacy',
    registrationUrl: 'https://agency.example.com/register',
  },
  terms: { countsAt: 'consent', perCredit: 10 },
} as const;

test.each(['ja', 'en'] as const)(
  'whatever a company says, all that the law wants stands unchanged, in %s',
  (locale) => {
    const pages = openPages();
    const ours = pages.renderText('introduction', locale, { ...facts, own: {} });
    const words = {
      ...nothing,
      heading: 'ABC</form><script>',
      introduction: '一行目\n二行目',
      questions: [{ question: 'Q "1"', answer: '{{ company.name }}' }],
      closing: 'ありがとうございました',
    };

    const own = pages.renderText('introduction', locale, { ...facts, own: { [locale]: { version: 7, words } } });

    const left = own.body.replaceAll(/<div class="own">.*?<\/div>\n/gs, '').replace(/\n<p class="own">.*?<\/p>/s, '');
    expect(left).toBe(ours.body);
    expect(own.body).toContain('ABC&lt;/form&gt;&lt;script&gt;');
    expect(own.body).toContain('一行目\n二行目');
    expect(own.body).toContain('Q &#34;1&#34;');
    expect(own.body).toContain('{{ company.name }}');
    expect(own.version).toBe(`${ours.version}+own-7`);
  },
);

test('words of one language say nothing in the other, and thanks alone change no text that is answered to', () => {
  const pages = openPages();
  const ours = pages.renderText('introduction', 'en', { ...facts, own: {} });
  const words = { ...nothing, thanksGranted: 'ありがとうございます', thanksDeclined: '承知いたしました' };
  const own = { ja: { version: 1, words: { ...words, closing: '以上' } }, en: { version: 2, words } };

  expect(pages.renderText('introduction', 'en', { ...facts, own })).toEqual(ours);
  expect(pages.renderText('withdrawal', 'ja', { ...facts, own }).version).not.toContain('own');
});

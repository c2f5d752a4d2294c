import type { WordingFault, WordingFaultCode } from './lint.ts';

type Words = Readonly<Record<'ja' | 'en', string>>;

/** What to do about each fault. `%s` is what was found. */
const words: Readonly<Record<WordingFaultCode, Words>> = {
  'subject-empty': { ja: '件名を入力してください。', en: 'Give the letter a subject.' },
  'paragraph-missing': {
    ja: '選考結果を伝える「本文」を1つ以上入れてください。',
    en: 'Add at least one text that tells the result.',
  },
  'text-empty': {
    ja: '文章を入力するか、このブロックを削除してください。',
    en: 'Write something here, or remove the block.',
  },
  'block-twice': {
    ja: 'このブロックは1通に1つだけです。一方を削除してください。',
    en: 'A letter has this block once. Remove one of the two.',
  },
  'link-missing': {
    ja: '「リンク」のブロックを入れてください。ないと、応募者はページを開けません。',
    en: 'Add the link block: without it nobody can open the page.',
  },
  'link-not-alone': {
    ja: '本文にリンクの差し込みは書けません。「リンク」のブロックを使ってください。',
    en: 'The link cannot stand in a text. Use the link block.',
  },
  'refusal-missing': {
    ja: '「断れることの説明」のブロックを入れてください。申し込みが任意だと伝えることは必須です。',
    en: 'Add the block that says one may refuse: the letter must say so.',
  },
  'signature-missing': {
    ja: '「署名」のブロックを入れてください。差出人・住所・問い合わせ先の表示は必須です。',
    en: 'Add the signature: sender, address and contact must be shown.',
  },
  'signature-not-last': {
    ja: '「署名」は最後に置いてください。',
    en: 'Move the signature to the end.',
  },
  'sender-missing': {
    ja: '会社名が表示されていません。「署名」を確かめてください。',
    en: 'The company is not named. Look at the signature.',
  },
  'address-missing': {
    ja: '住所が表示されていません。「署名」を確かめてください。',
    en: 'There is no postal address. Look at the signature.',
  },
  'contact-missing': {
    ja: '問い合わせ先が表示されていません。「署名」を確かめてください。',
    en: 'There is no contact. Look at the signature.',
  },
  'agency-missing': {
    ja: '紹介会社の名称が表示されていません。「断れることの説明」を確かめてください。',
    en: 'The agency is not named. Look at the block that says one may refuse.',
  },
  'token-unknown': {
    ja: '「%s」という差し込みはありません。「差し込み」から選び直してください。',
    en: 'There is no token called "%s". Choose one from the menu.',
  },
  'token-broken': {
    ja: '「%s」は差し込みとして読み取れません。削除するか、「差し込み」から選び直してください。',
    en: '"%s" is no whole token. Remove it, or choose a token from the menu.',
  },
  'gift-word': {
    ja: '「%s」は、申し込みへの見返りと受け取られるおそれがあります。別の言葉にしてください。',
    en: '"%s" can be taken for a reward for agreeing. Say it in other words.',
  },
  'outside-resource': {
    ja: '画像や外部の読み込みは使えません。削除してください。',
    en: 'Pictures and anything loaded from elsewhere are not allowed. Remove them.',
  },
};

/** What is wrong and what to do, for people. */
export function toFaultWords({ code, found }: WordingFault): Words {
  const { ja, en } = words[code];
  return { ja: ja.replace('%s', () => found), en: en.replace('%s', () => found) };
}

import type { Locale } from './model.ts';
import { type TemplateName, type TemplateSource, templateTokens } from './templates.ts';

export type LetterFault =
  | 'link-missing'
  | 'link-not-alone'
  | 'sender-missing'
  | 'address-missing'
  | 'contact-missing'
  | 'agency-missing'
  | 'refusal-missing'
  | 'token-unknown'
  | 'gift-word'
  | 'outside-resource';

/** What goes to applicants, and so must say who sends it and that refusing does no harm. */
type LetterName = Exclude<TemplateName, 'sign-in' | 'invitation' | 'company-deletion' | 'sender-test'>;

/** The link without which the template has no use. */
const links: Readonly<Record<LetterName, string>> = {
  'career-relay': 'relayUrl',
  pasted: 'relayUrl',
  'pasted-frame': 'relayUrl',
  receipt: 'manageUrl',
  withdrawal: 'manageUrl',
  code: 'pageUrl',
};

/**
 * Rewards for agreeing are forbidden to agencies (職業安定法に基づく指針, お祝い金の禁止; law-abiding senders avoid even
 * the words), and they would make the consent worthless.
 */
const giftWords =
  /ギフト|お祝い金|祝い金|ポイント|謝礼|特典|プレゼント|キャッシュバック|抽選|円分|[¥￥]|amazon|\bgifts?\b|\bvouchers?\b|\brewards?\b|\bbonus(?:es)?\b|\bcash\b|\bprizes?\b|\bcoupons?\b/gi;

/** The words of reward in a text for applicants, in full or half width, each once; [] when there is none. */
export function findGiftWords(text: string): readonly string[] {
  return [...new Set([...text.normalize('NFKC').matchAll(giftWords)].map(([word]) => word))];
}

/** What a sentence about refusing must say: doing nothing or declining, and that it does no harm. */
const letterRefusals = {
  ja: [/何もなさらなく/, /辞退/, /不利益/],
  en: [/do nothing/i, /decline/i, /disadvantage/i],
};
const refusals: Readonly<Record<LetterName, Readonly<Record<Locale, readonly RegExp[]>>>> = {
  'career-relay': letterRefusals,
  pasted: letterRefusals,
  'pasted-frame': letterRefusals,
  receipt: { ja: [/取り消/, /不利益/], en: [/withdraw/i, /disadvantage/i] },
  withdrawal: { ja: [/取り消/, /不利益/], en: [/withdraw/i, /disadvantage/i] },
  code: { ja: [/何もなさらな/, /無視/], en: [/do nothing/i, /ignore/i] },
};

/** What a template lacks or must not say, in its text part and in its HTML alike; [] when it may be sent. */
export function lintLetter(name: LetterName, locale: Locale, source: TemplateSource): readonly LetterFault[] {
  const parts = [source.text, source.html];
  const lacks = (pattern: RegExp) => parts.some((part) => !pattern.test(part));
  const link = links[name];
  const faults: readonly (readonly [LetterFault, boolean])[] = [
    ['link-missing', lacks(toTokenPattern(link))],
    ['link-not-alone', !new RegExp(`^\\{\\{ *${link} *\\}\\}$`, 'm').test(source.text)],
    ['sender-missing', lacks(toTokenPattern('companyName'))],
    ['address-missing', lacks(toTokenPattern('postalAddress'))],
    ['contact-missing', lacks(toTokenPattern('contactEmail'))],
    ['agency-missing', lacks(toTokenPattern('agencyName'))],
    ['refusal-missing', refusals[name][locale].some(lacks)],
    ['token-unknown', findUnknownTokens(name, source).length > 0],
    ['gift-word', [source.subject, ...parts].some((part) => findGiftWords(part).length > 0)],
    ['outside-resource', /<img|<link|@import|url\(|<script|<iframe/i.test(source.html)],
  ];
  return faults.filter(([, isFound]) => isFound).map(([fault]) => fault);
}

function toTokenPattern(token: string): RegExp {
  return new RegExp(`\\{\\{ *${token} *\\}\\}`);
}

function findUnknownTokens(name: TemplateName, { subject, text, html }: TemplateSource): readonly string[] {
  const { required, optional } = templateTokens[name];
  const known: ReadonlySet<string> = new Set<string>([...required, ...optional]);
  const used = `${subject}\n${text}\n${html}`.matchAll(/\{\{\s*([^}\s|]*)/g);
  return [...used].flatMap(([, token = '']) => (known.has(token) ? [] : [token]));
}

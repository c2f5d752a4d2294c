import { toJapaneseDate } from '../platform/japan.ts';
import type { WriteBack } from './contract.ts';

/** What a decision is called where recruiters read it in their ATS: both languages, the day in Japan, the agency. */
export function toConsentNote({
  decision,
  agencyName,
  decidedAt,
}: Pick<WriteBack, 'decision' | 'agencyName' | 'decidedAt'>): string {
  const date = toJapaneseDate(decidedAt);
  const sentences = {
    granted: `Career Relay: ${date}、${agencyName}による他社への紹介に同意しました。\nAgreed on ${date} to introductions to other companies by ${agencyName}.`,
    withdrawn: `Career Relay: ${date}、${agencyName}による他社への紹介への同意を撤回しました。\nWithdrew on ${date} the agreement to introductions by ${agencyName}.`,
  } satisfies Record<WriteBack['decision'], string>;
  return sentences[decision];
}

import type { Agency, Company } from '../company/index.ts';
import type { Connector } from '../connector/index.ts';
import type { Locale } from './model.ts';
import { renderMail } from './templates.ts';

/** Our letter in a vendor's own tokens, for pasting into its rejection template. */
export interface ExportedTemplate {
  readonly subject: string;
  readonly html: string;
  readonly text: string;
  /** What was written around because the vendor lacks it, and what to mind when pasting; in the letter's language. */
  readonly notes: readonly string[];
}

export interface ExportFacts {
  readonly connector: Pick<Connector, 'title' | 'template'>;
  readonly company: Pick<Company, 'name' | 'postalAddress' | 'contactEmail'>;
  readonly agency: Pick<Agency, 'name'>;
  readonly locale: Locale;
  /** The address every applicant of the company shares, or the vendor's token that stands for a personal one. */
  readonly link: { readonly kind: 'static' | 'personal'; readonly text: string };
}

/** Pure: the letter as it is to be pasted. A token the vendor lacks is written around, and said in `notes`. */
export function exportTemplate({ connector, company, agency, locale, link }: ExportFacts): ExportedTemplate {
  const { tokens } = connector.template;
  const name = tokens.candidateName ?? tokens.candidateFirstName;
  const rendered = renderMail('pasted', locale, {
    candidateName: toSalutation(name, locale),
    companyName: company.name,
    agencyName: agency.name,
    relayUrl: link.text,
    postalAddress: company.postalAddress,
    contactEmail: company.contactEmail,
    jobTitle: tokens.jobTitle ?? '',
    isPersonal: link.kind === 'personal' ? 'yes' : '',
  });
  return { ...rendered, notes: toNotes(connector, link.kind, locale) };
}

function toSalutation(name: string | null, locale: Locale): string {
  if (name === null) return locale === 'ja' ? 'ご応募くださった方へ' : 'applicant';
  return locale === 'ja' ? `${name} 様` : name;
}

function toNotes(
  { title, template: { tokens } }: ExportFacts['connector'],
  kind: ExportFacts['link']['kind'],
  locale: Locale,
): readonly string[] {
  const lacksName = tokens.candidateName === null && tokens.candidateFirstName === null;
  const notes = [
    lacksName && {
      ja: `${title} には候補者名の差し込みがないため、宛名は「ご応募くださった方へ」としました。`,
      en: `${title} has no token for the applicant's name, so the letter greets "Dear applicant".`,
    },
    tokens.candidateName === null &&
      tokens.candidateFirstName !== null && {
        ja: `${title} には氏名の差し込みがないため、名のみで呼びかけています。`,
        en: `${title} has no token for the full name, so the letter greets by the first name alone.`,
      },
    tokens.jobTitle === null && {
      ja: `${title} で確認できている職種の差し込みがないため、職種名には触れていません。`,
      en: `${title} has no confirmed token for the job, so the letter does not name it.`,
    },
    tokens.companyName === null && {
      ja: '会社名・住所・問い合わせ先は文字としてそのまま入っています。変わったときは書き出し直してください。',
      en: "The company's name, address and contact stand in it as plain text. Export again when they change.",
    },
    kind === 'static' && {
      ja: 'リンクは応募者全員に共通です。ページで本人のメールアドレスを番号で確かめてから、内容を表示します。',
      en: 'The link is the same for every applicant. The page proves the address by a code before it shows anything.',
    },
    kind === 'personal' && {
      ja: 'リンクは候補者ごとの項目の差し込みです。貼り付けたあと、試しの不採用で正しく表示されることを必ず確認してください。',
      en: 'The link is a token for a field of each applicant. After pasting, confirm with a test rejection that it shows.',
    },
  ];
  return notes.flatMap((note) => (note ? [note[locale]] : []));
}

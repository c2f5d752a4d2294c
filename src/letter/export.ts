import type { Agency, Company } from '../company/index.ts';
import type { Connector } from '../connector/index.ts';
import { escapeHtml } from '../platform/html.ts';
import { linkDays } from './links.ts';
import type { Locale } from './model.ts';
import { parseSource, renderMail, renderSource, type Tokens } from './templates.ts';
import { toPieces, toTyped, type Wording, type WordingToken } from './wording/model.ts';
import { renderWording } from './wording/render.ts';

/** A letter in a vendor's own tokens, for pasting into its rejection template. */
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
  /** A company's own words; without them the standard letter. */
  readonly wording?: Wording | undefined;
}

/** Pure: the letter as it is to be pasted. A token the vendor lacks is written around, and said in `notes`. */
export function exportTemplate(facts: ExportFacts): ExportedTemplate {
  const { locale, wording } = facts;
  const tokens = toPastedTokens(facts);
  const { subject, text, html } = wording
    ? renderSource(parseSource(renderWording(wording, locale, 'pasted-frame')), 'pasted-frame', tokens)
    : renderMail('pasted', locale, tokens);
  const toFinal = openFinisher(facts);
  return {
    subject: toFinal(subject),
    text: toFinal(text),
    html: toFinal(html, escapeHtml),
    notes: toNotes(facts, wording ? findUses(wording) : standardUses),
  };
}

/** Noncharacters, which nobody types: until what people typed is made harmless, the vendor's tokens are away. */
const standIns = { name: '\ufdd0', job: '\ufdd1', link: '\ufdd2' } as const;

function toPastedTokens({ connector, company, agency, locale, link, wording }: ExportFacts): Tokens {
  const { tokens } = connector.template;
  const name = findName(tokens) === null ? null : standIns.name;
  const salutation = toSalutation(name, locale);
  return {
    candidateName: wording ? toNameInText(name, locale) : salutation,
    salutation,
    companyName: company.name,
    agencyName: agency.name,
    relayUrl: standIns.link,
    linkDays: String(linkDays),
    postalAddress: company.postalAddress,
    contactEmail: company.contactEmail,
    jobTitle: tokens.jobTitle === null ? '' : standIns.job,
    isPersonal: link.kind === 'personal' ? 'yes' : '',
  };
}

type VendorTokens = Connector['template']['tokens'];

function findName({ candidateName, candidateFirstName }: VendorTokens): string | null {
  return candidateName ?? candidateFirstName;
}

/** Puts the vendor's tokens in; what else looks like one is words of people, and opens none any more. */
function openFinisher({ connector, link }: ExportFacts) {
  const { tokens } = connector.template;
  const own = { name: findName(tokens) ?? '', job: tokens.jobTitle ?? '', link: link.text };
  const marks = findMarks([...Object.values(tokens), link.kind === 'personal' ? link.text : null]);
  return (written: string, toForm: (token: string) => string = (token) => token) =>
    (['name', 'job', 'link'] as const).reduce(
      (text, part) => text.replaceAll(standIns[part], () => toForm(own[part])),
      marks.reduce((text, mark) => text.replaceAll(mark, '$& '), written),
    );
}

/**
 * What opens a token of the vendor, such as `{{`: its first sign where the second follows, as itself or as an entity. One
 * sign alone stands in plain texts, too, and opens nothing.
 */
function findMarks(tokens: readonly (string | null)[]): readonly RegExp[] {
  const openings = tokens.flatMap((token) => /^[^\p{L}\p{N}\s]{2}/u.exec(token ?? '')?.[0] ?? []);
  const toForms = (sign: string) => {
    const code = sign.codePointAt(0) ?? 0;
    return `(?:\\u{${code.toString(16)}}|&#${code};)`;
  };
  return [...new Set(openings)].map((opening) => {
    const [first = '', second = ''] = opening;
    return new RegExp(`${toForms(first)}(?=${toForms(second)})`, 'gu');
  });
}

function toSalutation(name: string | null, locale: Locale): string {
  if (name === null) return locale === 'ja' ? 'ご応募くださった方へ' : 'applicant';
  return locale === 'ja' ? `${name} 様` : name;
}

function toNameInText(name: string | null, locale: Locale): string {
  return name === null && locale === 'ja' ? 'ご応募くださった方' : toSalutation(name, locale);
}

/** What of a letter the vendor may have no token for. */
type Uses = ReadonlySet<WordingToken>;

const standardUses: Uses = new Set(['candidateName', 'jobTitle']);

function findUses({ subject, blocks }: Wording): Uses {
  const typed = [subject, ...blocks.flatMap((block) => toTyped(block) ?? [])];
  const greets = blocks.some(({ kind }) => kind === 'greeting') ? ['candidateName'] : [];
  const used = new Set([
    ...greets,
    ...typed.flatMap((text) => toPieces(text).flatMap((piece) => ('token' in piece ? piece.token : []))),
  ]);
  return new Set((['candidateName', 'application', 'jobTitle', 'linkDays'] as const).filter((one) => used.has(one)));
}

function toNotes({ connector, link, locale, wording }: ExportFacts, uses: Uses): readonly string[] {
  const {
    title,
    template: { tokens },
  } = connector;
  const isNamed = uses.has('candidateName');
  const lacksName = isNamed && tokens.candidateName === null && tokens.candidateFirstName === null;
  const lacksJob = tokens.jobTitle === null && (uses.has('jobTitle') || uses.has('application'));
  const notes = [
    lacksName && {
      ja: `${title} には候補者名の差し込みがないため、宛名は「ご応募くださった方へ」としました。`,
      en: `${title} has no token for the applicant's name, so the letter greets "Dear applicant".`,
    },
    isNamed &&
      tokens.candidateName === null &&
      tokens.candidateFirstName !== null && {
        ja: `${title} には氏名の差し込みがないため、名のみで呼びかけています。`,
        en: `${title} has no token for the full name, so the letter greets by the first name alone.`,
      },
    lacksJob &&
      !wording && {
        ja: `${title} で確認できている職種の差し込みがないため、職種名には触れていません。`,
        en: `${title} has no confirmed token for the job, so the letter does not name it.`,
      },
    lacksJob &&
      wording && {
        ja: `${title} で確認できている職種の差し込みがないため、職種名が入るところは「ご応募」「ご応募の職種」としました。`,
        en: `${title} has no confirmed token for the job, so where it would stand the letter says "your application" or "the position you applied for".`,
      },
    uses.has('linkDays') && {
      ja: `リンクの有効日数（${linkDays}日）は、ATSがメールを送った日ではなく、不採用の決定日から数えます。`,
      en: `The days the link is open (${linkDays}) are counted from the decision, not from the day the ATS sends the mail.`,
    },
    {
      ja: '会社名・住所・問い合わせ先・紹介会社の名称は文字としてそのまま入っています。変わったときは書き出し直してください。',
      en: "The company's name, address and contact and the agency's name stand in it as plain text. Export again when they change.",
    },
    link.kind === 'static' && {
      ja: 'リンクは応募者全員に共通です。ページで本人のメールアドレスを番号で確かめてから、内容を表示します。',
      en: 'The link is the same for every applicant. The page proves the address by a code before it shows anything.',
    },
    link.kind === 'personal' && {
      ja: 'リンクは候補者ごとの項目の差し込みです。貼り付けたあと、試しの不採用で正しく表示されることを必ず確認してください。',
      en: 'The link is a token for a field of each applicant. After pasting, confirm with a test rejection that it shows.',
    },
  ];
  return notes.flatMap((note) => (note ? [note[locale]] : []));
}

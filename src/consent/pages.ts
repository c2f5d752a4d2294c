import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Liquid, type Template } from 'liquidjs';
import type { Agency, Company, Terms } from '../company/index.ts';
import { sha256 } from '../platform/ids.ts';
import type { OwnWords, PageWords, PublishedWords } from './own-words.ts';
import type { EmailFault, NameFault } from './static-link-model.ts';

export type Locale = 'ja' | 'en';

/** The texts a person answers to. Their exact wording is kept as evidence. */
export const textNames = ['introduction', 'withdrawal'] as const;
export type TextName = (typeof textNames)[number];

/** What a text says of the world: no fact about the person, so one kept text serves as evidence for all who saw it. */
export interface TextFacts {
  readonly company: Company;
  readonly agency: Agency;
  readonly terms: Pick<Terms, 'countsAt' | 'perCredit'>;
  /** What the company says besides; it is part of the text, and so of the evidence. */
  readonly own: OwnWords;
}

/** A text as it was shown: everything inside the form, box and buttons included. */
export interface ConsentText {
  readonly body: string;
  /** Hex SHA-256 of the body. */
  readonly hash: string;
  /**
   * Name and fingerprint of the template: another wording is another version, by itself. Where the company's own words
   * stand in the text, the version of those as well: `introduction-0123456789ab+own-3`.
   */
  readonly version: string;
}

interface Frame {
  readonly company: Company | undefined;
  /** Where the page shows what is held; undefined where it should not. */
  readonly heldHref: string | undefined;
  /** The page itself, which also takes its forms. */
  readonly action: string;
}
interface Form extends Frame {
  /** null on a page that takes no answer. */
  readonly nonce: string | null;
  readonly text: string;
}

/** What each page needs. A name in a template that is not given here is an error, not a blank. */
export interface PageViews {
  readonly ask: Form & { readonly hint: 'box-not-ticked' | 'text-changed' | undefined };
  readonly granted: Form & {
    readonly agency: Agency;
    readonly decidedAt: string;
    /** undefined while nobody may be sent to the agency. */
    readonly referral: { readonly code: string } | undefined;
    readonly receiptTo: string | undefined;
    /** What the company says besides, here and below. */
    readonly thanks: string | undefined;
  };
  readonly declined: Form & {
    readonly decidedAt: string;
    readonly grantsUntil: string;
    readonly thanks: string | undefined;
  };
  readonly withdrawn: Form & { readonly agency: Agency; readonly decidedAt: string; readonly grantsUntil: string };
  readonly held: Frame & HeldView;
  readonly 'static-ask': Frame & {
    readonly agency: Agency;
    readonly nonce: string;
    /** As typed, where it has to be typed again. */
    readonly name: string;
    readonly email: string;
    readonly faults: { readonly name: NameFault | undefined; readonly email: EmailFault | undefined };
    readonly nameMax: number;
    readonly codeMinutes: number;
    readonly keptHours: number;
  };
  readonly 'static-code': Frame & {
    /** null when the code can be typed no more. */
    readonly nonce: string | null;
    readonly email: string;
    readonly hint: 'wrong' | 'malformed' | undefined;
    /** Where one begins again. */
    readonly askHref: string;
    readonly codeMinutes: number;
    readonly codesPerHour: number;
  };
  readonly notice: Frame & { readonly notice: NoticeName };
}
export type NoticeName = 'unknown' | 'closed' | 'awaited' | 'refused' | 'too-many' | 'too-many-codes' | 'trouble';

export interface HeldView {
  readonly name: string | undefined;
  readonly email: string | undefined;
  readonly applications: readonly { readonly job: string | null; readonly decidedAt: string }[];
  readonly mails: readonly { readonly kind: 'letter' | 'granted' | 'withdrawn'; readonly sentAt: string }[];
  readonly decisions: readonly {
    readonly decision: string;
    readonly decidedAt: string;
    readonly textVersion: string;
    readonly locale: Locale;
    readonly referralCode: string | null;
  }[];
}

export interface Pages {
  render<N extends keyof PageViews>(name: N, locale: Locale, view: PageViews[N]): string;
  renderText(name: TextName, locale: Locale, facts: TextFacts): ConsentText;
  /** What the pages may do: nothing but their own style, their icon, and sending their own form home. */
  readonly contentSecurityPolicy: string;
}

/** Texts of a few KB each. */
const textsKept = 200;

// In the sources the templates lie two folders up; in a package, where ours lies in dist, three.
const folder = ['../../templates/page/', '../../../templates/page/']
  .map((path) => fileURLToPath(new URL(path, import.meta.url)))
  .find((path) => existsSync(path));

/** Reads and compiles every template at once, so a broken one stops the start and not an applicant. */
export function openPages(): Pages {
  if (!folder) throw new Error('templates/page is missing');
  const liquid = new Liquid({
    root: folder,
    outputEscape: 'escape',
    strictVariables: true,
    lenientIf: true,
    strictFilters: true,
    ownPropertyOnly: true,
    cache: true,
  });
  const style = readFileSync(`${folder}style.css`, 'utf8').trim();
  const templates = new Map(
    readdirSync(folder)
      .filter((file) => file.endsWith('.html'))
      .map((file) => [file, { source: readFileSync(folder + file, 'utf8'), parsed: liquid.parseFileSync(file) }]),
  );

  function find(name: string, locale: Locale): { readonly source: string; readonly parsed: Template[] } {
    const template = templates.get(`${name}.${locale}.html`);
    if (!template) throw new Error(`templates/page/${name}.${locale}.html is missing`);
    return template;
  }

  /** What was written a moment ago, by all it depends on: a company's text is the same for each of its applicants. */
  const texts = new Map<string, ConsentText>();

  function writeText(
    name: TextName,
    locale: Locale,
    { company, agency, terms }: Omit<TextFacts, 'own'>,
    published: PublishedWords | undefined,
  ): ConsentText {
    const { source, parsed } = find(name, locale);
    const own = toAsked(published?.words);
    const body = String(liquid.renderSync(parsed, { company, agency, ...terms, own })).trim();
    const ours = `${name}-${sha256(source).slice(0, 12)}`;
    const hasOwn = Object.values(own).some((words) => words !== undefined);
    return { body, hash: sha256(body), version: published && hasOwn ? `${ours}+own-${published.version}` : ours };
  }

  return {
    render: (name, locale, view) => String(liquid.renderSync(find(name, locale).parsed, { ...view, locale, style })),
    renderText(name, locale, { own, ...facts }) {
      const words = name === 'introduction' ? own[locale] : undefined;
      const key = JSON.stringify([name, locale, facts, words]);
      const known = texts.get(key);
      if (known) return known;
      const text = writeText(name, locale, facts, words);
      const [oldest] = texts.keys();
      if (texts.size === textsKept && oldest !== undefined) texts.delete(oldest);
      texts.set(key, text);
      return text;
    },
    contentSecurityPolicy: [
      "default-src 'none'",
      `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
      'img-src data:',
      "form-action 'self'",
      "base-uri 'none'",
      "frame-ancestors 'none'",
    ].join('; '),
  };
}

/** Of a company's own words those that stand in what a person answers to. */
function toAsked(words: PageWords | undefined) {
  return {
    heading: words?.heading || undefined,
    introduction: words?.introduction || undefined,
    questions: words?.questions.length ? words.questions : undefined,
    closing: words?.closing || undefined,
  };
}

const moments = {
  ja: new Intl.DateTimeFormat('ja-JP', { dateStyle: 'long', timeStyle: 'short', timeZone: 'Asia/Tokyo' }),
  en: new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'Asia/Tokyo' }),
};

/** An instant as people in Japan read it, to the minute. */
export function toMoment(locale: Locale, instant: Date): string {
  const text = moments[locale].format(instant);
  return locale === 'ja' ? `${text}（日本時間）` : `${text} (Japan time)`;
}

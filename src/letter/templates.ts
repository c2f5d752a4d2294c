import { existsSync, readFileSync } from 'node:fs';
import { Liquid, type Template } from 'liquidjs';
import { sha256 } from '../platform/ids.ts';
import { toPlainLine } from '../platform/plain-line.ts';
import type { Locale } from './model.ts';

/** The tokens of each template. A required one that is blank stops the mail; an optional one may be ''. */
export const templateTokens = {
  'career-relay': {
    required: ['candidateName', 'companyName', 'agencyName', 'relayUrl', 'linkDays', 'postalAddress', 'contactEmail'],
    optional: ['jobTitle'],
  },
  /** For pasting into an ATS once: plain HTML that its editor keeps. */
  pasted: {
    required: ['candidateName', 'companyName', 'agencyName', 'relayUrl', 'postalAddress', 'contactEmail'],
    optional: ['jobTitle', 'isPersonal'],
  },
  /** The same in a company's own words. */
  'pasted-frame': {
    required: [
      'candidateName',
      'salutation',
      'companyName',
      'agencyName',
      'relayUrl',
      'linkDays',
      'postalAddress',
      'contactEmail',
    ],
    optional: ['jobTitle', 'isPersonal'],
  },
  receipt: {
    required: [
      'candidateName',
      'companyName',
      'agencyName',
      'agencyAddress',
      'agencyRepresentative',
      'agencyLicenceNumber',
      'decidedAt',
      'referralCode',
      'registrationUrl',
      'manageUrl',
      'postalAddress',
      'contactEmail',
    ],
    optional: [],
  },
  withdrawal: {
    required: ['candidateName', 'companyName', 'agencyName', 'decidedAt', 'manageUrl', 'postalAddress', 'contactEmail'],
    optional: [],
  },
  /** For who comes by the static link. It names nobody: what was typed there may be anything. */
  code: {
    required: ['code', 'codeMinutes', 'companyName', 'agencyName', 'pageUrl', 'postalAddress', 'contactEmail'],
    optional: [],
  },
  /** To those who work with this program, not to applicants; plain HTML. */
  'sign-in': { required: ['signInUrl', 'linkMinutes', 'serviceUrl'], optional: [] },
  /** To who sets a company up, to see that its mail arrives. */
  'sender-test': { required: ['companyName', 'serviceUrl', 'postalAddress', 'contactEmail'], optional: [] },
  invitation: {
    required: ['invitationUrl', 'linkDays', 'roleName', 'companyName', 'postalAddress', 'contactEmail'],
    optional: [],
  },
  'company-deletion': { required: ['companyName', 'endsOn', 'dataUrl', 'serviceUrl'], optional: [] },
} as const;

/** The mails to applicants; their HTML is compiled from MJML. */
export const templateNames = ['career-relay', 'receipt', 'withdrawal', 'code'] as const;
/** Those, and the frame in which the wordings of companies stand. */
export const compiledNames = [...templateNames, 'frame'] as const;
export type TemplateName = keyof typeof templateTokens;
/** What the wordings of companies stand in: a mail of ours, or what is pasted into an ATS. */
export type FrameName = 'frame' | 'pasted-frame';
export type Tokens = Readonly<Record<string, string>>;

export interface Rendered {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** What people wrote: one `.mjml` and one `.txt` per language, whose first line is the subject. */
export interface TemplateSource extends Rendered {}

// In the sources the templates lie two folders up; in a package, where ours lies in dist, three.
const folder = ['../../templates/letter/', '../../../templates/letter/']
  .map((path) => new URL(path, import.meta.url))
  .find((url) => existsSync(new URL('career-relay.ja.txt', url)));

/** A template as it stands in templates/letter; `html` is what its `.mjml` was compiled to. */
export function readTemplate(name: TemplateName, locale: Locale): TemplateSource {
  const [subject = '', ...text] = readPart(name, locale, 'txt').split('\n');
  return { subject, text: text.join('\n').trimStart(), html: readPart(name, locale, 'html') };
}

export function readPart(
  name: TemplateName | FrameName | 'standard',
  locale: Locale,
  extension: 'mjml' | 'html' | 'txt' | 'json',
): string {
  return readFileSync(new URL(`${name}.${locale}.${extension}`, folder), 'utf8');
}

const strict = { strictVariables: true, strictFilters: true, lenientIf: true, ownPropertyOnly: true } as const;
const forText = new Liquid(strict);
const forHtml = new Liquid({ ...strict, outputEscape: 'escape' });

/** A template, ready to be filled in. */
export interface ParsedSource {
  readonly subject: Template[];
  readonly text: Template[];
  readonly html: Template[];
}

/** @throws Error where the Liquid of a source is broken. */
export function parseSource({ subject, text, html }: TemplateSource): ParsedSource {
  return { subject: forText.parse(subject), text: forText.parse(text), html: forHtml.parse(html) };
}

const parsed = new Map<string, ParsedSource>();

function parseTemplate(name: TemplateName, locale: Locale): ParsedSource {
  const key = `${name}.${locale}`;
  const known = parsed.get(key);
  if (known) return known;
  const made = parseSource(readTemplate(name, locale));
  parsed.set(key, made);
  return made;
}

/** The required tokens that are missing or blank; [] when the mail can be written. */
export function findBlankTokens(name: TemplateName, tokens: Tokens): readonly string[] {
  return templateTokens[name].required.filter((token) => toPlainLine(tokens[token] ?? '') === '');
}

/**
 * Writes one mail. Every token becomes one plain line, escaped where it stands in HTML.
 * @throws Error naming the token, never its value, when a required one is blank: ask findBlankTokens first.
 */
export function renderMail(name: TemplateName, locale: Locale, tokens: Tokens): Rendered {
  return renderSource(parseTemplate(name, locale), name, tokens);
}

/** The same, by a source that has the tokens of a template of ours. @throws Error as renderMail. */
export function renderSource(source: ParsedSource, name: TemplateName, tokens: Tokens): Rendered {
  const blank = findBlankTokens(name, tokens);
  if (blank.length > 0) throw new Error(`the ${name} mail lacks ${blank.join(', ')}`);
  const { required, optional } = templateTokens[name];
  const lines = Object.fromEntries(
    [...required, ...optional].map((token) => [token, toPlainLine(tokens[token] ?? '')]),
  );
  const { subject, text, html } = source;
  return {
    subject: toPlainLine(String(forText.renderSync(subject, lines))),
    text: String(forText.renderSync(text, lines)),
    html: String(forHtml.renderSync(html, lines)),
  };
}

const versions = new Map<TemplateName, string>();

/** Names the exact wording of a template in both languages: the first 12 hex digits of the SHA-256 of its files. */
export function readTemplateVersion(name: TemplateName): string {
  const known = versions.get(name);
  if (known) return known;
  const files = (['ja', 'en'] as const).flatMap((locale) => [
    readPart(name, locale, 'txt'),
    readPart(name, locale, 'html'),
  ]);
  const version = sha256(files.join('\0')).slice(0, 12);
  versions.set(name, version);
  return version;
}

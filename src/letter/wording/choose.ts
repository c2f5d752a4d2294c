import type { Tx } from '../../platform/database.ts';
import { sha256 } from '../../platform/ids.ts';
import type { Locale } from '../model.ts';
import {
  type ParsedSource,
  parseSource,
  type Rendered,
  readPart,
  readTemplateVersion,
  renderMail,
  renderSource,
  type Tokens,
} from '../templates.ts';
import { standardTemplate } from './model.ts';
import { renderWording } from './render.ts';
import { readPublished, readVersion, type WordingVersion } from './store.ts';

/** The words of a letter, whoever wrote them. */
export interface ChosenWording {
  /** As they stand in the `letter` row: the template, and its exact wording. */
  readonly template: string;
  readonly templateVersion: string;
  /** @throws Error as renderMail. */
  render(tokens: Tokens): Rendered;
}

/** The words of any letter of a company now. */
export interface Wordings {
  /**
   * The newest published wording, in this language, of the template that a rule names, else of the company's default; the
   * standard letter where a rule names that one, and where the other is archived, gone or not published in this language.
   */
  choose(template: string | undefined, locale: Locale): ChosenWording;
}

/** Reads what `choose` needs for these templates and the default one. One statement. */
export async function readWordings(
  tx: Tx,
  companyId: string,
  templates: readonly (string | undefined)[],
): Promise<Wordings> {
  const named = [...new Set(templates.flatMap((template) => template ?? []))];
  const published = await readPublished(tx, companyId, named);
  const known = new Map<WordingVersion, ChosenWording>();
  return {
    choose(template, locale) {
      const found = published.find(
        (one) => one.locale === locale && (template === undefined ? one.isDefault : one.templateId === template),
      );
      if (!found) return toStandard(locale);
      const wording = known.get(found) ?? toChosen(found);
      known.set(found, wording);
      return wording;
    },
  };
}

/** The letter that is always there. */
export function toStandard(locale: Locale): ChosenWording {
  return {
    template: standardTemplate,
    templateVersion: readTemplateVersion(standardTemplate),
    render: (tokens) => renderMail(standardTemplate, locale, tokens),
  };
}

/** The exact words that a letter bears; undefined where they, or the frame they stood in, are no longer here. */
export async function readExact(
  tx: Tx,
  letter: { readonly template: string; readonly templateVersion: string; readonly locale: Locale },
): Promise<ChosenWording | undefined> {
  const { template, templateVersion, locale } = letter;
  const chosen = template === standardTemplate ? toStandard(locale) : await readOwn(tx, letter);
  return chosen?.templateVersion === templateVersion ? chosen : undefined;
}

async function readOwn(tx: Tx, letter: Parameters<typeof readExact>[1]): Promise<ChosenWording | undefined> {
  const { template, templateVersion, locale } = letter;
  const version = Number(/^(\d{1,9})-/.exec(templateVersion)?.[1] ?? 0);
  const found = await readVersion(tx, { templateId: template, locale, version });
  return found && toChosen(found);
}

/** A wording as the words of a letter. The frame is ours and part of what is read, so it is part of the name. */
export function toChosen(wording: WordingVersion): ChosenWording {
  let parsed: ParsedSource | undefined;
  return {
    template: wording.templateId,
    templateVersion: `${wording.version}-${readFrameVersion(wording.locale)}`,
    render(tokens) {
      parsed ??= parseSource(renderWording(wording, wording.locale));
      return renderSource(parsed, standardTemplate, tokens);
    },
  };
}

const frameVersions = new Map<Locale, string>();

/** The first 12 hex digits of the SHA-256 of the frame of a language. */
function readFrameVersion(locale: Locale): string {
  const known = frameVersions.get(locale);
  if (known) return known;
  const files = [readPart('frame', locale, 'txt'), readPart('frame', locale, 'html')];
  const version = sha256(files.join('\0')).slice(0, 12);
  frameVersions.set(locale, version);
  return version;
}

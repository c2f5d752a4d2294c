import { toPlainLine } from '../../platform/plain-line.ts';
import type { NoticeKind } from '../notice/kinds.ts';
import { limits } from './limits.ts';
import { toSettingsUrl } from './settings-url.ts';
import { noticeTokens } from './tokens.ts';
import type { Wording } from './view.ts';

export type WordingFault =
  | 'empty'
  | 'too-long'
  | 'token-unknown'
  /** A tag that is not closed, or braces that stand alone. */
  | 'token-broken'
  /** Conditions, loops, filters: a wording has tokens only. */
  | 'tag-forbidden'
  /** `@channel`, `@here`, `@everyone`. */
  | 'broadcast'
  /** `<…>`: Slack's own links and mentions. */
  | 'control-sequence'
  /** An address elsewhere than at the settings page. */
  | 'outside-link';

export interface WordingProblem {
  readonly part: keyof Wording;
  readonly fault: WordingFault;
  /** What to look at, such as the unknown token; '' where the fault says all. */
  readonly found: string;
}

export const longestWording = { title: limits.header, body: 2_000 } as const satisfies Record<keyof Wording, number>;

/** What keeps a company's own words from being used, in the order a person would mend it; [] when they may be. */
export function lintWording(kind: NoticeKind, wording: Wording, baseUrl: string): readonly WordingProblem[] {
  return (['title', 'body'] as const).flatMap((part) =>
    lintPart(kind, wording[part], longestWording[part], baseUrl).map((problem) => ({ part, ...problem })),
  );
}

type Problem = Omit<WordingProblem, 'part'>;

function lintPart(kind: NoticeKind, text: string, most: number, baseUrl: string): readonly Problem[] {
  if (toPlainLine(text) === '') return [{ fault: 'empty', found: '' }];
  // What is far too long is not looked at any further.
  if (text.length > most) return [{ fault: 'too-long', found: String(most) }];
  return [
    ...lintTokens(kind, text),
    ...find('broadcast', text, /[@＠](?:channel|here|everyone)\b/gi),
    ...find('control-sequence', text, /<[^<>]+>/g),
    ...findOutsideLinks(text, new URL(toSettingsUrl(baseUrl)).origin),
  ];
}

const output = /\{\{-?\s*(?<name>[A-Za-z]\w*)\s*-?\}\}/g;

function lintTokens(kind: NoticeKind, text: string): readonly Problem[] {
  const known = new Set(['company', ...noticeTokens[kind].map(({ name }) => name)]);
  const names = [...text.matchAll(output)].map(({ groups }) => groups?.name ?? '');
  const rest = text.replace(output, '');
  const forbidden = find('tag-forbidden', rest, /\{%.*?%\}|\{\{.*?\}\}/gs);
  const isBroken = /\{\{|\}\}|\{%|%\}/.test(rest.replace(/\{%.*?%\}|\{\{.*?\}\}/gs, ''));
  return [
    ...names.filter((name) => !known.has(name)).map((found) => ({ fault: 'token-unknown', found }) as const),
    ...forbidden,
    ...(isBroken ? [{ fault: 'token-broken', found: '' } as const] : []),
  ];
}

function findOutsideLinks(text: string, origin: string): readonly Problem[] {
  return [...text.matchAll(/(?:https?:\/\/|www\.|mailto:)[^\s<>|)）、。」]*/gi)]
    .filter(([url]) => !URL.canParse(url) || new URL(url).origin !== origin)
    .map(([found]) => ({ fault: 'outside-link', found }));
}

function find(fault: WordingFault, text: string, pattern: RegExp): readonly Problem[] {
  return [...text.matchAll(pattern)].map(([found]) => ({ fault, found: found.slice(0, 100) }));
}

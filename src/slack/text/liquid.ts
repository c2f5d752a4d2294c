import { Liquid } from 'liquidjs';
import { escapeMrkdwn } from '../model.ts';
import type { Tokens } from '../notice/kinds.ts';

const engine = new Liquid({ strictVariables: true, strictFilters: true, ownPropertyOnly: true, cache: 500 });

/**
 * Fills a text. In `mrkdwn` every value is escaped, so what a company or a person is called can make no mention and no link.
 * @throws Error when a token is missing or the text is broken: a mistake of ours, or of a wording that was not linted.
 */
export function fillText(text: string, tokens: Tokens, as: 'plain' | 'mrkdwn'): string {
  const values = as === 'plain' ? tokens : Object.fromEntries(Object.entries(tokens).map(escapeValue));
  return engine.renderSync(engine.parse(text), values);
}

function escapeValue([name, value]: [string, string | number]): [string, string | number] {
  return [name, typeof value === 'string' ? escapeMrkdwn(value) : value];
}

import { readFileSync } from 'node:fs';
import { Liquid, type Template } from 'liquidjs';
import { z } from 'zod';
import { escapeMrkdwn, toShownName } from './model.ts';
import type { Tokens } from './notice/kinds.ts';

export type Locale = 'ja' | 'en';
export type TextName = keyof typeof textNames;

/** Every text of ours that stands in Slack. */
export const textNames = {
  'credit-earned': true,
  progress: true,
  'connection-failing': true,
  'connection-recovered': true,
  'connection-silent': true,
  'consents-to-label': true,
  help: true,
} as const;

const Mrkdwn = z.strictObject({ type: z.literal('mrkdwn'), text: z.string() });
/** The Block Kit blocks we use. */
export const Block = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('section'), text: Mrkdwn }),
  z.strictObject({ type: z.literal('context'), elements: z.array(Mrkdwn) }),
]);
export type Block = z.infer<typeof Block>;
const TextFile = z.strictObject({ text: z.string(), blocks: z.array(Block) });

/** What recruiters read: in plain text, for the list and for notifications, and as blocks for the channel. */
export interface RenderedText {
  readonly text: string;
  readonly blocks: readonly Block[];
}

const engine = new Liquid({ strictVariables: true, strictFilters: true, ownPropertyOnly: true });
const folder = new URL('../../templates/slack/', import.meta.url);

/**
 * Renders templates/slack/<name>.<locale>.json. In blocks every token is escaped, so what a company calls itself can
 * make no mention and no link there.
 * @throws Error when a token is missing: a mistake of ours.
 */
export function renderText(name: TextName, locale: Locale, company: string, tokens: Tokens): RenderedText {
  const { text, blocks } = loadText(name, locale);
  const plain: Tokens = { ...tokens, company: toShownName(company) };
  const escaped = Object.fromEntries(
    Object.entries(plain).map(([key, value]) => [key, typeof value === 'string' ? escapeMrkdwn(value) : value]),
  );
  return { text: engine.renderSync(text, plain), blocks: blocks.map((block) => renderBlock(block, escaped)) };
}

type ParsedBlock =
  | { readonly type: 'section'; readonly text: Template[] }
  | { readonly type: 'context'; readonly elements: readonly Template[][] };
interface ParsedText {
  readonly text: Template[];
  readonly blocks: readonly ParsedBlock[];
}

const loaded = new Map<string, ParsedText>();

/** The tokens stand inside the strings of a JSON file that is parsed first: no value can break its form. */
function loadText(name: TextName, locale: Locale): ParsedText {
  const file = `${name}.${locale}.json`;
  const known = loaded.get(file);
  if (known) return known;
  const { text, blocks } = TextFile.parse(JSON.parse(readFileSync(new URL(file, folder), 'utf8')));
  const parsed = { text: engine.parse(text), blocks: blocks.map(parseBlock) };
  loaded.set(file, parsed);
  return parsed;
}

function parseBlock(block: Block): ParsedBlock {
  if (block.type === 'section') return { type: 'section', text: engine.parse(block.text.text) };
  return { type: 'context', elements: block.elements.map(({ text }) => engine.parse(text)) };
}

function renderBlock(block: ParsedBlock, tokens: Tokens): Block {
  const render = (text: Template[]) => ({ type: 'mrkdwn' as const, text: engine.renderSync(text, tokens) });
  if (block.type === 'section') return { type: 'section', text: render(block.text) };
  return { type: 'context', elements: block.elements.map(render) };
}

import type { types } from '@slack/bolt';
import type { RenderedNotice } from './view.ts';

/**
 * What Slack takes, in UTF-16 units and pieces. Source: docs.slack.dev, Block Kit reference, pages of each block and of
 * text objects; chat.postMessage (read 2026-11-29).
 */
export const limits = {
  blocks: 50,
  fallback: 3_000,
  header: 150,
  text: 3_000,
  fields: 10,
  field: 2_000,
  contextElements: 10,
  actions: 25,
  buttonText: 75,
  altText: 2_000,
} as const;

/** A message no part of which is too long for Slack; what is too long ends in `…`. */
export function clampMessage({ text, blocks }: RenderedNotice): RenderedNotice {
  return { text: clampText(text, limits.fallback), blocks: blocks.slice(0, limits.blocks).map(clampBlock) };
}

/** The text in at most `most` UTF-16 units: no surrogate pair, escaped character or `<…>` is cut in two. */
export function clampText(text: string, most: number): string {
  if (text.length <= most) return text;
  const cut = text
    .slice(0, most - 1)
    .replace(/[\ud800-\udbff]$/, '')
    .replace(/&[a-z]{0,4}$/, '')
    .replace(/<[^>]*$/, '');
  return `${cut}…`;
}

function clampBlock(block: types.KnownBlock): types.KnownBlock {
  switch (block.type) {
    case 'header':
      return { ...block, text: clampTextObject(block.text, limits.header) };
    case 'section':
      return {
        ...block,
        ...(block.text ? { text: clampTextObject(block.text, limits.text) } : {}),
        ...(block.fields
          ? { fields: block.fields.slice(0, limits.fields).map((field) => clampTextObject(field, limits.field)) }
          : {}),
      };
    case 'context':
      return { ...block, elements: block.elements.slice(0, limits.contextElements).map(clampElement) };
    case 'actions':
      return { ...block, elements: block.elements.slice(0, limits.actions).map(clampButton) };
    case 'image':
      return { ...block, alt_text: clampText(block.alt_text, limits.altText) };
    default:
      return block;
  }
}

function clampTextObject<T extends { text: string }>(object: T, most: number): T {
  return { ...object, text: clampText(object.text, most) };
}

function clampElement(element: types.ContextBlockElement): types.ContextBlockElement {
  return element.type === 'image' ? element : clampTextObject(element, limits.text);
}

function clampButton(element: types.ActionsBlockElement): types.ActionsBlockElement {
  return element.type === 'button' ? { ...element, text: clampTextObject(element.text, limits.buttonText) } : element;
}

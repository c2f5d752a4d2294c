import type { types } from '@slack/bolt';

export type Block = types.KnownBlock;
export type ModalView = types.ModalView;
export type HomeView = types.HomeView;
export type Button = types.Button;
export type Choice = types.PlainTextOption;

/*
 * Builders of the blocks we use, each within Slack's limits whatever it is filled with.
 * Source: docs.slack.dev, "Blocks", "Block elements", "Composition objects", "Views" (read 2026-11-29).
 */

/** A text of at most `max` UTF-16 units, which is the strictest way to count; no character is cut in two. */
export function clip(text: string, max: number): string {
  if (text.length <= max) return text;
  let short = '';
  for (const character of text) {
    if (short.length + character.length > max - 1) break;
    short += character;
  }
  return `${short}…`;
}

/**
 * The same for mrkdwn that is escaped already: no entity is cut in two.
 */
function clipMrkdwn(text: string, max: number): string {
  return text.length <= max ? text : clip(text, max).replace(/&[a-z]*…$/, '…');
}

const orSpace = (text: string) => (text === '' ? ' ' : text);

function plainText(text: string, max: number): types.PlainTextElement {
  return { type: 'plain_text', text: orSpace(clip(text, max)), emoji: true };
}

/** @param text mrkdwn whose values are escaped. */
export function section(text: string, accessory?: types.Button | types.StaticSelect): Block {
  const shown = { type: 'mrkdwn' as const, text: orSpace(clipMrkdwn(text, 3_000)) };
  return accessory ? { type: 'section', text: shown, accessory } : { type: 'section', text: shown };
}

/** Short texts side by side, at most ten. @param texts mrkdwn whose values are escaped. */
export function fields(texts: readonly string[]): Block {
  const shown = texts.slice(0, 10).map((text) => ({ type: 'mrkdwn' as const, text: orSpace(clipMrkdwn(text, 2_000)) }));
  return { type: 'section', fields: shown };
}

/** Text of others, shown as it is. */
export function quoted(text: string): Block {
  return { type: 'section', text: { type: 'plain_text', text: orSpace(clip(text, 3_000)), emoji: false } };
}

export function header(text: string): Block {
  return { type: 'header', text: plainText(text, 150) };
}

export function context(text: string): Block {
  return { type: 'context', elements: [{ type: 'mrkdwn', text: orSpace(clipMrkdwn(text, 2_000)) }] };
}

export function divider(): Block {
  return { type: 'divider' };
}

export function actions(blockId: string, elements: readonly (types.Button | types.StaticSelect)[]): Block {
  return { type: 'actions', block_id: blockId, elements: elements.slice(0, 25) };
}

export interface ButtonOf {
  readonly id: string;
  readonly text: string;
  readonly value?: string;
  readonly style?: 'primary' | 'danger';
  readonly url?: string;
  readonly confirm?: {
    readonly title: string;
    readonly text: string;
    readonly yes: string;
    readonly no: string;
    /** Of the question's own button. */
    readonly style: 'primary' | 'danger' | undefined;
  };
}

export function button({ id, text, value, style, url, confirm }: ButtonOf): types.Button {
  return {
    type: 'button',
    action_id: id,
    text: plainText(text, 75),
    ...(value === undefined ? {} : { value }),
    ...(style === undefined ? {} : { style }),
    ...(url === undefined ? {} : { url }),
    ...(confirm === undefined
      ? {}
      : {
          confirm: {
            title: plainText(confirm.title, 100),
            text: plainText(confirm.text, 300),
            confirm: plainText(confirm.yes, 30),
            deny: plainText(confirm.no, 30),
            ...(confirm.style === undefined ? {} : { style: confirm.style }),
          },
        }),
  };
}

export interface ChoiceOf {
  readonly value: string;
  readonly text: string;
}

/** Longest value of an option; what is longer cannot be offered. */
export const choiceValueMax = 150;

function toChoice({ value, text }: ChoiceOf): Choice {
  return { value, text: plainText(text, 75) };
}

/** A list to choose one from: at most 100 are offered. */
export function select(
  id: string,
  placeholder: string,
  choices: readonly ChoiceOf[],
  chosen?: string,
): types.StaticSelect {
  const options = choices.slice(0, 100).map(toChoice);
  const initial = options.find(({ value }) => value === chosen);
  return {
    type: 'static_select',
    action_id: id,
    placeholder: plainText(placeholder, 150),
    options,
    ...(initial ? { initial_option: initial } : {}),
  };
}

/** What a person fills in: read it by the block's id. */
export function selectInput(blockId: string, label: string, placeholder: string, choices: readonly ChoiceOf[]): Block {
  return {
    type: 'input',
    block_id: blockId,
    label: plainText(label, 2_000),
    element: select(blockId, placeholder, choices),
  };
}

/** At most ten. */
export function radioInput(blockId: string, label: string, choices: readonly ChoiceOf[], chosen?: string): Block {
  const options = choices.slice(0, 10).map(toChoice);
  const initial = options.find(({ value }) => value === chosen);
  return {
    type: 'input',
    block_id: blockId,
    label: plainText(label, 2_000),
    element: { type: 'radio_buttons', action_id: blockId, options, ...(initial ? { initial_option: initial } : {}) },
  };
}

export function textInput(
  blockId: string,
  {
    label,
    hint,
    placeholder,
    max,
  }: { readonly label: string; readonly hint: string; readonly placeholder: string; readonly max: number },
): Block {
  return {
    type: 'input',
    block_id: blockId,
    label: plainText(label, 2_000),
    hint: plainText(hint, 2_000),
    element: {
      type: 'plain_text_input',
      action_id: blockId,
      max_length: max,
      placeholder: plainText(placeholder, 150),
    },
  };
}

export function modal(view: {
  readonly id: string;
  readonly title: string;
  readonly close: string;
  readonly submit?: string;
  readonly blocks: readonly Block[];
  readonly metadata?: string;
}): ModalView {
  return {
    type: 'modal',
    callback_id: view.id,
    title: plainText(view.title, 24),
    close: plainText(view.close, 24),
    ...(view.submit === undefined ? {} : { submit: plainText(view.submit, 24) }),
    blocks: view.blocks.slice(0, 100),
    private_metadata: view.metadata ?? '',
  };
}

export function home(blocks: readonly Block[], metadata = ''): HomeView {
  return { type: 'home', blocks: blocks.slice(0, 100), private_metadata: metadata };
}

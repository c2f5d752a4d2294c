import type { types } from '@slack/bolt';
import { escapeHtml } from '../../platform/html.ts';
import { type ShownNames, toMrkdwnHtml, toPlainHtml } from './mrkdwn-html.ts';

/** What a picture of blocks needs beside them. */
export interface BlockSurroundings {
  /** Where the pictures are: the address, by the id of Slack's file or the address in the block. */
  readonly images: Readonly<Record<string, string>>;
  readonly names: ShownNames;
}

type AnyElement = types.ActionsBlockElement | types.InputBlockElement | types.SectionBlockAccessory;
type AnyText = types.PlainTextElement | types.MrkdwnElement;

/** Blocks as HTML that looks like Slack and does nothing; of kinds we do not use, only that they are there. */
export function renderBlocks(blocks: readonly types.AnyBlock[], around: BlockSurroundings): string {
  return blocks.map((block) => renderBlock(block, around)).join('');
}

const known: ReadonlySet<string> = new Set(['header', 'section', 'context', 'actions', 'input', 'image', 'divider']);

function isKnown(block: types.AnyBlock): block is types.KnownBlock {
  return known.has(block.type);
}

function renderBlock(block: types.AnyBlock, around: BlockSurroundings): string {
  if (!isKnown(block)) return `<p class="context">[${escapeHtml(block.type)}]</p>`;
  switch (block.type) {
    case 'header':
      return `<h2>${renderText(block.text, around)}</h2>`;
    case 'section':
      return renderSection(block, around);
    case 'context':
      return `<div class="context">${block.elements.map((element) => renderContextElement(element, around)).join('')}</div>`;
    case 'actions':
      return `<div class="actions">${block.elements.map((element) => renderElement(element, around)).join('')}</div>`;
    case 'input':
      return renderInput(block, around);
    case 'image':
      return renderImage(block, around);
    case 'divider':
      return '<hr>';
    default:
      return '';
  }
}

function renderSection({ text, fields, accessory }: types.SectionBlock, around: BlockSurroundings): string {
  const shown = [
    text ? `<p>${renderText(text, around)}</p>` : '',
    fields ? `<div class="fields">${fields.map((field) => `<p>${renderText(field, around)}</p>`).join('')}</div>` : '',
  ].join('');
  if (!accessory) return shown;
  const beside = accessory.type === 'image' ? renderImage(accessory, around) : renderElement(accessory, around);
  return `<div class="beside"><div>${shown}</div><div class="accessory">${beside}</div></div>`;
}

function renderContextElement(element: types.ContextBlockElement, around: BlockSurroundings): string {
  return element.type === 'image' ? renderImage(element, around) : `<p>${renderText(element, around)}</p>`;
}

function renderInput({ label, element, hint }: types.InputBlock, around: BlockSurroundings): string {
  const small = hint ? `<p class="context">${renderText(hint, around)}</p>` : '';
  return `<div class="input"><p><b>${renderText(label, around)}</b></p>${renderElement(element, around)}${small}</div>`;
}

function renderImage(image: types.ImageBlock | types.ImageElement, { images }: BlockSurroundings): string {
  const alt = escapeHtml(image.alt_text);
  const ref =
    'slack_file' in image ? ('id' in image.slack_file ? image.slack_file.id : image.slack_file.url) : image.image_url;
  const source = images[ref ?? ''] ?? ('image_url' in image ? image.image_url : undefined);
  if (source === undefined) return `<p class="missing">${alt}</p>`;
  return `<img src="${escapeHtml(source)}" alt="${alt}">`;
}

function renderElement(element: AnyElement, around: BlockSurroundings): string {
  if (element.type === 'image') return '';
  if (element.type === 'button') return renderButton(element);
  if (element.type === 'overflow') return '<span class="button" role="img" aria-label="menu">⋯</span>';
  if (element.type === 'checkboxes' || element.type === 'radio_buttons') return renderChoices(element, around);
  const chosen = 'initial_option' in element ? element.initial_option?.text.text : undefined;
  const typed =
    'initial_value' in element && typeof element.initial_value === 'string' ? element.initial_value : undefined;
  const hint = 'placeholder' in element ? element.placeholder?.text : undefined;
  const isTall = 'multiline' in element && element.multiline === true;
  const isMenu = element.type.endsWith('select');
  const text = `${toPlainHtml(chosen ?? typed ?? hint ?? '')}&nbsp;`;
  return `<span class="control${isTall ? ' tall' : ''}${isMenu ? ' menu' : ''}${(chosen ?? typed) ? '' : ' hint'}">${text}</span>`;
}

function renderButton({ text, style, url }: types.Button): string {
  const look = `class="button${style ? ` ${style}` : ''}"`;
  if (url === undefined) return `<span ${look}>${toPlainHtml(text.text)}</span>`;
  return `<a ${look} href="${escapeHtml(url)}" rel="noreferrer">${toPlainHtml(text.text)}</a>`;
}

function renderChoices(element: types.Checkboxes | types.RadioButtons, around: BlockSurroundings): string {
  const [on, off] = element.type === 'checkboxes' ? ['☑', '☐'] : ['◉', '○'];
  const chosen = new Set(
    ('initial_options' in element ? (element.initial_options ?? []) : [])
      .concat('initial_option' in element && element.initial_option ? [element.initial_option] : [])
      .map(({ value }) => value),
  );
  const lines = element.options.map(({ text, description, value }) => {
    const small = description ? `<span class="context">${renderText(description, around)}</span>` : '';
    return `<p>${chosen.has(value) ? on : off} ${renderText(text, around)} ${small}</p>`;
  });
  return `<div class="choices">${lines.join('')}</div>`;
}

function renderText(object: AnyText, { names }: BlockSurroundings): string {
  return object.type === 'mrkdwn' ? toMrkdwnHtml(object.text, names) : toPlainHtml(object.text);
}

import { escapeHtml } from '../../platform/html.ts';
import { toPlainLine } from '../../platform/plain-line.ts';
import type { Locale } from '../model.ts';
import { type FrameName, readPart, type TemplateSource } from '../templates.ts';
import { isWordingToken, type LetterBlock, toLiquid, toPieces, toTyped, type Wording } from './model.ts';

/**
 * A wording as Liquid with the tokens of our own letter, in its frame or in that of what is pasted. Whatever was typed is
 * text: it opens no tag, no token that we do not know and no second header line. Pure; the same wording gives the same source.
 */
export function renderWording(
  { subject, blocks }: Wording,
  locale: Locale,
  frame: FrameName = 'frame',
): TemplateSource {
  const [html, text] = [readFrame(frame, locale, 'html'), readFrame(frame, locale, 'txt')];
  const inCard = blocks.filter(({ kind }) => kind !== 'signature');
  const signatures = blocks.filter(({ kind }) => kind === 'signature');
  const toHtml = (block: LetterBlock) => fill(html(block.kind), toHtmlText(block, locale));
  return {
    subject: renderLine(toPlainLine(subject), locale, asText),
    text: `${blocks
      .map((block) => fill(text(block.kind), toPlainText(block, locale)))
      .join('\n\n')
      .replaceAll(/\n{4,}/g, '\n\n\n')}\n`,
    html: [
      fill(html('top'), renderLine(toPlainLine(subject), locale, asHtml)),
      ...inCard.map(toHtml),
      html('bridge'),
      ...signatures.map(toHtml),
      html('foot'),
    ]
      .filter((part) => part !== '')
      .join('\n'),
  };
}

type FramePart = LetterBlock['kind'] | 'top' | 'bridge' | 'foot';

const frames = new Map<string, ReadonlyMap<string, string>>();

/** The parts of the frame, by the marks between them. */
function readFrame(frame: FrameName, locale: Locale, extension: 'html' | 'txt'): (part: FramePart) => string {
  const key = `${frame}.${locale}.${extension}`;
  const parts = frames.get(key) ?? cutFrame(readPart(frame, locale, extension));
  frames.set(key, parts);
  return (part) => parts.get(part) ?? '';
}

function cutFrame(whole: string): ReadonlyMap<string, string> {
  const cut = `%%top%%\n${whole}`.split(/^%%(\w+)%%\n/m).slice(1);
  return new Map(
    cut.flatMap((name, index) => (index % 2 === 0 ? [[name, (cut[index + 1] ?? '').replace(/\n$/, '')]] : [])),
  );
}

function fill(part: string, typed: string): string {
  return part.replaceAll(/@@(?:text|subject)@@/g, () => typed);
}

function toLines(block: LetterBlock): readonly string[] {
  return (toTyped(block) ?? '').split(/\r\n?|\n/).map(toPlainLine);
}

function toPlainText(block: LetterBlock, locale: Locale): string {
  const lines = toLines(block).map((line) => renderLine(dropMarks(line), locale, asText));
  return lines.join(block.kind === 'paragraph' ? '\n' : ' ').trim();
}

/** Lines of a paragraph stay lines; an empty one begins a new paragraph. */
function toHtmlText(block: LetterBlock, locale: Locale): string {
  const lines = toLines(block);
  if (block.kind !== 'paragraph') return renderLine(lines.join(' ').trim(), locale, asHtml);
  return lines
    .map((line) => renderBold(line, locale))
    .join('<br />')
    .split(/(?:<br \/>){2,}/)
    .map((paragraph) => paragraph.replaceAll(/^(?:<br \/>)+|(?:<br \/>)+$/g, ''))
    .filter((paragraph) => paragraph !== '')
    .map((paragraph) => `<p>${paragraph}</p>`)
    .join('\n');
}

const bold = /\*\*(?=\S)([^*]+?)\*\*/g;

/** What stands between two pairs of stars, without them. */
export function dropMarks(line: string): string {
  return line.replaceAll(bold, '$1');
}

function renderBold(line: string, locale: Locale): string {
  return line
    .split(bold)
    .map((part, index) => {
      const rendered = renderLine(part, locale, asHtml);
      return index % 2 === 1 ? `<strong>${rendered}</strong>` : rendered;
    })
    .join('');
}

function renderLine(line: string, locale: Locale, toLiteral: (text: string) => string): string {
  return toPieces(line)
    .map((piece) => {
      if ('text' in piece) return toLiteral(piece.text);
      return isWordingToken(piece.token) ? toLiquid(piece.token, locale) : toLiteral(`{{ ${piece.token} }}`);
    })
    .join('');
}

/** A brace that could open a tag together with what follows it is handed through by Liquid itself. */
function asText(text: string): string {
  return text.replaceAll(/\{(?=[{%])|\{$/g, "{{ '{' }}");
}

function asHtml(text: string): string {
  return escapeHtml(text).replaceAll('{', '&#123;').replaceAll('}', '&#125;');
}

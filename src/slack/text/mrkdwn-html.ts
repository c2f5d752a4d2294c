import { escapeHtml } from '../../platform/html.ts';

/** The emoji our texts and the usual wordings name. A name that is not here is shown as it is written. */
const emoji: Readonly<Record<string, string>> = {
  warning: '⚠️',
  white_check_mark: '✅',
  mute: '🔇',
  tada: '🎉',
  label: '🏷️',
  eyes: '👀',
  email: '✉️',
  envelope: '✉️',
  bell: '🔔',
  hourglass_flowing_sand: '⏳',
  bar_chart: '📊',
  bust_in_silhouette: '👤',
  busts_in_silhouette: '👥',
  lock: '🔒',
  gear: '⚙️',
  information_source: 'ℹ️',
  x: '❌',
  pause_button: '⏸️',
  double_vertical_bar: '⏸️',
  arrow_forward: '▶️',
  large_blue_square: '🟦',
  large_orange_square: '🟧',
  large_green_circle: '🟢',
  red_circle: '🔴',
  white_circle: '⚪',
  ticket: '🎫',
  seedling: '🌱',
  pushpin: '📌',
  bulb: '💡',
};

const emphases: readonly (readonly [RegExp, string])[] = [
  [/(?<![\p{L}\p{N}*])\*(?=\S)([^*\n]+)(?<=\S)\*(?![\p{L}\p{N}*])/gu, '<b>$1</b>'],
  [/(?<![\p{L}\p{N}_])_(?=\S)([^_\n]+)(?<=\S)_(?![\p{L}\p{N}_])/gu, '<i>$1</i>'],
  [/(?<![\p{L}\p{N}~])~(?=\S)([^~\n]+)(?<=\S)~(?![\p{L}\p{N}~])/gu, '<s>$1</s>'],
];

/** How people and channels are called, by Slack's id. */
export type ShownNames = Readonly<Record<string, string>>;

/** Plain text of a block as HTML; only emoji have a meaning in it. */
export function toPlainHtml(text: string): string {
  return withEmoji(escapeHtml(text));
}

/**
 * Slack's mrkdwn as HTML, as far as notices use it: bold, italic, strike, code, links, mentions, dates, emoji. As in
 * Slack, a mark counts at the edge of a word only. Source: docs.slack.dev, "Formatting message text" (read 2026-11-29).
 */
export function toMrkdwnHtml(text: string, names: ShownNames = {}): string {
  // Finished pieces of HTML wait outside the text, so that no later step looks into them.
  const pieces: string[] = [];
  const keep = (html: string) => `\ue000${pieces.push(html) - 1}\ue001`;
  const marked = text
    .replace(/[\ue000\ue001]/g, '')
    .replace(/```\n?([\s\S]+?)\n?```/g, (_, code: string) => keep(`<pre>${escapeMrkdwnHtml(code)}</pre>`))
    .replace(/`([^`\n]+)`/g, (_, code: string) => keep(`<code>${escapeMrkdwnHtml(code)}</code>`))
    .replace(/<([^<>\n]+)>/g, (_, control: string) => keep(renderControl(control, names)));
  const emphasised = emphases.reduce((html, [pattern, to]) => html.replace(pattern, to), escapeMrkdwnHtml(marked));
  return withEmoji(emphasised).replace(/\ue000(\d+)\ue001/g, (_, index: string) => pieces[Number(index)] ?? '');
}

/** The three entities of mrkdwn stay what they are; everything else that HTML gives a meaning to is escaped. */
function escapeMrkdwnHtml(text: string): string {
  return escapeHtml(text).replace(/&amp;(amp|lt|gt);/g, '&$1;');
}

function renderControl(control: string, names: ShownNames): string {
  const [target = '', label] = control.split('|', 2);
  const ref = target.slice(1);
  if (/^[@#]/.test(target)) return `<span class="mention">${target[0]}${escapeHtml(names[ref] ?? label ?? ref)}</span>`;
  if (target.startsWith('!date^')) return escapeMrkdwnHtml(label ?? '');
  if (target.startsWith('!')) return `<span class="mention">@${escapeHtml(label ?? ref)}</span>`;
  if (!/^(https?:\/\/|mailto:)/.test(target)) return escapeMrkdwnHtml(`<${control}>`);
  return `<a href="${escapeMrkdwnHtml(target)}" rel="noreferrer">${toPlainHtml(label ?? target)}</a>`;
}

function withEmoji(html: string): string {
  return html.replace(/:([a-z0-9_+-]+):/g, (whole, name: string) =>
    Object.hasOwn(emoji, name) ? (emoji[name] ?? whole) : whole,
  );
}

import { createHash } from 'node:crypto';
import type { types } from '@slack/bolt';
import { escapeHtml } from '../../platform/html.ts';
import type { Locale } from '../notice/kinds.ts';
import { renderBlocks } from './block-html.ts';
import { toMoment } from './dates.ts';
import { type ShownNames, toPlainHtml } from './mrkdwn-html.ts';
import { readSlackTemplate } from './texts.ts';

export interface PageMessage {
  readonly blocks: readonly types.AnyBlock[];
  /** Shown where there are no blocks; plain. */
  readonly text: string;
  readonly at: Date;
  /** Where it stands, such as `#saiyo`; plain text. */
  readonly where?: string;
}

export interface BlocksPage {
  readonly title: string;
  readonly locale: Locale;
  readonly messages: readonly PageMessage[];
  /** Modals and home tabs, shown after the messages. */
  readonly views?: readonly types.View[];
  /** Plain text below the title. */
  readonly intro?: string;
  /** A link below everything. */
  readonly more?: { readonly href: string; readonly text: string } | undefined;
  /** Absent: as the reader's machine has it. */
  readonly scheme?: 'light' | 'dark';
  /** Where pictures are, by the id of Slack's file or the address in the block. */
  readonly images?: Readonly<Record<string, string>>;
  /** How people and channels are called, by Slack's id. */
  readonly names?: ShownNames;
}

const appBadge = { ja: 'アプリ', en: 'APP' } as const satisfies Record<Locale, string>;

const style = `
:root { color-scheme: light dark; --ink: light-dark(#1d1c1d, #d1d2d3); --quiet: light-dark(#616061, #ababad); --page: light-dark(#fff, #1a1d21); --line: light-dark(#dddddd, #35373b); --edge: light-dark(#b0b0b1, #5c5e62); --link: light-dark(#1264a3, #4cb1e0); --soft: light-dark(#f4f4f4, #222529); --badge: light-dark(#e8e8e8, #35373b); --mention: light-dark(#e6f1f8, #173446); --code: light-dark(#c01343, #e8912d); --primary: #007a5a; --danger: #c0143c; }
[data-scheme=light] { color-scheme: light; } [data-scheme=dark] { color-scheme: dark; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 'Hiragino Sans', 'Noto Sans JP', 'Noto Sans CJK JP', 'Yu Gothic', system-ui, sans-serif; overflow-wrap: anywhere; }
main { max-width: 46rem; margin: 0 auto; padding: 0 0 1.5rem; }
h1 { font-size: 18px; line-height: 1.4; margin: 0; padding: 14px 20px 12px; border-bottom: 1px solid var(--line); }
.intro { margin: 0; padding: 12px 20px; color: var(--quiet); }
.more { padding: 0 20px; }
a { color: var(--link); }
ol { list-style: none; margin: 0; padding: 8px 0 0; }
article { display: grid; grid-template-columns: 36px minmax(0, 1fr); gap: 0 10px; padding: 10px 20px 14px; }
.icon svg { display: block; width: 36px; height: 36px; }
.who { margin: 0; line-height: 1.3; font-size: 15px; } .who b { margin-right: 4px; }
.badge { background: var(--badge); border-radius: 2px; font-size: 10px; font-weight: 700; padding: 1px 4px; vertical-align: 1px; margin-right: 6px; } .quiet, .who time { color: var(--quiet); font-size: 12px; }
.blocks > *, .beside > div > * { margin: 4px 0 8px; } .blocks > :last-child { margin-bottom: 0; }
.blocks p { white-space: pre-wrap; }
h2 { font-size: 18px; line-height: 1.4; font-weight: 800; }
.fields { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 8px 16px; max-width: 600px; } .fields p { margin: 0; }
.context { color: var(--quiet); font-size: 13px; display: flex; flex-wrap: wrap; gap: 2px 10px; } .context p { margin: 0; } .context img { width: 20px; height: 20px; border-radius: 2px; }
.actions { display: flex; flex-wrap: wrap; gap: 8px; }
.button { display: inline-block; border: 1px solid var(--edge); border-radius: 4px; padding: 4px 12px; font-size: 14px; font-weight: 700; line-height: 1.5; color: var(--ink); text-decoration: none; background: var(--page); }
.button.primary { background: var(--primary); border-color: var(--primary); color: #fff; } .button.danger { background: var(--danger); border-color: var(--danger); color: #fff; }
.blocks > img { display: block; width: 100%; max-width: 500px; border-radius: 8px; border: 1px solid var(--line); }
.missing { border: 1px dashed var(--edge); border-radius: 8px; color: var(--quiet); padding: 12px; max-width: 500px; }
.mention { background: var(--mention); color: var(--link); border-radius: 3px; padding: 0 2px; }
code, pre { font: 13px/1.5 ui-monospace, 'Noto Sans Mono CJK JP', monospace; background: var(--soft); border: 1px solid var(--line); border-radius: 3px; } code { color: var(--code); padding: 1px 3px; } pre { padding: 8px; margin: 4px 0; white-space: pre-wrap; }
hr { border: 0; border-top: 1px solid var(--line); }
.beside { display: flex; gap: 16px; justify-content: space-between; align-items: flex-start; } .beside > div > :first-child { margin-top: 0; } .accessory { flex: none; max-width: 45%; } .accessory img { width: 88px; border-radius: 4px; }
.control { display: inline-block; min-width: 12rem; max-width: 100%; border: 1px solid var(--edge); border-radius: 4px; padding: 4px 12px; white-space: pre-wrap; } .input .control { display: block; } .control.tall { min-height: 6rem; } .control.hint { color: var(--quiet); } .menu::after { content: '▾'; float: right; margin-left: 8px; }
.input { margin: 8px 0 16px; } .input p { margin: 0 0 4px; } .choices p { margin: 2px 0; }
.view { margin: 16px 20px; border: 1px solid var(--line); border-radius: 8px; overflow: hidden; } .view .blocks { padding: 8px 20px 16px; } .modal { max-width: 520px; } .view header { border-bottom: 1px solid var(--line); padding: 12px 20px; } .view header h2 { margin: 0; } .view footer { display: flex; gap: 8px; justify-content: flex-end; border-top: 1px solid var(--line); padding: 12px 20px; }
@media (max-width: 30rem) { .fields { grid-template-columns: minmax(0, 1fr); } article { padding-inline: 12px; } h1, .intro, .more { padding-inline: 12px; } .view { margin-inline: 12px; } }
`;

/** The page may do nothing but show itself in its own style, and pictures of ours. */
export const blocksCsp = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const icon = readSlackTemplate('icon.svg').replace('role="img" aria-label="Career Relay"', 'aria-hidden="true"');

/** A whole page that shows messages, modals and home tabs the way Slack does. It has no script and its buttons do nothing. */
export function renderBlocksPage(page: BlocksPage): string {
  const { title, locale, messages, views = [], intro, more, scheme } = page;
  const list = messages.map((message) => `<li>${renderMessage(message, page)}</li>`).join('');
  return `<!doctype html>
<html lang="${locale}"${scheme ? ` data-scheme="${scheme}"` : ''}><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escapeHtml(title)}</title><style>${style}</style></head>
<body><main><h1>${escapeHtml(title)}</h1>${intro === undefined ? '' : `<p class="intro">${escapeHtml(intro)}</p>`}
${list === '' ? '' : `<ol>${list}</ol>`}${views.map((view) => renderView(view, page)).join('')}
${more ? `<p class="more"><a href="${escapeHtml(more.href)}">${escapeHtml(more.text)}</a></p>` : ''}</main></body></html>
`;
}

function renderMessage({ blocks, text, at, where }: PageMessage, page: BlocksPage): string {
  const { locale } = page;
  const place = where === undefined ? '' : ` <span class="quiet">${escapeHtml(where)}</span>`;
  const body = blocks.length > 0 ? renderBlocks(blocks, toSurroundings(page)) : `<p>${toPlainHtml(text)}</p>`;
  return `<article><div class="icon">${icon}</div><div><p class="who"><b>Career Relay</b><span class="badge">${appBadge[locale]}</span><time datetime="${at.toISOString()}">${toMoment(at, locale)}</time>${place}</p><div class="blocks">${body}</div></div></article>`;
}

function renderView(view: types.View, page: BlocksPage): string {
  const body = `<div class="blocks">${renderBlocks(view.blocks, toSurroundings(page))}</div>`;
  if (view.type !== 'modal') return `<section class="view">${body}</section>`;
  const buttons = [
    view.close ? `<span class="button">${escapeHtml(view.close.text)}</span>` : '',
    view.submit ? `<span class="button primary">${escapeHtml(view.submit.text)}</span>` : '',
  ].join('');
  return `<section class="view modal"><header><h2>${escapeHtml(view.title.text)}</h2></header>${body}<footer>${buttons}</footer></section>`;
}

function toSurroundings({ images = {}, names = {} }: BlocksPage) {
  return { images, names };
}

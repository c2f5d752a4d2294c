import { createHash } from 'node:crypto';
import { escapeHtml } from '../platform/html.ts';
import type { Locale } from './model.ts';
import type { OutboxMail } from './outbox.ts';

const texts = {
  ja: {
    title: '送信箱',
    intro:
      'SMTPサーバーが設定されていないため、メールは送信されず、ここに保管されています。この画面は、このコンピューターで動作を確認するためのものです。',
    empty: 'まだメールはありません。',
    older: '以前のメール',
    back: '送信箱へ戻る',
    headers: 'ヘッダー',
    text: 'テキスト',
    html: 'HTML',
  },
  en: {
    title: 'Outbox',
    intro:
      'No SMTP server is configured, so mail is kept here instead of being sent. This page is for trying things out on this machine.',
    empty: 'There is no mail yet.',
    older: 'Older mail',
    back: 'Back to the outbox',
    headers: 'Headers',
    text: 'Text',
    html: 'HTML',
  },
} as const satisfies Record<Locale, object>;

const style = `
:root { color-scheme: light dark; --ink: #22302c; --muted: #5b6863; --line: #dfe5e2; --page: #f3f5f4; --card: #fff; --link: #1f6b5e; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8edeb; --muted: #aab5b0; --line: #38423e; --page: #121615; --card: #1c2220; --link: #8ed6c6; } }
body { margin: 0 auto; max-width: 60rem; padding: 2rem 1.25rem 4rem; background: var(--page); color: var(--ink); font: 1rem/1.7 system-ui, 'Hiragino Sans', 'Noto Sans JP', sans-serif; }
h1 { font-size: 1.4rem; } h2 { font-size: 1rem; margin: 2rem 0 .5rem; } a { color: var(--link); } .muted { color: var(--muted); }
ul { list-style: none; margin: 1.5rem 0; padding: 0; } li { background: var(--card); border: 1px solid var(--line); border-bottom: 0; padding: .9rem 1.1rem; overflow-wrap: anywhere; } li:last-child { border-bottom: 1px solid var(--line); } li p { margin: .2rem 0 0; font-size: .85rem; }
pre { background: var(--card); border: 1px solid var(--line); padding: 1rem; margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; font: .95rem/1.7 ui-monospace, 'Noto Sans Mono CJK JP', monospace; }
iframe { width: 100%; height: 48rem; border: 1px solid var(--line); background: var(--card); }
`;

/** The page may do nothing but show itself in its own style, and a mail in a frame. */
export const outboxCsp = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
  "frame-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** A mail's own HTML brings its style along and may load nothing. */
export const mailCsp =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

export function renderOutbox(mails: readonly OutboxMail[], nextCursor: string | null, locale: Locale): string {
  const words = texts[locale];
  const items = mails.map(
    ({ id, subject, to, sentAt }) =>
      `<li><a href="/outbox/${escapeHtml(id)}">${escapeHtml(subject)}</a><p class="muted">${escapeHtml(to)}<br>${showTime(sentAt, locale)}</p></li>`,
  );
  const list = items.length > 0 ? `<ul>${items.join('')}</ul>` : `<p>${words.empty}</p>`;
  const older = nextCursor ? `<p><a href="/outbox?cursor=${escapeHtml(nextCursor)}">${words.older}</a></p>` : '';
  return toPage(locale, words.title, `<p class="muted">${words.intro}</p>${list}${older}`);
}

export function renderOutboxMail(mail: OutboxMail, locale: Locale): string {
  const words = texts[locale];
  const headers = sortHeaders(mail.headers).map(([name, value]) => `${name}: ${value}`);
  return toPage(
    locale,
    mail.subject,
    `<p><a href="/outbox">${words.back}</a></p>
    <h2>${words.headers}</h2><pre>${escapeHtml(headers.join('\n'))}</pre>
    <h2>${words.text}</h2><pre>${linkAddresses(escapeHtml(mail.text))}</pre>
    <h2>${words.html}</h2><iframe title="${words.html}" sandbox="allow-popups allow-popups-to-escape-sandbox" src="/outbox/${escapeHtml(mail.id)}/html"></iframe>`,
  );
}

const usualOrder = ['From', 'To', 'Reply-To', 'Subject', 'Date', 'Message-ID'];

/** The database forgets the order headers were kept in. */
function sortHeaders(headers: OutboxMail['headers']): readonly (readonly [string, string])[] {
  const rank = (name: string) => (usualOrder.includes(name) ? usualOrder.indexOf(name) : usualOrder.length);
  return Object.entries(headers).toSorted(([a], [b]) => rank(a) - rank(b));
}

function toPage(locale: Locale, title: string, body: string): string {
  return `<!doctype html>
<html lang="${locale}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escapeHtml(title)}</title><style>${style}</style></head>
<body><h1>${escapeHtml(title)}</h1>${body}</body></html>
`;
}

function showTime(at: Date, locale: Locale): string {
  const shown = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short', timeZone: 'Asia/Tokyo' });
  return `<time datetime="${at.toISOString()}">${shown.format(at)}</time>`;
}

/** Makes the addresses in an escaped text ones that can be followed. */
function linkAddresses(escaped: string): string {
  return escaped.replace(/^https?:\/\/[^\s<]+$/gm, (url) => `<a href="${url}" rel="noreferrer">${url}</a>`);
}

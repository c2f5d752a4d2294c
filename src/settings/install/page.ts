import { createHash } from 'node:crypto';
import type { InstallOutcome, Text } from '../../connector/index.ts';
import { escapeHtml } from '../../platform/html.ts';

export type Locale = 'ja' | 'en';

/** A page of plain paragraphs and steps. Everything in it is text: nothing is taken for HTML. */
export interface InstallPage {
  readonly title: string;
  readonly paragraphs: readonly string[];
  readonly steps?: readonly string[];
}

const style = `
:root { color-scheme: light dark; --paper: #f5f6f4; --sheet: #fff; --ink: #1d2624; --soft: #55615e; --line: #d5dbd8; --accent: #17645a; }
@media (prefers-color-scheme: dark) { :root { --paper: #121615; --sheet: #1b2120; --ink: #e8edeb; --soft: #a9b4b1; --line: #36403d; --accent: #7fd1c1; } }
body { margin: 0 auto; max-width: 44rem; padding: 3rem 1rem; background: var(--paper); color: var(--ink); font: 1rem/1.8 system-ui, 'Hiragino Sans', 'Yu Gothic UI', 'Noto Sans JP', sans-serif; overflow-wrap: anywhere; }
:lang(en) { line-height: 1.65; }
.name { margin: 0 0 1rem; font-weight: 600; color: var(--accent); }
main { padding: 2rem; background: var(--sheet); border: 1px solid var(--line); border-radius: 1rem; }
h1 { margin: 0 0 1rem; font-size: clamp(1.35rem, 1.1rem + 1.6vw, 1.8rem); line-height: 1.4; text-wrap: balance; word-break: auto-phrase; }
p { margin: 0 0 1rem; } ol { padding-left: 1.4rem; } li { margin-bottom: .6rem; } main > :last-child { margin-bottom: 0; }
`;

/** The page may do nothing but show itself in its own style. */
export const installCsp = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

export function renderInstallPage({ title, paragraphs, steps = [] }: InstallPage, locale: Locale): string {
  const list = steps.length === 0 ? '' : `<ol>${steps.map((step) => `<li>${escapeHtml(step)}</li>`).join('')}</ol>`;
  return `<!doctype html>
<html lang="${locale}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex, nofollow"><title>${escapeHtml(title)}</title><style>${style}</style></head>
<body><header class="name">Career Relay</header><main><h1>${escapeHtml(title)}</h1>${paragraphs.map((text) => `<p>${escapeHtml(text)}</p>`).join('')}${list}</main></body></html>
`;
}

/** Unknown, used, expired, of another browser: one page, which tells them not apart. */
export function toStalePage(locale: Locale): InstallPage {
  return {
    ja: {
      title: 'このインストールは続けられません',
      paragraphs: [
        '時間が経ったか、すでに終わっているか、別のブラウザーで始められたようです。この画面では何も変更されていません。',
        'まだ接続していない場合は、インストール用アドレスを作り直し、同じブラウザーで最初からお試しください。',
      ],
    },
    en: {
      title: 'This install cannot go on',
      paragraphs: [
        'It took too long, has ended already, or was begun in another browser. Nothing was changed here.',
        'If the ATS is not connected yet, make a new install address and begin again, in one browser.',
      ],
    },
  }[locale];
}

export function toDeniedPage(locale: Locale, title: string): InstallPage {
  return {
    ja: {
      title: '接続しませんでした',
      paragraphs: [
        `${title}の画面で許可されなかったため、接続は作成されていません。`,
        '接続するときは、インストール用アドレスを作り直して、もう一度お試しください。',
      ],
    },
    en: {
      title: 'Not connected',
      paragraphs: [
        `Nobody agreed in ${title}, so no connection was made.`,
        'To connect it, make a new install address and try again.',
      ],
    },
  }[locale];
}

/** What went wrong in the words of its error, and that nothing came of it. */
export function toFailedPage(locale: Locale, message: Text): InstallPage {
  return {
    ja: {
      title: '接続できませんでした',
      paragraphs: [message.ja, '接続は作成も変更もされていません。インストールは最初からやり直せます。'],
    },
    en: {
      title: 'The ATS could not be connected',
      paragraphs: [message.en, 'No connection was made or changed. The install can be begun again.'],
    },
  }[locale];
}

/** @param command prints the address that lets an admin in. */
export function toClosedPage(locale: Locale, command: string): InstallPage {
  return {
    ja: {
      title: '管理者として確認できませんでした',
      paragraphs: ['次のコマンドが表示するアドレスを、10分以内にこのブラウザーで開いてください。', command],
    },
    en: {
      title: 'Only an admin may install',
      paragraphs: ['Open the address that this command prints in this browser, within ten minutes.', command],
    },
  }[locale];
}

export interface DoneView {
  readonly outcome: Extract<InstallOutcome, { readonly ok: true }>;
  readonly title: string;
  readonly company: string;
  readonly webhookUrl: string;
  readonly guide: readonly Text[];
  /** What to subscribe to, in the vendor's names. */
  readonly events: readonly string[];
}

/** What was made, and what comes next. */
export function toDonePage(locale: Locale, view: DoneView): InstallPage {
  return { ja: toDoneJa, en: toDoneEn }[locale](view);
}

function toDoneJa({ outcome, title, company, webhookUrl, guide, events }: DoneView): InstallPage {
  const { connection, isNew, webhooks, hasAnother } = outcome;
  const byHand = [...guide.map(({ ja }) => ja.replaceAll('{url}', webhookUrl)), `イベント：${events.join('、')}`];
  return {
    title: isNew ? `${title}と接続しました` : `${title}ともう一度接続しました`,
    paragraphs: [
      isNew
        ? `${company}の接続を作成しました。いまは確認用の動作（シャドー）で、応募者へのメールは1通も送られません。`
        : `${company}の接続を更新しました。設定と動作の状態（${states.ja[connection.state]}）は、これまでのままです。`,
      ...(hasAnother
        ? [
            `${title}への別の接続もあります。同じ応募者にメールが二重に届かないよう、切り替える前に、使わないほうを削除してください。`,
          ]
        : []),
      {
        made: 'Webhookは自動で設定しました。',
        'by-hand': 'Webhookは自動では設定できません。下の手順で設定してください。',
        failed:
          'Webhookを自動で設定できませんでした。下の手順で設定するか、しばらくしてからもう一度インストールしてください。',
        none: '',
      }[webhooks],
    ].filter((text) => text !== ''),
    steps: [
      ...(webhooks === 'by-hand' || webhooks === 'failed' ? byHand : []),
      `つながるか確かめます：career-relay connection check ${connection.connectionId}`,
      ...(connection.state === 'live'
        ? []
        : [`内容を確認したら、送信を始めます：career-relay connection live ${connection.connectionId}`]),
    ],
  };
}

function toDoneEn({ outcome, title, company, webhookUrl, guide, events }: DoneView): InstallPage {
  const { connection, isNew, webhooks, hasAnother } = outcome;
  const byHand = [...guide.map(({ en }) => en.replaceAll('{url}', webhookUrl)), `The events: ${events.join(', ')}`];
  return {
    title: isNew ? `Connected to ${title}` : `Connected to ${title} again`,
    paragraphs: [
      isNew
        ? `The connection of ${company} is made. It stands in shadow: nothing is mailed to any applicant.`
        : `The connection of ${company} is renewed. Its settings and its state (${states.en[connection.state]}) stay as they were.`,
      ...(hasAnother
        ? [
            `There is another connection to ${title}. Remove the one you do not use before you turn one live, or applicants could get two letters.`,
          ]
        : []),
      {
        made: 'The webhooks are set up.',
        'by-hand': 'The webhooks cannot be set up for you. Set them up by the steps below.',
        failed: 'The webhooks could not be set up. Set them up by the steps below, or install again later.',
        none: '',
      }[webhooks],
    ].filter((text) => text !== ''),
    steps: [
      ...(webhooks === 'by-hand' || webhooks === 'failed' ? byHand : []),
      `See whether it works: career-relay connection check ${connection.connectionId}`,
      ...(connection.state === 'live'
        ? []
        : [`When you like what you see, send letters: career-relay connection live ${connection.connectionId}`]),
    ],
  };
}

const states = {
  ja: { shadow: 'シャドー', live: '送信中', paused: '一時停止' },
  en: { shadow: 'shadow', live: 'live', paused: 'paused' },
} as const;

import { botName, type SlackInstallOutcome } from '../../slack/index.ts';
import type { InstallPage, Locale } from './page.ts';

export interface SlackDoneView {
  readonly outcome: Extract<SlackInstallOutcome, { readonly ok: true }>;
  readonly company: string;
}

/** What was connected, and what comes next. */
export function toSlackDonePage(locale: Locale, view: SlackDoneView): InstallPage {
  return { ja: toDoneJa, en: toDoneEn }[locale](view);
}

function toDoneJa({ outcome: { workspace, tiedBefore, missingScopes }, company }: SlackDoneView): InstallPage {
  return {
    title: tiedBefore ? 'Slackにもう一度インストールしました' : 'Slackにインストールしました',
    paragraphs: [
      tiedBefore
        ? `${company}とSlackワークスペース「${workspace.name}」の接続を更新しました。チャンネルやメンバーの設定は、これまでのままです。`
        : `${company}を、Slackワークスペース「${workspace.name}」に接続しました。お知らせは、チャンネルを選ぶと届きはじめます。`,
      ...(missingScopes.length === 0
        ? []
        : [
            `次の権限がないため、一部の機能は動きません：${missingScopes.join('、')}。もう一度インストールしてください。`,
          ]),
    ],
    steps: tiedBefore
      ? []
      : [
          `Slackで、お知らせを受け取るチャンネルを開き、/invite @${botName} と入力してアプリを招待します。`,
          'Career Relayの設定で、そのチャンネルをお知らせの届け先に選びます。',
          '手紙の確認やクレジットの確保をする方を、設定でSlackのメンバーと連携します。連携していない方は操作できません。',
        ],
  };
}

function toDoneEn({ outcome: { workspace, tiedBefore, missingScopes }, company }: SlackDoneView): InstallPage {
  return {
    title: tiedBefore ? 'Installed in Slack again' : 'Installed in Slack',
    paragraphs: [
      tiedBefore
        ? `The connection of ${company} to the Slack workspace “${workspace.name}” is renewed. Its channels and people stay as they were.`
        : `${company} is now connected to the Slack workspace “${workspace.name}”. Notices arrive as soon as a channel is chosen.`,
      ...(missingScopes.length === 0
        ? []
        : [
            `Some parts do not work because these permissions are missing: ${missingScopes.join(', ')}. Please install it again.`,
          ]),
    ],
    steps: tiedBefore
      ? []
      : [
          `In Slack, open the channel that should get the notices and type /invite @${botName} there.`,
          'In the settings of Career Relay, choose that channel for the notices.',
          'Also there, link the Slack members who will review letters and reserve credits. Nobody else can act.',
        ],
  };
}

export function toSlackStalePage(locale: Locale): InstallPage {
  return {
    ja: {
      title: 'このインストールは続けられません',
      paragraphs: [
        '時間が経ったか、すでに終わっているか、別のブラウザーで始められたようです。この画面では何も変更されていません。',
        'まだ接続していない場合は、インストール用アドレスを作り直し、同じブラウザーで最初からお試しください。',
      ],
    },
    en: {
      title: 'This installation cannot continue',
      paragraphs: [
        'It took too long, has already ended, or was started in another browser. Nothing was changed here.',
        'If Slack is not connected yet, make a new install address and start again in the same browser.',
      ],
    },
  }[locale];
}

export function toSlackDeniedPage(locale: Locale): InstallPage {
  return {
    ja: {
      title: '接続しませんでした',
      paragraphs: [
        'Slackの画面で許可されなかったため、何も接続されていません。',
        'アプリの追加に管理者の承認が必要なワークスペースでは、先に承認を依頼してください。接続するときは、インストール用アドレスを作り直して、もう一度お試しください。',
      ],
    },
    en: {
      title: 'Not connected',
      paragraphs: [
        'The app was not allowed in Slack, so nothing was connected.',
        'Where a workspace lets only its admins add apps, ask them to approve it first. To connect it, make a new install address and try again.',
      ],
    },
  }[locale];
}

/** What went wrong in the words of its error, and that nothing came of it. */
export function toSlackFailedPage(locale: Locale, message: { readonly ja: string; readonly en: string }): InstallPage {
  return {
    ja: {
      title: 'Slackに接続できませんでした',
      paragraphs: [message.ja, 'この会社の接続は作成も変更もされていません。インストールは最初からやり直せます。'],
    },
    en: {
      title: 'Slack could not be connected',
      paragraphs: [
        message.en,
        'No connection of this company was made or changed. You can start the installation again.',
      ],
    },
  }[locale];
}

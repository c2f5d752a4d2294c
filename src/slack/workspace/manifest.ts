import type { webApi } from '@slack/bolt';
import { botName } from '../model.ts';
import { botEvents, botScopes } from './scopes.ts';

/** The type `Manifest` of @slack/web-api, by the one name it is exported under. */
export type Manifest = webApi.AppsManifestCreateArguments['manifest'];

/** Where the browser comes back to after an install, below the base address. */
export const callbackPath = '/install/slack/callback';
const eventsPath = '/slack/events';

export interface ManifestChoice {
  /** Where people reach us: an origin, without a trailing slash. */
  readonly baseUrl: string;
  /** true: we reach Slack, by SLACK_APP_TOKEN; nothing of Slack's comes to our address. */
  readonly socketMode: boolean;
}

/** Why no manifest can be made for an address; undefined when one can. */
export function findManifestFault({ baseUrl, socketMode }: ManifestChoice): string | undefined {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:') || url.origin !== baseUrl.replace(/\/$/, ''))
    return 'must be an origin only, such as https://relay.example.com';
  if (url.protocol === 'http:' && !socketMode)
    return 'must start with https://, as Slack calls no other address; without one, use --socket-mode';
  return undefined;
}

/**
 * The app as Slack makes it of a manifest (api.slack.com/apps › Create New App › From a manifest). Without an https
 * address nobody can be led back from Slack, so there is no OAuth: the workspace is connected by its bot token, which must
 * then not rotate. Source: docs.slack.dev, "App manifest reference" (read 2026-11-29).
 */
export function toSlackManifest({ baseUrl, socketMode }: ManifestChoice): Manifest {
  const origin = new URL(baseUrl).origin;
  const canInstall = origin.startsWith('https:');
  const requestUrl = socketMode ? {} : { request_url: `${origin}${eventsPath}` };
  return {
    _metadata: { major_version: 2, minor_version: 1 },
    display_information: {
      name: 'Career Relay',
      description:
        '不採用の手紙を、応募者の次の機会と貴社のクレジットにつなげます。 Turns rejection letters into next chances and credits.',
      long_description: longDescription,
      background_color: '#17645a',
    },
    features: {
      app_home: { home_tab_enabled: true, messages_tab_enabled: true, messages_tab_read_only_enabled: true },
      bot_user: { display_name: botName, always_online: true },
      slash_commands: [
        {
          command: '/career-relay',
          description: 'クレジットの残高、確認待ちの手紙など。 Your credits, letters waiting for review and more.',
          usage_hint: 'balance | held | pause | resume | link | help',
          should_escape: false,
          ...(socketMode ? {} : { url: `${origin}${eventsPath}` }),
        },
      ],
      shortcuts: [
        {
          type: 'global',
          name: '手紙の確認 / Held letters',
          callback_id: 'career_relay_held',
          description: '送信前に確認が必要な手紙を見ます。 See the letters waiting for review.',
        },
        {
          type: 'global',
          name: '不採用の連絡 / Reject',
          callback_id: 'career_relay_reject',
          description: 'ATSで不採用にし、手紙を送ります。 Reject in the ATS and send the letter.',
        },
      ],
    },
    oauth_config: {
      ...(canInstall ? { redirect_urls: [`${origin}${callbackPath}`] } : {}),
      scopes: { bot: [...botScopes] },
    },
    settings: {
      event_subscriptions: { ...requestUrl, bot_events: [...botEvents] },
      interactivity: { is_enabled: true, ...requestUrl },
      org_deploy_enabled: false,
      socket_mode_enabled: socketMode,
      token_rotation_enabled: canInstall,
    },
  };
}

const longDescription = [
  'Career Relayは、不採用のご連絡を応募者の次の機会につなげるサービスです。同意した方を、許可を受けた人材紹介会社へ橋渡しし、10名ごとにクレジット（無料で紹介を受けられる権利）が1件増えます。',
  'このアプリは、確認待ちの手紙（不採用をお知らせするメール）、クレジットの残高、ATSとの接続の不具合をSlackでお知らせします。ボタンから、手紙の送信や取りやめ、不採用理由の扱いの設定、クレジットの確保ができます。お知らせは件数だけで、応募者の氏名は会社が選んだチャンネルにしか表示されません。',
  '',
  'Career Relay turns a rejection letter into the applicant’s next chance. Whoever agrees is introduced by a licensed agency, and every ten of them earn your company one credit, the right to one free introduction.',
  'This app tells recruiters about letters waiting for review, their credits and problems with the ATS connection, and lets them act right there: send a letter or not, set a rule for a rejection reason, reserve a credit. Notices hold numbers only; names are shown only in channels the company has chosen for it.',
].join('\n');

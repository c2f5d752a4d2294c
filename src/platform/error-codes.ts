import type { ErrorKind } from './errors.ts';

interface KnownError {
  readonly kind: ErrorKind;
  /** HTTP status where the error answers a request. */
  readonly status: number;
  /** What happened, likely cause, next step. */
  readonly ja: string;
  readonly en: string;
}

const codes = {
  internal_error: {
    kind: 'internal',
    status: 500,
    ja: 'こちらの不具合で処理できませんでした。時間をおいてもう一度お試しください。続く場合はサポートへご連絡ください。',
    en: 'Something went wrong on our side. Please try again later, and tell support if it goes on.',
  },
  database_unavailable: {
    kind: 'transient',
    status: 503,
    ja: 'データベースに接続できません。運用担当者がデータベースの状態を確認してください。',
    en: 'The database cannot be reached. The operator must look at the database; nothing was accepted.',
  },
  request_invalid: {
    kind: 'rejected',
    status: 400,
    ja: '入力内容に誤りがあります。示された項目を直して、もう一度お送りください。',
    en: 'The request is not valid. Correct the fields named here and send it again.',
  },
  request_too_large: {
    kind: 'rejected',
    status: 413,
    ja: 'データが大きすぎます。',
    en: 'The body is too large.',
  },
  request_unauthorized: {
    kind: 'rejected',
    status: 401,
    ja: '認証できませんでした。もう一度サインインするか、トークンを確認してください。',
    en: 'Not authorised. Sign in again, or check the token.',
  },
  request_forbidden: {
    kind: 'rejected',
    status: 403,
    ja: 'この操作を行う権限がありません。会社のオーナーに依頼してください。',
    en: 'Your role does not allow this. Ask an owner of the company.',
  },
  request_not_found: {
    kind: 'refused',
    status: 404,
    ja: '見つかりませんでした。',
    en: 'There is nothing here by that name.',
  },
  request_conflict: {
    kind: 'refused',
    status: 409,
    ja: 'いまの状態ではこの操作はできません。',
    en: 'This cannot be done in the present state.',
  },
  request_outdated: {
    kind: 'refused',
    status: 412,
    ja: '編集している間に、ほかの人が保存しました。最新の内容を読み込んで、もう一度お試しください。',
    en: 'Somebody else saved in between. Load the newest version and try again.',
  },
  request_rate_limited: {
    kind: 'rejected',
    status: 429,
    ja: 'アクセスが集中しています。少し時間をおいてからお試しください。',
    en: 'Too many requests. Please wait a little and try again.',
  },
  sign_in_refused: {
    kind: 'rejected',
    status: 401,
    ja: 'サインインできませんでした。リンクの期限が切れたか、使用済みか、別のブラウザーで開かれています。サインイン画面からもう一度お試しください。',
    en: 'The sign-in was refused: the link or code is old, was used, or was opened in another browser. Begin again at the sign-in page.',
  },
  delivery_unverified: {
    kind: 'rejected',
    status: 401,
    ja: '署名を確認できませんでした。',
    en: 'The signature does not match.',
  },
  delivery_not_understood: {
    kind: 'data',
    status: 200,
    ja: '受け取った内容を読み取れませんでした。内容は保管されています。サポートへご連絡ください。',
    en: 'The content was not understood. It is kept; please tell support.',
  },
  connector_unknown: {
    kind: 'refused',
    status: 400,
    ja: 'このATSには対応していません。',
    en: 'There is no connector of that name.',
  },
  oauth_client_missing: {
    kind: 'config',
    status: 409,
    ja: 'このATSにインストールするための設定がありません。運用担当者が、.env.example にあるこのATSの CLIENT_ID と CLIENT_SECRET を設定してください。',
    en: 'This service has no OAuth client at this ATS. The operator must set its CLIENT_ID and CLIENT_SECRET, as .env.example says.',
  },
  vendor_unauthorized: {
    kind: 'config',
    status: 422,
    ja: 'ATSに認証を拒否されました。インストール用アドレスで接続した場合は、もう一度インストールしてください。それ以外の場合は、APIキーまたはクライアントIDとシークレットを確認し、もう一度保存してください。',
    en: 'The ATS refused the credentials. If it was connected by installing, install it again. Otherwise check the key, or the client id and secret, then save them again.',
  },
  vendor_forbidden: {
    kind: 'config',
    status: 422,
    ja: 'ATSの権限が足りません。必要なスコープと、実行ユーザーの権限を確認してください。',
    en: 'The ATS credentials lack a permission. Check the scopes and the acting user, then save again.',
  },
  vendor_address_refused: {
    kind: 'config',
    status: 422,
    ja: 'このアドレスには接続できません。https の公開アドレスを指定してください。',
    en: 'This address may not be called. Use a public https address.',
  },
  vendor_rate_limited: {
    kind: 'transient',
    status: 503,
    ja: 'ATSの呼び出し上限に達しました。自動で再試行します。',
    en: 'The ATS asked us to slow down. It is tried again by itself.',
  },
  vendor_unavailable: {
    kind: 'transient',
    status: 503,
    ja: 'ATSに接続できません。自動で再試行します。',
    en: 'The ATS cannot be reached or fails. It is tried again by itself.',
  },
  vendor_refused: {
    kind: 'data',
    status: 502,
    ja: 'ATSがこちらの要求を受け付けませんでした。サポートへご連絡ください。',
    en: 'The ATS did not accept our request. Please tell support.',
  },
  vendor_not_understood: {
    kind: 'data',
    status: 502,
    ja: 'ATSの応答を読み取れませんでした。サポートへご連絡ください。',
    en: 'The answer of the ATS was not understood. Please tell support.',
  },
  vendor_field_unsuitable: {
    kind: 'config',
    status: 422,
    ja: '同意を記録する項目がATSにないか、記録に使えません。項目のキーと種類を確認するか、空欄にしてください（タグで記録します）。',
    en: 'The ATS field named for the consent is missing or cannot hold it. Check its key and type, or leave it empty to use a tag.',
  },
  cursor_unreadable: {
    kind: 'internal',
    status: 500,
    ja: '前回の読み取り位置を読めませんでした。次の照合は初めから読み直します。続く場合はサポートへご連絡ください。',
    en: 'The place where the last reading ended cannot be understood. The next one begins anew; tell support if it goes on.',
  },
  file_not_understood: {
    kind: 'config',
    status: 422,
    ja: 'ファイルを読み取れませんでした。ATSから書き出したCSVまたはTSVファイルを、変更せずにお送りください。',
    en: 'The file cannot be read. Send the CSV or TSV file as the ATS exported it.',
  },
  row_not_understood: {
    kind: 'data',
    status: 422,
    ja: 'ファイルのこの行を読み取れませんでした。示された列を確認してください。ほかの行は処理されています。',
    en: 'This row of the file cannot be read. Look at the column named here; the other rows were taken.',
  },
  secret_unreadable: {
    kind: 'config',
    status: 500,
    ja: '保管された秘密情報を復号できません。SECRET_KEY が変わっていないか確認してください。',
    en: 'A stored secret cannot be opened. Check that SECRET_KEY is the one it was sealed with.',
  },
  agency_incomplete: {
    kind: 'config',
    status: 409,
    ja: '紹介会社の情報が不足しているか、許可の有効期限が切れています。設定を確認してください。',
    en: 'The agency details are incomplete or its licence has expired. Complete them first.',
  },
  company_ending: {
    kind: 'refused',
    status: 409,
    ja: 'この会社は削除の手続き中のため、この操作はできません。続けて使う場合は、オーナーが「設定」の「データ」で削除を取り消してください。',
    en: 'This company is about to be deleted, so this cannot be done. To go on using it, an owner stops the deletion under Settings, Data.',
  },
  export_not_ready: {
    kind: 'refused',
    status: 409,
    ja: 'このファイルはダウンロードできません。まだ作成中か、保管期間が過ぎて削除されています。必要な場合は、もう一度作成してください。',
    en: 'This file cannot be downloaded: it is still being made, or its time is over. Ask for a new one if you need it.',
  },
  letter_template_faulty: {
    kind: 'refused',
    status: 422,
    ja: 'この文面はまだ公開できません。示された点を直してから、もう一度公開してください。',
    en: 'This wording cannot be published yet. Mend what is named here, then publish again.',
  },
  credit_exhausted: {
    kind: 'refused',
    status: 409,
    ja: '使えるクレジットがありません。紹介が基準の人数に達するとクレジットが増えます。',
    en: 'No credit is available. The next one comes with the referrals still missing to it.',
  },
  mail_unavailable: {
    kind: 'transient',
    status: 503,
    ja: 'メールサーバーに接続できません。SMTP_URL を確認してください。自動で再試行します。',
    en: 'The mail server cannot be reached. Check SMTP_URL; it is tried again by itself.',
  },
  slack_unavailable: {
    kind: 'transient',
    status: 503,
    ja: 'Slackに接続できません。自動で再試行します。',
    en: 'Slack cannot be reached. It is tried again by itself.',
  },
  slack_refused: {
    kind: 'config',
    status: 422,
    ja: 'Slackが通知を受け付けませんでした。トークンとチャンネルを確認してください。',
    en: 'Slack did not take the notice. Check the token and that the app is in the channel.',
  },
  slack_client_missing: {
    kind: 'config',
    status: 409,
    ja: 'Slackにインストールするための設定がありません。運用担当者が SLACK_CLIENT_ID と SLACK_CLIENT_SECRET を設定するか、ワークスペースのボットトークンで接続してください。',
    en: 'This service has no Slack app to install. The operator must set SLACK_CLIENT_ID and SLACK_CLIENT_SECRET, or the workspace is connected by its bot token.',
  },
  slack_install_refused: {
    kind: 'config',
    status: 422,
    ja: 'Slackがインストールを受け付けませんでした。もう一度お試しください。続く場合は、運用担当者がSlackアプリのクライアントIDとシークレット、リダイレクトURLを確認してください。',
    en: 'Slack did not accept the install. Try again; if it goes on, the operator must check the client id, the secret and the redirect URL of the Slack app.',
  },
  slack_org_install: {
    kind: 'config',
    status: 422,
    ja: 'Slackのオーガナイゼーション全体へのインストールには対応していません。ワークスペースを1つ選んで、もう一度インストールしてください。',
    en: 'The app cannot be installed for a whole Slack organisation. Choose one workspace and install it again.',
  },
  slack_token_unsuitable: {
    kind: 'config',
    status: 422,
    ja: 'このSlackトークンでは接続できません。トークンローテーションを使わないアプリの、1つのワークスペースのボットトークン（xoxb- で始まるもの）を指定してください。',
    en: 'This Slack token cannot be used. Give the bot token (it starts with xoxb-) of one workspace, from an app without token rotation.',
  },
  slack_token_refused: {
    kind: 'config',
    status: 422,
    ja: 'Slackがトークンを受け付けません。アプリが削除されたか、トークンが無効になっています。もう一度インストールするか、新しいトークンで接続してください。',
    en: 'Slack does not take the token: the app was removed, or the token was revoked. Install it again, or connect with a new token.',
  },
  slack_not_connected: {
    kind: 'config',
    status: 409,
    ja: 'Slackのワークスペースがまだ接続されていないか、アプリが削除されています。Slackへのインストールからお始めください。',
    en: 'No Slack workspace is connected, or the app was removed from it. Begin by installing it in Slack.',
  },
  slack_tied_elsewhere: {
    kind: 'refused',
    status: 409,
    ja: 'この会社は別のSlackワークスペースに接続されています。先にその接続を解除してから、もう一度お試しください。',
    en: 'This company is connected to another Slack workspace. Disconnect that one first, then try again.',
  },
} as const satisfies Record<string, KnownError>;

export type ErrorCode = keyof typeof codes;

/** Every code we use, once; never reused for another meaning. */
export const errorCodes: Readonly<Record<ErrorCode, KnownError>> = codes;

import { type Context, defineConnector, RelayError } from '../../src/connector/contract.ts';
import { readLinkField, writeLink } from './link.ts';
import { events, parseDelivery } from './map.ts';
import { poll } from './poll.ts';
import { listReasons } from './reasons.ts';
import { reject } from './reject.ts';
import { idsMax, reread } from './reread.ts';
import { Anything } from './schema.ts';
import { readScopes, scopes, tagScopes, webhookScopes } from './scopes.ts';
import { settings } from './settings.ts';
import { listStages } from './stages.ts';
import { listTemplates, readLinkToken } from './templates.ts';
import { webhooks } from './webhooks.ts';
import { readConsentField, writeBack } from './write-back.ts';

/** Greenhouse Recruiting through Harvest v3: by a company's own credential, or as a Greenhouse partner. */
export const greenhouse = defineConnector({
  id: 'greenhouse',
  title: 'Greenhouse',
  docs: 'https://harvestdocs.greenhouse.io/docs/authentication',
  settings,
  api: {
    baseUrl: 'baseUrl',
    access: {
      'client-credentials': {
        tokenUrl: 'tokenUrl',
        clientId: 'clientId',
        clientSecret: 'clientSecret',
        subject: 'userId',
        scopes,
        lifetimeSeconds: 3600,
      },
      'authorization-code': {
        authorizeUrl: 'https://auth.greenhouse.io/authorize',
        tokenUrl: 'https://auth.greenhouse.io/token',
        scopes: [...scopes, ...webhookScopes],
        clientAuthentication: 'basic',
        hasPkce: false,
        lifetimeSeconds: 3600,
        refreshIdleSeconds: 24 * 3600,
        source:
          'harvestdocs.greenhouse.io/docs/harvest-partner-oauth: code 1 minute, access token 1 hour, refresh token 24 hours, another with every refresh (read 2026-11-22)',
      },
    },
    limits: {
      concurrency: 4,
      rate: { kind: 'window', remainingHeader: 'x-ratelimit-remaining', resetHeader: 'x-ratelimit-reset' },
      rereadMax: idsMax,
      source:
        'harvestdocs.greenhouse.io: fixed windows of 30 seconds, the allowance told only by the headers; ids at most 50 (read 2026-11-22)',
    },
    check,
    reread,
    poll,
    writeBack,
    webhooks,
    listReasons,
    listStages,
    listTemplates,
    writeLink,
    readLinkToken,
    reject,
  },
  webhook: {
    secret: 'webhookSecret',
    signature: { scheme: 'hmac-header', header: 'signature', algorithm: 'sha256', encoding: 'hex', prefix: 'sha256 ' },
    deliveryRef: { header: 'greenhouse-event-id' },
    events,
    parse: parseDelivery,
    guide: [
      {
        ja: 'Greenhouse の Configure › Dev Center › Web Hooks › Web Hooks を開きます。',
        en: 'In Greenhouse, open Configure › Dev Center › Web Hooks › Web Hooks.',
      },
      {
        ja: '下に挙げたイベントごとに1つずつ Webhook を作成し、「Endpoint URL」に {url} を貼り付けます。',
        en: 'Create one webhook for each of the events listed below, with {url} as its "Endpoint URL".',
      },
      {
        ja: '「Secret key」には、ここで設定した Webhook シークレットキーと同じ値を入力します。',
        en: 'Enter the webhook secret key you set here as its "Secret key".',
      },
      {
        ja: '保存するとすぐに確認の通信が届きます。一覧で Webhook が無効（disabled）になっていたら、有効に戻してください。',
        en: 'A ping arrives as soon as it is saved. Should the list show the webhook as disabled, enable it again.',
      },
    ],
  },
  template: {
    tokens: {
      candidateFirstName: '{{CANDIDATE_FIRST_NAME}}',
      candidateName: '{{CANDIDATE_NAME}}',
      // {{JOB_NAME}} stands in old samples; the token glossary does not confirm it for rejection mails (read 2026-11-22).
      jobTitle: null,
      companyName: null,
    },
    modes: {
      'relay-sent': {
        possible: true,
        note: {
          ja: '不採用にするとき、Greenhouse のメールは「送信しない」を選んでください。Greenhouse からはメールの有無が分からないため、両方届くおそれがあります。',
          en: 'When rejecting, choose to send no e-mail from Greenhouse. Greenhouse does not tell whether it sent one, so the applicant could get two.',
        },
      },
      'ats-static': {
        possible: true,
        note: {
          ja: 'テンプレートは API から変更できません。Configure › Email Templates の Candidate Rejection に一度だけ貼り付けてください。',
          en: 'The API cannot change templates. Paste ours once into a Candidate Rejection template under Configure › Email Templates.',
        },
      },
      'ats-personal': {
        possible: true,
        note: {
          ja: '「個別リンクを書き込む項目のキー」の設定が必要です。不採用メールのテンプレートでその項目のトークンを差し込めるかは、Greenhouse の資料で確認できていません。必ずテスト用の候補者を一度不採用にして、届いたメールのリンクを確かめてください。リンクが入るのは、この方法に切り替えたあとに応募した方からです。',
          en: "Needs the field for the personal link. Greenhouse's documentation does not fully say which templates accept the token of such a field, so confirm with a test rejection: reject a test candidate once and look at the link in the mail. Only people who apply after the switch have a link.",
        },
      },
      'ats-triggered': {
        possible: true,
        note: {
          ja: '不採用の操作をここから行うと、Greenhouse が選んだテンプレートのメールを送ります。私たちのリンクが入ったテンプレートだけを選べます。Greenhouse の画面で不採用にした場合、メールは画面での選択に従います。',
          en: 'Rejecting from here makes Greenhouse send the template that was chosen; only one that carries our link can be. Rejecting in Greenhouse itself goes by what is chosen there.',
        },
      },
    },
  },
  cannot: [
    {
      what: { ja: 'メールテンプレートの作成・変更', en: 'Making or changing e-mail templates' },
      why: {
        ja: 'API は読み取りだけに対応しています。書き出した文面を一度だけ貼り付けてください。',
        en: 'The API only reads them. Paste the exported text once.',
      },
    },
    {
      what: {
        ja: '定期確認だけでの削除・統合の検知',
        en: 'Learning of deletions and merges by polling alone',
      },
      why: {
        ja: '削除された応募や統合された候補者の一覧がありません。Webhook か、送信直前の再確認で分かります。',
        en: 'There is no list of what was deleted or merged. Webhooks tell, and so does reading again right before a letter leaves.',
      },
    },
    {
      what: {
        ja: '同じ候補者の応募ごとに別々のリンクを載せること',
        en: 'A link of its own for each application of one candidate',
      },
      why: {
        ja: '応募単位の項目のトークンは一部の契約だけの機能です。候補者の項目を使い、同じ方には最新のリンクが1つ入ります。',
        en: 'Tokens of application fields come only with some plans. A candidate field is used, which holds the newest link.',
      },
    },
    {
      what: {
        ja: '自社の認証情報での Webhook の自動設定',
        en: 'Setting up webhooks for you with your own credential',
      },
      why: {
        ja: 'API での作成はパートナー専用です。Greenhouse の画面から認可した接続では自動で設定します。自社の認証情報で接続した場合は、Dev Center で手作業で作成してください。',
        en: 'The API reserves that for partners. A connection authorised through Greenhouse is set up for you; with your own credential, create them by hand in the Dev Center.',
      },
    },
    {
      what: {
        ja: 'Greenhouse 自身の不採用メールの有無の確認',
        en: 'Telling whether Greenhouse sent its own rejection mail',
      },
      why: {
        ja: 'Webhook にも API にも、その情報がありません。',
        en: 'Neither its webhooks nor its API say so.',
      },
    },
    {
      what: { ja: '候補者の言語の判別', en: "Knowing an applicant's language" },
      why: {
        ja: 'Greenhouse に項目がありません。会社の言語で送ります。',
        en: "Greenhouse has no such field; the company's language is used.",
      },
    },
    {
      what: { ja: '書き込んだメモの修正・削除', en: 'Changing or deleting a note once written' },
      why: {
        ja: 'API が対応していません。撤回は新しいメモで記録します。',
        en: 'The API cannot; a withdrawal is recorded as a further note.',
      },
    },
    {
      what: { ja: '書き込み権限の事前確認', en: 'Checking the right to write beforehand' },
      why: {
        ja: '実際に書き込まないと確認できず、試すと跡が残ります。',
        en: 'It shows only when something is written, and trying would leave a trace.',
      },
    },
  ],
});

/**
 * One row read per permission, in the order of the stream.
 * @throws RelayError config naming the missing scope, or vendor_field_unsuitable.
 */
async function check(context: Context): Promise<void> {
  const nameKey = context.settings.consentField ?? '';
  const reads = nameKey === '' ? { ...readScopes, ...tagScopes } : readScopes;
  for (const [scope, path] of Object.entries(reads)) await tryToRead(context, scope, path);
  if (nameKey !== '') await readConsentField(context, nameKey);
  const linkField = context.settings.linkField ?? '';
  if (linkField !== '') await readLinkField(context, { setting: 'linkField', nameKey: linkField });
}

async function tryToRead(context: Context, scope: string, path: string): Promise<void> {
  try {
    await context.http.get(path, Anything, { per_page: '1' });
  } catch (error) {
    if (!(error instanceof RelayError && error.code === 'vendor_forbidden')) throw error;
    throw new RelayError('vendor_forbidden', { message: `refused to read ${path}: grant ${scope}, as a Site Admin` });
  }
}

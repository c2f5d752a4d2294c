import { z } from 'zod';
import { type Context, defineConnector, RelayError } from '../../src/connector/contract.ts';
import { events, parseDelivery } from './map.ts';
import { idsMax, reread } from './reread.ts';
import { Anything } from './schema.ts';
import { readConsentField, writeBack } from './write-back.ts';

const Credential = z.string().regex(/^\S+$/);
const Address = z.url({ protocol: /^https?$/ });

/**
 * What each permission lets us read. Writing cannot be tried without leaving a trace, so `check` covers only these.
 * Source: scope names of the Harvest v3 OpenAPI (read 2026-11-22).
 */
const readScopes = {
  'harvest:applications:list': '/v3/applications',
  'harvest:rejection_details:list': '/v3/rejection_details',
  'harvest:rejection_reasons:list': '/v3/rejection_reasons',
  'harvest:candidates:list': '/v3/candidates',
  'harvest:notes:list': '/v3/notes',
} as const;
const tagScopes = {
  'harvest:candidate_tags:list': '/v3/candidate_tags',
  'harvest:applied_candidate_tags:list': '/v3/applied_candidate_tags',
} as const;

/** Greenhouse Recruiting through Harvest v3: a company's own credential, webhooks made by hand. */
export const greenhouse = defineConnector({
  id: 'greenhouse',
  title: 'Greenhouse',
  docs: 'https://harvestdocs.greenhouse.io/docs/authentication',
  settings: {
    clientId: {
      kind: 'text',
      label: { ja: 'クライアントID', en: 'Client ID' },
      help: {
        ja: 'Greenhouse の Configure › Dev Center › API Credentials で Harvest v3 (OAuth) の認証情報を作成すると表示されます。',
        en: 'Shown in Greenhouse under Configure › Dev Center › API Credentials when you create a Harvest v3 (OAuth) credential.',
      },
      example: 'a1b2c3d4e5f6',
      schema: Credential,
    },
    clientSecret: {
      kind: 'secret',
      label: { ja: 'クライアントシークレット', en: 'Client secret' },
      help: {
        ja: 'クライアントIDと同じ画面で、作成時に一度だけ表示されます。控えがない場合は新しい認証情報を作成してください。',
        en: 'Shown once, beside the client ID, when the credential is created. Create a new credential if it was not kept.',
      },
      example: 'f6e5d4c3b2a1',
      schema: Credential,
    },
    userId: {
      kind: 'text',
      label: { ja: '実行ユーザーID', en: 'Acting user ID' },
      help: {
        ja: '数字のユーザーIDです。Configure › Users でユーザーを開くと、アドレス欄の末尾に表示されます。Site Admin を指定してください。空欄の場合は認証情報のサービスアカウントで実行します。',
        en: 'The numeric id at the end of the address when you open a user under Configure › Users. It must be a Site Admin. Leave it empty to act as the service account of the credential.',
      },
      example: '4093',
      schema: z.string().regex(/^\d{0,19}$/),
      isOptional: true,
    },
    webhookSecret: {
      kind: 'secret',
      label: { ja: 'Webhook シークレットキー', en: 'Webhook secret key' },
      help: {
        ja: 'ご自身で決める16文字以上の文字列です。Configure › Dev Center › Web Hooks で各 Webhook の「Secret key」に同じ値を入力してください。',
        en: 'A text of at least 16 characters that you make up. Enter the same as "Secret key" of every webhook under Configure › Dev Center › Web Hooks.',
      },
      example: 'choose-a-long-random-text',
      // A body can be tried against guessed keys offline, so a short key is no key.
      schema: z.string().min(16).max(255),
    },
    consentField: {
      kind: 'text',
      label: { ja: '同意を記録する項目のキー', en: 'Field key for the consent' },
      help: {
        ja: '候補者のカスタムフィールドの「Immutable field key」です（Configure › Custom Options › Candidates）。種類はテキスト、はい/いいえ、日付、または「同意」「撤回」を選べる単一選択。空欄の場合はタグで記録します。',
        en: 'The "Immutable field key" of a candidate custom field (Configure › Custom Options › Candidates) of type text, yes/no, date, or single select with the options "granted" and "withdrawn". Leave it empty to record by a tag.',
      },
      example: 'career_relay_consent',
      schema: z.string().regex(/^[a-z0-9_]{0,255}$/),
      isOptional: true,
    },
    baseUrl: {
      kind: 'url',
      label: { ja: 'APIのアドレス', en: 'API address' },
      help: {
        ja: '通常は変更しません。試験用の代替サーバーを使うときだけ変更します。',
        en: 'Leave as it is. Only changed to test against a stand-in.',
      },
      example: 'https://harvest.greenhouse.io',
      schema: Address,
      isOptional: true,
      default: 'https://harvest.greenhouse.io',
      isAdvanced: true,
    },
    tokenUrl: {
      kind: 'url',
      label: { ja: 'トークンのアドレス', en: 'Token address' },
      help: {
        ja: '通常は変更しません。試験用の代替サーバーを使うときだけ変更します。',
        en: 'Leave as it is. Only changed to test against a stand-in.',
      },
      example: 'https://auth.greenhouse.io/token',
      schema: Address,
      isOptional: true,
      default: 'https://auth.greenhouse.io/token',
      isAdvanced: true,
    },
  },
  api: {
    baseUrl: 'baseUrl',
    access: {
      'client-credentials': {
        tokenUrl: 'tokenUrl',
        clientId: 'clientId',
        clientSecret: 'clientSecret',
        subject: 'userId',
        scopes: [
          ...Object.keys(readScopes),
          'harvest:notes:create',
          ...Object.keys(tagScopes),
          'harvest:candidate_tags:create',
          'harvest:applied_candidate_tags:create',
          'harvest:applied_candidate_tags:destroy',
          'harvest:candidates:update',
          'harvest:custom_fields:list',
          'harvest:custom_field_options:list',
        ],
        lifetimeSeconds: 3600,
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
    writeBack,
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
        possible: false,
        why: {
          ja: 'この版では未対応です。応募時に候補者ごとのリンクを項目へ書き込む必要があり、不採用メールでその項目を差し込めるかも確認できていません。',
          en: 'Not in this version. The link would have to be written to a field when the person applies, and whether rejection mails accept that field is not confirmed.',
        },
      },
      'ats-triggered': {
        possible: false,
        why: {
          ja: 'この版では未対応です。不採用の操作は Greenhouse で行ってください。',
          en: 'Not in this version. Reject in Greenhouse itself.',
        },
      },
    },
  },
  cannot: [
    {
      what: { ja: 'Webhook の自動設定', en: 'Setting up webhooks for you' },
      why: {
        ja: 'API での作成はパートナー専用です。Dev Center で手作業で作成してください。',
        en: 'The API reserves that for partners; create them by hand in the Dev Center.',
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
}

async function tryToRead(context: Context, scope: string, path: string): Promise<void> {
  try {
    await context.http.get(path, Anything, { per_page: '1' });
  } catch (error) {
    if (!(error instanceof RelayError && error.code === 'vendor_forbidden')) throw error;
    throw new RelayError('vendor_forbidden', { message: `refused to read ${path}: grant ${scope}, as a Site Admin` });
  }
}

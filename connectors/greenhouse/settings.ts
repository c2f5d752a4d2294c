import { z } from 'zod';
import type { Fields } from '../../src/connector/contract.ts';

const Credential = z.string().regex(/^\S+$/);
const Address = z.url({ protocol: /^https?$/ });

/** What a company is asked for; the credential itself only where it brings its own. */
export const settings = {
  clientId: {
    kind: 'text',
    label: { ja: 'クライアントID', en: 'Client ID' },
    help: {
      ja: 'Greenhouse の Configure › Dev Center › API Credentials で Harvest v3 (OAuth) の認証情報を作成すると表示されます。',
      en: 'Shown in Greenhouse under Configure › Dev Center › API Credentials when you create a Harvest v3 (OAuth) credential.',
    },
    example: 'a1b2c3d4e5f6',
    schema: Credential,
    onlyFor: 'client-credentials',
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
    onlyFor: 'client-credentials',
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
    onlyFor: 'client-credentials',
  },
  webhookSecret: {
    kind: 'secret',
    label: { ja: 'Webhook シークレットキー', en: 'Webhook secret key' },
    help: {
      ja: '空欄のままにすると、推測できない文字列をこちらで作成し、登録時に一度だけ表示します。Configure › Dev Center › Web Hooks で手作業で設定する場合は、各 Webhook の「Secret key」に同じ値を入力してください。16文字以上であれば、ご自身で決めることもできます。',
      en: 'Leave it empty: we make up a text that nobody can guess and show it once, when the connection is made. Where webhooks are made by hand under Configure › Dev Center › Web Hooks, enter the same as "Secret key" of each. You may also make up your own, of at least 16 characters.',
    },
    example: 'choose-a-long-random-text',
    // A body can be tried against guessed keys offline, so a short key is no key.
    schema: z.string().min(16).max(255),
    isGenerated: true,
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
  linkField: {
    kind: 'text',
    label: { ja: '個別リンクを書き込む項目のキー', en: 'Field key for the personal link' },
    help: {
      ja: '応募者ごとのリンクを Greenhouse の不採用メールに載せる場合だけ必要です。候補者のカスタムフィールド（種類は URL または短いテキスト）を作成し、「Create new email token」を有効にして、その「Immutable field key」を入力してください（Configure › Custom Options › Candidates）。',
      en: 'Only needed to show each applicant a link of their own in Greenhouse\'s rejection mail. Make a candidate custom field of type URL or short text, tick "Create new email token", and enter its "Immutable field key" (Configure › Custom Options › Candidates).',
    },
    example: 'career_relay_link',
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
    onlyFor: 'client-credentials',
  },
} as const satisfies Fields;

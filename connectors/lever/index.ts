import { z } from 'zod';
import { type Context, defineConnector, type Query, RelayError } from '../../src/connector/contract.ts';
import { readReasons, readStages } from './lookups.ts';
import { events, parseDelivery, toSentAt } from './map.ts';
import { poll } from './poll.ts';
import { refsMax, reread } from './reread.ts';
import { Anything, One, User } from './schema.ts';
import { webhooks } from './webhooks.ts';
import { writeBack } from './write-back.ts';

const Credential = z.string().regex(/^\S+$/);
const Uuid = z.guid();
/** One or several, with a space between; each long enough that nobody guesses it offline. */
const Tokens = z.string().regex(/^\S{16,255}(?: \S{16,255})*$/);

/** What each permission lets us read. Notes can be tried only on somebody's opportunity, and writing leaves a trace. */
const reads: Readonly<Record<string, string>> = {
  'opportunities:write:admin': '/v1/opportunities',
  'archive_reasons:read:admin': '/v1/archive_reasons',
  'postings:read:admin': '/v1/postings',
  'stages:read:admin': '/v1/stages',
  'webhooks:write:admin': '/v1/webhooks',
};
/** Source: scope names of Lever's OAuth, `<resource>:<read|write>:admin` (read 2026-11-22). */
const scopes = [...Object.keys(reads), 'contact:read:admin', 'notes:write:admin', 'users:read:admin'];

const daySeconds = 24 * 60 * 60;

/** Lever through Data API v1: a company's own key, or our OAuth client, with webhooks that we make ourselves. */
export const lever = defineConnector({
  id: 'lever',
  title: 'Lever',
  docs: 'https://hire.lever.co/developer/documentation',
  settings: {
    apiKey: {
      kind: 'secret',
      label: { ja: 'APIキー', en: 'API key' },
      help: {
        ja: 'Lever の Settings › Integrations and API › API Credentials で、Super Admin が「Generate new key」から作成します。作成時に一度だけ表示されます。機密（confidential）データへのアクセスは不要です。',
        en: 'A Super Admin makes it in Lever under Settings › Integrations and API › API Credentials with "Generate new key". It is shown once. Access to confidential data is not needed.',
      },
      example: 'a1b2c3d4e5f6a7b8c9d0',
      schema: Credential,
      onlyFor: 'api-key',
    },
    performAs: {
      kind: 'text',
      label: { ja: '実行ユーザーID', en: 'Acting user ID' },
      help: {
        ja: 'タグとメモの記録者として表示されるユーザーのID（UUID）です。Settings › Users でユーザーを開くと、アドレス欄の末尾に表示されます。連携専用のユーザーをおすすめします。空欄の場合は記録者を指定しません。',
        en: 'The id (a UUID) of the user who is shown as the author of tags and notes: the end of the address when you open the user under Settings › Users. A user made for integrations is best. Leave it empty to name none.',
      },
      example: '3f0c1d52-7a44-4f0e-9c1b-2d6e8a90b713',
      schema: Uuid,
      isOptional: true,
    },
    signatureTokens: {
      kind: 'secret',
      label: { ja: 'Webhook の署名トークン', en: 'Signature tokens of the webhooks' },
      help: {
        ja: 'Webhook を自動で設定する場合は空欄のままにします。Lever の画面で作成する場合は、イベントごとに表示される「Signature token」をすべて、半角スペースで区切って入力してください。',
        en: 'Leave it empty to have the webhooks made for you. If you make them in Lever, enter the "Signature token" that is shown for each event, all of them, with a space between.',
      },
      example: '5e1f0a9c7d3b4e2f8a60 91c4d7e2b8f05a3c6d1e',
      schema: Tokens,
      isOptional: true,
    },
    baseUrl: {
      kind: 'url',
      label: { ja: 'APIのアドレス', en: 'API address' },
      help: {
        ja: '通常は変更しません。サンドボックスでは https://api.sandbox.lever.co です。',
        en: 'Leave as it is. In the sandbox it is https://api.sandbox.lever.co.',
      },
      example: 'https://api.lever.co',
      schema: z.url({ protocol: /^https?$/ }),
      isOptional: true,
      default: 'https://api.lever.co',
      isAdvanced: true,
    },
  },
  api: {
    baseUrl: 'baseUrl',
    access: {
      'api-key': { key: 'apiKey', sentAs: 'basic-user', scopes },
      'authorization-code': {
        authorizeUrl: 'https://auth.lever.co/authorize',
        tokenUrl: 'https://auth.lever.co/oauth/token',
        scopes: ['offline_access', ...scopes],
        // Without exactly this audience, its last slash included, the token is of no use.
        authorizeParameters: (baseUrl) => ({ audience: new URL('/v1/', baseUrl).href, prompt: 'consent' }),
        clientAuthentication: 'body',
        hasPkce: false,
        lifetimeSeconds: 3600,
        refreshIdleSeconds: 90 * daySeconds,
        source:
          'hire.sandbox.lever.co/developer/oauth; lifetimes (1 hour; 1 year, 90 days unused; rotation) from public integrations, not from Lever itself (read 2026-11-22)',
      },
    },
    limits: {
      concurrency: 5,
      rate: { kind: 'bucket', perSecond: 10, burst: 20 },
      rereadMax: refsMax,
      source:
        'hire.lever.co/developer/documentation, "Rate limits": a token bucket per key, 10 requests a second, bursts to 20, no headers; lists of at most 100 (read 2026-11-22)',
    },
    check,
    reread,
    poll,
    writeBack,
    webhooks,
    listReasons: async (context) =>
      (await readReasons(context)).flatMap(({ id, text, type, status }) =>
        type === 'hired' || status === 'inactive' ? [] : [{ reasonRef: id, name: text, decidedBy: 'unknown' as const }],
      ),
    listStages: readStages,
  },
  webhook: {
    secret: 'signatureTokens',
    signature: {
      scheme: 'hmac-body',
      field: 'signature',
      over: ['token', 'triggeredAt'],
      algorithm: 'sha256',
      encoding: 'hex',
    },
    deliveryRef: { fields: ['token', 'triggeredAt'] },
    // Lever tells no schedule for its retries, and we may have been away for a night. A delivery counts once however
    // long it is taken, so a day costs nothing: what a replay within it could do is cause the one re-read it stands for.
    freshness: { sentAt: toSentAt, maxAgeMs: daySeconds * 1000 },
    events,
    parse: parseDelivery,
    guide: [
      {
        ja: 'Super Admin が Settings › Integrations and API › Webhooks を開き、下に挙げたイベントを有効にして、それぞれに {url} を貼り付けます。',
        en: 'As a Super Admin, open Settings › Integrations and API › Webhooks, turn on the events listed below and paste {url} into each.',
      },
      {
        ja: 'イベントごとに表示される「Signature token」をすべて、半角スペースで区切って「Webhook の署名トークン」に入力します。',
        en: 'Enter the "Signature token" shown for each event, all of them with a space between, as the signature tokens here.',
      },
    ],
  },
  template: {
    // `{{Newest job posting}}` exists, but of somebody with two applications it may name the other one.
    tokens: {
      candidateFirstName: '{{Candidate first name}}',
      candidateName: '{{Candidate full name}}',
      jobTitle: null,
      companyName: '{{Company}}',
    },
    modes: {
      'relay-sent': {
        possible: true,
        note: {
          ja: 'アーカイブするとき、Lever のメールは送信しないでください。Lever からはメールの有無が分からないため、両方届くおそれがあります。',
          en: 'When archiving, send no e-mail from Lever. Lever does not tell whether it sent one, so the applicant could get two.',
        },
      },
      'ats-static': {
        possible: true,
        note: {
          ja: 'リンクは文字列としてテンプレートに貼り付けてください。Lever の差し込み項目「Consent link」は使わないでください。これは Lever 自身のデータ保管への同意画面で、紹介への同意にはなりません。',
          en: 'Paste the link as plain text into the template. Do not use Lever\'s placeholder "Consent link": it leads to Lever\'s own consent to keeping data, which is no consent to an introduction.',
        },
      },
      'ats-personal': {
        possible: false,
        why: {
          ja: 'Lever の差し込み項目は増やせず、API で書き込める項目もないため、候補者ごとのリンクを Lever のメールに入れられません。',
          en: "Lever's placeholders cannot be added to, and its API writes no field that a mail could show, so no personal link can stand in Lever's own mail.",
        },
      },
      'ats-triggered': {
        possible: false,
        why: {
          ja: 'Lever の API はメールを送信できず、テンプレートも扱えません。アーカイブだけを行うと、お知らせが届かないままになります。',
          en: "Lever's API neither sends mail nor knows templates. Archiving by it would leave the applicant without any word.",
        },
      },
    },
  },
  cannot: [
    {
      what: { ja: '企業と応募者のどちらが決めたかの判別', en: 'Telling who decided' },
      why: {
        ja: 'Lever のアーカイブ理由には、その区別がありません（「Withdrew」も同じ種類です）。理由ごとに設定してください。設定のない理由のメールは保留します。',
        en: 'Lever\'s archive reasons do not say ("Withdrew" is of the same type). Map each reason; the letter of one that is not mapped is held.',
      },
    },
    {
      what: { ja: '差し込み項目の追加', en: 'Placeholders of our own' },
      why: { ja: 'Lever が対応していません。', en: 'Lever does not allow any.' },
    },
    {
      what: {
        ja: 'メールテンプレートの読み取り・変更と、Lever からのメール送信',
        en: 'Reading or changing e-mail templates, and sending mail from Lever',
      },
      why: { ja: 'API にありません。', en: 'Its API has none of it.' },
    },
    {
      what: {
        ja: 'Lever 自身の不採用メールの有無の確認',
        en: 'Telling whether Lever sent its own rejection mail',
      },
      why: { ja: 'Webhook にも API にも、その情報がありません。', en: 'Neither its webhooks nor its API say so.' },
    },
    {
      what: { ja: '同意を専用の項目に記録すること', en: 'Recording the consent in a field of its own' },
      why: {
        ja: 'API で書き込める項目がありません。応募（Opportunity）のタグとメモで記録します。',
        en: 'Its API writes none. The consent stands as a tag and a note on the opportunity.',
      },
    },
    {
      what: {
        ja: '姓と名の区別、候補者の言語の判別',
        en: "Telling family from given name, and the applicant's language",
      },
      why: {
        ja: 'Lever の氏名は1つの項目で、言語の項目はありません。氏名はそのまま用い、会社の言語で送ります。',
        en: "Lever keeps the name in one field and no language. The name is used as it stands, and the company's language.",
      },
    },
    {
      what: { ja: '候補者の統合の通知', en: 'Being told of merged candidates' },
      why: {
        ja: '統合専用の Webhook がありません。連絡先が更新されたとき、その人の応募を読み直します。',
        en: 'There is no webhook for it. When a contact is updated, the applications we know of it are read again.',
      },
    },
  ],
});

const oneRow: Query = { limit: '1' };

/** One row read per permission, and the acting user. @throws RelayError config naming what is missing. */
async function check({ http, settings }: Context): Promise<void> {
  for (const [scope, path] of Object.entries(reads))
    await explain(() => http.get(path, Anything, path === '/v1/webhooks' ? {} : oneRow), `${path}: grant ${scope}`);
  const performAs = settings.performAs ?? '';
  if (performAs === '') return;
  const user = await explain(
    () => http.find(`/v1/users/${encodeURIComponent(performAs)}`, One(User)),
    '/v1/users: grant users:read:admin',
  );
  if (!user) throw new RelayError('vendor_forbidden', { message: 'there is no user of the id given as performAs' });
}

async function explain<T>(read: () => Promise<T>, what: string): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof RelayError && error.code === 'vendor_forbidden')) throw error;
    throw new RelayError('vendor_forbidden', { message: `refused to read ${what}, as a Super Admin` });
  }
}

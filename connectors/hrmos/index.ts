import { defineConnector } from '../../src/connector/contract.ts';
import { toApplication } from './map.ts';

/** HRMOS採用 of BizReach, by the file a recruiter exports: no public API exists. Sources are in README.md. */
export const hrmos = defineConnector({
  id: 'hrmos',
  title: 'HRMOS採用',
  docs: 'https://atsguide.hrmos.co/hc/ja/articles/20859800186009',
  settings: {},
  file: {
    columns: {
      applicationRef: { names: ['応募ID'], label: { ja: '応募ID', en: 'Application ID' } },
      status: {
        names: ['選考ステータス', '最終の選考ステータス', '最終選考ステータス', 'ステータス'],
        label: { ja: '選考ステータス', en: 'Selection status' },
      },
      rejectedOn: { names: ['不合格日'], label: { ja: '不合格日', en: 'Rejected on' } },
      withdrawnOn: { names: ['辞退日'], label: { ja: '辞退日', en: 'Withdrawn on' } },
      hiredOn: { names: ['入社日', '内定日'], label: { ja: '入社日・内定日', en: 'Joined or offered on' } },
      name: { names: ['氏名', '候補者名', '応募者名'], label: { ja: '氏名', en: 'Name' } },
      email: {
        names: ['メールアドレス', 'メールアドレス1', 'メール', 'E-mail', 'Email'],
        label: { ja: 'メールアドレス', en: 'E-mail address' },
      },
      job: { names: ['求人名', '選考ポジション名'], label: { ja: '求人名', en: 'Job' } },
      stage: { names: ['選考ステップ', '選考ステップ名'], label: { ja: '選考ステップ', en: 'Selection step' } },
      reason: { names: ['不合格理由', '不合格理由分類'], label: { ja: '不合格理由', en: 'Rejection reason' } },
      source: { names: ['応募経路'], label: { ja: '応募経路', en: 'Source' } },
      sourceDetail: { names: ['応募経路詳細'], label: { ja: '応募経路詳細', en: 'Source in detail' } },
      agency: {
        names: ['エージェント企業名', 'エージェント名', 'エージェント'],
        label: { ja: 'エージェント', en: 'Agent' },
      },
    },
    needs: [['applicationRef'], ['status', 'rejectedOn']],
    madeAtLabel: '出力日時',
    toApplication,
    guide: [
      {
        ja: 'HRMOS採用に「採用担当者」の役割でログインし、応募者情報CSVのダウンロードを開きます。',
        en: 'Sign in to HRMOS as 採用担当者 and open the download of 応募者情報CSV.',
      },
      {
        ja: '出力項目のテンプレートを作成し、応募ID・選考ステータス・不合格日・辞退日・氏名・メールアドレス・求人名・応募経路・応募経路詳細を含めます。不要な個人情報の項目は含めないでください。',
        en: 'Make a template of columns with 応募ID, 選考ステータス, 不合格日, 辞退日, 氏名, メールアドレス, 求人名, 応募経路 and 応募経路詳細. Leave out personal data that is not needed.',
      },
      {
        ja: 'ダウンロードしたファイルを、変更せずにそのままお送りください。初回だけ、どの列が何を表すかを確認していただきます。',
        en: 'Send the file as it was downloaded, unchanged. Only the first time you are asked to confirm which column is which.',
      },
      {
        ja: '不合格を登録したら、そのつど、または毎日決まった時刻に書き出してください。次のファイルとの差から新しい不合格を見つけます。',
        en: 'Export after recording rejections, or daily at a set time. New rejections are found by the difference to the file before.',
      },
    ],
  },
  template: {
    // The names are the vendor's; the brackets only mark where its menu of variables must be used. See README.md.
    tokens: {
      candidateFirstName: null,
      candidateName: '【候補者名】',
      jobTitle: null,
      companyName: '【企業名】',
    },
    modes: {
      'relay-sent': {
        possible: true,
        note: {
          ja: 'ファイルにメールアドレスの列がある場合に選べます。HRMOS採用からは不合格メールを送らないでください。アドレスのない応募者へのメールは保留になりますので、列を含められない場合は「共通リンクの貼り付け」をお選びください。',
          en: 'For files with a column of e-mail addresses. Send no rejection mail from HRMOS. Letters to people without an address are held, so choose the static link when the column cannot be exported.',
        },
      },
      'ats-static': {
        possible: true,
        note: {
          ja: '設定 › テンプレート › メール に一度だけ貼り付けてください。【候補者名】などの印は、HRMOS採用の変数の挿入メニューで同じ名前の変数に置き換えてください（件名の変数は個別送信のときだけ反映されます）。',
          en: 'Paste it once under 設定 › テンプレート › メール. Replace marks such as 【候補者名】 by the variable of that name from the menu of HRMOS (in subjects, variables work in single mails only).',
        },
      },
      'ats-personal': {
        possible: false,
        why: {
          ja: 'HRMOS採用のメールに差し込める変数は決まっており、応募者ごとのリンクは入れられません。',
          en: 'The variables of its mails are fixed; none can carry a link of the person.',
        },
      },
      'ats-triggered': {
        possible: false,
        why: {
          ja: 'HRMOS採用には、外部から不合格を登録したりメールを送ったりするAPIが公開されていません。',
          en: 'HRMOS publishes no API by which another program could reject or send mail.',
        },
      },
    },
  },
  cannot: [
    {
      what: { ja: '不合格の自動受信', en: 'Hearing of rejections by itself' },
      why: {
        ja: 'HRMOS採用には公開されたAPIもWebhookもなく、不合格を知らせるメール通知もありません。書き出したファイルを取り込みます。',
        en: 'HRMOS has no public API, no webhook and no notification of rejections. Exported files are imported instead.',
      },
    },
    {
      what: { ja: '同意の書き戻し', en: 'Writing consents back' },
      why: {
        ja: '書き込む手段がありません。同意の一覧をダウンロードし、応募ラベルを手作業で付けてください。CSVの再取り込みは新しい応募として登録されるため、使わないでください。',
        en: 'There is no way to write. Download the list of consents and label by hand. Never import a CSV for it: HRMOS makes new applications of its rows.',
      },
    },
    {
      what: { ja: '送信直前の再確認', en: 'Asking once more right before a letter leaves' },
      why: {
        ja: '最新のファイルより新しい状態は分かりません。不合格を取り消したときは、メールの送信前に書き出し直して取り込んでください。',
        en: 'Nothing newer than the newest file is known. After taking back a rejection, export and import again before the letter leaves.',
      },
    },
    {
      what: { ja: '応募者の削除の検知', en: 'Noticing that an applicant was deleted' },
      why: {
        ja: 'ファイルから行が消えても、削除なのか絞り込みなのか区別できません。削除の依頼は本サービスでも行ってください。',
        en: 'A row that vanishes may be deleted or merely filtered out. Ask for the erasure here as well.',
      },
    },
    {
      what: {
        ja: '応募者の言語・非公開・メール拒否の判別',
        en: 'Knowing language, private applicants or refusal of mail',
      },
      why: {
        ja: 'ファイルに項目がありません。会社の言語で送ります。',
        en: 'The file has no such column. The language of the company is used.',
      },
    },
  ],
});

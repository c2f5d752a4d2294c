import type { StatementLine } from '../../credit/index.ts';

/** The words of a statement in one language. */
export interface StatementWords {
  /** In their order. */
  readonly columns: Readonly<Record<Column, string>>;
  readonly kinds: Readonly<Record<StatementLine['kind'], string>>;
  readonly accounts: Readonly<Record<StatementLine['account'], string>>;
  readonly units: Readonly<Record<StatementLine['asset'], string>>;
  readonly actors: Readonly<Record<'system' | 'admin' | 'user' | 'token' | 'slack', string>>;
}

type Column =
  | 'agency'
  | 'seq'
  | 'postingId'
  | 'date'
  | 'time'
  | 'kind'
  | 'account'
  | 'unit'
  | 'debit'
  | 'credit'
  | 'balance'
  | 'reason'
  | 'subject'
  | 'who';

export const statementWords: Readonly<Record<'ja' | 'en', StatementWords>> = {
  ja: {
    columns: {
      agency: '紹介会社',
      seq: '番号',
      postingId: '仕訳ID',
      date: '日付',
      time: '時刻（日本時間）',
      kind: '内容',
      account: '勘定',
      unit: '単位',
      debit: '借方',
      credit: '貸方',
      balance: '残高',
      reason: '摘要',
      subject: '対象ID',
      who: '操作した人',
    },
    kinds: {
      opening: '期首残高',
      closing: '期末残高',
      'referral-counted': '紹介を計上',
      'referrals-converted': 'クレジットに変換',
      'referral-reversed': '紹介を取り消し',
      'credit-reserved': 'クレジットを確保',
      'credit-used': 'クレジットを使用',
      'credit-released': '確保を解除',
      'credit-expired': '期限切れ',
    },
    accounts: {
      world: '紹介の受入元',
      counted: '次のクレジットまでの紹介',
      converted: 'クレジットになった紹介',
      issued: 'クレジットの発行元',
      available: '使えるクレジット',
      reserved: '確保中のクレジット',
      used: '使用済みのクレジット',
      expired: '期限切れのクレジット',
    },
    units: { referral: '人', credit: '件' },
    actors: {
      system: '自動処理',
      admin: '管理用トークン',
      user: '退会したユーザー',
      token: 'APIトークン',
      slack: 'Slackのユーザー',
    },
  },
  en: {
    columns: {
      agency: 'Agency',
      seq: 'Number',
      postingId: 'Posting id',
      date: 'Date',
      time: 'Time (Japan)',
      kind: 'What',
      account: 'Account',
      unit: 'Unit',
      debit: 'Debit',
      credit: 'Credit',
      balance: 'Balance',
      reason: 'Reason',
      subject: 'About id',
      who: 'Who',
    },
    kinds: {
      opening: 'Opening balance',
      closing: 'Closing balance',
      'referral-counted': 'Referral counted',
      'referrals-converted': 'Became a credit',
      'referral-reversed': 'Referral reversed',
      'credit-reserved': 'Credit reserved',
      'credit-used': 'Credit used',
      'credit-released': 'Credit released',
      'credit-expired': 'Credit expired',
    },
    accounts: {
      world: 'Where referrals come from',
      counted: 'Referrals towards the next credit',
      converted: 'Referrals that became credits',
      issued: 'Where credits come from',
      available: 'Credits available',
      reserved: 'Credits reserved',
      used: 'Credits used',
      expired: 'Credits expired',
    },
    units: { referral: 'people', credit: 'credits' },
    actors: {
      system: 'by itself',
      admin: 'admin token',
      user: 'a former user',
      token: 'API token',
      slack: 'a user in Slack',
    },
  },
};

import { describe, expect, test } from '@jest/globals';
import { hrmos } from '../../connectors/hrmos/index.ts';
import { type Column, type FileIntake, RelayError } from '../../src/connector/index.ts';

const { toApplication } = hrmos.file as FileIntake;

type Row = Partial<Record<Column, string>>;
const row = (change: Row) => toApplication({ applicationRef: '1001', ...change });
const rejected = { status: '書類選考 不合格', rejectedOn: '2026年11月24日' };

describe('the end of an application', () => {
  test.each<[string, Row, string]>([
    ['a step alone', { status: '一次面接' }, 'active'],
    ['合格', { status: '一次面接 合格' }, 'active'],
    ['nothing at all', {}, 'active'],
    ['不合格', { status: '書類選考 不合格' }, 'company'],
    ['不合格 in brackets', { status: '最終面接（不合格）' }, 'company'],
    ['a day of rejection beside a step alone', { status: '書類選考', rejectedOn: '2026/11/24' }, 'company'],
    ['a day of rejection alone', { rejectedOn: '2026-11-24' }, 'company'],
    ['辞退', { status: '一次面接 辞退' }, 'candidate'],
    ['選考前辞退', { status: '選考前辞退' }, 'candidate'],
    ['内定辞退', { status: '内定辞退', hiredOn: '2026/11/01' }, 'candidate'],
    ['a day of withdrawal alone', { withdrawnOn: '2026/11/24' }, 'candidate'],
    ['both days and no word', { rejectedOn: '2026/11/24', withdrawnOn: '2026/11/24' }, 'unknown'],
    [
      'both days, and the word 不合格',
      { status: '不合格', rejectedOn: '2026/11/24', withdrawnOn: '2026/11/2' },
      'company',
    ],
    ['内定取消', { status: '内定取消' }, 'unknown'],
    ['内定', { status: '内定' }, 'hired'],
    ['入社', { status: '入社済み' }, 'hired'],
    ['an interview before an offer', { status: '内定前面談' }, 'active'],
    ['a day of joining alone', { hiredOn: '2026/11/24' }, 'hired'],
  ])('%s', (_what, change, end) => {
    const application = row(change);

    expect(application.state === 'rejected' ? application.decidedBy : application.state).toBe(end);
  });

  test('is dated by the day of whoever decided, and not at all where none is told', () => {
    const days = { rejectedOn: '2026/11/24', withdrawnOn: '2026年11月2日' };

    expect(row({ status: '不合格', ...days })).toMatchObject({ decidedAt: new Date('2026-11-23T15:00:00Z') });
    expect(row({ status: '辞退', ...days })).toMatchObject({ decidedAt: new Date('2026-11-01T15:00:00Z') });
    expect(row({ status: '不合格' })).toMatchObject({ decidedAt: null });
  });
});

describe('where somebody came from', () => {
  test.each<[string, Row, string]>([
    ['the company’s own page', { source: '自社採用ページ' }, 'direct'],
    ['an agent by the source', { source: 'エージェント' }, 'agency'],
    ['an agent in half-width letters', { source: 'ｴｰｼﾞｪﾝﾄ経由' }, 'agency'],
    ['an agent by the detail', { source: 'その他', sourceDetail: '架空人材紹介株式会社' }, 'agency'],
    ['an agent by name', { source: 'その他', agency: '架空キャリア' }, 'agency'],
    ['no agent, said with a dash', { source: '求人媒体', agency: '－' }, 'direct'],
    ['a colleague', { source: '社員紹介' }, 'referral'],
    ['nobody says', {}, 'unknown'],
  ])('%s', (_what, change, source) => {
    expect(row({ ...rejected, ...change })).toMatchObject({ source });
  });
});

describe('a person', () => {
  test.each<[string, string | null, string | null]>([
    ['髙﨑 花子', '髙﨑', '花子'],
    ['髙﨑　花子', '髙﨑', '花子'],
    ['𠮷野太郎', '𠮷野太郎', null],
    ["O'Brien Siobhán Mary", "O'Brien", 'Siobhán Mary'],
    ['', null, null],
  ])('named %j', (name, familyName, givenName) => {
    expect(row({ ...rejected, name }).state === 'gone' ? null : row({ ...rejected, name })).toMatchObject({
      person: { familyName, givenName },
    });
  });

  test.each([
    ['hanako@example.com', 'hanako@example.com'],
    ['ｈａｎａｋｏ＠example.com', 'hanako@example.com'],
    ['hanako@example.com, second@example.com', 'hanako@example.com'],
    ['a..b.@carrier.example.com', 'a..b.@carrier.example.com'],
    ['なし', null],
    ['', null],
  ])('with the address %j', (text, email) => {
    expect(row({ ...rejected, email: text })).toMatchObject({ person: { email } });
  });
});

test.each<[string, Row]>([
  ['応募ID', { applicationRef: '　' }],
  ['不合格日', { rejectedOn: '来週のいつか' }],
  ['辞退日', { withdrawnOn: '2026/02/30' }],
])('a row whose %s does not fit is refused by the column, without what stands in it', (column, change) => {
  const work = () => row({ name: '秘密 太郎', ...change });

  expect(work).toThrow(RelayError);
  expect(work).toThrow(new RegExp(`^${column}: .+ \\(.+\\)$`));
  expect(work).not.toThrow(/秘密|来週|2026/);
});

test('a letter of ours can be sent or pasted, and no other way is claimed', () => {
  const { modes, tokens } = hrmos.template;

  expect(Object.entries(modes).flatMap(([mode, { possible }]) => (possible ? [mode] : []))).toEqual([
    'relay-sent',
    'ats-static',
  ]);
  expect(tokens).toEqual({
    candidateFirstName: null,
    candidateName: expect.stringContaining('候補者名'),
    jobTitle: null,
    companyName: expect.stringContaining('企業名'),
  });
});

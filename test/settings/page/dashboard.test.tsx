/** @jest-environment jsdom */
import { describe, expect, test } from '@jest/globals';
import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { toNames } from '../../../src/settings/page/api/use-connection-names.ts';
import { DashboardView } from '../../../src/settings/page/dashboard/dashboard-page.tsx';
import { GroupTable } from '../../../src/settings/page/dashboard/group-table.tsx';
import { Needs } from '../../../src/settings/page/dashboard/needs.tsx';
import { type Dashboard, type Need, toDashboardSearch } from '../../../src/settings/page/dashboard/types.ts';
import { renderPart } from './support/render.tsx';

const need = (change: Partial<Need>): Need => ({
  kind: 'letters-held',
  count: 3,
  reason: null,
  connectionId: null,
  ...change,
});
const names = new Map([['c1', 'Sakura ATS']]);

describe('what needs a person', () => {
  test('says what, why, of which connection, and leads to where it is settled', async () => {
    const needs = [
      need({ kind: 'agency', count: 1, reason: 'licence-expired' }),
      need({ reason: 'no-address', connectionId: 'c1' }),
      need({ kind: 'deliveries-stuck', count: 2, connectionId: 'c1' }),
    ];

    await renderPart(<Needs slug="sakura-foods" needs={needs} names={names} />);

    const [agency, letters] = screen.getAllByRole('listitem');
    expect(agency?.textContent).toContain('原因: 紹介会社の許可の有効期限が切れています');
    expect(letters?.textContent).toContain('保留中の手紙が3通あります');
    expect(letters?.textContent).toContain('Sakura ATS');
    expect(screen.getAllByRole('link').map((link) => link.getAttribute('href'))).toEqual([
      '/c/sakura-foods/settings?tab=agency',
      '/c/sakura-foods/letters?show=waiting&reason=no-address&connection=c1',
      '/c/sakura-foods/activity?connection=c1',
    ]);
  });

  test('a cause that has no words of ours is told by its code', async () => {
    const needs = [need({ kind: 'slack-blocked', count: 1, reason: 'not_in_channel' })];

    await renderPart(<Needs slug="sakura-foods" needs={needs} names={names} />, { language: 'en' });

    expect(screen.getByRole('listitem').textContent).toContain('1 place in Slack gets no notices');
    expect(screen.getByRole('listitem').textContent).toContain('Cause: not_in_channel');
  });

  test('where nothing does, the page says so', async () => {
    await renderPart(<Needs slug="sakura-foods" needs={[]} names={names} />);

    expect(screen.getByRole('heading').textContent).toBe('いま対応が必要なことはありません');
  });
});

test('groups are told in ranges, and fewer than ten as fewer than ten', async () => {
  const groups = {
    cells: [{ name: null, rejections: { least: 15, most: 19 }, letters: { least: 10, most: 14 }, consents: null }],
    rest: { groups: 4, rejections: { least: 10, most: 14 }, letters: null, consents: null },
  };

  await renderPart(<GroupTable title="求人ごと" nameOf="求人" groups={groups} />);

  const rows = screen.getAllByRole('row').map((row) => row.textContent);
  expect(rows).toEqual([
    '求人不採用手紙同意',
    '（指定なし）15〜19件10〜14件10件未満',
    'その他（4項目の合計）10〜14件10件未満10件未満',
  ]);
});

const empty: Dashboard = {
  from: '2026-09-07',
  to: '2026-11-29',
  needs: [],
  weeks: [{ week: '2026-11-23', rejections: 0, letters: 0, consents: 0, referrals: 0 }],
  rate: { part: 0, whole: 0, share: null, low: null, high: null },
  reasons: { cells: [], rest: null },
  jobs: { cells: [], rest: null },
  balance: {
    referrals: { counted: 0, towardsNext: 4, perCredit: 10 },
    credits: { available: 0, reserved: 0, used: 0, expired: 0 },
  },
  projection: { referralsPerWeek: 2, weeks: 8, weeksToNextCredit: 2.1, isRough: false },
};

test('another span is asked of the server, and a company without a past is taught what comes', async () => {
  const chosen: string[] = [];
  const { asked } = await renderPart(
    <DashboardView slug="sakura-foods" weeks="12" onWeeks={(weeks) => chosen.push(weeks)} />,
    { answer: ({ pathname }) => (pathname.endsWith('/dashboard') ? { body: empty } : { body: { items: [] } }) },
  );

  await screen.findByText('この期間の記録はまだありません');
  await userEvent.click(screen.getByRole('radio', { name: '1年' }));

  expect(chosen).toEqual(['52']);
  expect(asked.map(({ url }) => url)).toContain('/api/v1/dashboard?company=sakura-foods&weeks=12');
  expect(screen.getByText('このペースなら、次のクレジットまで約3週間です。')).toBeTruthy();
});

test('when the server cannot tell, the page says who must act', async () => {
  await renderPart(<DashboardView slug="sakura-foods" weeks="12" onWeeks={() => undefined} />, {
    answer: () => ({ status: 503, body: '', type: 'text/html' }),
  });

  expect((await screen.findByRole('alert')).textContent).toContain('運用担当者');
});

test.each([
  [{ weeks: 26 }, { weeks: 26 }],
  [{ weeks: '52' }, { weeks: 52 }],
  [{ weeks: 12 }, {}],
  [{ weeks: 'x' }, {}],
  [{}, {}],
])('of the address %j stays %j', (search, left) => {
  expect(toDashboardSearch(search)).toEqual(left);
});

test('connections of one vendor are numbered, the oldest first', () => {
  const connections = [
    { id: '3', connector: 'b' },
    { id: '2', connector: 'a' },
    { id: '1', connector: 'a' },
  ];

  expect([...toNames(connections, [{ id: 'a', title: 'Ａ社' }])]).toEqual([
    ['1', 'Ａ社 (1)'],
    ['2', 'Ａ社 (2)'],
    ['3', 'b'],
  ]);
});

/** @jest-environment jsdom */
import { describe, expect, test } from '@jest/globals';
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { AuditLog } from '../../../src/settings/page/activity/audit-log.tsx';
import { BodyDialog } from '../../../src/settings/page/activity/body-dialog.tsx';
import { DeadWork } from '../../../src/settings/page/activity/dead-work.tsx';
import { Deliveries } from '../../../src/settings/page/activity/deliveries.tsx';
import { HealthView } from '../../../src/settings/page/activity/health-view.tsx';
import { ReplayAll } from '../../../src/settings/page/activity/replay-all.tsx';
import { type Delivery, type Health, toActivitySearch } from '../../../src/settings/page/activity/types.ts';
import { renderPart } from './support/render.tsx';

const at = '2026-11-24T01:00:00.000Z';
const nothing = () => undefined;
const delivery = (id: string, reason: string | null = 'not-json'): Delivery => ({
  id,
  connectionId: 'c1',
  deliveryRef: id,
  receivedAt: at,
  status: 'set-aside',
  reason,
  duplicates: 0,
  processedAt: at,
});

describe('what an ATS sent', () => {
  test('is not asked for before the reader knows that it holds personal data', async () => {
    const body = { id: 'd1', encoding: 'utf-8', isErased: false, body: '{"name":"髙﨑 花子"}' };
    const { asked } = await renderPart(<BodyDialog delivery={delivery('d1')} onClose={nothing} />, {
      answer: () => ({ body }),
    });
    const before = asked.length;
    const warning = screen.getByRole('alert').textContent;

    await userEvent.click(screen.getByRole('button', { name: '内容を表示する' }));

    expect(before).toBe(0);
    expect(warning).toContain('個人情報');
    expect((await screen.findByRole('region')).textContent).toBe('{\n  "name": "髙﨑 花子"\n}');
    expect(asked.map(({ url }) => url)).toEqual(['/api/v1/deliveries/d1/body']);
  });

  test('that was erased says so', async () => {
    await renderPart(<BodyDialog delivery={delivery('d1', 'erased')} onClose={nothing} />, {
      answer: () => ({ body: { id: 'd1', encoding: 'utf-8', isErased: true, body: '' } }),
    });

    await userEvent.click(screen.getByRole('button', { name: '内容を表示する' }));

    expect(await screen.findByText('応募者が削除されたため、内容は残っていません。')).toBeTruthy();
  });
});

test('all that stand so are worked on again, page by page, without those that were erased', async () => {
  const { asked } = await renderPart(<ReplayAll connection="c1" status="set-aside" />, {
    answer: ({ pathname, searchParams }, { body }) => {
      if (pathname.endsWith('/replay')) return { body: { queued: JSON.parse(String(body)).ids.length } };
      return searchParams.has('cursor')
        ? { body: { items: [delivery('d1')], nextCursor: null } }
        : { body: { items: [delivery('d3'), delivery('d2', 'erased')], nextCursor: 'd2' } };
    },
  });
  await userEvent.click(screen.getByRole('button', { name: 'まとめて処理する' }));
  const dialog = await screen.findByRole('dialog');
  const before = asked.length;

  await userEvent.click(within(dialog).getByRole('button', { name: 'まとめて処理する' }));

  expect(before).toBe(0);
  expect(await within(dialog).findByText(/^2件を処理に回しました/)).toBeTruthy();
  const sent = asked.flatMap(({ init }) => (init.method === 'POST' ? [JSON.parse(String(init.body))] : []));
  expect(sent).toEqual([
    { connection: 'c1', ids: ['d3'] },
    { connection: 'c1', ids: ['d1'] },
  ]);
});

test('without a connection the list teaches where deliveries come from', async () => {
  await renderPart(
    <Deliveries
      slug="sakura-foods"
      chosen={{ connection: undefined, status: undefined }}
      onChoose={nothing}
      mayReplay
      mayRead
    />,
    { answer: () => ({ body: { items: [], nextCursor: null } }) },
  );

  expect(await screen.findByText('接続がまだありません')).toBeTruthy();
});

describe('work that is stuck', () => {
  const items = [
    { queue: 'letter.send', code: 'mail_unavailable', count: 3, oldestAt: at, newestAt: at },
    { queue: 'letter.send', code: null, count: 1, oldestAt: at, newestAt: at },
  ];

  test('goes on by queue, only after a question', async () => {
    const { asked } = await renderPart(<DeadWork slug="sakura-foods" isAllowed />, {
      answer: (_url, { method }) => (method === 'POST' ? { body: { queued: 4 } } : { body: { items } }),
    });

    await userEvent.click(await screen.findByRole('button', { name: '再開する: 手紙の送信' }));
    const dialog = await screen.findByRole('dialog');
    const text = dialog.textContent;
    const before = asked.filter(({ init }) => init.method === 'POST').length;
    await userEvent.click(within(dialog).getByRole('button', { name: '再開する' }));

    await waitFor(() => expect(asked.some(({ init }) => init.method === 'POST')).toBe(true));
    expect(before).toBe(0);
    expect(text).toContain('止まった処理4件を、もう一度実行します');
    expect(screen.getByRole('list', { name: '止まった処理' }).textContent).toContain('mail_unavailable');
  });

  test('is not even asked for where the role may not see it', async () => {
    const { asked } = await renderPart(<DeadWork slug="sakura-foods" isAllowed={false} />);

    expect(screen.getByText('この内容はオーナーだけが見られます')).toBeTruthy();
    expect(asked).toEqual([]);
  });
});

test('the audit log is not asked for where the role may not see it', async () => {
  const { asked } = await renderPart(
    <AuditLog slug="sakura-foods" about={undefined} onAbout={nothing} isAllowed={false} />,
  );

  expect(screen.getByRole('heading').textContent).toContain('監査担当');
  expect(asked).toEqual([]);
});

const health: Health = {
  database: { answers: true, ms: 3 },
  jobs: { waiting: null, dead: 2 },
  connections: [
    {
      id: 'c1',
      connector: 'sakura-ats',
      state: 'live',
      failingSince: at,
      failingCode: 'vendor_unauthorized',
      lastDeliveryAt: at,
      lastPolledAt: null,
      lastImportAt: null,
      stuck: 0,
    },
  ],
  slack: { state: 'installed', reason: null, blockedPlaces: 1 },
  mail: { kind: 'smtp', failed: 0 },
  checkedAt: at,
};

test('health marks what a person should look at, in words', async () => {
  await renderPart(<HealthView slug="sakura-foods" />, {
    language: 'en',
    answer: ({ pathname }) => (pathname.endsWith('/health') ? { body: health } : { body: { items: [] } }),
  });

  const cards = (await screen.findAllByRole('heading', { level: 3 })).map(
    (title) => title.parentElement?.parentElement?.textContent,
  );
  expect(cards[0]).toContain('Good');
  expect(cards[1]).toContain('2 jobs are stuck');
  expect(cards[2]).toContain('It leaves by the mail server');
  expect(cards[3]).toContain('1 place gets no notices');
  expect(cards[4]).toContain('In trouble');
  expect(cards[4]).toContain('vendor_unauthorized');
});

test.each([
  [
    { tab: 'audit', about: 'letter' },
    { tab: 'audit', about: 'letter' },
  ],
  [
    { tab: 'deliveries', status: 'failed', connection: 'c1' },
    { status: 'failed', connection: 'c1' },
  ],
  [{ tab: 'nonsense', status: 1, connection: 2, about: '../x' }, {}],
])('of the address %j stays %j', (search, left) => {
  const all = { tab: undefined, connection: undefined, status: undefined, about: undefined };
  expect(toActivitySearch({ ...all, ...search })).toEqual(left);
});

/** @jest-environment jsdom */
import { expect, test } from '@jest/globals';
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { CancelReason, HoldReason, SkipReason } from '../../../src/letter/model.ts';
import { useList } from '../../../src/settings/page/api/use-list.ts';
import { LetterDrawer } from '../../../src/settings/page/letters/letter-drawer.tsx';
import { LetterTable } from '../../../src/settings/page/letters/letter-table.tsx';
import { toFilter, toLetterSearch } from '../../../src/settings/page/letters/search.ts';
import type { LetterDetails, ListedLetter } from '../../../src/settings/page/letters/types.ts';
import type { whys } from '../../../src/settings/page/letters/words.ts';
import { renderPart } from './support/render.tsx';

const toId = (index: number) => `0199f0c2-1111-7000-8000-${String(index).padStart(12, '0')}`;

function makeLetter(index: number, change: Partial<ListedLetter> = {}): ListedLetter {
  const at = '2026-11-24T01:00:00.000Z';
  return {
    ...{ id: toId(index), rejectionId: toId(index), connectionId: toId(0), connector: 'greenhouse' },
    ...{ status: 'planned', reason: null, locale: 'ja', dueAt: at, sentAt: null, createdAt: at, decidedAt: at },
    ...{ applicationRef: String(index), job: '営業, 東京', stage: null, rejectionReason: null, isReleased: false },
    ...{ isMasked: false, name: `髙﨑 ${index}`, email: `taro${index}@example.com` },
    ...change,
  };
}

const makeDetails = (change: Partial<LetterDetails>): LetterDetails => ({
  ...makeLetter(1, change),
  attempts: 1,
  template: null,
  templateVersion: '0123456789ab',
  history: [],
});

const preview = { kind: 'unsure', locale: 'ja', templateVersion: '0123456789ab', mail: null, lacks: [] };

function Table({ mayDecide }: { readonly mayDecide: boolean }) {
  const pages = useList<ListedLetter>('/letters', { company: 'sakura' });
  return (
    <LetterTable
      company="sakura"
      companyName="さくら食品"
      filter={{}}
      pages={pages}
      mayDecide={mayDecide}
      isNarrowed={false}
      onOpen={() => undefined}
      titleOf={() => 'Greenhouse'}
    />
  );
}

const listOf = (items: readonly ListedLetter[]) => () => ({ body: { items, nextCursor: null } });

test('an empty list teaches how letters come to be', async () => {
  await renderPart(<Table mayDecide />, { answer: listOf([]) });

  expect(await screen.findByText('手紙はまだありません')).toBeTruthy();
});

test.each([
  [
    { view: 'wording', show: 'unknown', q: 7100101 },
    { view: 'wording', show: 'unknown', q: '7100101' },
  ],
  [{ view: 'x', show: 'toString', q: ' ', from: '2026-13-01', letter: '../me', reason: "'" }, {}],
])('of the address %j only what is understood counts', (search, understood) => {
  expect(JSON.parse(JSON.stringify(toLetterSearch(search)))).toEqual(understood);
});

test('days are days in Japan, the last one included', () => {
  expect(toFilter({ from: '2026-11-24', to: '2026-11-24', show: 'waiting' })).toMatchObject({
    status: 'held,failed,unknown',
    from: '2026-11-23T15:00:00.000Z',
    to: '2026-11-24T15:00:00.000Z',
  });
});

test('of an unknown letter it is said what either choice means, and the wording that is gone is owned up to', async () => {
  const { asked } = await renderPart(
    <LetterDrawer
      company="sakura"
      letterId={toId(1)}
      mayDecide
      onClose={() => undefined}
      titleOf={() => 'Greenhouse'}
    />,
    {
      answer: ({ pathname }, { method }) => {
        if (method === 'POST') return { body: { changed: [toId(1)], past: [] } };
        return {
          body: pathname.endsWith('/preview') ? preview : makeDetails({ status: 'unknown', reason: 'sender-died' }),
        };
      },
    },
  );

  await screen.findByText(/もう一度送ると2通届くことがあります。このままにすると/);
  await screen.findByText(/送った当時の文面の版は、このサーバーに残っていません/);
  await userEvent.click(screen.getByRole('button', { name: 'もう一度送る（2通届くことがあります）' }));
  await screen.findByText('すでに届いている場合、応募者には2通目が届きます。');
  await userEvent.click(screen.getByRole('button', { name: '今すぐ送る' }));

  await waitFor(() => expect(asked.some(({ init }) => init.method === 'POST')).toBe(true));
  const [sent] = asked.filter(({ init }) => init.method === 'POST');
  expect(JSON.parse(String(sent?.init.body))).toEqual({ company: 'sakura', act: 'send', letterIds: [toId(1)] });
});

test('who may not decide sees neither names nor buttons', async () => {
  await renderPart(
    <LetterDrawer
      company="sakura"
      letterId={toId(1)}
      mayDecide={false}
      onClose={() => undefined}
      titleOf={() => 'Greenhouse'}
    />,
    {
      answer: ({ pathname }) => ({
        body: pathname.endsWith('/preview') ? preview : makeDetails({ isMasked: true, name: null, email: null }),
      }),
    },
  );

  const dialog = await screen.findByRole('dialog');
  await within(dialog).findByText('氏名は非表示');
  expect(within(dialog).getByText('非表示（オーナーと採用担当だけが見られます）')).toBeTruthy();
  expect(within(dialog).queryByRole('button', { name: /送る|送信|保留|送らない/ })).toBeNull();
});

test('the page has a word for every reason of the server', () => {
  type Known = (typeof whys)[number];
  type Missing = Exclude<HoldReason | SkipReason | CancelReason, Known>;
  const missing: [Missing] extends [never] ? 'none' : Missing = 'none';

  expect(missing).toBe('none');
});

/** @jest-environment jsdom */
import { describe, expect, test } from '@jest/globals';
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useList } from '../../../src/settings/page/api/use-list.ts';
import { BatchProgress } from '../../../src/settings/page/letters/batch-progress.tsx';
import { LetterTable } from '../../../src/settings/page/letters/letter-table.tsx';
import type { LetterBatch, LetterForecast, ListedLetter } from '../../../src/settings/page/letters/types.ts';
import type { answerWith } from './support/answers.ts';
import { renderPart } from './support/render.tsx';

/** One decision about all letters that a filter finds: the bar, the dialog before it, the progress after it. */

const at = '2026-11-24T01:00:00.000Z';
const filter = { status: 'planned,held', job: '営業' };

const letter: ListedLetter = {
  ...{ id: 'l1', rejectionId: 'r1', connectionId: 'c1', connector: 'greenhouse', status: 'planned', reason: null },
  ...{ locale: 'ja', dueAt: at, sentAt: null, createdAt: at, decidedAt: at, applicationRef: '1', job: '営業' },
  ...{ stage: null, rejectionReason: null, isReleased: false, isMasked: false, name: '髙﨑 一郎', email: null },
};

const state = (change: Partial<LetterForecast['states'][number]>): LetterForecast['states'][number] => ({
  ...{ status: 'planned', letters: 1_000, acts: ['send', 'hold', 'cancel'], notLive: 0 },
  ...{ olderThan7Days: 300, olderThan30Days: 100, oldestAt: '2026-08-01T01:00:00.000Z' },
  ...change,
});

const all: LetterForecast = {
  states: [
    state({}),
    state({ status: 'held', letters: 200, acts: ['send', 'cancel'], notLive: 5, oldestAt: '2026-07-02T01:00:00.000Z' }),
    state({ status: 'sent', letters: 40, acts: [] }),
  ],
};

const batch = (change: Partial<LetterBatch> = {}): LetterBatch => ({
  ...{ id: 'b1', act: 'cancel', askedBy: 'user:u1', askedByName: "O'Brien さくら", askedAt: at, status: 'working' },
  ...{ found: 1_200, done: 400, gone: 3, changed: 2, endedBy: null, endedByName: null, endedAt: null, isRecent: true },
  ...change,
});

function Table() {
  const pages = useList<ListedLetter>('/letters', { company: 'sakura' });
  return (
    <LetterTable
      {...{ company: 'sakura', companyName: 'さくら食品', filter, pages, mayDecide: true, isNarrowed: true }}
      onOpen={() => undefined}
      titleOf={() => 'Greenhouse'}
    />
  );
}

/** Draws the list, ticks its row and chooses all that fit. */
async function chooseAll(forecast = all, answer?: Parameters<typeof answerWith>[0], items = [letter]) {
  const rendered = await renderPart(<Table />, {
    answer: (url, init) => {
      if (url.pathname.endsWith('/forecast')) return { body: forecast };
      if (init.method === 'POST') return answer?.(url, init) ?? { status: 202, body: batch() };
      return { body: { items, nextCursor: null } };
    },
  });
  await userEvent.click(await screen.findByRole('checkbox', { name: '髙﨑 一郎 の手紙を選ぶ' }));
  return rendered;
}

const open = async (act: string) => {
  await userEvent.click(await screen.findByRole('button', { name: '条件に合う1200通すべて' }));
  await userEvent.click(screen.getByRole('button', { name: act }));
  const dialog = await screen.findByRole('dialog');
  await waitFor(() => expect(within(dialog).getByRole('button', { name: act }).dataset.loading).toBeUndefined());
  return dialog;
};

describe('the dialog', () => {
  test('says before anything is done what changes by state and age, what stays and why, and what can be undone', async () => {
    const { asked } = await chooseAll();

    const dialog = await open('保留する');

    const text = dialog.textContent ?? '';
    expect(text).toContain('1000通を保留します');
    expect(text).toContain('7日以内700');
    expect(text).toContain('8〜30日200');
    expect(text).toContain('30日を過ぎたもの100');
    expect(text).toContain('最も古い決定: 2026/08/01');
    expect(text).toContain('すでに保留中200');
    expect(text).toContain('送信済み40');
    expect(text).toContain('元の送信予定の時刻には戻りません');
    expect(text).toContain('実行した時点で条件に合う手紙だけです');
    expect(asked.filter(({ init }) => init.method === 'POST')).toEqual([]);
    expect(asked.some(({ url }) => url.includes('forecast?') && url.includes(encodeURIComponent('営業')))).toBe(true);
  });

  test('wants the company’s name before many leave, and sends the filter with the number that was seen', async () => {
    const { asked } = await chooseAll();
    const dialog = await open('今すぐ送る');
    const go = within(dialog).getByRole('button', { name: '今すぐ送る' }) as HTMLButtonElement;
    const closed = go.disabled;

    await userEvent.type(within(dialog).getByRole('textbox'), 'さくら食品');
    await userEvent.click(go);

    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    const [sent] = asked.filter(({ init }) => init.method === 'POST');
    expect(closed).toBe(true);
    expect(dialog.textContent).toContain('うち5通は、接続が試験運転中か一時停止中です');
    expect(sent?.url).toBe('/api/v1/letters/batches');
    expect(JSON.parse(String(sent?.init.body))).toEqual({
      company: 'sakura',
      act: 'send',
      filter,
      confirmedCount: 1_200,
    });
  });

  test('for what cannot be undone wants the number, and shows why it was refused', async () => {
    const title = 'この会社では、別の一括操作を実行中です。';
    await chooseAll(all, () => ({
      status: 409,
      type: 'application/problem+json',
      body: { code: 'request_conflict', title, status: 409 },
    }));
    const dialog = await open('送らない');

    await userEvent.type(within(dialog).getByRole('textbox', { name: /「1200」/ }), '１２００');
    await userEvent.click(within(dialog).getByRole('button', { name: '送らない' }));

    expect(await within(dialog).findByText(title)).toBeTruthy();
    expect(dialog.textContent).toContain('取り消した手紙は、元に戻せません');
  });

  test('warns of second copies only where there is something to warn of', async () => {
    await chooseAll({ states: [state({ status: 'unknown', letters: 1_200, acts: ['send', 'cancel'] })] });

    const dialog = await open('今すぐ送る');

    expect(dialog.textContent).toContain('すでに届いている場合、応募者には2通目が届きます。');
    expect((screen.getByRole('button', { name: '保留する', hidden: true }) as HTMLButtonElement).disabled).toBe(true);
  });
});

test('with all chosen every row is ticked, and taking one away leaves those that were ticked by hand', async () => {
  const second = { ...letter, id: 'l2', name: '𠮷野 さくら' };
  await chooseAll(all, undefined, [letter, second]);
  const others = screen.getByRole('checkbox', { name: '𠮷野 さくら の手紙を選ぶ' }) as HTMLInputElement;
  const before = others.checked;
  await userEvent.click(await screen.findByRole('button', { name: '条件に合う1200通すべて' }));
  const after = others.checked;
  const said = screen.getByText('条件に合う1200通すべてを選択中');

  await userEvent.click(others);

  expect([before, after, others.checked]).toEqual([false, true, false]);
  expect(said.textContent).toBe('1通を選択中');
});

test('where no more fit than are ticked, all is not offered', async () => {
  await chooseAll({ states: [state({ letters: 1 })] });

  await screen.findByText('1通を選択中');
  expect(screen.queryByRole('button', { name: /条件に合う/ })).toBeNull();
});

describe('the progress', () => {
  const draw = (one: LetterBatch, mayDecide = true) =>
    renderPart(<BatchProgress company="sakura" mayDecide={mayDecide} />, {
      answer: (_url, { method }) => ({ body: method === 'POST' ? one : { items: [one], nextCursor: null } }),
    });

  test('is there for whoever opens the page: how far, by whom, what was passed over, what is to come', async () => {
    await draw(batch(), false);

    const section = await screen.findByRole('region', { name: '一括操作の状況' });
    expect(within(section).getByRole('progressbar').getAttribute('aria-valuetext')).toContain('405');
    expect(section.textContent).toContain('取り消した手紙: 400通');
    expect(section.textContent).toContain('すでに送られたため変更しなかった手紙: 3通');
    expect(section.textContent).toContain('ほかの操作で状態が変わっていたため変更しなかった手紙: 2通');
    expect(section.textContent).toContain('残り: 795通');
    expect(section.textContent).toContain("O'Brien さくら");
    expect(within(section).queryByRole('button')).toBeNull();
  });

  test('can be stopped by who may decide, after a question', async () => {
    const { asked } = await draw(batch());
    await userEvent.click(await screen.findByRole('button', { name: '中止する' }));
    const dialog = await screen.findByRole('dialog');
    const before = asked.filter(({ init }) => init.method === 'POST').length;

    await userEvent.click(within(dialog).getByRole('button', { name: '中止する' }));

    await waitFor(() => expect(asked.some(({ init }) => init.method === 'POST')).toBe(true));
    expect(before).toBe(0);
    expect(asked.find(({ init }) => init.method === 'POST')?.url).toBe('/api/v1/letters/batches/b1/stop');
  });

  test('that was stopped says what was left, and can be put away', async () => {
    await draw(batch({ status: 'stopped', endedAt: at }));

    const section = await screen.findByRole('region');
    const text = section.textContent;
    await userEvent.click(within(section).getByRole('button', { name: '閉じる' }));

    expect(text).toContain('一括での取り消しを中止しました');
    expect(text).toContain('中止したため変更していない手紙: 795通');
    expect(screen.queryByRole('region')).toBeNull();
  });

  test('of long ago is not shown', async () => {
    const { asked } = await draw(batch({ status: 'done', endedAt: at, isRecent: false }));

    await waitFor(() => expect(asked.length).toBe(1));
    expect(screen.queryByRole('region')).toBeNull();
  });
});

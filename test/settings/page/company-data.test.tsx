/** @jest-environment jsdom */
import { describe, expect, test } from '@jest/globals';
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { DataPanel } from '../../../src/settings/page/company/data-panel.tsx';
import { DeletionBanner } from '../../../src/settings/page/company/deletion-banner.tsx';
import { toSettingsSearch } from '../../../src/settings/page/company/tabs.ts';
import { renderPart } from './support/render.tsx';

const name = '髙﨑・𠮷野食品';
const archive = {
  id: '0199a0c0-0000-7000-8000-000000000001',
  status: 'ready',
  reason: null,
  askedBy: 'user:1',
  askedAt: '2026-11-24T01:00:00.000Z',
  rowsTotal: 1_200,
  rowsDone: 1_200,
  byteCount: 3_400_000,
  readyAt: '2026-11-24T01:01:00.000Z',
  expiresAt: '2026-12-01T01:01:00.000Z',
};
const none = { state: 'none', askedBy: null, askedAt: null, endsAt: null, waitDays: 30, keptYears: 3 };
const waiting = { ...none, state: 'waiting', askedAt: archive.askedAt, endsAt: '2026-12-24T01:00:00.000Z' };

function answer({ exports = [], deletion = none }: { exports?: readonly unknown[]; deletion?: unknown } = {}) {
  return ({ pathname }: URL, { method = 'GET' }: RequestInit) => {
    if (method === 'DELETE') return { status: 204 };
    if (pathname.endsWith('/exports')) return { body: { items: exports, nextCursor: null } };
    return { body: deletion };
  };
}

const panel = (mayManage = true) => <DataPanel slug="sakura-foods" name={name} mayManage={mayManage} />;

test('the tab is found by its address', () => {
  expect(toSettingsSearch({ tab: 'data' })).toEqual({ tab: 'data' });
});

describe('an archive', () => {
  test('that is ready is downloaded from the server itself, and says until when', async () => {
    await renderPart(panel(), { answer: answer({ exports: [archive] }) });

    const link = await screen.findByRole<HTMLAnchorElement>('link', { name: 'ダウンロード' });

    expect(link.getAttribute('href')).toBe(`/api/v1/companies/sakura-foods/exports/${archive.id}/archive`);
    expect(screen.getByText(/3\.4 MB/).textContent).toContain('2026/12/01');
  });

  test('that is being made shows how far it is, and no second one is asked for', async () => {
    const making = { ...archive, status: 'making', rowsDone: 300, byteCount: null, readyAt: null, expiresAt: null };
    await renderPart(panel(), { answer: answer({ exports: [making] }) });

    const bar = await screen.findByRole('progressbar', { name: '作成中' });

    expect(bar.getAttribute('aria-valuenow')).toBe('25');
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'ファイルを作成する' }).disabled).toBe(true);
    expect(screen.queryByRole('link', { name: 'ダウンロード' })).toBeNull();
  });

  test('that is gone says why, and what to do', async () => {
    await renderPart(panel(), {
      answer: answer({ exports: [{ ...archive, status: 'gone', reason: 'person-erased' }] }),
    });

    expect(await screen.findByText(/応募者が消去されたため/)).not.toBeNull();
    expect(screen.queryByRole('link', { name: 'ダウンロード' })).toBeNull();
  });

  test('is asked for with one button', async () => {
    const { asked } = await renderPart(panel(), { answer: answer() });

    await userEvent.click(await screen.findByRole('button', { name: 'ファイルを作成する' }));

    await waitFor(() => expect(asked.some(({ init }) => init.method === 'POST')).toBe(true));
    expect(asked.find(({ init }) => init.method === 'POST')?.url).toBe('/api/v1/companies/sakura-foods/exports');
  });
});

describe('deleting the company', () => {
  test('says what it does, and begins only when the name was typed', async () => {
    const { asked } = await renderPart(panel(), { answer: answer() });
    await userEvent.click(await screen.findByRole('button', { name: '会社を削除する' }));
    const dialog = within(await screen.findByRole('dialog'));
    const go = dialog.getByRole<HTMLButtonElement>('button', { name: '30日後に削除する' });
    const wasDisabled = go.disabled;

    await userEvent.type(dialog.getByRole('textbox'), name);
    await userEvent.click(go);

    expect(wasDisabled).toBe(true);
    expect(dialog.getByText(/最後の回答から3年間/)).not.toBeNull();
    await waitFor(() => expect(asked.some(({ init }) => init.method === 'POST')).toBe(true));
    const sent = asked.find(({ init }) => init.method === 'POST');
    expect([sent?.url, JSON.parse(String(sent?.init.body))]).toEqual([
      '/api/v1/companies/sakura-foods/deletion',
      { name },
    ]);
  });

  test('that has begun says the day, and is stopped with one button', async () => {
    const { asked } = await renderPart(panel(), { answer: answer({ deletion: waiting }) });

    await userEvent.click(await screen.findByRole('button', { name: '削除を取り消す' }));

    expect(screen.getByText('2026/12/24 10:00')).not.toBeNull();
    await waitFor(() => expect(asked.some(({ init }) => init.method === 'DELETE')).toBe(true));
  });
});

test('who is no owner sees what is held, and no button', async () => {
  const { asked } = await renderPart(panel(false), { answer: answer() });

  expect(screen.getByText('ATSから届いた内容（原文）')).not.toBeNull();
  expect(screen.getByText('書き出しと削除は、オーナーが行えます')).not.toBeNull();
  expect(screen.queryAllByRole('button')).toEqual([]);
  expect(asked).toEqual([]);
});

describe('the banner on every page', () => {
  test('is not there while the company stays', async () => {
    await renderPart(<DeletionBanner slug="sakura-foods" endsAt={null} mayStop />);

    expect(screen.queryByRole('status')).toBeNull();
  });

  test('tells everybody the day, and owners how to stop it', async () => {
    const { asked } = await renderPart(<DeletionBanner slug="sakura-foods" endsAt={waiting.endsAt} mayStop />, {
      answer: answer(),
    });

    await userEvent.click(screen.getByRole('button', { name: '削除を取り消す' }));

    expect(screen.getByRole('status').textContent).toContain('この会社は 2026/12/24 に削除されます');
    await waitFor(() => expect(asked.some(({ init }) => init.method === 'DELETE')).toBe(true));
  });

  test('shows others no button', async () => {
    await renderPart(<DeletionBanner slug="sakura-foods" endsAt={waiting.endsAt} mayStop={false} />);

    expect(screen.queryAllByRole('button')).toEqual([]);
    expect(screen.getByText(/オーナーに取り消しを依頼/)).not.toBeNull();
  });
});

/** @jest-environment jsdom */
import { expect, test } from '@jest/globals';
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { toApplicantsSearch } from '../../../src/settings/page/applicants/search.ts';
import { isSame, noWords, type PageWords } from '../../../src/settings/page/applicants/types.ts';
import { VersionList } from '../../../src/settings/page/applicants/version-list.tsx';
import { WordsDesk } from '../../../src/settings/page/applicants/words-desk.tsx';
import { renderPart } from './support/render.tsx';

const words: PageWords = {
  heading: 'ご応募いただいたみなさまへ',
  introduction: '𠮷野と申します。',
  questions: [{ question: '登録しないとどうなりますか', answer: '何も変わりません。' }],
  closing: '',
  thanksGranted: '',
  thanksDeclined: '',
};
const at = '2026-11-24T01:00:00.000Z';
const version = (number: number, said: PageWords | null) => ({
  version: number,
  words: said,
  createdAt: at,
  createdByName: "O'Brien",
  publishedAt: at,
  publishedByName: '髙﨑 花子',
});
const emptyDesk = {
  locale: 'ja' as const,
  published: null,
  draft: null,
  problems: [],
  lack: null,
  fixed: ['question', 'free', 'agency', 'box', 'buttons'] as const,
  longest: {
    heading: 60,
    introduction: 600,
    question: 100,
    answer: 400,
    closing: 200,
    thanksGranted: 300,
    thanksDeclined: 300,
    questions: 2,
  },
};
const drafted = { words, updatedAt: at, updatedByName: null };
const preview = { html: '<!doctype html><html lang="ja"></html>', problems: [] as object[], lack: null };
const path = '/companies/sakura/applicants-page/ja';

interface Change {
  readonly desk?: object;
  readonly preview?: object;
  readonly versions?: readonly object[];
  readonly maySet?: boolean;
  readonly refuses?: number;
}

function renderDesk(change: Change = {}) {
  const desk = { ...emptyDesk, fixed: [...emptyDesk.fixed], ...change.desk };
  return renderPart(
    <WordsDesk
      slug="sakura"
      path={path}
      desk={{ value: desk, etag: '"version-1"' }}
      maySet={change.maySet ?? true}
      shown={{ page: 'ask', width: 'phone' }}
      onChoose={() => undefined}
    />,
    {
      answer: ({ pathname }, { method = 'GET' }) => {
        if (pathname.endsWith('/preview')) return { body: { ...preview, ...change.preview } };
        if (pathname.endsWith('/versions')) return { body: { items: change.versions ?? [], nextCursor: null } };
        if (method !== 'GET' && change.refuses)
          return { status: change.refuses, body: {}, type: 'application/problem+json' };
        return { body: desk };
      },
    },
  );
}

const sentTo = (asked: Awaited<ReturnType<typeof renderPart>>['asked'], method: string, end: string) =>
  asked.find(({ url, init }) => init.method === method && url.endsWith(end));

test('an address that makes no sense leads to the page as it begins', () => {
  expect(toApplicantsSearch({ locale: 'fr', page: 'toString', width: 1 })).toEqual({});
  expect(toApplicantsSearch({ locale: 'en', page: 'expired', width: 'phone' })).toEqual({
    locale: 'en',
    page: 'expired',
    width: 'phone',
  });
});

test('words are the same whatever the order in which they were put together', () => {
  const { heading, ...rest } = words;

  expect(isSame({ ...rest, heading }, words)).toBe(true);
  expect(isSame({ ...words, questions: [] }, words)).toBe(false);
});

test('whoever never published is told that our words are enough, what stays fixed and why, and what may not be said', async () => {
  await renderDesk();

  await screen.findByText(/標準の文面だけでも、応募者への案内には足りています/);
  await screen.findByText('公開した版はまだありません');
  expect(screen.getByText('紹介会社の名称、所在地、代表者、許可番号')).toBeTruthy();
  expect(screen.getByText(/職業安定法と個人情報保護法が求める説明/)).toBeTruthy();
  expect(screen.getByText(/同意を迫る言葉や、選考に関わると思わせる言葉/)).toBeTruthy();
  expect(screen.queryByRole('button', { name: '公開する' })).toBeNull();
});

test('what is typed is shown as applicants would see it, its faults beside the field, and kept as a draft of what was read', async () => {
  const fault = { part: 'introduction', fault: 'gift-word', found: 'ギフト' };
  const { asked } = await renderDesk({ preview: { problems: [fault] } });

  await userEvent.type(await screen.findByLabelText('はじめの言葉'), 'ギフト');
  await userEvent.click(screen.getByRole('button', { name: '質問を加える' }));
  await userEvent.type(within(screen.getByRole('group', { name: '質問1' })).getByLabelText('質問'), '費用は？');
  await screen.findByText('「ギフト」は使えません。同意と引き換えの利益と受け取られます。');
  await waitFor(() =>
    expect(asked.filter(({ url }) => url.endsWith('/preview')).map(({ init }) => String(init.body))).toContainEqual(
      JSON.stringify({
        page: 'ask',
        words: { ...noWords, introduction: 'ギフト', questions: [{ question: '費用は？', answer: '' }] },
      }),
    ),
  );
  await userEvent.click(screen.getByRole('button', { name: '保存する' }));

  await waitFor(() => expect(sentTo(asked, 'PUT', '/draft')).toBeTruthy());
  const saved = sentTo(asked, 'PUT', '/draft');
  expect(saved?.init.headers).toMatchObject({ 'if-match': '"version-1"' });
  expect(JSON.parse(String(saved?.init.body)).introduction).toBe('ギフト');
});

test('a draft in order is published after it is said from when, and what becomes of earlier answers', async () => {
  const { asked } = await renderDesk({ desk: { draft: drafted, published: version(2, words) } });

  await userEvent.click(await screen.findByRole('button', { name: '公開する' }));
  const dialog = within(await screen.findByRole('dialog', { name: '第3版として公開しますか？' }));
  expect(dialog.getByText(/公開するとすぐに/)).toBeTruthy();
  expect(dialog.getByText(/そのときに表示していた文面のまま残ります/)).toBeTruthy();
  await userEvent.click(dialog.getByRole('button', { name: '公開する' }));

  await waitFor(() => expect(sentTo(asked, 'POST', '/publish')).toBeTruthy());
  expect(sentTo(asked, 'POST', '/publish')?.init.headers).toMatchObject({ 'if-match': '"version-1"' });
});

test.each([
  [{ lack: 'licence-expired' }, '紹介会社の情報がそろい、許可が有効になると、公開できます。'],
  [
    { problems: [{ part: 'closing', fault: 'link', found: 'example.com' }] },
    '下に示した箇所を直して保存すると、公開できます。',
  ],
])('a draft that cannot be published says why: %j', async (change, why) => {
  await renderDesk({ desk: { draft: drafted, ...change } });

  expect(await screen.findByText(why)).toBeTruthy();
  expect(screen.getByRole<HTMLButtonElement>('button', { name: '公開する' }).disabled).toBe(true);
});

test('while the agency is not in order one is led to its details', async () => {
  await renderDesk({ desk: { lack: 'agency-missing' } });

  expect(await screen.findByText('紹介会社がまだ登録されていません')).toBeTruthy();
  expect(screen.getByRole('link', { name: '紹介会社の情報を開く' })).toBeTruthy();
});

test('what somebody else published in between is told, and nothing is published over it', async () => {
  await renderDesk({ desk: { draft: drafted }, refuses: 412 });

  await userEvent.click(await screen.findByRole('button', { name: '公開する' }));
  await userEvent.click(within(await screen.findByRole('dialog')).getByRole('button', { name: '公開する' }));

  expect(await screen.findByText(/ほかの人がこの内容を保存しました/)).toBeTruthy();
});

test('leaving our words or throwing a draft away is asked about first', async () => {
  const { asked } = await renderDesk({ desk: { draft: drafted, published: version(1, words) } });

  await userEvent.click(await screen.findByRole('button', { name: '標準の文面に戻す' }));
  await screen.findByText(/いつでも下書きに戻せます/);
  expect(asked.filter(({ init }) => init.method === 'DELETE')).toEqual([]);
  await userEvent.click(within(await screen.findByRole('dialog')).getByRole('button', { name: '標準の文面に戻す' }));

  await waitFor(() => expect(sentTo(asked, 'DELETE', path)).toBeTruthy());
});

test('the history tells who and when, what a version changed, and takes one up again', async () => {
  const before = { ...words, introduction: '以前の言葉です。', questions: [] };
  const { asked } = await renderPart(
    <VersionList path={path} etag={'"version-1"'} maySet onRestored={() => undefined} />,
    {
      answer: () => ({ body: { items: [version(3, null), version(2, words), version(1, before)], nextCursor: null } }),
    },
  );

  await screen.findByText('第3版（標準の文面のみ）');
  expect(screen.getAllByText(/髙﨑 花子さん/)).toHaveLength(3);
  expect(screen.queryByRole('button', { name: '下書きに戻す 第3版' })).toBeNull();
  await userEvent.click(screen.getByRole('button', { name: '変更点を見る 第2版' }));
  const dialog = within(await screen.findByRole('dialog', { name: '第2版の変更点' }));
  expect(dialog.getByText('以前の言葉です。')).toBeTruthy();
  expect(dialog.getByText(/登録しないとどうなりますか/)).toBeTruthy();
  expect(dialog.queryByText('見出し')).toBeNull();
  await userEvent.click(dialog.getByRole('button', { name: '閉じる' }));
  await userEvent.click(screen.getByRole('button', { name: '下書きに戻す 第1版' }));

  await waitFor(() => expect(sentTo(asked, 'POST', '/versions/1/restore')).toBeTruthy());
});

test('who may only look sees the words and can change none', async () => {
  await renderDesk({
    desk: { draft: drafted, published: version(1, words) },
    versions: [version(1, words)],
    maySet: false,
  });

  await screen.findByText(/第1版を公開中/);
  await screen.findByRole('button', { name: '変更点を見る 第1版' });
  const fields = screen.getAllByRole<HTMLInputElement>('textbox').filter(({ readOnly }) => !readOnly);
  expect(fields.length).toBeGreaterThan(4);
  expect(fields.every(({ disabled }) => disabled)).toBe(true);
  for (const name of ['公開する', '下書きを破棄する', '標準の文面に戻す', '質問を加える', '下書きに戻す 第1版'])
    expect(screen.queryByRole('button', { name })).toBeNull();
});

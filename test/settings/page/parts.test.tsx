/** @jest-environment jsdom */
import { describe, expect, jest, test } from '@jest/globals';
import { notifications } from '@mantine/notifications';
import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { ApiProblem } from '../../../src/settings/page/api/problem.ts';
import type { Listed } from '../../../src/settings/page/api/types.ts';
import { useList } from '../../../src/settings/page/api/use-list.ts';
import { CardList } from '../../../src/settings/page/parts/card-list.tsx';
import { ConfirmDanger } from '../../../src/settings/page/parts/confirm-danger.tsx';
import { CopyButton } from '../../../src/settings/page/parts/copy-button.tsx';
import { Rate } from '../../../src/settings/page/parts/count.tsx';
import { DataTable } from '../../../src/settings/page/parts/data-table.tsx';
import { EmptyState } from '../../../src/settings/page/parts/empty-state.tsx';
import { Outlook } from '../../../src/settings/page/parts/outlook.tsx';
import { PageTitle } from '../../../src/settings/page/parts/page-title.tsx';
import { ProblemNote } from '../../../src/settings/page/parts/problem-note.tsx';
import { ProgressOf } from '../../../src/settings/page/parts/progress-of.tsx';
import { SaveBar } from '../../../src/settings/page/parts/save-bar.tsx';
import { SecretInput } from '../../../src/settings/page/parts/secret-input.tsx';
import { StatusBadge } from '../../../src/settings/page/parts/status-badge.tsx';
import { Time } from '../../../src/settings/page/parts/time.tsx';
import { Toasts } from '../../../src/settings/page/parts/toasts.tsx';
import { renderPart } from './support/render.tsx';

const nothing = () => undefined;
const problem = (change: Partial<ConstructorParameters<typeof ApiProblem>[0]>) =>
  new ApiProblem({ status: 409, code: 'request_conflict', title: 'いまはできません。', fields: undefined, ...change });

describe('what went wrong', () => {
  test('is told in the words of the server, with who must act and its code', async () => {
    await renderPart(<ProblemNote thrown={problem({ status: 422, code: 'vendor_unauthorized' })} />);

    const note = screen.getByRole('alert');
    expect(note.textContent).toContain('いまはできません。');
    expect(note.textContent).toContain('オーナー');
    expect(note.textContent).toContain('vendor_unauthorized');
  });

  test('names the fields that are wrong', async () => {
    const fields = [{ path: 'contactEmail', message: 'must be a mail address' }];

    await renderPart(<ProblemNote thrown={problem({ status: 400, fields })} />);

    expect(screen.getByRole('listitem').textContent).toBe('contactEmail must be a mail address');
  });

  test('says that another admin was quicker', async () => {
    await renderPart(<ProblemNote thrown={problem({ status: 412 })} />, { language: 'en' });

    expect(screen.getByRole('alert').textContent).toContain('Somebody else saved this');
  });

  test('never shows the words of an error of ours', async () => {
    await renderPart(<ProblemNote thrown={new TypeError('x is not a function')} />);

    expect(screen.getByRole('alert').textContent).not.toContain('not a function');
  });
});

describe('before what cannot be undone', () => {
  test('the name must be typed first, in whatever width', async () => {
    const onConfirm = jest.fn();
    await renderPart(
      <ConfirmDanger isOpen onClose={nothing} onConfirm={onConfirm} title="開始" verb="送信する" typed="Ｏ’Brien 食品">
        36通の手紙が送信されます。
      </ConfirmDanger>,
    );
    const button = screen.getByRole<HTMLButtonElement>('button', { name: '送信する' });
    const wasDisabled = button.disabled;

    await userEvent.type(screen.getByRole('textbox'), 'O’Brien 食品{Enter}');

    expect(wasDisabled).toBe(true);
    expect(onConfirm).toHaveBeenCalledTimes(1);
  });

  test('Enter alone confirms nothing', async () => {
    const onConfirm = jest.fn();
    await renderPart(
      <ConfirmDanger isOpen onClose={nothing} onConfirm={onConfirm} title="削除" verb="削除する" typed="髙﨑食品">
        すべて削除されます。
      </ConfirmDanger>,
    );

    await userEvent.type(screen.getByRole('textbox'), '高崎食品{Enter}');

    expect(onConfirm).not.toHaveBeenCalled();
  });
});

function Form({ thrown, onReload = nothing }: { readonly thrown?: unknown; readonly onReload?: () => void }) {
  const [text, setText] = useState('');
  return (
    <>
      <input aria-label="名前" value={text} onChange={(event) => setText(event.currentTarget.value)} />
      <SaveBar
        isDirty={text !== ''}
        isSaving={false}
        onSave={nothing}
        onReset={() => setText('')}
        thrown={thrown}
        onReload={onReload}
      />
    </>
  );
}

describe('unsaved changes', () => {
  test('are not left without being asked, and stay when one stays', async () => {
    const { leave } = await renderPart(<Form />);
    await userEvent.type(screen.getByLabelText('名前'), '髙﨑');

    await leave();
    await userEvent.click(await screen.findByRole('button', { name: 'このページにとどまる' }));

    expect(screen.getByLabelText<HTMLInputElement>('名前').value).toBe('髙﨑');
    expect(screen.queryByText('another page')).toBeNull();
  });

  test('are left when one says so', async () => {
    const { leave } = await renderPart(<Form />);
    await userEvent.type(screen.getByLabelText('名前'), '髙﨑');

    await leave();
    await userEvent.click(await screen.findByRole('button', { name: '保存せずに移動' }));

    expect(await screen.findByText('another page')).not.toBeNull();
  });

  test('are not asked about where there are none', async () => {
    const { leave } = await renderPart(<Form />);

    await leave();

    expect(await screen.findByText('another page')).not.toBeNull();
  });

  test('that were overtaken offer to look at the newest version', async () => {
    const onReload = jest.fn();
    await renderPart(<Form thrown={problem({ status: 412 })} onReload={onReload} />);
    await userEvent.type(screen.getByLabelText('名前'), '髙﨑');

    await userEvent.click(screen.getByRole('button', { name: '最新の内容を読み込む' }));

    expect(onReload).toHaveBeenCalledTimes(1);
  });
});

function Secret({ isSet, onValue }: { readonly isSet: boolean; readonly onValue: (value: string) => void }) {
  const [value, setValue] = useState('');
  return (
    <SecretInput
      label="クライアントシークレット"
      isSet={isSet}
      value={value}
      onChange={(next) => {
        setValue(next);
        onValue(next);
      }}
    />
  );
}

describe('a secret', () => {
  test('that is set is replaced by a step of its own, and kept when one thinks better of it', async () => {
    const values: string[] = [];
    await renderPart(<Secret isSet onValue={(value) => values.push(value)} />);
    const before = document.querySelectorAll('input').length;

    await userEvent.click(screen.getByRole('button', { name: '新しい値に変更する' }));
    await userEvent.type(screen.getByLabelText('クライアントシークレット'), 'ab');
    await userEvent.click(screen.getByRole('button', { name: '変更しない' }));

    expect(before).toBe(0);
    expect(values).toEqual(['a', 'ab', '']);
    expect(document.querySelectorAll('input')).toHaveLength(0);
  });

  test('that is typed cannot be read over a shoulder', async () => {
    await renderPart(<Secret isSet={false} onValue={nothing} />);

    expect(screen.getByLabelText<HTMLInputElement>('クライアントシークレット').type).toBe('password');
  });
});

interface Row {
  readonly id: string;
  readonly name: string;
}

function Table() {
  const pages = useList<Row>('/rows', { company: 'sakura-foods' });
  return (
    <DataTable
      label="一覧"
      columns={[
        { id: 'name', header: '名前', cell: ({ name }) => name },
        { id: 'id', header: '番号', cell: ({ id }) => id, isNumber: true },
      ]}
      pages={pages}
      rowId={({ id }) => id}
      empty={<EmptyState title="まだありません">やがて増えます。</EmptyState>}
    />
  );
}

describe('a long list', () => {
  const pages: Readonly<Record<string, Listed<Row>>> = {
    first: { items: [{ id: '1', name: '髙﨑' }], nextCursor: 'second' },
    second: { items: [{ id: '2', name: "O'Brien" }], nextCursor: null },
  };

  test('asks for its pages one after the other', async () => {
    const { asked } = await renderPart(<Table />, {
      answer: ({ searchParams }) => ({ body: pages[searchParams.get('cursor') ?? 'first'] }),
    });

    await waitFor(() => expect(asked).toHaveLength(2));
    expect(asked.map(({ url }) => url)).toEqual([
      '/api/v1/rows?company=sakura-foods&limit=100',
      '/api/v1/rows?company=sakura-foods&limit=100&cursor=second',
    ]);
    expect(await screen.findByRole('table', { name: '一覧' })).not.toBeNull();
    expect(screen.getAllByRole('columnheader').map(({ textContent }) => textContent)).toEqual(['名前', '番号']);
  });

  test('teaches where it is empty', async () => {
    await renderPart(<Table />, { answer: () => ({ body: { items: [], nextCursor: null } }) });

    expect(await screen.findByRole('heading', { name: 'まだありません' })).not.toBeNull();
  });

  test('says what went wrong, and tries again when asked', async () => {
    let isBroken = true;
    await renderPart(<Table />, {
      answer: () =>
        isBroken ? { status: 500, type: 'text/html', body: '' } : { body: { items: [], nextCursor: null } },
    });
    const retry = await screen.findByRole('button', { name: 'もう一度試す' });
    isBroken = false;

    await userEvent.click(retry);

    expect(await screen.findByRole('heading', { name: 'まだありません' })).not.toBeNull();
  });
});

test('a short list shows each row with what can be done with it', async () => {
  await renderPart(
    <CardList
      label="メンバー"
      list={{ data: [{ id: '1', name: '𠮷野' }], error: null, refetch: nothing }}
      rowId={({ id }) => id}
      title={({ name }) => name}
      about={() => 'オーナー'}
      actions={() => <button type="button">外す</button>}
      empty="だれもいません"
    />,
  );

  const row = within(screen.getByRole('list', { name: 'メンバー' })).getByRole('listitem');
  expect(row.textContent).toBe('𠮷野オーナー外す');
});

test('a text is copied, and it says so', async () => {
  const user = userEvent.setup();
  await renderPart(<CopyButton value="https://relay.example.com/hooks/1" what="アドレス" />);

  await user.click(screen.getByRole('button', { name: 'アドレスをコピー' }));

  expect(await navigator.clipboard.readText()).toBe('https://relay.example.com/hooks/1');
  expect(await screen.findByText('コピーしました')).not.toBeNull();
});

test('a page bears its title in its heading and its tab', async () => {
  await renderPart(<PageTitle title="クレジット" lead="残高です。" />);

  expect(screen.getByRole('heading', { level: 1, name: 'クレジット' })).not.toBeNull();
  expect(document.title).toBe('クレジット · Career Relay');
});

test('how far work is stands in numbers, too', async () => {
  await renderPart(<ProgressOf label="取り込み" done={1_200} total={3_000} />);

  const bar = screen.getByRole('progressbar', { name: '取り込み' });
  expect(bar.getAttribute('aria-valuetext')).toBe('3000件中1200件');
  expect(screen.getByText('1,200')).not.toBeNull();
});

test('small numbers are marked', async () => {
  await renderPart(<Rate part={8} whole={10} />);

  expect(screen.getByText('件数が少ないため参考値')).not.toBeNull();
});

test('large numbers are not marked, and nobody is no share at all', async () => {
  await renderPart(
    <>
      <Rate part={80} whole={100} />
      <Rate part={0} whole={0} />
    </>,
  );

  expect(screen.queryByText('件数が少ないため参考値')).toBeNull();
  expect(screen.getByText('まだ対象がありません')).not.toBeNull();
});

test('a state is said in a word, and a time is that of Japan', async () => {
  await renderPart(
    <>
      <StatusBadge tone="bad">失敗</StatusBadge>
      <Time at="2026-03-31T15:05:00.000Z" />
      <Time at={null} />
    </>,
  );

  expect(screen.getByText('失敗')).not.toBeNull();
  expect(screen.getByText('2026/04/01 00:05').getAttribute('datetime')).toBe('2026-03-31T15:05:00.000Z');
});

test('a short message can be closed by a button with a name', async () => {
  await renderPart(<Toasts />);

  act(() => void notifications.show({ message: '保存しました', autoClose: false }));

  await userEvent.click(await screen.findByRole('button', { name: '閉じる' }));
  await waitFor(() => expect(screen.queryByText('保存しました')).toBeNull());
});

test.each([
  ['ja', { weeks: 0 }, '紹介が計上されると、次のクレジットの見込みを表示します。'],
  ['ja', { weeks: 8 }, '直近8週間に計上された紹介はありません。次のクレジットの時期は、まだ見通せません。'],
  [
    'ja',
    { weeks: 8, referralsPerWeek: 1.25, weeksToNextCredit: 2.1, isRough: false },
    'このペースなら、次のクレジットまで約3週間です。紹介は週に約1.3人です（直近8週間の平均）。',
  ],
  [
    'ja',
    { weeks: 1, referralsPerWeek: 2, weeksToNextCredit: 4 },
    'このペースなら、次のクレジットまで約4週間です。まだ記録が少ないため、おおよその目安です。紹介は週に約2人です（直近1週間の平均）。',
  ],
  [
    'en',
    { weeks: 1, referralsPerWeek: 1, weeksToNextCredit: 0 },
    'At this pace the next credit is about 1 week away. There is little to go by yet, so take it as a guess.' +
      'Referrals come at about 1 a week (mean of the last week).',
  ],
] as const)('in %s the outlook %j promises no more than the numbers do', async (language, told, text) => {
  const projection = { referralsPerWeek: 0, weeksToNextCredit: null, isRough: true, ...told };

  await renderPart(<Outlook projection={projection} />, { language });

  expect(
    screen
      .getAllByText(/./)
      .map((line) => line.textContent)
      .join(''),
  ).toBe(text);
});

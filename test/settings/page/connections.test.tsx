/** @jest-environment jsdom */
import { describe, expect, test } from '@jest/globals';
import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { Check } from '../../../src/settings/page/connections/check.tsx';
import { Fields, toClean, toFieldsOf, type Values } from '../../../src/settings/page/connections/fields.tsx';
import { Import } from '../../../src/settings/page/connections/files-tab.tsx';
import { countFrom, toDay, toInstant, toMonths } from '../../../src/settings/page/connections/past.ts';
import { RateFigure } from '../../../src/settings/page/connections/rate-figure.tsx';
import { toConnectionSearch } from '../../../src/settings/page/connections/tabs.ts';
import type { Connector, Field, ImportAnswer } from '../../../src/settings/page/connections/types.ts';
import { RotateForm } from '../../../src/settings/page/connections/webhook-card.tsx';
import { renderPart } from './support/render.tsx';

const words = (ja: string) => ({ ja, en: `${ja} in English` });
const field = (change: Partial<Field>): Field => ({
  name: 'clientId',
  kind: 'text',
  label: words('クライアントID'),
  help: words('管理画面に表示されます。'),
  example: 'a1b2c3',
  isOptional: false,
  isAdvanced: false,
  onlyFor: null,
  default: null,
  ...change,
});
const possible = { possible: true };
const connector: Connector = {
  id: 'invented',
  title: 'Invented ATS',
  docs: 'https://ats.example.com',
  fields: [
    field({}),
    field({ name: 'clientSecret', kind: 'secret', label: words('シークレット') }),
    field({ name: 'apiKey', kind: 'secret', label: words('APIキー'), onlyFor: 'api-key' }),
    field({ name: 'baseUrl', kind: 'url', label: words('アドレス'), isAdvanced: true, isOptional: true }),
    field({ name: 'webhookSecret', kind: 'secret', label: words('Webhookの鍵') }),
  ],
  settingsSchema: {},
  modes: { 'relay-sent': possible, 'ats-static': possible, 'ats-personal': possible, 'ats-triggered': possible },
  cannot: [],
  waysIn: ['webhook', 'file'],
  access: ['client-credentials', 'api-key'],
  canInstall: false,
  webhook: { events: [], guide: [], secretField: 'webhookSecret', isSecretOurs: true },
  file: {
    columns: [
      { column: 'applicationRef', label: words('応募ID') },
      { column: 'email', label: words('メールアドレス') },
    ],
    guide: [],
  },
  scopes: [],
};

function Form({
  areSet = false,
  onTyped = () => undefined,
}: {
  readonly areSet?: boolean;
  readonly onTyped?: (name: string, value: string) => void;
}) {
  const [values, setValues] = useState<Values>({ tenant: 'sakura' });
  return (
    <Fields
      fields={toFieldsOf(connector.fields, 'client-credentials')}
      values={values}
      areSet={areSet}
      onChange={(name, value) => {
        setValues({ ...values, [name]: value });
        onTyped(name, value);
      }}
    />
  );
}

describe('the form of a connector', () => {
  test('asks what this access needs, says where it is found, and hides what is typed as a secret', async () => {
    const typed: string[][] = [];
    await renderPart(<Form onTyped={(...one) => typed.push(one)} />);

    await userEvent.type(screen.getByLabelText('クライアントID'), 'x');
    await userEvent.type(screen.getByLabelText('シークレット'), 'y');

    // Each field alone: what another admin changed beside it meanwhile is not written over.
    expect(typed).toEqual([
      ['clientId', 'x'],
      ['clientSecret', 'y'],
    ]);
    expect(screen.getByLabelText<HTMLInputElement>('シークレット').type).toBe('password');
    expect(screen.getByLabelText<HTMLInputElement>('クライアントID').placeholder).toBe('例: a1b2c3');
    expect(screen.getAllByText('管理画面に表示されます。').length).toBeGreaterThan(0);
    expect(screen.queryByLabelText('APIキー')).toBeNull();
    expect(screen.getByRole('button', { name: '通常は変更しない項目' }).getAttribute('aria-expanded')).toBe('false');
  });

  test('shows no field for a secret that is set, until it is to be replaced', async () => {
    await renderPart(<Form areSet />);

    expect(screen.queryByLabelText('シークレット')).toBeNull();
  });

  test('takes what a Japanese keyboard types', () => {
    expect(toClean({ key: ' ａｂｃ１２３　' })).toEqual({ key: 'abc123' });
  });
});

test('a check that fails says precisely why, who must act, and can be repeated', async () => {
  const details = { type: 'about:blank', title: '認証を拒否されました。', status: 422, code: 'vendor_unauthorized' };
  let isMended = false;
  const { asked } = await renderPart(<Check connectionId="1" isAtOnce />, {
    answer: () =>
      isMended
        ? { body: { ok: true, checkedAt: '2026-11-28T00:00:00.000Z' } }
        : { status: 422, body: details, type: 'application/problem+json' },
  });
  const note = await screen.findByRole('alert');
  isMended = true;

  await userEvent.click(screen.getByRole('button', { name: 'もう一度確認する' }));

  expect(note.textContent).toContain('認証を拒否されました。');
  expect(note.textContent).toContain('オーナー');
  expect(await screen.findByText('問題なく接続できました')).not.toBeNull();
  expect(asked.map(({ url }) => url)).toEqual(Array(2).fill('/api/v1/connections/1/check'));
});

describe('replacing a webhook secret', () => {
  const answer = () => ({ body: { secret: 'the-new-one', oldUntil: '2026-11-29T00:00:00.000Z' } });

  test('asks for a day of both unless told otherwise, and shows the new one once', async () => {
    const { asked } = await renderPart(<RotateForm connector={connector} connectionId="1" onDone={() => undefined} />, {
      answer,
    });

    await userEvent.click(screen.getByRole('button', { name: 'シークレットを交換する' }));

    expect(await screen.findByText('the-new-one')).not.toBeNull();
    expect(screen.getByText('2026/11/29 09:00')).not.toBeNull();
    expect(asked.map(({ url, init }) => [url, init.body])).toEqual([
      ['/api/v1/connections/1/webhook-secret/rotate', JSON.stringify({ keepOldForHours: 24 })],
    ]);
  });

  test('takes the one that the ATS makes, and never shows it', async () => {
    const webhook = { events: [], guide: [], secretField: 'webhookSecret', isSecretOurs: false };
    const { asked } = await renderPart(
      <RotateForm connector={{ ...connector, webhook }} connectionId="1" onDone={() => undefined} />,
      { answer },
    );

    await userEvent.type(screen.getByLabelText('Webhookの鍵'), 'made-there');
    await userEvent.click(screen.getByRole('button', { name: 'シークレットを交換する' }));
    await screen.findByText('2026/11/29 09:00');

    expect(asked[0]?.init.body).toBe(JSON.stringify({ keepOldForHours: 24, secret: 'made-there' }));
    expect(screen.queryByText('the-new-one')).toBeNull();
  });
});

describe('a file', () => {
  const answer: ImportAnswer = {
    importId: 'i1',
    state: 'needs-confirmation',
    columns: { applicationRef: '番号', email: '担当メール' },
    sample: { 番号: ['1', '2'], 担当メール: ['tanto@example.com'], 応募者メール: [] },
    rows: 2,
    rejections: 0,
    skipped: 0,
    setAside: [],
  };
  const done = { ...answer, state: 'done', rejections: 1, setAside: [{ line: 3, reason: '不合格日を読めません' }] };

  test('is taken by the columns a person put right, and rows that were not read say why', async () => {
    const { asked } = await renderPart(<Import connector={connector} connectionId="1" />, {
      answer: ({ pathname }) => ({ body: pathname.endsWith('/confirm') ? done : answer }),
    });
    const file = new File(['番号,担当メール\n'], '応募者.csv', { type: 'text/csv' });

    await userEvent.upload(screen.getByLabelText<HTMLInputElement>('ファイルを選ぶ', { selector: 'input' }), file);
    expect(await screen.findByText('ファイルの値: tanto@example.com')).not.toBeNull();
    await userEvent.click(screen.getByRole('combobox', { name: 'メールアドレス' }));
    await userEvent.click(await screen.findByRole('option', { name: '応募者メール' }));
    await userEvent.click(screen.getByRole('button', { name: 'この列で取り込む' }));

    const status = await screen.findByText('新しい不採用が1件ありました');
    expect(status).not.toBeNull();
    expect(within(screen.getByRole('list')).getByRole('listitem').textContent).toBe('3行目: 不合格日を読めません');
    expect(asked[0]?.url).toBe(`/api/v1/connections/1/import?name=${encodeURIComponent('応募者.csv')}`);
    expect(asked[0]?.init.body).toBe(file);
    expect(asked[1]).toMatchObject({
      url: '/api/v1/imports/i1/confirm',
      init: { body: JSON.stringify({ columns: { email: '応募者メール' } }) },
    });
  });

  test('that waits is gone on with, and once it is taken or left another may be handed in', async () => {
    function Resumed() {
      const [resumed, setResumed] = useState<ImportAnswer | undefined>(answer);
      return <Import connector={connector} connectionId="1" resumed={resumed} onLeave={() => setResumed(undefined)} />;
    }
    const { asked } = await renderPart(<Resumed />, { answer: () => ({ body: done }) });

    const start = await screen.findByText(/^2行のファイルです/);
    expect(document.activeElement).toBe(start);
    await userEvent.click(screen.getByRole('button', { name: 'この列で取り込む' }));
    await screen.findByText('新しい不採用が1件ありました');

    expect(asked.map(({ url }) => url)).toEqual(['/api/v1/imports/i1/confirm']);
    expect(screen.queryByRole('button', { name: '列の指定をやり直す' })).toBeNull();
    expect(screen.getByRole('button', { name: 'ファイルを選ぶ' })).toBeTruthy();
  });

  test('that waits may be left for another', async () => {
    const left: string[] = [];
    await renderPart(
      <Import connector={connector} connectionId="1" resumed={answer} onLeave={() => left.push('left')} />,
    );

    await userEvent.click(await screen.findByRole('button', { name: '別のファイルにする' }));

    expect(left).toEqual(['left']);
  });
});

test('days are those of Japan, and are counted from the chosen one on', () => {
  const byDay = [
    { day: '2026-11-02', count: 3 },
    { day: '2026-11-01', count: 2 },
    { day: '2026-10-31', count: 1 },
  ];

  expect(toDay('2026-10-31T15:00:00.000Z')).toBe('2026-11-01');
  expect(toInstant('2026-11-01')).toBe('2026-10-31T15:00:00.000Z');
  expect(countFrom(byDay, '2026-11-01')).toBe(5);
  expect(toMonths(byDay)).toEqual([
    { month: '2026-11', count: 5 },
    { month: '2026-10', count: 1 },
  ]);
});

test.each([
  ['files', { tab: 'files' }],
  ['state', { tab: undefined }],
  ['nonsense', { tab: undefined }],
  [undefined, { tab: undefined }],
])('the address with the tab %j opens %j', (tab, search) => {
  expect(toConnectionSearch({ tab })).toEqual(search);
});

describe('what is left of the rate of an ATS', () => {
  const common = { left: 38, concurrency: 4, isShared: true };
  const bucket = { ...common, kind: 'bucket', burst: 50, perSecond: 10 } as const;

  test.each([
    ['ja', bucket, '残り 38 / 50回（1秒ごとに10回分が戻ります）', '同時に行うのは4件までです。'],
    ['ja', { ...bucket, isShared: false }, '残り 38 / 50回', 'ほかのサーバーでも動かしている場合'],
    [
      'ja',
      { ...common, kind: 'window', resetsAt: '2026-11-24T00:00:30.000Z' },
      '残り 38回（2026/11/24 09:00:30 に数え直します）',
      '枠が戻るまで自動で待ちます。',
    ],
    ['en', { ...bucket, perSecond: 1 }, '38 of 50 left (1 comes back every second)', 'At most 4 are made at once.'],
    ['ja', null, '最近の問い合わせはありません', '回数には上限があります。'],
  ] as const)('is told in %s with what it means: %j', async (language, rate, figure, text) => {
    await renderPart(<RateFigure rate={rate} />, { language });

    expect(screen.getByRole('definition').textContent).toContain(figure);
    expect(document.body.textContent).toContain(text);
  });

  test('says nothing of other servers where all of them count together', async () => {
    await renderPart(<RateFigure rate={bucket} />);

    expect(document.body.textContent).not.toContain('サーバー');
  });
});

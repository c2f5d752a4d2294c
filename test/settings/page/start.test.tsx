/** @jest-environment jsdom */
import { describe, expect, test } from '@jest/globals';
import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { GoLiveDialog, toNumbers } from '../../../src/settings/page/connections/go-live-dialog.tsx';
import type { GoLivePreview } from '../../../src/settings/page/connections/types.ts';
import { MailTest } from '../../../src/settings/page/start/company-step.tsx';
import { NewCompanyForm } from '../../../src/settings/page/start/new-company.tsx';
import { NoticeTest, PutOff } from '../../../src/settings/page/start/slack-step.tsx';
import { StartCard } from '../../../src/settings/page/start/start-card.tsx';
import { StartView } from '../../../src/settings/page/start/start-page.tsx';
import { StepFrame } from '../../../src/settings/page/start/step-frame.tsx';
import { findFirstOpen, mayOpen, screens, toStartSearch } from '../../../src/settings/page/start/steps.ts';
import type { Start, Step, StepState } from '../../../src/settings/page/start/types.ts';
import { renderPart } from './support/render.tsx';

const steps = ['company', 'agency', 'ats', 'letter', 'slack'] as const;

function toStep(step: Step, change: Partial<StepState> = {}): StepState {
  return { step, isDone: true, isOptional: step === 'slack', isSkipped: false, lacks: [], ...change };
}

function toStart(open: Partial<Record<Step, StepState['lacks']>>, change: Partial<Start> = {}): Start {
  return {
    steps: steps.map((step) => toStep(step, open[step] ? { isDone: false, lacks: open[step] } : {})),
    isLive: false,
    connectionId: 'c1',
    marks: [],
    mail: { kind: 'smtp', from: 'relay@example.com', isOutboxOpen: false },
    ...change,
  };
}

const problem = (code: string, title: string, status: number) => ({
  status,
  type: 'application/problem+json',
  body: { type: 'about:blank', title, status, code },
});

describe('the order of the steps', () => {
  const start = toStart({ ats: ['ats-missing'], slack: ['slack-missing'] });

  test('one goes on at the first that lacks something, back to any, and not past it', () => {
    expect(findFirstOpen(start)).toBe('ats');
    expect(screens.filter((one) => mayOpen(start, one))).toEqual(['company', 'agency', 'ats']);
    expect(findFirstOpen(toStart({}))).toBe('live');
  });

  test.each([
    ['letter', { step: 'letter' }],
    ['live', { step: 'live' }],
    ['nonsense', { step: undefined }],
    [3, { step: undefined }],
  ])('the address %j opens %j', (step, search) => {
    expect(toStartSearch({ step })).toEqual(search);
  });
});

describe('the way through', () => {
  const agency = {
    ...{ id: 'a1', name: '架空キャリア', address: '東京', representative: '髙﨑 一郎', licenceNumber: '13-ユ-999999' },
    ...{
      licenceExpiresOn: '2029-03-31',
      privacyUrl: 'https://a.example.com',
      registrationUrl: 'https://b.example.com',
    },
    ...{ lack: null, terms: null },
  };
  const view = (start: Start, asked?: Step | 'live') => {
    const went: string[] = [];
    return { went, part: <StartView slug="sakura" start={start} asked={asked} onGo={(to) => went.push(to)} /> };
  };

  test('begins where something is missing, whatever the address says', async () => {
    const { part, went } = view(toStart({ agency: ['licence-expired'] }), 'slack');
    await renderPart(part, { answer: () => ({ body: agency }) });

    const current = screen.getByRole('button', { current: 'step' });

    expect(current.textContent).toContain('紹介会社');
    expect(screen.getByText(/許可の有効期限が切れています。更新後/)).not.toBeNull();
    expect(screen.getByRole<HTMLButtonElement>('button', { name: '次の手順へ' }).disabled).toBe(true);
    await userEvent.click(screen.getByRole('button', { name: '前の手順へ' }));
    expect(went).toEqual(['company']);
  });

  test('a step that is done opens the next, and those after it that are not ready stay shut', async () => {
    const { part, went } = view(toStart({ ats: ['ats-missing'] }), 'agency');
    await renderPart(part, { answer: () => ({ body: agency }) });

    await userEvent.click(screen.getByRole('button', { name: '次の手順へ' }));
    await userEvent.click(screen.getByRole('button', { name: /Slack（任意）/ }));
    await userEvent.click(screen.getByRole('button', { name: /会社と差出人/ }));

    expect(went).toEqual(['ats', 'company']);
  });
});

test('a step says all that it lacks, and in English too', async () => {
  const state = toStep('letter', { isDone: false, lacks: ['letter-blank', 'letter-unapproved'] });
  await renderPart(
    <StepFrame state={state} onGo={() => undefined}>
      -
    </StepFrame>,
    { language: 'en' },
  );

  const lacks = within(screen.getByRole('status')).getAllByRole('listitem');

  expect(lacks.map(({ textContent }) => textContent)).toEqual([
    'Something the letter needs is missing. Go back to company and agency and fill in what is empty.',
    'Read the letter, then press “It may be sent”.',
  ]);
});

test('what was put off is called so, and not done', async () => {
  const state = toStep('slack', { isSkipped: true, lacks: ['slack-missing'] });
  await renderPart(
    <StepFrame state={state} onGo={() => undefined}>
      -
    </StepFrame>,
  );

  expect(screen.getByText('あとで設定することにしました')).not.toBeNull();
  expect(screen.queryByText('この手順は完了です')).toBeNull();
});

describe('the test mail', () => {
  test('says to whom it went, who tried last, and that an outbox lets nothing out', async () => {
    const marks = [
      { mark: 'mail-tested' as const, at: '2026-11-28T00:00:00.000Z', actor: 'user:u1', actorName: "Conan O'Brien" },
    ];
    const start = toStart({}, { marks, mail: { kind: 'outbox', from: 'relay@example.com', isOutboxOpen: true } });
    const { asked } = await renderPart(<MailTest slug="sakura" start={start} />, {
      answer: () => ({ body: { to: 'hanako@example.com' } }),
    });

    await userEvent.click(screen.getByRole('button', { name: '自分にテストメールを送る' }));

    expect(await screen.findByText('hanako@example.com 宛のメールを、送信箱に入れました')).not.toBeNull();
    expect(screen.getByText(/O'Brien/)).not.toBeNull();
    expect(screen.getByText('いまは、メールが外へ送信されません')).not.toBeNull();
    expect(screen.getByRole('link', { name: '送信箱を開く' }).getAttribute('href')).toBe('/outbox');
    expect(asked.map(({ url, init }) => [init.method, url])).toEqual([
      ['POST', '/api/v1/companies/sakura/start/test-mail'],
    ]);
  });

  test('that does not leave says why, and who must act', async () => {
    await renderPart(<MailTest slug="sakura" start={toStart({})} />, {
      answer: () => problem('mail_unavailable', 'メールサーバーにログインできませんでした。', 503),
    });

    await userEvent.click(screen.getByRole('button', { name: '自分にテストメールを送る' }));

    const note = await screen.findByRole('alert');
    expect(note.textContent).toContain('ログインできませんでした');
    expect(note.textContent).toContain('運用担当者');
  });
});

describe('Slack', () => {
  test('a test says where it went', async () => {
    const place = { id: 'p1', kind: 'channel', slackRef: 'C0123456789', name: 'saiyo', hasNames: false };
    await renderPart(<NoticeTest slug="sakura" start={toStart({})} />, {
      answer: () => ({ body: { place: { ...place, isDefault: true, blockedReason: null } } }),
    });

    await userEvent.click(screen.getByRole('button', { name: 'テスト通知を送る' }));

    expect(await screen.findByText('#saiyo に送信しました')).not.toBeNull();
  });

  test('putting it off says what one misses, and can be taken back', async () => {
    const { asked } = await renderPart(<PutOff slug="sakura" isSkipped />, { answer: () => ({ body: toStart({}) }) });

    await userEvent.click(screen.getByRole('button', { name: 'いま設定する' }));

    expect(screen.getByText(/保留になった手紙や接続の問題は/)).not.toBeNull();
    expect(asked[0]?.init.body).toBe(JSON.stringify({ isSkipped: false }));
  });
});

describe('going live', () => {
  const preview: GoLivePreview = {
    olderThanDays: 14,
    planned: { all: 40, old: 8 },
    due: { all: 12, old: 8 },
    dueFrom: '2026-11-30T00:00:00.000Z',
    held: 3,
    decidedFrom: '2026-10-01T00:00:00.000Z',
    decidedTo: '2026-11-28T00:00:00.000Z',
    mode: 'relay-sent',
    lack: null,
  };
  const dialog = (
    <GoLiveDialog
      connectionId="c1"
      company="髙﨑食品"
      isOpen
      onClose={() => undefined}
      title="本番運転を始めますか？"
      verb="本番運転を始める"
      done="本番運転を始めました"
    />
  );
  const go = () => screen.getByRole<HTMLButtonElement>('button', { name: '本番運転を始める' });

  test('leaves out what is old, of those that are due as well', () => {
    expect(toNumbers(preview, true)).toEqual({ leaving: 32, due: 4, later: 28, leftOut: 8, held: 3 });
    expect(toNumbers(preview, false)).toEqual({ leaving: 40, due: 12, later: 28, leftOut: 0, held: 3 });
  });

  test('says what it does in numbers and ages, and of many letters asks for the company’s name', async () => {
    const { asked } = await renderPart(dialog, {
      answer: (_url, { method }) =>
        method === 'POST' ? { body: { connection: {}, leaving: 32, leftOut: 8 } } : { body: preview },
    });
    const sum = await screen.findByText('32通が送られます');

    const told = sum.parentElement?.textContent;
    const isShut = go().disabled;
    await userEvent.type(screen.getByRole('textbox'), '髙﨑食品');
    await userEvent.click(go());

    expect(told).toContain('2026/10/01');
    expect(told).toContain('保留のまま残る手紙（判断が必要です） 3');
    expect(told).toContain('古いため、対象から外す手紙 8');
    expect(isShut).toBe(true);
    const posted = asked.find(({ init }) => init.method === 'POST');
    expect(posted?.url).toBe('/api/v1/connections/c1/go-live');
    expect(posted?.init.body).toBe(JSON.stringify({ leaveOutOlderThanDays: 14, confirmedCount: 32 }));
  });

  test('of few letters one click is enough, and all may be sent', async () => {
    const few = { ...preview, planned: { all: 5, old: 2 }, due: { all: 5, old: 2 } };
    const { asked } = await renderPart(dialog, {
      answer: (_url, { method }) =>
        method === 'POST' ? { body: { connection: {}, leaving: 5, leftOut: 0 } } : { body: few },
    });
    await screen.findByText('3通が送られます');

    await userEvent.click(screen.getByRole('combobox', { name: '対象から外す古い手紙' }));
    await userEvent.click(await screen.findByRole('option', { name: '外さない（すべて送る）' }));
    await screen.findByText('5通が送られます');
    await userEvent.click(go());

    expect(screen.queryByRole('textbox')).toBeNull();
    const posted = asked.find(({ init }) => init.method === 'POST');
    expect(posted?.init.body).toBe(JSON.stringify({ leaveOutOlderThanDays: null, confirmedCount: 5 }));
  });

  test('another age asks the server anew', async () => {
    const { asked } = await renderPart(dialog, { answer: () => ({ body: preview }) });
    await screen.findByText('32通が送られます');

    await userEvent.click(screen.getByRole('combobox', { name: '対象から外す古い手紙' }));
    await userEvent.click(await screen.findByRole('option', { name: '決定から60日を過ぎたもの' }));

    expect(asked.map(({ url }) => url)).toEqual([
      '/api/v1/connections/c1/go-live?olderThanDays=14',
      '/api/v1/connections/c1/go-live?olderThanDays=60',
    ]);
  });

  test('while the agency is not in order it says so', async () => {
    await renderPart(dialog, { answer: () => ({ body: { ...preview, lack: 'licence-expired' } }) });

    expect(await screen.findByText('紹介会社の許可の有効期限が切れています')).not.toBeNull();
  });
});

describe('the card on the dashboard', () => {
  test('says how far one is and what comes next, and leads there', async () => {
    await renderPart(<StartCard slug="sakura" start={toStart({ letter: ['letter-unapproved'] })} />);

    expect(screen.getByRole('progressbar').getAttribute('aria-valuetext')).toContain('4');
    expect(screen.getByText('次は「手紙」です。')).not.toBeNull();
    expect(screen.getByRole('link').getAttribute('href')).toBe('/c/sakura/start');
  });

  test('is gone once letters leave', async () => {
    await renderPart(<StartCard slug="sakura" start={toStart({}, { isLive: true })} />);

    expect(screen.queryByRole('link')).toBeNull();
  });
});

describe('a new company', () => {
  test('is made of what a Japanese keyboard types, once it is whole', async () => {
    const { asked } = await renderPart(<NewCompanyForm />, {
      answer: () => ({ status: 201, body: { slug: 'sakura-foods' } }),
    });
    const go = screen.getByRole('button', { name: '登録して設定を始める' });

    await userEvent.click(go);
    const askedAtFirst = asked.length;
    const faults = screen.getAllByText('入力してください').length;
    await userEvent.type(screen.getByLabelText('会社名'), '𠮷野食品');
    await userEvent.type(screen.getByLabelText('住所'), '東京都港区架空台4-5-6');
    await userEvent.type(screen.getByLabelText('問い合わせ先のメールアドレス'), 'ｒｅｃｒｕｉｔ@example.com');
    await userEvent.type(screen.getByLabelText('アドレスに使う名前'), 'Ｓakura-foods');
    await userEvent.click(go);

    expect([askedAtFirst, faults]).toEqual([0, 3]);
    expect(JSON.parse(String(asked[0]?.init.body))).toEqual({
      slug: 'sakura-foods',
      locale: 'ja',
      name: '𠮷野食品',
      postalAddress: '東京都港区架空台4-5-6',
      contactEmail: 'recruit@example.com',
    });
  });
});

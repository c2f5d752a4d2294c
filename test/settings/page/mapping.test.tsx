/** @jest-environment jsdom */
import { describe, expect, test } from '@jest/globals';
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import fc from 'fast-check';
import {
  isDirty,
  isOpen,
  toMapping,
  toStanding,
  toTouched,
  untouched,
} from '../../../src/settings/page/mapping/draft.ts';
import { MappingEditor } from '../../../src/settings/page/mapping/mapping-editor.tsx';
import { toMappingSearch } from '../../../src/settings/page/mapping/search.ts';
import type {
  MappedReason,
  Mapping,
  MappingOverview,
  MappingPreview,
} from '../../../src/settings/page/mapping/types.ts';
import { useOverview } from '../../../src/settings/page/mapping/use-mapping.ts';
import { type RenderOptions, renderPart } from './support/render.tsx';

const connectionId = '0199f0c2-1111-7000-8000-000000000009';
const at = '2026-11-24T01:00:00.000Z';
const unmet = { rejections: 0, heldUnknown: 0, heldByRule: 0, sample: null };

function makeReason(reasonRef: string, name: string, change: Partial<MappedReason> = {}): MappedReason {
  return { reasonRef, name, isInAts: true, decidedBy: 'company', rule: null, ...unmet, ...change };
}

const overview: MappingOverview = {
  connectionId,
  version: 3,
  since: at,
  ats: { state: 'asked', code: null },
  reasons: [
    makeReason('42', 'その他', {
      decidedBy: 'unknown',
      rejections: 4,
      heldUnknown: 3,
      sample: { applicationRef: '7100101', decidedAt: at, reason: 'その他', stage: '最終面接', job: "O'Brien 営業" },
    }),
    makeReason('1', '経験の不一致', { rule: { letter: 'hold' } }),
    makeReason('9', '古い理由', { isInAts: false, rule: { letter: 'skip', template: connectionId } }),
  ],
  stages: [{ name: '書類選考', isInAts: true, rule: { letter: 'hold' }, ...unmet }],
  withoutReason: unmet,
};

const none = {
  ...{ rejections: 0, templates: 0, heldPlanned: 0, heldSkipped: 0, heldKept: 0 },
  ...{ plannedHeld: 0, plannedSkipped: 0 },
};
const preview: MappingPreview = {
  since: at,
  changes: [{ kind: 'reason', ref: '42', before: null, after: { letter: 'skip' } }],
  sum: { ...none, heldSkipped: 3 },
  reasons: [],
};
const newest = {
  items: [
    { version: 4, madeAt: at, actor: 'user:u2', actorName: '𠮷野 太郎', restores: null, mapping: {}, changes: [] },
  ],
  nextCursor: null,
};

/** The editor with what the server says, as the page puts it together. */
function Editor({ mayMap = true, show }: { readonly mayMap?: boolean; readonly show?: 'open' }) {
  const read = useOverview(connectionId);
  if (!read.data) return null;
  const search = { show };
  return (
    <MappingEditor
      slug="sakura"
      read={read.data}
      mayMap={mayMap}
      isSentByAts={false}
      search={search}
      onSearch={() => undefined}
    />
  );
}

const headers = { etag: '"v3"' };
const answer: NonNullable<RenderOptions['answer']> = ({ pathname }, { method }) => {
  if (pathname.endsWith('/preview')) return { body: preview };
  if (pathname.endsWith('/versions')) return { body: newest };
  if (method === 'PUT') return { body: { version: 4, mapping: { reasons: {} } } };
  return pathname.endsWith('/mapping') ? { body: overview, headers } : { status: 404 };
};

const choose = async (label: string, option: string) =>
  userEvent.selectOptions(await screen.findByLabelText(label), option);
const press = (name: string) => userEvent.click(screen.getByRole('button', { name }));

describe('saving', () => {
  test('asks first what changes, and sends the whole mapping upon the version that was read', async () => {
    const { asked } = await renderPart(<Editor />, { answer });

    await choose('その他の「手紙」', '送らない');
    await press('保存する');
    const dialog = await screen.findByRole('dialog');
    await within(dialog).findByText('保留中から送らないに変わる手紙');
    expect(within(dialog).getByText('設定なし → 送らない')).toBeTruthy();
    expect(asked.some(({ init }) => init.method === 'PUT')).toBe(false);
    await userEvent.click(within(dialog).getByRole('button', { name: '保存する' }));

    await waitFor(() => expect(asked.some(({ init }) => init.method === 'PUT')).toBe(true));
    const put = asked.find(({ init }) => init.method === 'PUT')?.init;
    expect(put?.headers).toMatchObject({ 'if-match': '"v3"' });
    expect(JSON.parse(String(put?.body))).toEqual({
      reasons: {
        '42': { letter: 'skip' },
        '1': { letter: 'hold' },
        '9': { letter: 'skip', template: connectionId },
      },
      stages: { 書類選考: { letter: 'hold' } },
    });
  });

  test('that somebody else overtook says who it was, and keeps what was chosen', async () => {
    await renderPart(<Editor />, {
      answer: (url, init) => (init.method === 'PUT' ? { status: 412, body: {} } : answer(url, init)),
    });

    await choose('その他の「手紙」', '送らない');
    await press('保存する');
    const dialog = await screen.findByRole('dialog');
    await within(dialog).findByText('保留中から送らないに変わる手紙');
    await userEvent.click(within(dialog).getByRole('button', { name: '保存する' }));

    await screen.findByText(/先に保存した人：𠮷野 太郎/);
    await press('最新の内容を読み込む');
    await waitFor(() => expect(screen.queryByText(/先に保存した人/)).toBeNull());
    expect((screen.getByLabelText('その他の「手紙」') as HTMLSelectElement).value).toBe('skip');
  });

  test('is not offered while nothing differs', async () => {
    await renderPart(<Editor />, { answer });

    await choose('経験の不一致の「手紙」', '送る');
    expect(screen.getByRole('button', { name: '保存する' })).toBeTruthy();
    await choose('経験の不一致の「手紙」', '保留する');

    expect(screen.queryByRole('button', { name: '保存する' })).toBeNull();
  });
});

test('what a letter becomes by itself follows who decided', async () => {
  await renderPart(<Editor />, { answer });

  const letter = await screen.findByLabelText('その他の「手紙」');
  expect(within(letter).getByText('保留する（自動）')).toBeTruthy();
  await choose('その他の「誰の判断か」', '応募者の辞退');

  expect(within(letter).getByText('送らない（自動）')).toBeTruthy();
});

test('what waits, what the ATS has no more and a template that is gone are told', async () => {
  await renderPart(<Editor />, { answer });

  await screen.findByText('扱いが決まっていないため、手紙3通が確認を待っています');
  expect(screen.getByText('現在のATSにありません')).toBeTruthy();
  expect(within(screen.getByLabelText('古い理由の「文面」')).getByText('削除された文面')).toBeTruthy();
  expect(screen.getByText("O'Brien 営業 ・ 最終面接")).toBeTruthy();
});

test('the standard letter is chosen by name, and nothing said is the default wording', async () => {
  const { asked } = await renderPart(<Editor />, { answer });

  const wording = await screen.findByLabelText('その他の「文面」');
  expect(within(wording).getByText('自動')).toBeTruthy();
  await choose('その他の「文面」', '標準の文面');
  await press('保存する');
  await screen.findByRole('dialog');

  const preview = asked.find(({ url }) => url.includes('/preview'));
  expect(JSON.parse(String(preview?.init.body)).reasons['42']).toEqual({ template: 'standard' });
});

test('the queue shows only what is not settled, and one that is being settled stays in it', async () => {
  await renderPart(<Editor show="open" />, { answer });

  await choose('その他の「誰の判断か」', '会社の判断');

  expect(screen.getByLabelText('その他の「手紙」')).toBeTruthy();
  expect(screen.queryByText('経験の不一致')).toBeNull();
});

test('who may only look sees the rules and no way to change or import them', async () => {
  await renderPart(<Editor mayMap={false} />, { answer });

  await screen.findByText('閲覧のみできます。変更できるのは、オーナーと採用担当です。');
  expect(screen.queryAllByRole('combobox')).toEqual([]);
  expect(screen.queryByRole('button', { name: 'ファイルから読み込む' })).toBeNull();
  expect(screen.getByText('保留する')).toBeTruthy();
});

test('an imported file is shown and not saved, and what this ATS does not have is named', async () => {
  const read = {
    mapping: { reasons: { '42': { letter: 'send' } }, stages: {} },
    strangers: [{ kind: 'reason', ref: '77', name: '他社の理由' }],
  };
  const { asked } = await renderPart(<Editor />, {
    answer: (url, init) => (url.pathname.endsWith('/file') ? { body: read } : answer(url, init)),
  });
  await screen.findByLabelText('その他の「手紙」');
  const input = document.querySelector<HTMLInputElement>('input[type="file"]');
  const file = new File(['{"format":"career-relay-mapping-1"}'], 'mapping.json', { type: 'application/json' });
  file.text = async () => '{"format":"career-relay-mapping-1"}';

  await userEvent.upload(input as HTMLInputElement, file);

  await screen.findByText('このATSにない1件は読み込みませんでした');
  expect(screen.getByText('他社の理由 ・ 77')).toBeTruthy();
  expect((screen.getByLabelText('その他の「手紙」') as HTMLSelectElement).value).toBe('send');
  expect((screen.getByLabelText('経験の不一致の「手紙」') as HTMLSelectElement).value).toBe('');
  expect(asked.some(({ init }) => init.method === 'PUT')).toBe(false);
});

test('an ATS that does not answer is told of, with what can be done meanwhile', async () => {
  const ats = { state: 'unreachable', code: 'vendor_forbidden' } as const;
  await renderPart(<Editor />, {
    answer: (url, init) =>
      url.pathname.endsWith('/mapping') ? { body: { ...overview, ats }, headers } : answer(url, init),
  });

  await screen.findByText('ATSに理由を確認できませんでした');
  expect(screen.getByText(/設定の変更と保存はできます。（vendor_forbidden）/)).toBeTruthy();
});

describe('the draft', () => {
  const rule = fc.record(
    { letter: fc.constantFrom('send' as const, 'skip' as const), template: fc.constantFrom('a', 'b') },
    { requiredKeys: ['letter'] },
  );
  const rules = fc.dictionary(fc.constantFrom('1', '42', '__x', '髙'), rule);
  const mappings: fc.Arbitrary<Mapping> = fc.record({ reasons: rules, stages: rules });

  test('of a file makes exactly the mapping of the file, whatever stands', () => {
    fc.assert(
      fc.property(mappings, mappings, (standing, file) => {
        const own = { reasons: standing.reasons, stages: standing.stages ?? {} };
        const made = toMapping(own, toTouched(own, file));

        expect(made).toEqual({ reasons: file.reasons, stages: file.stages ?? {} });
        expect(isDirty(own, toTouched(own, standing))).toBe(false);
      }),
    );
  });

  test('that nobody touched is what stands', () => {
    const standing = toStanding(overview);

    expect(isDirty(standing, untouched)).toBe(false);
    expect(toMapping(standing, untouched)).toEqual(standing);
  });
});

test.each([
  [{ rule: null, decidedBy: 'unknown' }, true],
  [{ rule: { decidedBy: 'unknown' }, decidedBy: 'company' }, true],
  [{ rule: { decidedBy: 'company' }, decidedBy: 'unknown' }, false],
  [{ rule: { letter: 'hold' }, decidedBy: 'unknown' }, false],
  [{ rule: null, decidedBy: 'candidate' }, false],
] as const)('of the reason %j it is %s that nobody has said what it means', (reason, expected) => {
  expect(isOpen(reason)).toBe(expected);
});

test.each([
  [
    { connection: connectionId, view: 'stages', show: 'open' },
    { connection: connectionId, view: 'stages', show: 'open' },
  ],
  [{ connection: '../me', view: 'x', show: 1 }, {}],
])('of the address %j only what is understood counts', (search, understood) => {
  expect(JSON.parse(JSON.stringify(toMappingSearch(search)))).toEqual(understood);
});

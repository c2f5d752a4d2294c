/** @jest-environment jsdom */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import fc from 'fast-check';
import { wordingLimits, wordingTokens } from '../../../src/letter/wording/model.ts';
import { diffLines } from '../../../src/settings/page/letters/templates/diff.ts';
import { DraftEditor } from '../../../src/settings/page/letters/templates/draft-editor.tsx';
import * as edit from '../../../src/settings/page/letters/templates/edit.ts';
import { toFramed } from '../../../src/settings/page/letters/templates/mail-frame.tsx';
import { TemplateList } from '../../../src/settings/page/letters/templates/template-list.tsx';
import {
  type LetterDraft,
  type LetterTemplate,
  toTemplateSearch,
  type WordingFault,
} from '../../../src/settings/page/letters/templates/types.ts';
import { renderPart } from './support/render.tsx';

const id = '0199f0c2-1111-7000-8000-000000000001';
const none = { hasDraft: true, publishedVersion: null, publishedAt: null };
const template: LetterTemplate = {
  ...{ id, name: '一次選考', isDefault: false, isArchived: false, createdAt: '2026-11-24T01:00:00.000Z' },
  locales: { ja: { hasDraft: true, publishedVersion: 1, publishedAt: '2026-11-24T01:00:00.000Z' }, en: none },
};
const draft: LetterDraft = {
  ...{ templateId: id, locale: 'ja', version: 2, isDraft: true, subject: '選考結果', faults: [] },
  blocks: [
    { kind: 'greeting' },
    { kind: 'paragraph', text: '髙﨑さん、' },
    { kind: 'link', label: '内容を確認する' },
    { kind: 'refusal' },
    { kind: 'signature', sender: '採用担当' },
  ],
};
const gift: WordingFault = {
  ...{ code: 'gift-word', at: 1, found: 'ポイント' },
  message: { ja: '「ポイント」は別の言葉にしてください。', en: 'Say it otherwise.' },
};
const version = (number: number, text: string, published = true) => ({
  ...{ version: number, subject: '件名', blocks: [{ kind: 'paragraph', text }], giftReason: null },
  ...{ savedBy: { actor: 'user:u1', name: '𠮷野 花子' }, savedAt: '2026-11-24T01:00:00.000Z' },
  publishedBy: published ? { actor: 'user:u1', name: '𠮷野 花子' } : null,
  publishedAt: published ? '2026-11-24T01:00:00.000Z' : null,
});

interface Served {
  readonly draft?: LetterDraft;
  readonly faults?: readonly WordingFault[];
  readonly templates?: readonly LetterTemplate[];
  readonly saving?: { readonly status: number; readonly body: object };
}

/** The server, for one template. */
function serve({ draft: served = draft, faults = [], templates = [template], saving }: Served = {}) {
  return ({ pathname }: URL, { method = 'GET' }: RequestInit) => {
    if (pathname.endsWith('/preview'))
      return { body: { faults, lacks: [], mail: { subject: '件名', text: '本文', html: '<html></html>' } } };
    if (pathname.endsWith('/letters')) return { body: { items: [], nextCursor: null } };
    if (pathname.endsWith('/letter-templates') && method === 'GET')
      return { body: { items: templates, nextCursor: null } };
    if (pathname.includes('/versions/'))
      return { body: { items: [version(2, '新', false), version(1, '旧')], nextCursor: null } };
    if (method === 'PUT' && saving) return saving;
    if (pathname.includes('/drafts/')) return { body: served, headers: { etag: '"v1"' } };
    return { body: template };
  };
}

const editor = (change: Partial<Parameters<typeof DraftEditor>[0]> = {}) => (
  <DraftEditor slug="sakura" template={template} locale="ja" maySet mayTest {...change} />
);

beforeAll(() => {
  HTMLElement.prototype.setPointerCapture ??= () => undefined;
});

test('the page knows the limits and tokens of the server', () => {
  expect(edit.limits).toEqual(wordingLimits);
  expect(edit.tokens).toEqual(wordingTokens);
  expect(toTemplateSearch({ locale: 'fr', x: 1 })).toEqual({});
});

describe('blocks', () => {
  const edited = edit.toEdited(draft);
  const kinds = ({ blocks }: edit.Edited) => blocks.map(({ block }) => block.kind);

  test('are moved, removed and added, each keeping its key; a new one stands before the signature', () => {
    const added = edit.addBlock(edit.removeBlock(edit.moveBlock(edited, 1, 1), 0), edit.makeBlock('divider'));

    expect(kinds(added)).toEqual(['link', 'paragraph', 'refusal', 'divider', 'signature']);
    expect(added.blocks.map(({ key }) => key)).toEqual([2, 1, 3, 5, 4]);
    expect(edit.moveBlock(edited, 0, -1)).toEqual(edited);
  });

  test('of which a letter has one are offered while it is not there', () => {
    expect(edit.kinds.filter((kind) => edit.canAdd(edited, kind))).toEqual(['paragraph', 'heading', 'divider']);
    expect(edit.canAdd(edit.removeBlock(edited, 2), 'link')).toBe(true);
  });
});

test('a difference read forwards gives the new text, read backwards the old one', () => {
  const text = fc.array(fc.constantFrom('一', '二', '三', ''), { maxLength: 12 });
  fc.assert(
    fc.property(text, text, (before, after) => {
      const lines = diffLines(before, after);
      const without = (sign: string) => lines.filter((line) => line.sign !== sign).map((line) => line.text);

      expect([without('+'), without('-')]).toEqual([before, after]);
    }),
  );
  expect(diffLines(['一', '二'], ['一', '二']).every(({ sign }) => sign === ' ')).toBe(true);
});

test('a mail in a frame keeps its look under a policy without style attributes, and leads nowhere', () => {
  const html =
    '<head><style type="text/css">a{}</style></head><td\nstyle="color:red;"><a href="/x" style="color:red;">x</a></td>';

  expect(toFramed(html, 'n')).toBe(
    '<head><style nonce="n" type="text/css">a{}</style><style nonce="n">[data-style="0"][data-style][data-style]{color:red;}</style></head><td\ndata-style="0"><a data-style="0">x</a></td>',
  );
});

describe('the list', () => {
  test('teaches where there is none, and shows the standard letter as what goes out', async () => {
    await renderPart(<TemplateList slug="sakura" maySet />, { answer: serve({ templates: [] }) });

    expect(await screen.findByText('自社のテンプレートはまだありません')).toBeTruthy();
    expect(screen.getByText('標準の文面')).toBeTruthy();
    expect(screen.getByText('既定')).toBeTruthy();
  });

  test('has no button for who may only look', async () => {
    await renderPart(<TemplateList slug="sakura" maySet={false} />, { answer: serve() });

    expect(await screen.findByText('日本語: 公開中（版1）・下書きあり')).toBeTruthy();
    expect(screen.queryAllByRole('button')).toEqual([]);
  });

  test('asks before a template is archived, and says what goes out then', async () => {
    const { asked } = await renderPart(<TemplateList slug="sakura" maySet />, { answer: serve() });
    await userEvent.click(await screen.findByRole('button', { name: 'アーカイブする' }));
    const dialog = within(await screen.findByRole('dialog'));
    expect(dialog.getByText(/標準の文面が使われます/)).toBeTruthy();

    await userEvent.click(dialog.getByRole('button', { name: 'アーカイブする' }));

    await waitFor(() => expect(asked.some(({ init }) => init.method === 'PATCH')).toBe(true));
    const sent = asked.find(({ init }) => init.method === 'PATCH');
    expect(JSON.parse(String(sent?.init.body))).toEqual({ isArchived: true });
  });
});

describe('the editor', () => {
  test('puts a token where the cursor stands, previews it, and saves over the version that was read', async () => {
    const { asked } = await renderPart(editor(), { answer: serve() });
    const field = await screen.findByLabelText<HTMLTextAreaElement>('2番目の文章');
    await userEvent.type(field, '{Home}', { initialSelectionStart: 0, initialSelectionEnd: 0 });

    await userEvent.click(screen.getByRole('button', { name: '2番目の文章に差し込みを入れる' }));
    await userEvent.click(await screen.findByRole('menuitem', { name: '会社名' }));
    await waitFor(() => {
      const last = asked.filter(({ url }) => url.endsWith('/preview')).at(-1);
      expect(JSON.parse(String(last?.init.body)).wording.blocks[1].text).toBe('{{ companyName }}髙﨑さん、');
    });
    await userEvent.click(screen.getByRole('button', { name: '保存する' }));

    await waitFor(() => expect(asked.some(({ init }) => init.method === 'PUT')).toBe(true));
    const sent = asked.find(({ init }) => init.method === 'PUT');
    expect(sent?.init.headers).toMatchObject({ 'if-match': '"v1"' });
    expect(JSON.parse(String(sent?.init.body)).blocks[1].text).toBe('{{ companyName }}髙﨑さん、');
  });

  test('moves a block by the keyboard, keeps the focus on its button, and says where it is', async () => {
    await renderPart(editor(), { answer: serve() });
    const down = await screen.findByRole('button', { name: '2番目の「本文」を下へ移動' });
    down.focus();

    await userEvent.keyboard('{Enter}');

    expect(document.activeElement).toBe(screen.getByRole('button', { name: '3番目の「本文」を下へ移動' }));
    expect(screen.getByText('3番目へ移動しました。')).toBeTruthy();
  });

  test('says beside the block what is wrong with it, and above all what the letter lacks', async () => {
    const lacking: WordingFault = {
      ...{ code: 'link-missing', at: 'letter', found: '' },
      message: { ja: '「リンク」のブロックを入れてください。', en: '' },
    };
    await renderPart(editor(), { answer: serve({ faults: [gift, lacking] }) });

    const field = await screen.findByLabelText('2番目の文章');
    await waitFor(() => expect(field.getAttribute('aria-invalid')).toBe('true'));
    const described = (field.getAttribute('aria-describedby') ?? '').split(' ');
    expect(described.map((one) => document.getElementById(one)?.textContent)).toContain(gift.message.ja);
    expect(await screen.findByText('「リンク」のブロックを入れてください。')).toBeTruthy();
  });

  test('neither publishes nor tests what is not saved', async () => {
    await renderPart(editor(), { answer: serve() });
    await userEvent.type(await screen.findByLabelText('件名'), 'あ');

    for (const name of ['公開する', '自分にテスト送信'])
      expect(screen.getByRole<HTMLButtonElement>('button', { name }).disabled).toBe(true);
    expect(screen.getByText('テスト送信と公開は、保存してから行えます。')).toBeTruthy();
  });

  test('publishes a word that looks like a reward only with a reason', async () => {
    const faulty = { ...draft, faults: [gift] };
    const { asked } = await renderPart(editor(), { answer: serve({ draft: faulty, faults: [gift] }) });
    await userEvent.click(await screen.findByRole('button', { name: '公開する' }));
    const dialog = within(await screen.findByRole('dialog'));
    const go = dialog.getByRole<HTMLButtonElement>('button', { name: '公開する' });
    const wasDisabled = go.disabled;

    await userEvent.type(dialog.getByLabelText('このまま公開する理由'), '選考の観点のことで、見返りではありません');
    await userEvent.click(go);

    expect(wasDisabled).toBe(true);
    await waitFor(() => expect(asked.some(({ url }) => url.endsWith('/publish'))).toBe(true));
    const sent = asked.find(({ url }) => url.endsWith('/publish'));
    expect(JSON.parse(String(sent?.init.body))).toEqual({ giftReason: '選考の観点のことで、見返りではありません' });
    expect(sent?.init.headers).toMatchObject({ 'if-match': '"v1"' });
  });

  test('keeps what was typed when another admin was quicker, and offers the newest', async () => {
    const saving = { status: 412, body: { code: 'request_outdated', title: '', status: 412 } };
    await renderPart(editor(), { answer: serve({ saving }) });
    const subject = await screen.findByLabelText<HTMLInputElement>('件名');
    await userEvent.type(subject, 'の件');
    await userEvent.click(screen.getByRole('button', { name: '保存する' }));

    const reload = await screen.findByRole('button', { name: '最新の内容を読み込む' });
    const kept = subject.value;
    await userEvent.click(reload);

    expect(kept).toBe('選考結果の件');
    await waitFor(() => expect(screen.getByLabelText<HTMLInputElement>('件名').value).toBe('選考結果'));
  });

  test('shows every version with what changed, and asks before it goes back to one', async () => {
    const { asked } = await renderPart(editor(), { answer: serve() });
    await userEvent.click(await screen.findByRole('button', { name: '変更履歴' }));
    await userEvent.click(await screen.findByRole('button', { name: '前の版との違いを見る' }));
    const old = screen.getByText('旧').tagName;
    const made = screen.getByText('新').tagName;

    await userEvent.click(screen.getByRole('button', { name: 'この版に戻す' }));
    const dialog = within(await screen.findByRole('dialog', { name: '版1の文面に戻しますか？' }));
    await userEvent.click(dialog.getByRole('button', { name: 'この版に戻す' }));

    expect([old, made]).toEqual(['DEL', 'INS']);
    await waitFor(() => expect(asked.some(({ url }) => url.endsWith('/restore'))).toBe(true));
  });

  test('of who may only look has nothing to change', async () => {
    await renderPart(editor({ maySet: false, mayTest: false }), { answer: serve() });

    const field = await screen.findByLabelText<HTMLTextAreaElement>('2番目の文章');
    expect(field.readOnly).toBe(true);
    expect(screen.queryAllByRole('button').map(({ textContent }) => textContent)).toEqual(['変更履歴']);
  });
});

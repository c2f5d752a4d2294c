import { describe, expect, test } from '@jest/globals';
import { newId } from '../../../src/platform/ids.ts';
import { actionIds } from '../../../src/slack/app/action-ids.ts';
import { escapeMrkdwn } from '../../../src/slack/model.ts';
import { type Locale, noticeKinds, remarkActs } from '../../../src/slack/notice/kinds.ts';
import { toSampleView } from '../../../src/slack/text/preview.ts';
import { renderNotice } from '../../../src/slack/text/render-notice.ts';
import type { LetterCounts, NoticeView, TextContext } from '../../../src/slack/text/view.ts';
import { SlackText, validateBlocks } from '../../support/fake-slack.ts';

const locales = ['ja', 'en'] as const;
const everyText = noticeKinds.flatMap((kind) => locales.map((locale) => [kind, locale] as const));

const toContext = (locale: Locale, change: Partial<TextContext> = {}): TextContext => ({
  locale,
  company: '架空食品株式会社',
  wording: undefined,
  baseUrl: 'https://relay.example.com',
  ...change,
});

const nasty = `<!channel> <@U0123456789> <https://evil.example.com|髙﨑> 𠮷野 &amp; "},{{ 7 | plus: 1 }}\\ O'Brien 🍱 @channel`;
const letters: LetterCounts = {
  planned: 12,
  held: 5,
  sent: 3,
  cancelled: 1,
  unclear: 1,
  heldBy: { 'no-address': 2, 'reason-unknown': 3 },
  nextAt: new Date('2026-11-24T00:00:00Z'),
  isShadow: false,
};

/** A notice with all that can stand in one, every figure being `count` and every name `name`. */
function toFullView(kind: NoticeView['kind'], count: number, name: string): NoticeView {
  const sample = toSampleView(kind);
  const weeks = Array.from({ length: 12 }, () => ({ label: '11/16', sent: count, consents: count }));
  const tokens = Object.entries(sample.tokens).map(([key, value]) => {
    if (typeof value === 'number') return [key, count];
    return [key, key === 'title' || key === 'whatToDo' ? name : value];
  });
  return {
    ...sample,
    noticeId: newId(),
    companyId: newId(),
    connectionId: newId(),
    reservationId: newId(),
    tokens: { ...Object.fromEntries(tokens), history: JSON.stringify(weeks) },
    remarks: Array.from({ length: 40 }, () =>
      remarkActs.map((did) => ({ by: 'U0123456789', did, count, at: '2026-11-24T05:05:00Z' })),
    ).flat(),
    letters: sample.letters && {
      ...letters,
      planned: count,
      held: count,
      unclear: count,
      heldBy: { 'reason-unknown': count, another: count },
      isShadow: true,
    },
    people: Array.from({ length: 300 }, () => ({ name, job: name })),
    chart: { fileRef: 'F0123456789' },
  };
}

describe.each(everyText)('the notice %s in %s', (kind, locale) => {
  test.each([0, 1, 100_000])('keeps the limits of Slack with the longest names and figures of %s', (count) => {
    for (const name of [nasty, '&'.repeat(3_000), '🍱'.repeat(1_500), '𠮷野'.repeat(2_000)]) {
      const { text, blocks } = renderNotice(toFullView(kind, count, name), toContext(locale, { company: name }));

      expect(validateBlocks(blocks, 'message')).toEqual([]);
      expect(SlackText.safeParse(text).error).toBeUndefined();
      expect(text.length).toBeLessThanOrEqual(3_000);
      expect(JSON.stringify([text, blocks])).not.toMatch(/undefined|NaN|\[object|\{who\}/);
      expect(`${text}${JSON.stringify(blocks)}`.isWellFormed()).toBe(true);
    }
  });

  test('calls nobody and links nowhere, whatever a company, an ATS or a person is called', () => {
    const { text, blocks } = renderNotice(toFullView(kind, 3, nasty), toContext(locale, { company: nasty }));

    const controls = [...`${escapeMrkdwn(text)}${JSON.stringify(blocks)}`.matchAll(/<[^>]*>/g)].map(
      ([control]) => control,
    );
    expect(controls.filter((control) => control !== '<@U0123456789>')).toEqual([]);
    const mrkdwn = JSON.stringify(blocks).match(/"type":"mrkdwn"/g)?.length;
    expect(JSON.stringify(blocks).match(/"verbatim":true/g)?.length).toBe(mrkdwn);
  });

  test('tells the company and all that matters in its fallback', () => {
    const { text } = renderNotice(toSampleView(kind), toContext(locale));

    expect(text).toContain('架空食品株式会社');
    expect(text).toMatchSnapshot();
  });

  test('has one button at the most, which carries ids only', () => {
    const view = toFullView(kind, 3, nasty);

    const { blocks } = renderNotice(view, toContext(locale));

    const buttons = blocks.flatMap((block) => (block.type === 'actions' ? block.elements : []));
    expect(buttons.length).toBeLessThanOrEqual(1);
    const { noticeId, companyId, connectionId, reservationId } = view;
    const ids = { companyId, noticeId, connectionId, reservationId };
    for (const button of buttons) {
      expect(button.type === 'button' && JSON.parse(button.value ?? '')).toEqual(ids);
    }
  });
});

/** All that a reader sees, one line for each text. */
function readTexts(view: NoticeView, locale: Locale = 'ja', change: Partial<TextContext> = {}): string {
  const { blocks } = renderNotice(view, toContext(locale, change));
  return [...JSON.stringify(blocks).matchAll(/"text":"((?:[^"\\]|\\.)*)"/g)].map(([, text]) => text).join('\n');
}

function readAction(view: NoticeView): string | undefined {
  const { blocks } = renderNotice(view, toContext('ja'));
  const [button] = blocks.flatMap((block) => (block.type === 'actions' ? block.elements : []));
  return button?.action_id;
}

test('letters are told by how they stand, and those that wait by why, the largest first', () => {
  const texts = readTexts({ ...toSampleView('letters-planned'), letters });

  expect(texts).toContain('*12通* を送信予定（次は 11/24 9:00）');
  expect(texts).toContain('*5通* が確認待ち（不採用理由の扱いが未設定 3・宛先なし 2）');
  expect(texts).toContain('3通を送信済み');
});

test('in shadow nobody is led to think that letters leave', () => {
  const view = { ...toSampleView('letters-planned'), letters: { ...letters, isShadow: true } };

  expect(readTexts(view)).toContain('まだ1通も送信されません');
  expect(renderNotice(view, toContext('ja')).text).toContain('まだ1通も送信されません');
  expect(readTexts(view, 'en')).toContain('nothing is sent yet');
});

test('a notice whose letters are all settled says so and asks for nothing', () => {
  const settled = { ...letters, planned: 0, held: 0, unclear: 0, heldBy: {}, nextAt: null };
  const view = { ...toSampleView('letters-held'), letters: settled };

  expect(readTexts(view)).toContain('すべて対応済みです。');
  expect(readTexts(view)).not.toMatch(/確認待ち|送信されません/);
  expect(readAction(view)).toBeUndefined();
});

test('once held letters are planned, their notice no longer says that they wait', () => {
  const reviewed = { ...letters, planned: 5, held: 0, unclear: 0, heldBy: {} };

  const texts = readTexts({ ...toSampleView('letters-held'), letters: reviewed });

  expect(texts).toMatch(/確認済みです[\s\S]*\*5通\* を送信予定/);
  expect(texts).not.toMatch(/確認待ち/);
  expect(readTexts({ ...toSampleView('letters-planned'), letters: reviewed })).toMatch(/手紙の送信予定/);
});

test('held letters lead to the reasons where most of them wait for one, else to the letters', () => {
  const held = (heldBy: Record<string, number>) => ({
    ...toSampleView('letters-held'),
    letters: { ...letters, heldBy },
  });

  expect(readAction(held({ 'reason-unknown': 3, 'no-address': 2 }))).toBe(actionIds.reasonsMap);
  expect(readAction(held({ 'reason-unknown': 2, 'no-address': 3 }))).toBe(actionIds.lettersReview);
  expect(readAction(toSampleView('letters-planned'))).toBe(actionIds.lettersReview);
});

test('each kind leads to what it is about', () => {
  const found = Object.fromEntries(noticeKinds.map((kind) => [kind, readAction(toSampleView(kind))]));

  expect(found).toEqual({
    'credit-earned': 'credit-reserve',
    'credit-reserved': 'credit-settle',
    'credit-expiring': 'credit-reserve',
    'letters-planned': 'letters-review',
    'letters-held': 'reasons-map',
    'connection-failing': 'connection-retry',
    'connection-silent': 'connection-retry',
    'consents-to-label': 'open-settings',
    'import-problems': 'open-settings',
    'weekly-digest': 'open-settings',
  });
});

test.each([
  [7, 10, '●●●●●●●○○○  7/10名'],
  [0, 10, '○○○○○○○○○○  0/10名'],
  [99_999, 100_000, '●●●●●●●●●●●●●●●●●●●○  99999/100000名'],
])('progress of %s of %s is drawn and written', (towardsNext, perCredit, bar) => {
  const sample = toSampleView('progress');

  const texts = readTexts({ ...sample, tokens: { ...sample.tokens, towardsNext, perCredit } });

  expect(texts).toContain(bar);
});

test('of many people ten are named, then how many more', () => {
  const people = Array.from({ length: 13 }, (_, index) => ({
    name: `髙﨑 ${index}`,
    job: index === 0 ? '営業' : null,
  }));

  const texts = readTexts({ ...toSampleView('letters-held'), people });

  expect(texts).toContain('髙﨑 0（営業）');
  expect(texts).toContain('髙﨑 9');
  expect(texts).not.toContain('髙﨑 10');
  expect(texts).toContain('ほか3名');
});

test('who acted is named below, and a name that is no id of Slack becomes nobody', () => {
  const remark = { did: 'letters-sent', count: 3, at: '2026-11-24T05:05:00Z' } as const;
  const remarks = ['U0123456789', 'channel> <!here'].map((by) => ({ ...remark, by }));

  const texts = readTexts({ ...toSampleView('letters-held'), remarks });

  expect(texts).toContain('<@U0123456789> さんが3通の送信を承認しました（11/24 14:05）');
  expect(texts).toContain('担当の方 さんが3通の送信を承認しました（11/24 14:05）');
});

test('of many who acted the last are named', () => {
  const remarks = Array.from({ length: 40 }, (_, index) => ({
    by: `U${1_000 + index}`,
    did: 'letters-held' as const,
    count: 1,
    at: '2026-11-24T05:05:00Z',
  }));

  const texts = readTexts({ ...toSampleView('letters-held'), remarks });

  expect(texts.match(/<@U\d+>/g)).toEqual(
    [1_032, 1_033, 1_034, 1_035, 1_036, 1_037, 1_038, 1_039].map((id) => `<@U${id}>`),
  );
});

test('a name is one line, however it was typed', () => {
  const people = [{ name: '髙﨑\n• 一郎', job: '営業\u202e' }];

  expect(readTexts({ ...toSampleView('letters-held'), people })).toContain('髙﨑 • 一郎（営業）');
});

test('the chart tells its figures to those who cannot see it', () => {
  const sample = toSampleView('weekly-digest');
  const history = JSON.stringify([{ label: '11/16', sent: 34, consents: 5 }]);

  const { blocks } = renderNotice(
    { ...sample, tokens: { ...sample.tokens, history }, chart: { fileRef: 'F0123456789' } },
    toContext('ja'),
  );

  const image = blocks.find((block) => block.type === 'image');
  expect(image).toMatchObject({ slack_file: { id: 'F0123456789' } });
  expect(image?.alt_text).toContain('11/16の週：34通、5名');
  // What the colours mean stands right below them.
  expect(JSON.stringify(blocks[(image ? blocks.indexOf(image) : -2) + 1])).toContain('large_blue_square');
});

test('a week without letters has no rate, and a pace that nobody knows is not made up', () => {
  const sample = toSampleView('weekly-digest');

  const texts = readTexts({ ...sample, tokens: { ...sample.tokens, ratePercent: '—', weeksToNext: '', openHeld: 0 } });

  expect(texts).toContain('5名（—）');
  expect(texts).toContain('まだ見通せません');
  expect(texts).not.toContain('確認待ち');
});

test('figures that were kept as text are figures all the same', () => {
  const sample = toSampleView('weekly-digest');

  const texts = readTexts({ ...sample, tokens: { ...sample.tokens, ratePercent: '15', weeksToNext: '1' } }, 'en');

  expect(texts).toContain('5 (15%)');
  expect(texts).toContain('about 1 week away');
});

test('what to do about a failing connection is told in the language of the reader, whatever was planned', () => {
  const sample = toSampleView('connection-failing');
  const failing = (code: string) => ({ ...sample, tokens: { ...sample.tokens, code, whatToDo: 'unknown' } });

  expect(readTexts(failing('vendor_forbidden'), 'ja')).toContain('ATSの権限が足りません');
  expect(readTexts(failing('vendor_forbidden'), 'en')).toContain('lack a permission');
  expect(readTexts(failing('code_of_tomorrow'), 'en')).toContain('Something went wrong on our side');
});

test("a company's own words stand in place of ours, and can do no more than ours", () => {
  const wording = { title: '<b>{{ company }}さん</b>', body: '*{{ missing }}名* です <!channel> &' };

  const texts = readTexts(toSampleView('progress'), 'ja', { wording });

  expect(texts).toContain('＜b＞架空食品株式会社さん＜/b＞');
  expect(texts).toContain('*3名* です &lt;!channel&gt; &amp;');
});

test.each([
  { title: 'あと{{ gone }}', body: '本文' },
  { title: '題', body: '{{ missing' },
  { title: ' ', body: '本文' },
])('own words that no longer fit give way to ours: %j', (wording) => {
  expect(readTexts(toSampleView('progress'), 'ja', { wording })).toContain('次のクレジットまで、あと3名です');
});

test('a missing token is a mistake that is seen, not a blank', () => {
  expect(() => renderNotice({ ...toSampleView('progress'), tokens: { missing: 3 } }, toContext('ja'))).toThrow(
    /perCredit/,
  );
});

test('one is told in the singular, more in the plural', () => {
  const title = (missing: number) => {
    const sample = toSampleView('progress');
    return readTexts({ ...sample, tokens: { ...sample.tokens, missing } }, 'en');
  };

  expect(title(1)).toContain('1 more person until');
  expect(title(2)).toContain('2 more people until');
});

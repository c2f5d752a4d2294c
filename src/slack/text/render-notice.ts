import type { types } from '@slack/bolt';
import { z } from 'zod';
import { type ErrorCode, errorCodes } from '../../platform/error-codes.ts';
import { toPlainLine } from '../../platform/plain-line.ts';
import { type ActionId, actionIds, toActionValue } from '../app/action-ids.ts';
import { escapeMrkdwn, toShownName } from '../model.ts';
import type { Locale, NoticeKind, Remark, Tokens } from '../notice/kinds.ts';
import { toShownToken } from './dates.ts';
import { isOpen, isSettled, isWaitingForReasons, toLetterLines, toLetterSentence } from './letter-lines.ts';
import { clampMessage, clampText, limits } from './limits.ts';
import { fillText } from './liquid.ts';
import { toSettingsUrl } from './settings-url.ts';
import { type NoticeText, noticeTexts, partTexts } from './texts.ts';
import { ChartWeek, type NoticeView, type RenderedNotice, type ShownPerson, type TextContext } from './view.ts';

const mostPeople = 10;
const mostRemarks = 8;
const longestName = 80;
const longestBar = 20;

/**
 * Writes a notice as Slack takes it: title, body, figures, one button at the most, and small lines below. A company's own
 * wording replaces title and body; one that no longer fits our tokens gives way to ours.
 * @throws Error when a token of the kind is missing: a mistake of ours.
 */
export function renderNotice(view: NoticeView, context: TextContext): RenderedNotice {
  const { kind } = view;
  const { locale } = context;
  const texts: NoticeText = noticeTexts[locale][kind];
  const tokens = toShownTokens(view, context);
  const { title, body } = fillWording(view, texts, tokens, context);
  const end = view.letters ? toLetterSentence(view.letters, locale) : '';
  return clampMessage({
    text: `${fillText(texts.fallback, tokens, 'plain')}${end}`,
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: title, emoji: true } },
      toSection(body),
      ...renderFigures(view, tokens, locale),
      ...renderPeople(view.people, locale),
      ...(view.chart && kind === 'weekly-digest'
        ? [renderChart(view.chart, tokens, locale), ...toContext([partTexts[locale].digest.legend])]
        : []),
      ...renderAction(view, texts, context),
      ...renderNotes(view, texts, tokens, locale),
      ...renderRemarks(view.remarks, locale),
    ],
  });
}

function toShownTokens({ kind, tokens }: NoticeView, { locale, company }: TextContext): Tokens {
  const shown = Object.entries(tokens).map(([name, value]) => [name, toShownToken(value, locale)] as const);
  return {
    ...Object.fromEntries(shown),
    company: toShownName(company),
    ...(kind === 'connection-failing' ? { whatToDo: toUserMessage(String(tokens.code))[locale] } : {}),
    ...(kind === 'weekly-digest' && locale === 'en' ? { week: String(tokens.week).replace('〜', '–') } : {}),
  };
}

/** Our text for people, by code; a code of another version of ours falls back to the general one. */
function toUserMessage(code: string): { readonly ja: string; readonly en: string } {
  return errorCodes[isErrorCode(code) ? code : 'internal_error'];
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errorCodes, code);
}

/** The title is plain text to Slack, the body mrkdwn. */
function fillWording(
  { kind, letters }: NoticeView,
  texts: NoticeText,
  tokens: Tokens,
  { wording }: TextContext,
): { title: string; body: string } {
  if (wording) {
    try {
      const title = toTitle(fillText(wording.title, tokens, 'plain'));
      const body = fillText(escapeMrkdwn(wording.body), tokens, 'mrkdwn').trim();
      if (title !== '' && body !== '') return { title, body };
    } catch {
      // It was linted when it was saved; since then a token of ours has gone.
    }
  }
  const { title, body } = letters && texts.settled && isSettled(kind, letters) ? texts.settled : texts;
  return { title: toTitle(fillText(title, tokens, 'plain')), body: fillText(body, tokens, 'mrkdwn') };
}

/** Plain text has no escapes; look-alikes keep even a copied title from making a mention. */
function toTitle(text: string): string {
  return toPlainLine(text).replaceAll('<', '＜').replaceAll('>', '＞');
}

function renderFigures({ kind, letters }: NoticeView, tokens: Tokens, locale: Locale): readonly types.KnownBlock[] {
  if (letters) {
    const lines = toLetterLines(letters, locale).map((line) => `• ${line}`);
    const { done } = partTexts[locale].letters;
    return [toSection((isOpen(letters) ? lines : [...lines, done]).join('\n'))];
  }
  if (kind === 'progress') return [toSection(renderProgress(tokens, locale))];
  return kind === 'weekly-digest' ? [renderDigest(tokens, locale)] : [];
}

/** One circle for each person; of more than 20, the same share of 20 circles. */
function renderProgress(tokens: Tokens, locale: Locale): string {
  const perCredit = Math.max(Number(tokens.perCredit), 1);
  const length = Math.min(perCredit, longestBar);
  const full = Math.min(Math.max(Math.floor((Number(tokens.towardsNext) * length) / perCredit), 0), length);
  const bar = '●'.repeat(full) + '○'.repeat(length - full);
  return fillText(partTexts[locale].progress, { ...tokens, bar }, 'mrkdwn');
}

function renderDigest(tokens: Tokens, locale: Locale): types.SectionBlock {
  const { digest } = partTexts[locale];
  const rate = typeof tokens.ratePercent === 'number' ? `${tokens.ratePercent}%` : String(tokens.ratePercent);
  const shown = ['sent', 'consents', 'available', 'towardsNext'] as const;
  const names = Number(tokens.openHeld) > 0 ? ([...shown, 'openHeld'] as const) : shown;
  return {
    type: 'section',
    fields: names.map((name) => toMrkdwn(fillText(digest[name], { ...tokens, rate }, 'mrkdwn'))),
  };
}

function renderPeople(people: readonly ShownPerson[], locale: Locale): readonly types.KnownBlock[] {
  if (people.length === 0) return [];
  const { heading, line, lineJob, more } = partTexts[locale].people;
  const lines = people.slice(0, mostPeople).map((person) => {
    const name = clampText(toPlainLine(person.name), longestName);
    const job = clampText(toPlainLine(person.job ?? ''), longestName);
    return fillText(job === '' ? line : lineJob, { name, job }, 'mrkdwn');
  });
  const rest = people.length - mostPeople;
  return [toSection([heading, ...lines, ...(rest > 0 ? [fillText(more, { count: rest }, 'mrkdwn')] : [])].join('\n'))];
}

function renderChart(chart: NonNullable<NoticeView['chart']>, tokens: Tokens, locale: Locale): types.ImageBlock {
  const { chart: text, chartWeek } = partTexts[locale].digest;
  const weeks = parseHistory(tokens.history).map((week) => fillText(chartWeek, { ...week }, 'plain'));
  const alt_text = [fillText(text, tokens, 'plain'), ...weeks].join('\n');
  if ('fileRef' in chart) return { type: 'image', slack_file: { id: chart.fileRef }, alt_text };
  return { type: 'image', image_url: chart.imageUrl, alt_text };
}

/** The weeks of the picture, kept as JSON beside the digest's tokens; [] when they are not. */
function parseHistory(history: Tokens[string] | undefined): readonly ChartWeek[] {
  if (typeof history !== 'string') return [];
  try {
    return z.array(ChartWeek).parse(JSON.parse(history));
  } catch {
    return [];
  }
}

/** What each kind asks for; where nothing is asked, there is no button. */
const actions = {
  'credit-earned': actionIds.creditReserve,
  progress: undefined,
  'credit-reserved': actionIds.creditSettle,
  'credit-used': undefined,
  'credit-released': undefined,
  // What is reserved does not expire.
  'credit-expiring': actionIds.creditReserve,
  'credit-expired': undefined,
  'letters-planned': actionIds.lettersReview,
  'letters-held': actionIds.lettersReview,
  'connection-failing': actionIds.connectionRetry,
  'connection-recovered': undefined,
  'connection-silent': actionIds.connectionRetry,
  'consents-to-label': actionIds.openSettings,
  'import-problems': actionIds.openSettings,
  'weekly-digest': actionIds.openSettings,
} as const satisfies Record<NoticeKind, ActionId | undefined>;

function renderAction(view: NoticeView, texts: NoticeText, context: TextContext): readonly types.KnownBlock[] {
  const { kind, letters } = view;
  const usual = actions[kind];
  if (usual === undefined || texts.action === undefined || (letters && !isOpen(letters))) return [];
  const areReasonsAsked = kind === 'letters-held' && letters !== null && isWaitingForReasons(letters);
  const action = areReasonsAsked ? actionIds.reasonsMap : usual;
  const text = areReasonsAsked ? partTexts[context.locale].letters.mapAction : texts.action;
  const button: types.Button = {
    type: 'button',
    action_id: action,
    text: { type: 'plain_text', text, emoji: true },
    value: toActionValue(toIds(view)),
    ...(action === actionIds.openSettings ? { url: toSettingsUrl(context.baseUrl) } : { style: 'primary' }),
  };
  return [{ type: 'actions', elements: [button] }];
}

function toIds({ companyId, noticeId, connectionId, reservationId }: NoticeView) {
  return {
    companyId,
    noticeId,
    ...(connectionId ? { connectionId } : {}),
    ...(reservationId ? { reservationId } : {}),
  };
}

function renderNotes(view: NoticeView, texts: NoticeText, tokens: Tokens, locale: Locale): readonly types.KnownBlock[] {
  const { letters } = partTexts[locale];
  const notes = [
    ...(view.letters?.isShadow ? [letters.shadow] : []),
    ...(texts.note === undefined ? [] : [fillText(texts.note, tokens, 'mrkdwn')]),
  ];
  return toContext(notes);
}

function renderRemarks(remarks: readonly Remark[], locale: Locale): readonly types.KnownBlock[] {
  const { remarks: texts, somebody } = partTexts[locale];
  const lines = remarks.slice(-mostRemarks).map(({ by, did, count, at }) => {
    // Only an id as Slack makes them becomes a mention; the rest of the line has nothing that could.
    const who = /^[UW][A-Z0-9]{2,30}$/.test(by) ? `<@${by}>` : somebody;
    return fillText(texts[did], { who: '{who}', count, at: toShownToken(at, locale) }, 'mrkdwn').replace('{who}', who);
  });
  return toContext(lines);
}

function toContext(lines: readonly string[]): readonly types.KnownBlock[] {
  return lines.length === 0
    ? []
    : [{ type: 'context', elements: lines.slice(0, limits.contextElements).map(toMrkdwn) }];
}

function toSection(text: string): types.SectionBlock {
  return { type: 'section', text: toMrkdwn(text) };
}

/** `verbatim`: Slack makes no link, channel or mention of what merely looks like one. */
function toMrkdwn(text: string): types.MrkdwnElement {
  return { type: 'mrkdwn', text, verbatim: true };
}

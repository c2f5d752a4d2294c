import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { LetterStatus } from '../../platform/tables.ts';
import type { Locale, Tokens } from '../notice/kinds.ts';
import { toMoment } from '../text/dates.ts';
import { fillText } from '../text/liquid.ts';
import { clip } from './block-kit.ts';

/** Every text of the home, the modals and the answers; templates/slack/app.<locale>.json has each of them. */
export const wordKeys = [
  'app.name',
  'modal.waiting',
  'time.never',
  'count.letters',
  'choice.company',
  'switch.choose',
  'button.close',
  'button.back',
  'button.cancel-dialog',
  'button.continue',
  'button.save',
  'button.previous',
  'button.next',
  'button.look',
  'button.review',
  'button.map',
  'button.next-reason',
  'button.retry',
  'button.pause',
  'button.resume',
  'button.reserve',
  'button.settle',
  'button.settings',
  'button.reject',
  'button.preview',
  'button.reject-send',
  'button.send',
  'button.hold',
  'button.cancel',
  'button.send-all',
  'button.hold-all',
  'button.cancel-all',
  'confirm.send.title',
  'confirm.send.text',
  'confirm.send.doubtful',
  'confirm.send-all.text',
  'confirm.hold.title',
  'confirm.hold.text',
  'confirm.hold-all.text',
  'confirm.cancel.title',
  'confirm.cancel.text',
  'confirm.cancel-all.text',
  'confirm.reject.title',
  'confirm.reject.text',
  'role.owner',
  'role.recruiter',
  'role.viewer',
  'role.auditor',
  'state.live',
  'state.shadow',
  'state.paused',
  'state.failing',
  'refusal.not-installed',
  'refusal.not-tied',
  'refusal.not-linked',
  'refusal.no-right',
  'refusal.ask',
  'refusal.choose',
  'refusal.late',
  'refusal.outdated',
  'refusal.gone',
  'command.suggestion',
  'command.unknown',
  'help',
  'held.none',
  'held.count',
  'link.how',
  'link.linked',
  'link.unknown-code',
  'link.slow-down',
  'balance.credits',
  'balance.next',
  'balance.bar',
  'balance.spent',
  'balance.projection',
  'balance.no-projection',
  'home.title',
  'home.company',
  'home.held',
  'home.health-ok',
  'home.health-failing',
  'home.health-paused',
  'home.health-none',
  'home.waiting',
  'home.nothing-waits',
  'home.unknown-reason',
  'home.failing',
  'home.connections',
  'home.no-connection',
  'home.connection',
  'home.reservations',
  'home.reservation',
  'home.more',
  'home.help',
  'hold.reason-unknown',
  'hold.reason-hold',
  'hold.no-address',
  'hold.blank-token',
  'hold.agency-missing',
  'hold.agency-incomplete',
  'hold.licence-expired',
  'hold.by-hand',
  'hold.other',
  'standing.failed',
  'standing.unknown',
  'standing.past',
  'letters.title',
  'letters.waiting',
  'letters.planned',
  'letters.none-waiting',
  'letters.none-planned',
  'letters.whole-page',
  'letters.did-send',
  'letters.soon',
  'letters.not-live',
  'letters.did-hold',
  'letters.did-cancel',
  'letters.left',
  'letters.may-return',
  'letter.none',
  'letter.head',
  'letter.name',
  'letter.facts',
  'letter.due',
  'letter.leaving',
  'letter.approved',
  'letter.shadow',
  'letter.paused',
  'letter.live',
  'reasons.title',
  'reasons.none',
  'reasons.which',
  'reasons.decided-by',
  'reasons.letter',
  'reasons.others',
  'reasons.confirm',
  'reasons.will-send',
  'reasons.will-skip',
  'reasons.will-hold',
  'reasons.later',
  'reasons.saved',
  'decided-by.company',
  'decided-by.candidate',
  'decided-by.unknown',
  'rule.send',
  'rule.skip',
  'rule.hold',
  'pause.title',
  'pause.which',
  'pause.none',
  'pause.ask',
  'pause.done',
  'pause.already',
  'resume.title',
  'resume.which',
  'resume.none',
  'resume.ask',
  'resume.ask-more',
  'resume.done',
  'resume.already',
  'retry.title',
  'retry.works',
  'retry.caught-up',
  'retry.failed',
  'reserve.title',
  'reserve.about',
  'reserve.purpose',
  'reserve.no-names',
  'reserve.example',
  'reserve.none',
  'reserve.credits-exhausted',
  'reserve.agency-missing',
  'reserve.done',
  'settle.title',
  'settle.none',
  'settle.which',
  'settle.how',
  'settle.used',
  'settle.released',
  'settle.did-used',
  'settle.did-released',
  'settle.expired',
  'reject.title',
  'reject.about',
  'reject.connection',
  'reject.application',
  'reject.application-hint',
  'reject.application-example',
  'reject.application-wrong',
  'reject.impossible',
  'reject.no-reasons',
  'reject.no-templates',
  'reject.which',
  'reject.reason',
  'reject.template',
  'reject.templates-hint',
  'reject.preview',
  'reject.no-text',
  'reject.done',
  'reject.failed',
  'reject.unclear',
  'reject.refused.already-rejected',
  'reject.refused.application-gone',
  'reject.refused.template-without-link',
  'reject.refused.unknown-template',
  'reject.refused.unknown-reason',
  'reject.refused.wrong-mode',
] as const;
export type WordKey = (typeof wordKeys)[number];

/** One language of ours, or both together for somebody whose language is not known yet. */
export interface Words {
  readonly locale: Locale;
  /** As mrkdwn: what it is filled with can make no mention and no link. */
  say(key: WordKey, tokens?: Tokens): string;
  /** For titles, buttons and labels, where Slack reads no mrkdwn. */
  plain(key: WordKey, tokens?: Tokens): string;
  /** How a letter stands that waits for a person. */
  reason(status: LetterStatus, reason: string | null): string;
  /** An instant in Japan's time, as notices show it; '' for none. */
  time(instant: Date | null): string;
}

const Texts = z.record(z.enum(wordKeys), z.string().min(1));
const folder = new URL('../../../templates/slack/', import.meta.url);
const read = new Map<Locale, Words>();

/** @throws ZodError when a text is missing: a mistake of ours. */
export function wordsOf(locale: Locale): Words {
  const known = read.get(locale);
  if (known) return known;
  const texts = Texts.parse(JSON.parse(readFileSync(new URL(`app.${locale}.json`, folder), 'utf8')));
  const words = makeWords(locale, (key, tokens, as) => fillText(texts[key], tokens, as));
  read.set(locale, words);
  return words;
}

type Fill = (key: WordKey, tokens: Tokens, as: 'plain' | 'mrkdwn') => string;

/** Names that the ATS or a company gave are cut, so that a text stays one that can be read. */
const longestToken = 300;

function makeWords(locale: Locale, fill: Fill): Words {
  const say = (key: WordKey, tokens: Tokens = {}) => fill(key, shorten(tokens), 'mrkdwn');
  return {
    locale,
    say,
    plain: (key, tokens = {}) => fill(key, shorten(tokens), 'plain'),
    reason: (status, reason) => say(toReasonKey(status, reason)),
    time: (instant) => (instant ? toMoment(instant, locale) : ''),
  };
}

function shorten(tokens: Tokens): Tokens {
  return Object.fromEntries(
    Object.entries(tokens).map(([name, value]) => [
      name,
      typeof value === 'string' ? clip(value, longestToken) : value,
    ]),
  );
}

/** Japanese above English, for people who are not linked yet. */
export const bothWords: Words = makeWords('ja', (key, tokens, as) => {
  const [ja, en] = [wordsOf('ja'), wordsOf('en')].map((words) =>
    (as === 'plain' ? words.plain : words.say)(key, tokens),
  );
  return ja === en ? `${ja}` : [ja, en].join(as === 'plain' ? ' / ' : '\n\n');
});

const knownKeys: ReadonlySet<string> = new Set(wordKeys);
const isWordKey = (key: string): key is WordKey => knownKeys.has(key);

function toReasonKey(status: LetterStatus, reason: string | null): WordKey {
  const held = `hold.${reason ?? 'other'}`;
  if (status === 'held') return isWordKey(held) ? held : 'hold.other';
  if (status === 'failed') return 'standing.failed';
  return status === 'unknown' ? 'standing.unknown' : 'standing.past';
}

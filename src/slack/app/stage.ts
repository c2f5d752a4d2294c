import type { Right } from '../../company/index.ts';
import { RelayError, toRelayError } from '../../platform/errors.ts';
import type { Locale } from '../notice/kinds.ts';
import { modalIds } from './action-ids.ts';
import type { Ask } from './ask.ts';
import { context, type ModalView, modal, section } from './block-kit.ts';
import type { Desk, SlackCalls } from './desk.ts';
import { type AskedCompany, findSeat, renderRefusal, type Seat, type SeatRefusal } from './seat.ts';
import { bothWords, type Words, wordsOf } from './words.ts';

/** A modal before the person, on which the work shows what came of it. */
export interface Stage {
  readonly calls: SlackCalls;
  show(view: ModalView): Promise<void>;
}

/** A modal that says one thing. */
export function messageView(words: Words, text: string, title = words.plain('app.name')): ModalView {
  return modal({ id: modalIds.message, title, close: words.plain('button.close'), blocks: [section(text)] });
}

/** Stands while the work goes on. */
export function waitingView(words: Words): ModalView {
  return modal({
    id: modalIds.message,
    title: words.plain('app.name'),
    close: words.plain('button.close'),
    blocks: [context(words.say('modal.waiting'))],
  });
}

/**
 * Opens the modal at once, for Slack's permission to do so lasts three seconds, or goes on in the one it was asked in;
 * then finds out who asks, does the work and shows its view. Whatever fails is said to that person alone.
 */
export async function serveModal(
  desk: Desk,
  ask: Ask,
  wanted: AskedCompany & { readonly right: Right; readonly locale?: Locale | undefined },
  work: (seat: Seat, stage: Stage) => Promise<ModalView>,
  onChoice?: (refusal: Extract<SeatRefusal, { reason: 'choose' }>) => ModalView,
): Promise<void> {
  const stage = await openStage(desk, ask, wanted.locale);
  if (!stage) return;
  let locale = wanted.locale;
  try {
    const found = await findSeat(desk, ask, wanted, wanted.right);
    if (found.ok) {
      locale = found.seat.locale;
      await stage.show(await work(found.seat, stage));
    } else if (found.reason === 'choose' && onChoice) {
      await stage.show(onChoice(found));
    } else {
      const words = 'locale' in found ? wordsOf(found.locale) : bothWords;
      await stage.show(messageView(words, renderRefusal(found, { both: bothWords, of: wordsOf })));
    }
  } catch (thrown) {
    await stage.show(messageView(bothOr(locale), toMessage(desk, thrown, locale)));
  }
}

export function bothOr(locale: Locale | undefined): Words {
  return locale ? wordsOf(locale) : bothWords;
}

/** What a person is told of a failure, escaped; it is logged by its code. */
export function toMessage({ log }: Pick<Desk, 'log'>, thrown: unknown, locale: Locale | undefined): string {
  const error = toRelayError(thrown);
  log[error.kind === 'internal' ? 'error' : 'info']({ code: error.code, err: error }, 'an action from Slack failed');
  return toUserText(error, locale);
}

function toUserText({ code, userMessage: { ja, en } }: RelayError, locale: Locale | undefined): string {
  // A button may stand in a message for years, and what it was about may be gone.
  if (code === 'request_not_found') return bothOr(locale).say('refusal.gone');
  return locale ? { ja, en }[locale] : `${ja}\n${en}`;
}

async function openStage(desk: Desk, ask: Ask, locale: Locale | undefined): Promise<Stage | undefined> {
  const calls = await findCalls(desk, ask);
  if (!calls) return undefined;
  const open = await openView(desk, calls, ask, locale);
  if (open === undefined) return undefined;
  return {
    calls,
    async show(view) {
      try {
        await calls.updateView(open, view);
      } catch (thrown) {
        // The person has closed it meanwhile, most likely. What was done is done, and home tells of it.
        desk.log.info({ code: toSlackWord(thrown) }, 'a modal could not be shown');
      }
    },
  };
}

async function findCalls(desk: Desk, ask: Ask): Promise<SlackCalls | undefined> {
  try {
    const calls = await desk.callsOf(ask.teamRef);
    if (!calls) await ask.reply?.(bothWords.say('refusal.not-installed'));
    return calls;
  } catch (thrown) {
    await ask.reply?.(toMessage(desk, thrown, undefined));
    return undefined;
  }
}

async function openView(
  { log }: Desk,
  calls: SlackCalls,
  ask: Ask,
  locale: Locale | undefined,
): Promise<string | undefined> {
  if (ask.view?.type === 'modal') return ask.view.viewId;
  try {
    if (ask.triggerId) return await calls.openView(ask.triggerId, waitingView(bothOr(locale)));
  } catch (thrown) {
    log.info({ code: toSlackWord(thrown) }, 'a modal could not be opened');
  }
  const late = bothOr(locale).say('refusal.late');
  await (ask.reply ? ask.reply(late) : calls.sayTo(ask.userRef, late));
  return undefined;
}

/** Slack's own word for what went wrong, such as `expired_trigger_id`; for the log. */
export function toSlackWord(thrown: unknown): string {
  if (thrown instanceof RelayError) return thrown.code;
  const message = thrown instanceof Error ? thrown.message : '';
  return /An API error occurred: ([a-z_]+)/.exec(message)?.[1] ?? 'slack_unavailable';
}

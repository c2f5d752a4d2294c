import { RelayError } from '../../platform/errors.ts';
import { actionIds, modalIds, toActionValue } from './action-ids.ts';
import { tellDone } from './after.ts';
import { actions, button, clip, context, type ModalView, modal, radioInput, section } from './block-kit.ts';
import type { Desk } from './desk.ts';
import { toTitled } from './home.ts';
import type { ReasonRule, UnknownReason } from './parts.ts';
import type { Seat } from './seat.ts';
import { messageView, type Stage } from './stage.ts';
import { ModalState, toMetadata } from './state.ts';
import { type Words, wordsOf } from './words.ts';

/** Blocks that are filled in. */
const fields = { decidedBy: 'decided-by', letter: 'letter' } as const;

const decidedBy = ['company', 'candidate', 'unknown'] as const;
const letters = ['send', 'skip', 'hold'] as const;

type From = Pick<ModalState, 'noticeId' | 'connectionId' | 'channelRef'>;

/** Asks about the unknown reason that holds most letters, of one connection when one is named. */
export async function openReasons(desk: Desk, seat: Seat, from: From): Promise<ModalView> {
  const words = wordsOf(seat.locale);
  const { unknown, titles } = await desk.database.forCompany(seat.companyId, async (tx) => ({
    unknown: await desk.letters.listUnknownReasons(tx, seat.companyId),
    titles: new Map(
      (await desk.connections.list(tx, seat.companyId)).map((connection) => [
        connection.connectionId,
        toTitled(desk, connection).title,
      ]),
    ),
  }));
  const [first, ...others] = [...unknown]
    .filter(({ connectionId }) => titles.has(connectionId))
    .sort((a, b) => rank(b, from) - rank(a, from) || b.heldLetters - a.heldLetters);
  if (!first) return messageView(words, words.say('reasons.none'), words.plain('reasons.title'));
  const { connectionId, reasonRef, name, heldLetters } = first;
  const state: ModalState = {
    ...from,
    companyId: seat.companyId,
    locale: seat.locale,
    connectionId,
    reason: { reasonRef, name: clip(name, 150), title: titles.get(connectionId) ?? '', heldLetters },
  };
  return renderReason(words, state, first, others.length);
}

function rank({ connectionId }: UnknownReason, from: From): number {
  return connectionId === from.connectionId ? 1 : 0;
}

function renderReason(
  words: Words,
  state: ModalState,
  { name, heldLetters }: UnknownReason,
  others: number,
): ModalView {
  return modal({
    id: modalIds.reason,
    title: words.plain('reasons.title'),
    close: words.plain('button.close'),
    submit: words.plain('button.continue'),
    metadata: toMetadata(state),
    blocks: [
      section(
        words.say('reasons.which', { name: clip(name, 150), title: state.reason?.title ?? '', count: heldLetters }),
      ),
      radioInput(
        fields.decidedBy,
        words.plain('reasons.decided-by'),
        decidedBy.map((value) => ({ value, text: words.plain(`decided-by.${value}`) })),
        'company',
      ),
      radioInput(
        fields.letter,
        words.plain('reasons.letter'),
        letters.map((value) => ({ value, text: words.plain(`rule.${value}`) })),
      ),
      ...(others > 0 ? [context(words.say('reasons.others', { count: others }))] : []),
    ],
  });
}

/** Says what would happen, before anything is saved. Asks nobody: Slack waits for it. */
export function confirmReason(state: ModalState, values: ReadonlyMap<string, string>): ModalView | undefined {
  const words = wordsOf(state.locale);
  const rule = ModalState.shape.rule.safeParse({
    decidedBy: values.get(fields.decidedBy),
    letter: values.get(fields.letter),
  }).data;
  if (!rule || !state.reason) return undefined;
  const { name, title, heldLetters } = state.reason;
  return modal({
    id: modalIds.reasonConfirm,
    title: words.plain('reasons.title'),
    close: words.plain('button.cancel-dialog'),
    submit: words.plain('button.save'),
    metadata: toMetadata({ ...state, rule }),
    blocks: [
      section(
        words.say('reasons.confirm', {
          name,
          title,
          decidedBy: words.plain(`decided-by.${rule.decidedBy}`),
          letter: words.plain(`rule.${rule.letter}`),
        }),
      ),
      section(`*${words.say(`reasons.will-${rule.letter}`, { count: heldLetters })}*`),
      context(words.say('reasons.later')),
    ],
  });
}

/** Saves what was confirmed; the letters that it lets go are planned again by the stream. */
export async function saveReason(desk: Desk, seat: Seat, stage: Stage, state: ModalState): Promise<ModalView> {
  const words = wordsOf(seat.locale);
  const { connectionId, reason, rule } = state;
  if (!connectionId || !reason || !rule)
    throw new RelayError('request_invalid', { message: 'the modal is incomplete' });
  const isNew = await desk.database.forCompany(seat.companyId, async (tx) => {
    const connection = await desk.connections.hold(tx, connectionId);
    if (connection.companyId !== seat.companyId)
      throw new RelayError('request_not_found', { message: 'there is no such connection' });
    const { reasons } = connection.mapping;
    const before = Object.hasOwn(reasons, reason.reasonRef) ? reasons[reason.reasonRef] : undefined;
    if (isSame(before, rule)) return false;
    // Which template it gets is not asked here, so it stays.
    const mapping = { ...connection.mapping, reasons: { ...reasons, [reason.reasonRef]: { ...before, ...rule } } };
    await desk.connections.update(tx, connectionId, { mapping }, seat.actor);
    return true;
  });
  if (isNew) await tellDone(desk, seat, stage.calls, { did: 'reason-mapped', count: reason.heldLetters, state });
  return modal({
    id: modalIds.message,
    title: words.plain('reasons.title'),
    close: words.plain('button.close'),
    metadata: toMetadata(state),
    blocks: [
      section(words.say('reasons.saved', { name: reason.name })),
      actions('next-reason', [
        button({
          id: actionIds.reasonsMap,
          text: words.plain('button.next-reason'),
          value: toActionValue({ companyId: seat.companyId, connectionId }),
        }),
      ]),
    ],
  });
}

function isSame(before: ReasonRule | undefined, { decidedBy, letter }: NonNullable<ModalState['rule']>): boolean {
  return before?.decidedBy === decidedBy && before.letter === letter;
}

import { z } from 'zod';
import { RelayError } from '../../platform/errors.ts';
import { modalIds } from './action-ids.ts';
import { oneByOne, tellDone } from './after.ts';
import { type ModalView, modal, radioInput, section, textInput } from './block-kit.ts';
import type { Desk } from './desk.ts';
import type { Seat } from './seat.ts';
import { messageView, type Stage } from './stage.ts';
import { type ModalState, toMetadata } from './state.ts';
import { wordsOf } from './words.ts';

const fields = { purpose: 'purpose', settlement: 'settlement' } as const;
/** What a reservation is for stays in the ledger for good. In UTF-16 units. */
const purposeMax = 200;

const Settlement = z.enum(['used', 'released']);

type From = Pick<ModalState, 'noticeId' | 'reservationId'>;

/** Asks what a credit is to be held for. */
export async function openReserve(desk: Desk, seat: Seat, from: From): Promise<ModalView> {
  const words = wordsOf(seat.locale);
  const { credits } = await desk.database.forCompany(seat.companyId, (tx) =>
    desk.credits.readBalance(tx, seat.companyId),
  );
  const title = words.plain('reserve.title');
  if (credits.available === 0) return messageView(words, words.say('reserve.none'), title);
  return modal({
    id: modalIds.creditReserve,
    title,
    close: words.plain('button.cancel-dialog'),
    submit: words.plain('button.reserve'),
    metadata: toMetadata({ ...from, companyId: seat.companyId, locale: seat.locale }),
    blocks: [
      section(words.say('reserve.about', { available: credits.available })),
      textInput(fields.purpose, {
        label: words.plain('reserve.purpose'),
        hint: words.plain('reserve.no-names'),
        placeholder: words.plain('reserve.example'),
        max: purposeMax,
      }),
    ],
  });
}

/** @param viewId of the modal: submitted twice it is one reservation. */
export async function reserveCredit(
  desk: Desk,
  seat: Seat,
  stage: Stage,
  given: { readonly state: ModalState; readonly values: ReadonlyMap<string, string>; readonly viewId: string },
): Promise<ModalView> {
  const words = wordsOf(seat.locale);
  const purpose = z.string().trim().min(1).max(purposeMax).safeParse(given.values.get(fields.purpose)).data;
  if (purpose === undefined) throw new RelayError('request_invalid', { message: 'no purpose was given' });
  const { companyId, actor } = seat;
  const answer = await oneByOne(desk, seat, async () => {
    const before = await listReservations(desk, companyId);
    const reserved = await desk.credits.reserve(companyId, { reason: purpose, key: `slack:${given.viewId}`, actor });
    const isNew = reserved.ok && before.every(({ reservationId }) => reservationId !== reserved.reservationId);
    return { ...reserved, isNew };
  });
  if (!answer.ok) return messageView(words, words.say(`reserve.${answer.reason}`), words.plain('reserve.title'));
  if (answer.isNew) await tellDone(desk, seat, stage.calls, { did: 'credit-reserved', count: 1, state: given.state });
  return messageView(words, words.say('reserve.done', { purpose }), words.plain('reserve.title'));
}

function listReservations(desk: Desk, companyId: string) {
  return desk.database.forCompany(companyId, (tx) => desk.credits.listOpenReservations(tx, companyId));
}

/** Asks how an introduction ended. Of a notice without its reservation, or when it is settled, it says so. */
export async function openSettle(desk: Desk, seat: Seat, from: From): Promise<ModalView> {
  const words = wordsOf(seat.locale);
  const open = await listReservations(desk, seat.companyId);
  const [newest] = [...open].sort((a, b) => b.reservedAt.getTime() - a.reservedAt.getTime());
  const found = from.reservationId ? open.find((one) => one.reservationId === from.reservationId) : newest;
  const title = words.plain('settle.title');
  if (!found) return messageView(words, words.say('settle.none'), title);
  return modal({
    id: modalIds.creditSettle,
    title,
    close: words.plain('button.cancel-dialog'),
    submit: words.plain('button.save'),
    metadata: toMetadata({
      ...from,
      companyId: seat.companyId,
      locale: seat.locale,
      reservationId: found.reservationId,
    }),
    blocks: [
      section(words.say('settle.which', { purpose: found.reason, at: words.time(found.reservedAt) })),
      radioInput(fields.settlement, words.plain('settle.how'), [
        { value: 'used', text: words.plain('settle.used') },
        { value: 'released', text: words.plain('settle.released') },
      ]),
    ],
  });
}

export async function settleCredit(
  desk: Desk,
  seat: Seat,
  stage: Stage,
  { state, values }: { readonly state: ModalState; readonly values: ReadonlyMap<string, string> },
): Promise<ModalView> {
  const words = wordsOf(seat.locale);
  const title = words.plain('settle.title');
  const settlement = Settlement.parse(values.get(fields.settlement));
  // Only those of the company that are still open: an id in a modal is not believed.
  const open = await listReservations(desk, seat.companyId);
  const found = open.find(({ reservationId }) => reservationId === state.reservationId);
  if (!found) return messageView(words, words.say('settle.none'), title);
  const end = settlement === 'used' ? desk.credits.use : desk.credits.release;
  const answer = await oneByOne(desk, seat, () => end(found.reservationId, seat.actor));
  if (!answer.ok) return messageView(words, words.say('settle.none'), title);
  const did = settlement === 'used' ? 'credit-used' : 'credit-released';
  await tellDone(desk, seat, stage.calls, { did, count: 1, state });
  return messageView(
    words,
    words.say(answer.status === 'expired' ? 'settle.expired' : `settle.did-${settlement}`),
    title,
  );
}

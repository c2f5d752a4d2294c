import type { Right } from '../../company/index.ts';
import { ActionValue, actionIds } from './action-ids.ts';
import type { Ask } from './ask.ts';
import type { ModalView } from './block-kit.ts';
import { chooseCompany, type NextStep, readChoice } from './company-choice.ts';
import type { Desk } from './desk.ts';
import { publishHome } from './home.ts';
import { clickInLetters, isLettersAction, openLetters } from './letters.ts';
import { openReasons } from './reasons.ts';
import { confirmReject, openReject } from './rejecting.ts';
import type { Seat } from './seat.ts';
import { openReserve, openSettle } from './spending.ts';
import { messageView, type Stage, serveModal, toMessage } from './stage.ts';
import { type ModalState, readMetadata } from './state.ts';
import { openSwitch, retryConnection } from './switching.ts';
import { wordsOf } from './words.ts';

export interface Clicked {
  readonly actionId: string;
  readonly value: string;
}

/** All that a button leads to: what one must be allowed, and the work that gives the modal's next view. */
interface Door {
  readonly right: Right;
  open(desk: Desk, seat: Seat, stage: Stage, click: Click): Promise<ModalView>;
}

interface Click {
  readonly actionId: string;
  readonly value: ActionValue;
  /** Of the modal it was clicked in; else made of the button and its place. */
  readonly state: ModalState;
  readonly viewId: string;
}

const letters: Door = { right: 'look', open: (desk, seat, stage, click) => clickInLetters(desk, seat, stage, click) };

const doors: Readonly<Record<string, Door>> = {
  [actionIds.lettersReview]: {
    right: 'look',
    open: (desk, seat, _stage, { state: { noticeId, channelRef } }) =>
      openLetters(desk, seat, { noticeId, channelRef }),
  },
  [actionIds.reasonsMap]: {
    right: 'mapping',
    open: (desk, seat, _stage, { state }) => openReasons(desk, seat, toFrom(state)),
  },
  [actionIds.creditReserve]: {
    right: 'credits',
    open: (desk, seat, _stage, { state }) => openReserve(desk, seat, toFrom(state)),
  },
  [actionIds.creditSettle]: {
    right: 'credits',
    open: (desk, seat, _stage, { state }) => openSettle(desk, seat, toFrom(state)),
  },
  [actionIds.connectionRetry]: {
    right: 'pause',
    open: (desk, seat, stage, { state }) => retryConnection(desk, seat, stage, state),
  },
  [actionIds.connectionPause]: {
    right: 'pause',
    open: (desk, seat, _stage, { state }) => openSwitch(desk, seat, 'pause', toFrom(state)),
  },
  [actionIds.connectionResume]: {
    right: 'resume',
    open: (desk, seat, _stage, { state }) => openSwitch(desk, seat, 'resume', toFrom(state)),
  },
  [actionIds.rejectBegin]: {
    right: 'reject',
    open: (desk, seat, _stage, { state }) => openReject(desk, seat, toFrom(state)),
  },
  [actionIds.rejectConfirm]: {
    right: 'reject',
    open: (desk, seat, stage, click) => confirmReject(desk, seat, stage, click),
  },
};

/** Where it began, without what an earlier step of a modal chose. */
function toFrom({ noticeId, channelRef, connectionId, reservationId }: ModalState): Omit<ModalState, 'locale'> {
  return {
    ...(noticeId === undefined ? {} : { noticeId }),
    ...(channelRef === undefined ? {} : { channelRef }),
    ...(connectionId === undefined ? {} : { connectionId }),
    ...(reservationId === undefined ? {} : { reservationId }),
  };
}

/** Does what a button or a list of ours asks for. It was acknowledged before. */
export async function answerClick(desk: Desk, ask: Ask, clicked: Clicked): Promise<void> {
  const { actionId, value } = clicked;
  if (actionId === actionIds.homeCompany) return showCompany(desk, ask, value);
  if (actionId === actionIds.companyChoose) {
    const choice = readChoice(value);
    return choice && openNext(desk, ask, choice.next, choice.companyId);
  }
  const door = doors[actionId] ?? (isLettersAction(actionId) ? letters : undefined);
  // Fields of a form that somebody fills in, and links that open elsewhere, say so too.
  if (!door) return;
  const parsed = readValue(value);
  const kept = ask.view?.type === 'modal' ? readMetadata(ask.view.metadata) : undefined;
  const wanted = { companyId: parsed?.companyId, right: door.right, locale: kept?.locale };
  await serveModal(desk, ask, wanted, async (seat, stage) => {
    if (!parsed) return messageView(wordsOf(seat.locale), wordsOf(seat.locale).say('refusal.outdated'));
    const state = toState(seat, ask, parsed, kept);
    return door.open(desk, seat, stage, { actionId, value: parsed, state, viewId: ask.view?.viewId ?? '' });
  });
}

function readValue(value: string): ActionValue | undefined {
  try {
    return ActionValue.safeParse(JSON.parse(value)).data;
  } catch {
    return undefined;
  }
}

function toState(seat: Seat, ask: Ask, value: ActionValue, kept: ModalState | undefined): ModalState {
  const { noticeId, connectionId, reservationId } = value;
  return {
    ...(ask.channelRef === undefined ? {} : { channelRef: ask.channelRef }),
    ...kept,
    companyId: seat.companyId,
    locale: seat.locale,
    ...(noticeId === undefined ? {} : { noticeId }),
    ...(connectionId === undefined ? {} : { connectionId }),
    ...(reservationId === undefined ? {} : { reservationId }),
  };
}

async function showCompany(desk: Desk, ask: Ask, companyId: string): Promise<void> {
  try {
    const calls = await desk.callsOf(ask.teamRef);
    if (calls) await publishHome(desk, calls, ask, companyId);
  } catch (thrown) {
    toMessage(desk, thrown, undefined);
  }
}

const nexts: Readonly<
  Record<NextStep, { readonly right: Right; readonly open: (desk: Desk, seat: Seat, ask: Ask) => Promise<ModalView> }>
> = {
  held: {
    right: 'look',
    open: (desk, seat, ask) => openLetters(desk, seat, { channelRef: ask.channelRef, noticeId: undefined }),
  },
  reject: { right: 'reject', open: (desk, seat) => openReject(desk, seat, {}) },
  pause: { right: 'pause', open: (desk, seat) => openSwitch(desk, seat, 'pause', {}) },
  resume: { right: 'resume', open: (desk, seat) => openSwitch(desk, seat, 'resume', {}) },
};

/** Opens what a shortcut or a choice of a company leads to. */
export function openNext(desk: Desk, ask: Ask, next: NextStep, companyId?: string): Promise<void> {
  const { right, open } = nexts[next];
  return serveModal(
    desk,
    ask,
    { companyId, right },
    (seat) => open(desk, seat, ask),
    ({ companies }) => chooseCompany(companies, next),
  );
}

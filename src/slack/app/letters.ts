import { may } from '../../company/index.ts';
import { toRelayError } from '../../platform/errors.ts';
import type { LetterStatus } from '../../platform/tables.ts';
import type { RemarkAct } from '../notice/kinds.ts';
import { type ActionValue, actionIds } from './action-ids.ts';
import { oneByOne, tellDone } from './after.ts';
import type { ModalView } from './block-kit.ts';
import type { Desk } from './desk.ts';
import { toTitled } from './home.ts';
import { type LetterAct, type LettersPage, listActs, listForAll, pageSize, renderLetters } from './letters-view.ts';
import type { ReviewedLetter } from './parts.ts';
import type { Seat } from './seat.ts';
import type { Stage } from './stage.ts';
import type { ModalState } from './state.ts';
import { wordsOf } from './words.ts';

type List = 'waiting' | 'planned';
type LettersState = ModalState & { readonly companyId: string; readonly list: List };

const statuses = {
  waiting: ['held', 'failed', 'unknown'],
  planned: ['planned'],
} as const satisfies Record<List, readonly LetterStatus[]>;

/** The modal as it opens: what waits for a person, and when nothing does, what is about to leave. */
export async function openLetters(
  desk: Desk,
  seat: Seat,
  from: { readonly channelRef: string | undefined; readonly noticeId: string | undefined },
): Promise<ModalView> {
  const state: LettersState = {
    companyId: seat.companyId,
    locale: seat.locale,
    list: 'waiting',
    ...(from.noticeId === undefined ? {} : { noticeId: from.noticeId }),
    ...(from.channelRef === undefined ? {} : { channelRef: from.channelRef }),
  };
  const page = await readPage(desk, seat, state);
  if (page.letters.length > 0) return renderLetters(wordsOf(seat.locale), state, page);
  const planned: LettersState = { ...state, list: 'planned' };
  const other = await readPage(desk, seat, planned);
  return other.letters.length > 0
    ? renderLetters(wordsOf(seat.locale), planned, other)
    : renderLetters(wordsOf(seat.locale), state, page);
}

/** Whether this action belongs to the modal of letters. */
export function isLettersAction(actionId: string): boolean {
  return actionId in moves || actionId in singles || actionId in wholes;
}

/** Any click inside the modal: turns a page, or decides about letters; gives the modal as it then is. */
export async function clickInLetters(
  desk: Desk,
  seat: Seat,
  stage: Stage,
  clicked: { readonly actionId: string; readonly value: ActionValue; readonly state: ModalState },
): Promise<ModalView> {
  const { actionId, value, state } = clicked;
  const before: LettersState = { ...state, companyId: seat.companyId, list: state.list ?? 'waiting' };
  const move = moves[actionId];
  const after = move ? await move(desk, seat, before) : before;
  const act = singles[actionId] ?? wholes[actionId];
  const ids = wholes[actionId] ? (state.letterIds ?? []) : value.letterId ? [value.letterId] : [];
  const outcome = act && (await decide(desk, seat, stage, { act, ids, state, isWhole: actionId in wholes }));
  const page = await readPage(desk, seat, after);
  // The page before, when the last letter of this one is gone.
  if (page.letters.length === 0 && (after.cursors ?? []).length > 0) {
    const first: LettersState = { ...after, cursors: [] };
    return renderLetters(wordsOf(seat.locale), first, { ...(await readPage(desk, seat, first)), outcome });
  }
  return renderLetters(wordsOf(seat.locale), after, { ...page, outcome });
}

const singles: Readonly<Record<string, LetterAct>> = {
  [actionIds.letterSend]: 'send',
  [actionIds.letterHold]: 'hold',
  [actionIds.letterCancel]: 'cancel',
};
const wholes: Readonly<Record<string, LetterAct>> = {
  [actionIds.lettersSendAll]: 'send',
  [actionIds.lettersHoldAll]: 'hold',
  [actionIds.lettersCancelAll]: 'cancel',
};

type Move = (desk: Desk, seat: Seat, state: LettersState) => Promise<LettersState>;

/** Pages one can go back, so that the modal's memory stays within Slack's limit. */
const pagesBackAtMost = 30;

const moves: Readonly<Record<string, Move>> = {
  [actionIds.lettersWaiting]: async (_desk, _seat, state) => ({ ...state, list: 'waiting', cursors: [] }),
  [actionIds.lettersPlanned]: async (_desk, _seat, state) => ({ ...state, list: 'planned', cursors: [] }),
  [actionIds.lettersPrevious]: async (_desk, _seat, state) => ({
    ...state,
    cursors: (state.cursors ?? []).slice(0, -1),
  }),
  async [actionIds.lettersNext](desk, seat, state) {
    const next = await readCursor(desk, seat, state);
    return next === null ? state : { ...state, cursors: [...(state.cursors ?? []), next].slice(-pagesBackAtMost) };
  },
};

function readList(desk: Desk, { companyId }: Seat, { list, cursors }: LettersState) {
  return desk.database.forCompany(companyId, (tx) =>
    desk.letters.list(tx, { companyId, statuses: statuses[list], limit: pageSize, cursor: cursors?.at(-1) }),
  );
}

async function readCursor(desk: Desk, seat: Seat, state: LettersState): Promise<string | null> {
  return (await readList(desk, seat, state)).nextCursor;
}

async function readPage(desk: Desk, seat: Seat, state: LettersState): Promise<LettersPage> {
  const { items, nextCursor } = await readList(desk, seat, state);
  const found = await desk.database.forCompany(seat.companyId, (tx) => desk.connections.list(tx, seat.companyId));
  return {
    letters: items,
    hasNext: nextCursor !== null,
    connections: new Map(found.map((connection) => [connection.connectionId, toTitled(desk, connection)])),
    showsNames: await maySeeNames(desk, seat, state.channelRef),
    canAct: may(seat.role, 'letters'),
    outcome: undefined,
  };
}

/** Names stand only where an admin allowed them; in a direct message (D…) the place is the person. */
export async function maySeeNames(desk: Desk, seat: Seat, channelRef: string | undefined): Promise<boolean> {
  if (channelRef === undefined) return false;
  return desk.places.mayShowNames(seat.companyId, channelRef.startsWith('D') ? seat.userRef : channelRef);
}

const remarks = {
  send: 'letters-sent',
  hold: 'letters-held',
  cancel: 'letters-cancelled',
} as const satisfies Record<LetterAct, RemarkAct>;

interface Decision {
  readonly act: LetterAct;
  readonly ids: readonly string[];
  readonly state: ModalState;
  /** For the whole page: then doubtful ones are left out. */
  readonly isWhole: boolean;
}

async function decide(desk: Desk, seat: Seat, stage: Stage, decision: Decision): Promise<string> {
  const words = wordsOf(seat.locale);
  if (!may(seat.role, 'letters')) return words.say('refusal.no-right');
  const { act, ids, state } = decision;
  const { changed, failure } = await oneByOne(desk, seat, () => actOnEach(desk, seat, decision));
  const count = changed.length;
  if (count > 0) await tellDone(desk, seat, stage.calls, { did: remarks[act], count, state });
  if (failure !== undefined) throw failure;
  const left = ids.length - count;
  return [
    ...(count > 0 ? [words.say(`letters.did-${act}`, { count })] : []),
    ...(count > 0 && act === 'send' ? await tellProspect(desk, seat, changed) : []),
    ...(left > 0 ? [words.say('letters.left', { count: left })] : []),
  ].join('\n');
}

/** What becomes of letters that were just sent on, as far as it is known already. */
async function tellProspect(
  desk: Desk,
  { companyId, locale }: Seat,
  sent: readonly ReviewedLetter[],
): Promise<readonly string[]> {
  const words = wordsOf(locale);
  const connections = await desk.database.forCompany(companyId, (tx) => desk.connections.list(tx, companyId));
  const live = new Set(connections.filter(({ state }) => state === 'live').map(({ connectionId }) => connectionId));
  const areLive = sent.every(({ connectionId }) => live.has(connectionId));
  return [
    words.say(areLive ? 'letters.soon' : 'letters.not-live'),
    ...(sent.some(({ reason }) => lacks.includes(reason)) ? [words.say('letters.may-return')] : []),
  ];
}

/** Waits for what is mended elsewhere: in the ATS, or in the settings. */
const lacks: readonly (string | null)[] = [
  'no-address',
  'blank-token',
  'agency-missing',
  'agency-incomplete',
  'licence-expired',
];

/** Which were changed, up to the first failure. What changed meanwhile, or is none of the company's, is left alone. */
async function actOnEach(
  desk: Desk,
  { companyId, actor }: Seat,
  { act, ids, isWhole }: Decision,
): Promise<{ readonly changed: readonly ReviewedLetter[]; readonly failure?: unknown }> {
  const letters = await desk.database.forCompany(companyId, (tx) => desk.letters.readMany(tx, ids));
  const wanted = isWhole ? listForAll(letters, act) : letters.filter((letter) => listActs(letter).includes(act));
  const changed: ReviewedLetter[] = [];
  for (const letter of wanted) {
    try {
      await desk.letters[act](letter.letterId, actor);
      changed.push(letter);
    } catch (failure) {
      // Refused: it left, or somebody else decided; the page that is shown next says how it stands.
      if (toRelayError(failure).kind !== 'refused') return { changed, failure };
    }
  }
  return { changed };
}

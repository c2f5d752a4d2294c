import type { Connection } from '../../connector/index.ts';
import { toCandidateName } from '../../letter/index.ts';
import { actionIds, modalIds, toActionValue } from './action-ids.ts';
import {
  actions,
  type Block,
  type Button,
  button,
  clip,
  context,
  divider,
  type ModalView,
  modal,
  section,
} from './block-kit.ts';
import type { ReviewedLetter } from './parts.ts';
import { type ModalState, toMetadata } from './state.ts';
import type { WordKey, Words } from './words.ts';

export type LetterAct = 'send' | 'hold' | 'cancel';

/** Letters of one page of the modal. */
export const pageSize = 10;

export interface LettersPage {
  readonly letters: readonly ReviewedLetter[];
  readonly hasNext: boolean;
  /** By connection: what it is called, and whether letters leave. */
  readonly connections: ReadonlyMap<string, { readonly title: string; readonly state: Connection['state'] }>;
  readonly showsNames: boolean;
  /** Whether this person may decide, or only look. */
  readonly canAct: boolean;
  /** What came of the last click; mrkdwn. */
  readonly outcome: string | undefined;
}

/** What a person may still do about a letter. Sending once more what is about to leave would change nothing. */
export function listActs({ status, isReleased }: Pick<ReviewedLetter, 'status' | 'isReleased'>): readonly LetterAct[] {
  switch (status) {
    case 'planned':
      return isReleased ? ['hold', 'cancel'] : ['send', 'hold', 'cancel'];
    case 'held':
    case 'failed':
    case 'unknown':
      return ['send', 'cancel'];
    default:
      return [];
  }
}

export function renderLetters(
  words: Words,
  state: ModalState & { readonly companyId: string; readonly list: 'waiting' | 'planned' },
  page: LettersPage,
): ModalView {
  const { companyId, list, cursors = [] } = state;
  const kept: ModalState = { ...state, letterIds: page.letters.map(({ letterId }) => letterId) };
  const value = toActionValue({ companyId });
  const tab = (id: string, key: WordKey, isOpen: boolean) =>
    button({ id, text: words.plain(key), value, ...(isOpen ? { style: 'primary' as const } : {}) });
  return modal({
    id: modalIds.letters,
    title: words.plain('letters.title'),
    close: words.plain('button.close'),
    metadata: toMetadata(kept),
    blocks: [
      actions('tabs', [
        tab(actionIds.lettersWaiting, 'letters.waiting', list === 'waiting'),
        tab(actionIds.lettersPlanned, 'letters.planned', list === 'planned'),
      ]),
      ...(page.outcome === undefined ? [] : [section(page.outcome)]),
      ...(page.letters.length === 0 ? [section(words.say(`letters.none-${list}`))] : []),
      ...page.letters.flatMap((letter) => renderLetter(words, companyId, page, letter)),
      ...renderWholePage(words, companyId, list, page),
      ...renderNavigation(words, value, cursors.length > 0, page.hasNext),
    ],
  });
}

function renderLetter(words: Words, companyId: string, page: LettersPage, letter: ReviewedLetter): readonly Block[] {
  const { letterId, job, stage, rejectionReason, decidedAt, applicationRef } = letter;
  const none = words.plain('letter.none');
  const connection = page.connections.get(letter.connectionId);
  const name = page.showsNames ? toCandidateName(letter, words.locale) : '';
  const lines = [
    words.say('letter.head', { job: short(job) ?? none, stage: short(stage) ?? none }),
    ...(name === '' ? [] : [words.say('letter.name', { name: clip(name, 100) })]),
    words.say('letter.facts', {
      reason: short(rejectionReason) ?? none,
      decided: words.time(decidedAt),
      application: clip(applicationRef, 60),
      title: connection?.title ?? '',
    }),
    `*${toStanding(words, letter, connection?.state === 'live')}*`,
    ...(connection && connection.state !== 'live' ? [words.say(`letter.${connection.state}`)] : []),
  ];
  const buttons = page.canAct ? listActs(letter).map((act) => renderAct(words, companyId, letter, act)) : [];
  return [
    section(lines.join('\n')),
    ...(buttons.length === 0 ? [] : [actions(`letter-${letterId}`, buttons)]),
    divider(),
  ];
}

function short(text: string | null): string | undefined {
  return text === null || text.trim() === '' ? undefined : clip(text, 150);
}

function toStanding(words: Words, { status, reason, dueAt, isReleased }: ReviewedLetter, isLive: boolean): string {
  if (status !== 'planned') return words.reason(status, reason);
  if (isReleased && !isLive) return words.say('letter.approved');
  return isReleased || !dueAt ? words.say('letter.leaving') : words.say('letter.due', { due: words.time(dueAt) });
}

const actIds = {
  send: actionIds.letterSend,
  hold: actionIds.letterHold,
  cancel: actionIds.letterCancel,
} as const satisfies Record<LetterAct, string>;

/** Of the question only: a page of twenty coloured buttons would shout. */
const confirmStyles = { send: 'primary', hold: undefined, cancel: 'danger' } as const satisfies Record<
  LetterAct,
  'primary' | 'danger' | undefined
>;

function renderAct(words: Words, companyId: string, { letterId, status }: ReviewedLetter, act: LetterAct): Button {
  const isDoubtful = act === 'send' && status === 'unknown';
  return button({
    id: actIds[act],
    text: words.plain(`button.${act}`),
    value: toActionValue({ companyId, letterId }),
    confirm: {
      style: confirmStyles[act],
      title: words.plain(`confirm.${act}.title`),
      text: words.plain(isDoubtful ? 'confirm.send.doubtful' : `confirm.${act}.text`),
      yes: words.plain(`button.${act}`),
      no: words.plain('button.back'),
    },
  });
}

const allIds = {
  send: actionIds.lettersSendAll,
  hold: actionIds.lettersHoldAll,
  cancel: actionIds.lettersCancelAll,
} as const satisfies Record<LetterAct, string>;

/** Of letters that may have arrived nobody sends ten at once: those are decided one by one. */
export function listForAll(letters: readonly ReviewedLetter[], act: LetterAct): readonly ReviewedLetter[] {
  return letters.filter((letter) => listActs(letter).includes(act) && !(act === 'send' && letter.status === 'unknown'));
}

function renderWholePage(
  words: Words,
  companyId: string,
  list: 'waiting' | 'planned',
  { letters, canAct }: LettersPage,
): readonly Block[] {
  if (!canAct || letters.length < 2) return [];
  const acts: readonly LetterAct[] = list === 'waiting' ? ['send', 'cancel'] : ['send', 'hold', 'cancel'];
  const buttons = acts.flatMap((act) => {
    const count = listForAll(letters, act).length;
    if (count < 2) return [];
    const tokens = { count };
    return button({
      id: allIds[act],
      text: words.plain(`button.${act}-all`, tokens),
      value: toActionValue({ companyId }),
      confirm: {
        style: confirmStyles[act],
        title: words.plain(`confirm.${act}.title`),
        text: words.plain(`confirm.${act}-all.text`, tokens),
        yes: words.plain(`button.${act}`),
        no: words.plain('button.back'),
      },
    });
  });
  return buttons.length === 0 ? [] : [context(words.say('letters.whole-page')), actions('whole-page', buttons)];
}

function renderNavigation(words: Words, value: string, hasPrevious: boolean, hasNext: boolean): readonly Block[] {
  const buttons = [
    ...(hasPrevious ? [button({ id: actionIds.lettersPrevious, text: words.plain('button.previous'), value })] : []),
    ...(hasNext ? [button({ id: actionIds.lettersNext, text: words.plain('button.next'), value })] : []),
  ];
  return buttons.length === 0 ? [] : [actions('pages', buttons)];
}

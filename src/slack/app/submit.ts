import type { Right } from '../../company/index.ts';
import { modalIds } from './action-ids.ts';
import type { Ask, AskedView } from './ask.ts';
import type { ModalView } from './block-kit.ts';
import type { Desk } from './desk.ts';
import { confirmReason, saveReason } from './reasons.ts';
import { applicationField, openHow, openPreview, parseApplicationRef } from './rejecting.ts';
import type { Seat } from './seat.ts';
import { reserveCredit, settleCredit } from './spending.ts';
import { messageView, type Stage, serveModal, waitingView } from './stage.ts';
import { type ModalState, readMetadata } from './state.ts';
import { openSwitch, readChosen, type Switch, switchConnection } from './switching.ts';
import { bothWords, wordsOf } from './words.ts';

/** What Slack is told at once: the view to stand there meanwhile, or which field is wrong. */
export type SubmitAnswer =
  | { readonly response_action: 'update'; readonly view: ModalView }
  | { readonly response_action: 'errors'; readonly errors: Record<string, string> };

interface Submitted {
  readonly state: ModalState;
  readonly values: ReadonlyMap<string, string>;
  readonly viewId: string;
}

interface Step {
  readonly right: Right;
  work(desk: Desk, seat: Seat, stage: Stage, submitted: Submitted): Promise<ModalView>;
}

const toSwitch = (kind: Switch): Step => ({
  right: kind,
  work: (desk, seat, stage, { state, values }) => {
    const chosen = readChosen(values);
    if (state.connectionId !== undefined) return switchConnection(desk, seat, stage, kind, state);
    return openSwitch(desk, seat, kind, chosen === undefined ? {} : { connectionId: chosen });
  },
});

const steps: Readonly<Record<string, Step>> = {
  [modalIds.reasonConfirm]: {
    right: 'mapping',
    work: (desk, seat, stage, { state }) => saveReason(desk, seat, stage, state),
  },
  [modalIds.creditReserve]: {
    right: 'credits',
    work: (desk, seat, stage, given) => reserveCredit(desk, seat, stage, given),
  },
  [modalIds.creditSettle]: {
    right: 'credits',
    work: (desk, seat, stage, given) => settleCredit(desk, seat, stage, given),
  },
  [modalIds.pause]: toSwitch('pause'),
  [modalIds.resume]: toSwitch('resume'),
  [modalIds.rejectWhich]: { right: 'reject', work: (desk, seat, _stage, given) => openHow(desk, seat, given) },
  [modalIds.rejectHow]: { right: 'reject', work: (desk, seat, _stage, given) => openPreview(desk, seat, given) },
};

/** Decides what Slack is told, from what it sent alone: nobody is asked, so the answer takes no time. */
export function answerSubmit(view: AskedView): SubmitAnswer {
  const state = readMetadata(view.metadata);
  if (!state) return { response_action: 'update', view: messageView(bothWords, bothWords.say('refusal.outdated')) };
  const words = wordsOf(state.locale);
  if (view.callbackId === modalIds.reason) {
    const confirm = confirmReason(state, view.values) ?? messageView(words, words.say('refusal.outdated'));
    return { response_action: 'update', view: confirm };
  }
  if (view.callbackId === modalIds.rejectWhich && !parseApplicationRef(view.values.get(applicationField) ?? ''))
    return {
      response_action: 'errors',
      errors: { [applicationField]: words.plain('reject.application-wrong') },
    };
  return { response_action: 'update', view: waitingView(words) };
}

/** Does what was submitted, after Slack was told. */
export async function workOnSubmit(desk: Desk, ask: Ask): Promise<void> {
  const { view } = ask;
  const state = view && readMetadata(view.metadata);
  const step = view && steps[view.callbackId];
  if (!view || !state || !step) return;
  if (answerSubmit(view).response_action === 'errors') return;
  const wanted = { companyId: state.companyId, right: step.right, locale: state.locale };
  await serveModal(desk, ask, wanted, (seat, stage) =>
    step.work(desk, seat, stage, { state, values: view.values, viewId: view.viewId }),
  );
}

import { z } from 'zod';
import { toShownName } from '../model.ts';
import type { ViewedCompany } from '../people/index.ts';
import { actionIds, modalIds } from './action-ids.ts';
import { actions, type ModalView, modal, section, select } from './block-kit.ts';
import { bothWords } from './words.ts';

/** What is opened once somebody of several companies has said which one is meant. */
const nextSteps = ['held', 'reject', 'pause', 'resume'] as const;
export type NextStep = (typeof nextSteps)[number];

export function chooseCompany(companies: readonly ViewedCompany[], next: NextStep): ModalView {
  const choices = companies.map(({ companyId, name }) => ({ value: `${next}:${companyId}`, text: toShownName(name) }));
  return modal({
    id: modalIds.message,
    title: bothWords.plain('app.name'),
    close: bothWords.plain('button.close'),
    blocks: [
      section(bothWords.say('choice.company')),
      actions('company', [select(actionIds.companyChoose, bothWords.plain('switch.choose'), choices)]),
    ],
  });
}

/** undefined: not made by the modal above. */
export function readChoice(value: string): { readonly next: NextStep; readonly companyId: string } | undefined {
  const [next, companyId] = value.split(':');
  return Choice.safeParse({ next, companyId }).data;
}

const Choice = z.object({ next: z.enum(nextSteps), companyId: z.uuid() });

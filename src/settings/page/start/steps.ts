import type { Start, Step, StepState } from './types.ts';

/** Where one can be: the five steps, and what they lead to. */
export const screens = ['company', 'agency', 'ats', 'letter', 'slack', 'live'] as const satisfies readonly (
  | Step
  | 'live'
)[];
export type Screen = (typeof screens)[number];

/** What stands in the address; without it one goes on where something is missing. */
export interface StartSearch {
  readonly step?: Screen | undefined;
}

export function toStartSearch({ step }: { readonly step?: unknown }): StartSearch {
  return { step: screens.find((screen) => screen === step) };
}

/** The first step that is not done; `live` when all are. */
export function findFirstOpen({ steps }: Pick<Start, 'steps'>): Screen {
  return steps.find(({ isDone }) => !isDone)?.step ?? 'live';
}

/** Back to what is done one may go, forward only as far as everything before is done. */
export function mayOpen(start: Pick<Start, 'steps'>, screen: Screen): boolean {
  return screens.indexOf(screen) <= screens.indexOf(findFirstOpen(start));
}

export function findStep({ steps }: Pick<Start, 'steps'>, screen: Screen): StepState | undefined {
  return steps.find(({ step }) => step === screen);
}

export function countDone({ steps }: Pick<Start, 'steps'>): number {
  return steps.filter(({ isDone }) => isDone).length;
}

export function toNext(screen: Screen, by: 1 | -1): Screen | undefined {
  return screens[screens.indexOf(screen) + by];
}

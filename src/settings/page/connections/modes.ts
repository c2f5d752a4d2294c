import type { Connector } from './types.ts';

/** How a letter can reach the applicant, ours first. */
export const modes = [
  'relay-sent',
  'ats-static',
  'ats-personal',
  'ats-triggered',
] as const satisfies readonly (keyof Connector['modes'])[];

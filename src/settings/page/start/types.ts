import type { z } from 'zod';
import type * as slack from '../../api/slack-schemas.ts';
import type * as start from '../../api/start-schemas.ts';
import type { Screen } from './steps.ts';

/** What the API tells of a company's first run, as it travels. */
export type Start = z.input<typeof start.Start>;
export type StepState = Start['steps'][number];
export type Step = StepState['step'];
export type Lack = StepState['lacks'][number];
export type SlackTested = z.input<typeof start.SlackTested>;
export type SlackState = z.input<typeof slack.SlackState>;

/** What each step is handed. */
export interface StepProps {
  readonly slug: string;
  readonly start: Start;
  readonly state: StepState;
  readonly onGo: (screen: Screen) => void;
}

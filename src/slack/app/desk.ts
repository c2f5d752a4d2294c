import type { Ask } from './ask.ts';
import type { HomeView, ModalView } from './block-kit.ts';
import type { AppParts } from './parts.ts';

/** What the app asks of one workspace's Slack. Each throws what Slack's library throws. */
export interface SlackCalls {
  /** @returns the view's id. */
  openView(triggerId: string, view: ModalView): Promise<string>;
  updateView(viewId: string, view: ModalView): Promise<void>;
  publishHome(userRef: string, view: HomeView): Promise<void>;
  /** A direct message. */
  sayTo(userRef: string, text: string): Promise<void>;
}

export interface Desk extends AppParts {
  /** undefined: the workspace is not installed, so nothing can be done in it. */
  callsOf(teamRef: string): Promise<SlackCalls | undefined>;
}

/** Whom an audit line names. */
export function toActor({ teamRef, userRef }: Pick<Ask, 'teamRef' | 'userRef'>): string {
  return `slack:${teamRef}:${userRef}`;
}

import { createContext, use } from 'react';

/** What the browser offers to signing in; handed in by main.tsx. */
export interface Ways {
  /** Whether this service is set up for signing in with Slack. */
  readonly hasSlack: boolean;
  /** Leaves the page for another address. */
  readonly leave: (url: string) => void;
  /** Keeps where somebody wanted to go until they come back, maybe in another tab. */
  readonly remember: (back: string) => void;
}

export const WaysContext = createContext<Ways>({ hasSlack: false, leave: () => undefined, remember: () => undefined });

export function useWays(): Ways {
  return use(WaysContext);
}

import type { SlackApi } from './web-api.ts';

/** Who speaks to a company's workspace. */
export interface Senders {
  /** @throws RelayError transient: nobody can say now; ask again. */
  for(companyId: string): Promise<Sender>;
  /** Slack takes our token no longer, and why, in its word. */
  markBroken(teamRef: string, reason: string): Promise<void>;
}

export type Sender =
  | { readonly ok: true; readonly api: SlackApi; readonly teamRef: string; readonly botUserRef: string | null }
  /** not-tied: no workspace is tied · else why its workspace takes nothing from us. */
  | { readonly ok: false; readonly reason: string };

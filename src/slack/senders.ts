import type { SlackApi } from './web-api.ts';

/** Who speaks to a company's workspace. */
export interface Senders {
  /** @throws RelayError where nobody can say now, such as while a token is renewed: ask again. */
  for(companyId: string): Promise<Sender>;
}

export type Sender =
  | {
      readonly ok: true;
      readonly api: SlackApi;
      /**
       * Slack takes the token it speaks with no longer, and why, in its word. False: the workspace has another one by now,
       * so nothing follows; ask again.
       */
      markBroken(reason: string): Promise<boolean>;
    }
  /** not-tied: no workspace is tied · else why its workspace takes nothing from us. */
  | { readonly ok: false; readonly reason: string };

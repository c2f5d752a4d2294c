import type { Database } from '../platform/database.ts';
import type { Senders } from './senders.ts';
import { openSlackApi } from './web-api.ts';
import { readTie } from './workspace/store.ts';
import type { Tokens } from './workspace/tokens.ts';

/** Speaks to each company's workspace with that workspace's token. */
export function openSenders(parts: { readonly database: Database; readonly tokens: Tokens }): Senders {
  const { database, tokens } = parts;
  return {
    async for(companyId) {
      const tie = await database.forSystem((tx) => readTie(tx, companyId));
      if (!tie) return { ok: false, reason: 'not-tied' };
      if (tie.state !== 'installed') return { ok: false, reason: tie.brokenReason ?? tie.state };
      const { teamRef } = tie;
      // What it throws may already be past: the tie says how the workspace stands when it is asked again.
      const { client, botToken } = await tokens.open(teamRef);
      return {
        ok: true,
        api: openSlackApi(client),
        markBroken: (reason) => tokens.markBroken(teamRef, reason, botToken),
      };
    },
  };
}

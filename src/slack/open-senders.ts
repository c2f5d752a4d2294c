import type { Database } from '../platform/database.ts';
import { RelayError } from '../platform/errors.ts';
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
      try {
        const { client, botUserId } = await tokens.open(teamRef);
        return { ok: true, api: openSlackApi(client), teamRef, botUserRef: botUserId };
      } catch (error) {
        if (error instanceof RelayError && error.kind !== 'transient' && error.kind !== 'internal')
          return { ok: false, reason: error.code };
        throw error;
      }
    },
    markBroken: (teamRef, reason) => tokens.markBroken(teamRef, reason),
  };
}

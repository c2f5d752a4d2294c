import type { OAuthClient } from '../config.ts';
import { RelayError } from '../platform/errors.ts';
import { renewByCredentials } from './client-credentials.ts';
import type { Access, AccessKind } from './contract.ts';
import { openTokens, type TokenGrant } from './oauth.ts';
import { isRefreshDue, type RefreshParts, renewByRefreshToken } from './refresh-token.ts';
import { toBasic } from './token-endpoint.ts';

/** What stands in the `authorization` header of one connection's calls. */
export interface Authority {
  /** @throws RelayError as the token endpoint answered. */
  read(): Promise<string>;
  /** Says that the ATS refused it. @returns whether reading again may give another. */
  drop(authorization: string): Promise<boolean>;
  /** Forgets whatever is kept, so that the next read asks the vendor. */
  reset(): Promise<void>;
  /** Uses what would die unused, where nobody used it since before then. Absent where nothing does. */
  keepAlive?(usedBefore: Date): Promise<void>;
}

/** Whose authority. `kind` is the access the connection was made with. */
export interface AuthorityGrant extends TokenGrant {
  readonly kind: AccessKind | null;
  readonly access: Access<string>;
  readonly settings: Readonly<Record<string, string>>;
  /** Our own client at the vendor. */
  readonly client: OAuthClient | undefined;
}

/** @throws RelayError internal_error when the connector does not offer this access. */
export function openAuthority(parts: RefreshParts, { kind, access: offered, ...grant }: AuthorityGrant): Authority {
  if (kind === 'api-key' && offered[kind]) return openKeyAuthority(grant.settings[offered[kind].key] ?? '');
  if (kind === 'client-credentials' && offered[kind]) {
    const access = offered[kind];
    return toAuthority(openTokens(parts, grant, () => renewByCredentials(parts, { ...grant, access })));
  }
  if (kind === 'authorization-code' && offered[kind]) {
    const access = offered[kind];
    const tokens = openTokens(parts, grant, () => renewByRefreshToken(parts, { ...grant, access }));
    const keepAlive = (usedBefore: Date) => tokens.renewIf(() => isRefreshDue(parts, grant, usedBefore));
    return { ...toAuthority(tokens), keepAlive };
  }
  throw new RelayError('internal_error', { message: `the connector offers no access by ${kind}` });
}

function openKeyAuthority(key: string): Authority {
  return { read: async () => toBasic(key, ''), drop: async () => false, reset: async () => undefined };
}

const bearer = 'Bearer ';

function toAuthority(tokens: ReturnType<typeof openTokens>): Authority {
  return {
    read: async () => `${bearer}${await tokens.read()}`,
    async drop(authorization) {
      await tokens.drop(authorization.slice(bearer.length));
      return true;
    },
    reset: () => tokens.reset(),
  };
}

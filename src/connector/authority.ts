import { RelayError } from '../platform/errors.ts';
import type { Access, AccessKind } from './contract.ts';
import { openTokens, type TokenGrant, type TokenParts, toBasic } from './oauth.ts';

/** What stands in the `authorization` header of one connection's calls. */
export interface Authority {
  /** @throws RelayError as the token endpoint answered. */
  read(): Promise<string>;
  /** Says that the ATS refused it. @returns whether reading again may give another. */
  drop(authorization: string): Promise<boolean>;
  /** Forgets whatever is kept, so that the next read asks the vendor. */
  reset(): Promise<void>;
}

/** Whose authority. `kind` is the access the connection was made with. */
export interface AuthorityGrant extends Omit<TokenGrant, 'access'> {
  readonly kind: AccessKind | null;
  readonly access: Access<string>;
}

/** @throws RelayError internal_error when the connector does not offer this access. */
export function openAuthority(parts: TokenParts, { kind, access, ...grant }: AuthorityGrant): Authority {
  const key = access['api-key'];
  if (kind === 'api-key' && key) return openKeyAuthority(grant.settings[key.key] ?? '');
  const credentials = access['client-credentials'];
  if (kind === 'client-credentials' && credentials)
    return openTokenAuthority(openTokens(parts, { ...grant, access: credentials }));
  throw new RelayError('internal_error', { message: `the connector offers no access by ${kind}` });
}

function openKeyAuthority(key: string): Authority {
  return { read: async () => toBasic(key, ''), drop: async () => false, reset: async () => undefined };
}

const bearer = 'Bearer ';

function openTokenAuthority(tokens: ReturnType<typeof openTokens>): Authority {
  return {
    read: async () => `${bearer}${await tokens.read()}`,
    async drop(authorization) {
      await tokens.drop(authorization.slice(bearer.length));
      return true;
    },
    reset: () => tokens.reset(),
  };
}

import type { Api } from './client.ts';
import type { Role } from './types.ts';

/** Who is signed in, and where. */
export interface Me {
  readonly user: { readonly id: string; readonly name: string; readonly email: string };
  readonly companies: readonly MyCompany[];
  readonly hasSecondFactor: boolean;
}

export interface MyCompany {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly role: Role;
}

export const meKey = ['me'] as const;

export function meQuery(api: Api) {
  return {
    queryKey: meKey,
    queryFn: ({ signal }: { readonly signal: AbortSignal }) => api.get<Me>('/me', {}, signal),
    staleTime: 60_000,
  };
}

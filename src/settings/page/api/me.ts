import type { Api } from './client.ts';
import type { Me } from './types.ts';

export type MyCompany = Me['companies'][number];

export const meKey = ['me'] as const;

/** Who is signed in, and where. */
export function meQuery(api: Api) {
  return {
    queryKey: meKey,
    queryFn: ({ signal }: { readonly signal: AbortSignal }) => api.get<Me>('/me', {}, signal),
    staleTime: 60_000,
  };
}

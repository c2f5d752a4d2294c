import { useQueryClient } from '@tanstack/react-query';
import { meKey } from '../api/me.ts';

export const toDeletionPath = (slug: string) => `/companies/${slug}/deletion`;

/** Reads anew whatever tells whether the company ends. */
export function useDeletionChanged(slug: string): () => Promise<void> {
  const queries = useQueryClient();
  return async () => {
    await Promise.all(
      [[toDeletionPath(slug)], meKey, ['/connections']].map((queryKey) => queries.invalidateQueries({ queryKey })),
    );
  };
}

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useApi } from '../api/use-api.tsx';
import type { Start } from './types.ts';

const toKey = (slug: string) => [`/companies/${slug}/start`] as const;

/** How far a company is; not asked where nobody would be shown it. */
export function useStart(slug: string, isWanted = true) {
  const api = useApi();
  return useQuery({
    queryKey: toKey(slug),
    queryFn: ({ signal }) => api.get<Start>(toKey(slug)[0], {}, signal),
    enabled: isWanted,
    staleTime: 60_000,
  });
}

const lookAgainMs = 5_000;

/** The same on its own page: looks again after every change made there, and now and then at what the ATS tells meanwhile. */
export function useWatchedStart(slug: string) {
  const queries = useQueryClient();
  const start = useStart(slug);
  const isOver = start.data?.isLive ?? false;
  useEffect(
    () =>
      queries.getMutationCache().subscribe(({ mutation }) => {
        if (mutation?.state.status === 'success') void queries.invalidateQueries({ queryKey: toKey(slug) });
      }),
    [queries, slug],
  );
  useEffect(() => {
    if (isOver) return;
    const timer = setInterval(() => void queries.invalidateQueries({ queryKey: toKey(slug) }), lookAgainMs);
    return () => clearInterval(timer);
  }, [queries, slug, isOver]);
  return start;
}

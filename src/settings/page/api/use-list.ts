import { type InfiniteData, type UseInfiniteQueryResult, useInfiniteQuery } from '@tanstack/react-query';
import type { Listed } from './types.ts';
import { useApi } from './use-api.tsx';

export type Pages<T> = UseInfiniteQueryResult<InfiniteData<Listed<T>>, Error>;

/**
 * A list of the API, page by page; DataTable asks for the next as one scrolls. The key is the path and what is asked:
 * invalidate `[path]` after a change. Filters belong in `query`, and into the address by the route's search.
 */
export function useList<T>(path: string, query: Readonly<Record<string, string | undefined>>): Pages<T> {
  const api = useApi();
  return useInfiniteQuery({
    queryKey: [path, query],
    queryFn: ({ pageParam, signal }) =>
      api.get<Listed<T>>(path, { ...query, limit: 100, cursor: pageParam ?? undefined }, signal),
    initialPageParam: toFirst(),
    getNextPageParam: ({ nextCursor }) => nextCursor,
  });
}

/** Its type is that of every later cursor. */
function toFirst(): string | null {
  return null;
}

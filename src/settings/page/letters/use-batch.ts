import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useApi } from '../api/use-api.tsx';
import type { LetterAct, LetterBatch, LetterFilter, LetterForecast, NewLetterBatch } from './types.ts';

/** How many letters an act would change. */
export function countChanging({ states }: LetterForecast, act: LetterAct): number {
  return states.reduce((sum, { acts, letters }) => sum + (acts.includes(act) ? letters : 0), 0);
}

/** How many letters something can be decided about. */
export function countOpen({ states }: LetterForecast): number {
  return states.reduce((sum, { acts, letters }) => sum + (acts.length > 0 ? letters : 0), 0);
}

/** What a decision about all letters that fit would meet. */
export function useForecast(company: string, filter: LetterFilter, isWanted: boolean) {
  const api = useApi();
  return useQuery({
    queryKey: ['/letters/forecast', company, filter],
    queryFn: ({ signal }) => api.get<LetterForecast>('/letters/forecast', { ...filter, company }, signal),
    enabled: isWanted,
    // Before so many letters change, what is on screen must be what is there.
    staleTime: 0,
  });
}

export const batchesPath = '/letters/batches';

/** Has all letters that fit decided in the background. */
export function useAskBatch(company: string, filter: LetterFilter, onDone: () => void) {
  const api = useApi();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ act, count }: { readonly act: LetterAct; readonly count: number }) =>
      api.send<LetterBatch>('POST', batchesPath, {
        ...{ company, act, filter },
        confirmedCount: count,
      } satisfies NewLetterBatch),
    onSuccess: onDone,
    onSettled: () => queries.invalidateQueries({ predicate: ({ queryKey: [path] }) => isOfBatches(path) }),
  });
}

/** What a batch changes while it works, but for the rows on screen. */
function isOfBatches(path: unknown): boolean {
  return path === batchesPath || path === '/letters/forecast';
}

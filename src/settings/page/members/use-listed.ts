import { useQuery } from '@tanstack/react-query';
import type { Listed } from '../api/types.ts';
import { useApi } from '../api/use-api.tsx';

/** A list so short that the API gives it whole. Its key is its path. */
export function useListed<T>(path: string) {
  const api = useApi();
  return useQuery({
    queryKey: [path],
    queryFn: async ({ signal }) => (await api.get<Listed<T>>(path, {}, signal)).items,
  });
}

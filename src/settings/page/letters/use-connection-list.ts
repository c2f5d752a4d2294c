import { useQuery } from '@tanstack/react-query';
import type { Listed } from '../api/types.ts';
import { useApi } from '../api/use-api.tsx';
import type { Connection } from './types.ts';

/** The connections of a company, newest first. */
export function useConnectionList(slug: string) {
  const api = useApi();
  return useQuery({
    queryKey: ['/connections', 'all', slug],
    queryFn: async ({ signal }) =>
      (await api.get<Listed<Connection>>('/connections', { company: slug, limit: 200 }, signal)).items,
  });
}

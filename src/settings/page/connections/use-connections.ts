import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Listed } from '../api/types.ts';
import { useApi } from '../api/use-api.tsx';
import { toLanguage } from '../texts/i18n.ts';
import type { CheckResult, Connection, ConnectionChange, ConnectionHealth, Connector, Words } from './types.ts';

/** The connectors on offer. They change with a release only. */
export function useConnectors() {
  const api = useApi();
  return useQuery({
    queryKey: ['/connectors'],
    queryFn: async ({ signal }) => (await api.get<Listed<Connector>>('/connectors', {}, signal)).items,
    staleTime: 600_000,
  });
}

export function useConnections(company: string) {
  const api = useApi();
  return useQuery({
    queryKey: ['/connections', company],
    queryFn: async ({ signal }) =>
      (await api.get<Listed<Connection>>('/connections', { company, limit: 200 }, signal)).items,
  });
}

const toPath = (id: string) => `/connections/${id}`;

/** One connection with the version it was read in. */
export function useConnection(id: string) {
  const api = useApi();
  return useQuery({
    queryKey: ['/connections', 'one', id],
    queryFn: ({ signal }) => api.getTagged<Connection>(toPath(id), {}, signal),
  });
}

export function useHealth(id: string) {
  const api = useApi();
  return useQuery({
    queryKey: ['/connections', 'health', id],
    queryFn: ({ signal }) => api.get<ConnectionHealth>(`${toPath(id)}/health`, {}, signal),
    refetchInterval: 60_000,
  });
}

/** Reads everything about connections anew. */
export function useRefresh(): () => Promise<void> {
  const queries = useQueryClient();
  return () => queries.invalidateQueries({ queryKey: ['/connections'] });
}

/** Saves a change upon the version it was made on; 412 when somebody else was quicker. */
export function useChange(id: string, etag: string | null) {
  const api = useApi();
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (change: ConnectionChange) => api.send<Connection>('PATCH', toPath(id), change, etag),
    onSuccess: refresh,
  });
}

/** Asks the ATS whether the settings work; then the health is read anew, whatever it said. */
export function useCheck(id: string) {
  const api = useApi();
  const refresh = useRefresh();
  return useMutation({
    mutationFn: () => api.send<CheckResult>('POST', `${toPath(id)}/check`),
    onSettled: refresh,
  });
}

/** Chooses the reader's language of a connector's texts. */
export function useWords(): (words: Words) => string {
  const { i18n } = useTranslation();
  const language = toLanguage(i18n.language);
  return (words) => words[language];
}

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { isConflict, toProblem } from '../api/problem.ts';
import type { Listed } from '../api/types.ts';
import { useApi } from '../api/use-api.tsx';
import type { Mapping, MappingOverview, MappingPreview, MappingVersion, SavedMapping, Template } from './types.ts';

export const toPath = (id: string) => `/connections/${id}/mapping`;

/** The reasons and stages of a connection, with the version they were read in. */
export function useOverview(id: string) {
  const api = useApi();
  return useQuery({
    queryKey: [toPath(id)],
    queryFn: ({ signal }) => api.getTagged<MappingOverview>(toPath(id), {}, signal),
    // Each reading asks the ATS; and what one is changing is not read anew behind one's back.
    staleTime: 60_000,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
}

/** The company's own templates; none where it has none yet. */
export function useTemplates(company: string): readonly Template[] {
  const api = useApi();
  const templates = useQuery({
    queryKey: ['/letter-templates', company, 'names'],
    queryFn: async ({ signal }) => (await api.get<Listed<Template>>('/letter-templates', { company }, signal)).items,
    retry: false,
  });
  return templates.data ?? [];
}

/** Reads it all anew; letters and what needs a person change with it. */
export function useRefresh(id: string): () => Promise<void> {
  const queries = useQueryClient();
  return async () => {
    await Promise.all(
      [toPath(id), `${toPath(id)}/versions`, '/letters', '/letters/counts', '/connections'].map((path) =>
        queries.invalidateQueries({ queryKey: [path] }),
      ),
    );
  };
}

/** What would change by this mapping; undefined asks nothing. */
export function usePreview(id: string, mapping: Mapping | undefined) {
  const api = useApi();
  return useQuery({
    queryKey: [toPath(id), 'preview', mapping],
    queryFn: () => api.send<MappingPreview>('POST', `${toPath(id)}/preview`, mapping),
    enabled: mapping !== undefined,
    staleTime: 0,
    gcTime: 0,
    refetchOnWindowFocus: false,
  });
}

/** Saves upon the version it was made on; 412 when somebody else was quicker. */
export function useSave(id: string, onSaved: (saved: SavedMapping) => void) {
  const api = useApi();
  const refresh = useRefresh(id);
  return useMutation({
    mutationFn: ({ mapping, etag }: { readonly mapping: Mapping; readonly etag: string | null }) =>
      api.send<SavedMapping>('PUT', toPath(id), mapping, etag),
    onSuccess: async (saved) => {
      await refresh();
      onSaved(saved);
    },
  });
}

export function useRestore(id: string, onSaved: (saved: SavedMapping) => void) {
  const api = useApi();
  const refresh = useRefresh(id);
  return useMutation({
    mutationFn: ({ version, etag }: { readonly version: number; readonly etag: string | null }) =>
      api.send<SavedMapping>('POST', `${toPath(id)}/versions/${version}/restore`, undefined, etag),
    onSuccess: async (saved) => {
      await refresh();
      onSaved(saved);
    },
  });
}

/** Who saved last; asked only after a refusal because of it. */
export function useOvertaker(id: string, thrown: unknown) {
  const api = useApi();
  const isOvertaken = thrown !== null && thrown !== undefined && isConflict(toProblem(thrown));
  const newest = useQuery({
    queryKey: [`${toPath(id)}/versions`, 'newest'],
    queryFn: async ({ signal }) =>
      (await api.get<Listed<MappingVersion>>(`${toPath(id)}/versions`, { limit: 1 }, signal)).items[0] ?? null,
    enabled: isOvertaken,
    staleTime: 0,
  });
  return isOvertaken ? (newest.data ?? undefined) : undefined;
}

import { useQuery } from '@tanstack/react-query';
import type { Listed } from '../../api/types.ts';
import { useApi } from '../../api/use-api.tsx';
import type { LetterTemplate } from './types.ts';

export const templatesKey = '/letter-templates';

/** The company's own templates, archived ones among them. */
export function useTemplates(slug: string) {
  const api = useApi();
  return useQuery({
    queryKey: [templatesKey, slug],
    queryFn: async ({ signal }) =>
      (await api.get<Listed<LetterTemplate>>('/letter-templates', { company: slug, limit: 200 }, signal)).items,
  });
}

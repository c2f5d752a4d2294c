import { useQuery } from '@tanstack/react-query';
import { useApi } from '../api/use-api.tsx';
import type { SlackPlace, SlackPlaces } from './types.ts';

/** The channels and people that get a company's notices. */
export function usePlaces(slug: string) {
  const api = useApi();
  const path = `/companies/${slug}/slack/places`;
  return useQuery({ queryKey: [path], queryFn: ({ signal }) => api.get<SlackPlaces>(path, {}, signal) });
}

/** #saiyo, or a person's name; the id where Slack told none. */
export function toPlaceName({ kind, name, slackRef }: Pick<SlackPlace, 'kind' | 'name' | 'slackRef'>): string {
  if (name === null) return slackRef;
  return kind === 'channel' ? `#${name}` : name;
}

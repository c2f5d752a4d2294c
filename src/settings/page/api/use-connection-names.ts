import { useQuery } from '@tanstack/react-query';
import type { z } from 'zod';
import type * as schemas from '../../api/schemas.ts';
import type { Listed } from './types.ts';
import { useApi } from './use-api.tsx';

type Connection = Pick<z.input<typeof schemas.Connection>, 'id' | 'connector'>;
type Connector = Pick<z.input<typeof schemas.Connector>, 'id' | 'title'>;

/** What each connection of a company is called, by its id, oldest first. */
export type ConnectionNames = ReadonlyMap<string, string>;

/** Undefined while they are read. */
export function useConnections(slug: string) {
  const api = useApi();
  return useQuery({
    queryKey: ['/connections', slug, 'names'],
    queryFn: async ({ signal }) => {
      const [{ items: connections }, { items: connectors }] = await Promise.all([
        api.get<Listed<Connection>>('/connections', { company: slug, limit: 200 }, signal),
        api.get<Listed<Connector>>('/connectors', {}, signal),
      ]);
      return toNames(connections, connectors);
    },
  });
}

export function useConnectionNames(slug: string): ConnectionNames {
  return useConnections(slug).data ?? new Map();
}

/** The vendor's name; where a company has several of one, they are numbered. */
export function toNames(connections: readonly Connection[], connectors: readonly Connector[]): ConnectionNames {
  const titles = new Map(connectors.map(({ id, title }) => [id, title]));
  const oldestFirst = connections.toReversed();
  return new Map(
    oldestFirst.map(({ id, connector }) => {
      const alike = oldestFirst.filter((one) => one.connector === connector);
      const title = titles.get(connector) ?? connector;
      return [id, alike.length === 1 ? title : `${title} (${alike.findIndex((one) => one.id === id) + 1})`];
    }),
  );
}

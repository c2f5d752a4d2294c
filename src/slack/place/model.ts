import type { NoticeKind } from '../notice/kinds.ts';

/** A channel or a person that gets notices. */
export interface Place {
  readonly placeId: string;
  readonly kind: 'channel' | 'person';
  /** C… or G… of a channel, U… or W… of a person. */
  readonly slackRef: string;
  readonly name: string | null;
  /** Whether people may be named there. */
  readonly hasNames: boolean;
  /** Gets what no route claims. */
  readonly isDefault: boolean;
  /** Slack's word for why it takes nothing, such as `not_in_channel`; its notices wait. */
  readonly blockedReason: string | null;
  readonly blockedAt: Date | null;
  readonly createdAt: Date;
}

/** Which notices a place gets. */
export interface Route {
  readonly placeId: string;
  /** []: every kind. */
  readonly kinds: readonly NoticeKind[];
  /** null: of every connection, and what concerns the whole company. */
  readonly connectionId: string | null;
  /** null: of every job. */
  readonly job: string | null;
}

interface Routed {
  readonly kind: NoticeKind;
  readonly connectionId: string | null;
  readonly job: string | null;
}

/**
 * Where a notice goes: to the place of every route that fits, each once; where none fits, to the default place; where
 * there is none, nowhere.
 */
export function chooseRoutes(
  planned: Routed,
  places: readonly Pick<Place, 'placeId' | 'isDefault'>[],
  routes: readonly Route[],
): readonly string[] {
  const known = new Set(places.map(({ placeId }) => placeId));
  const claimed = routes.filter((route) => known.has(route.placeId) && isFor(route, planned));
  if (claimed.length > 0) return [...new Set(claimed.map(({ placeId }) => placeId))];
  return places.filter(({ isDefault }) => isDefault).map(({ placeId }) => placeId);
}

function isFor(route: Route, { kind, connectionId, job }: Routed): boolean {
  if (route.kinds.length > 0 && !route.kinds.includes(kind)) return false;
  if (route.connectionId !== null && route.connectionId !== connectionId) return false;
  return route.job === null || route.job === job;
}

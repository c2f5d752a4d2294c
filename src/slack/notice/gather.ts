import { chooseRoutes, type Place, type Route } from '../place/model.ts';
import { mergeTokens } from './model.ts';
import type { PlannedNotice } from './planned.ts';

/** What one place is to hear in one message. */
export interface PlacedNotice extends PlannedNotice {
  /** null: nobody hears it in Slack. */
  readonly placeId: string | null;
}

/** What a place knows already; the place comes first. */
export type KnownFacts = ReadonlySet<string>;

export function toFactId(placeId: string | null, factKey: string): string {
  return `${placeId ?? ''} ${factKey}`;
}

/** Sends each planned notice to its places, leaves out what a place knows, and makes one of those of one group. */
export function gatherNotices(
  planned: readonly PlannedNotice[],
  where: { readonly places: readonly Place[]; readonly routes: readonly Route[]; readonly known: KnownFacts },
): readonly PlacedNotice[] {
  const told = new Set(where.known);
  const gathered: PlacedNotice[] = [];
  for (const notice of planned) {
    const chosen = chooseRoutes(notice, where.places, where.routes);
    for (const placeId of chosen.length > 0 ? chosen : [null]) {
      const factKeys = [...new Set(notice.factKeys)].filter((key) => !told.has(toFactId(placeId, key)));
      if (factKeys.length === 0) continue;
      for (const key of factKeys) told.add(toFactId(placeId, key));
      addTo(gathered, { ...notice, factKeys, placeId });
    }
  }
  return gathered;
}

function addTo(gathered: PlacedNotice[], notice: PlacedNotice): void {
  const { groupKey, placeId } = notice;
  const index =
    groupKey === null ? -1 : gathered.findIndex((other) => other.groupKey === groupKey && other.placeId === placeId);
  const other = gathered[index];
  if (other) gathered[index] = join(other, notice);
  else gathered.push(notice);
}

function join(before: PlacedNotice, after: PlacedNotice): PlacedNotice {
  return {
    ...before,
    factKeys: [...before.factKeys, ...after.factKeys],
    tokens: mergeTokens(before.kind, before.tokens, after.tokens),
    connectionId: before.connectionId === after.connectionId ? before.connectionId : null,
    job: before.job === after.job ? before.job : null,
  };
}

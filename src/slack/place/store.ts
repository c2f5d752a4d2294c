import type { Selectable } from 'kysely';
import type { Tx } from '../../platform/database.ts';
import { newId } from '../../platform/ids.ts';
import type { NoticeHours, SlackPlaceTable } from '../../platform/tables.ts';
import { holdCompany } from '../hold-company.ts';
import { type NoticeKind, noticeKinds } from '../notice/kinds.ts';
import type { Place, Route } from './model.ts';

/** A company's places, oldest first. */
export async function listPlaces(tx: Tx, companyId: string): Promise<readonly Place[]> {
  const rows = await tx
    .selectFrom('slack_place')
    .selectAll()
    .where('company_id', '=', companyId)
    .orderBy('place_id')
    .execute();
  return rows.map(toPlace);
}

export async function readPlace(tx: Tx, companyId: string, placeId: string): Promise<Place | undefined> {
  const row = await tx
    .selectFrom('slack_place')
    .selectAll()
    .where('company_id', '=', companyId)
    .where('place_id', '=', placeId)
    .executeTakeFirst();
  return row && toPlace(row);
}

function toPlace(row: Selectable<SlackPlaceTable>): Place {
  return {
    placeId: row.place_id,
    kind: row.kind,
    slackRef: row.slack_ref,
    name: row.name,
    hasNames: row.has_names,
    isDefault: row.is_default,
    blockedReason: row.blocked_reason,
    blockedAt: row.blocked_at,
    createdAt: row.created_at,
  };
}

/** Adds a place, or gives the one that stands. The default while there is no other, such as the first of a company. */
export async function insertPlace(
  tx: Tx,
  companyId: string,
  place: Pick<Place, 'kind' | 'slackRef' | 'name'>,
  now: Date,
): Promise<{ readonly place: Place; readonly isNew: boolean }> {
  // Two at once would both be the first.
  await holdCompany(tx, companyId);
  const places = await listPlaces(tx, companyId);
  const known = places.find(({ slackRef }) => slackRef === place.slackRef);
  if (known) return { place: known, isNew: false };
  const row = await tx
    .insertInto('slack_place')
    .values({
      place_id: newId(),
      company_id: companyId,
      kind: place.kind,
      slack_ref: place.slackRef,
      name: place.name,
      is_default: !places.some(({ isDefault }) => isDefault),
      created_at: now,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  return { place: toPlace(row), isNew: true };
}

/** Takes a place away, or all of a company's. What waits there stays to be read as logged. Gives how many there were. */
export async function deletePlaces(tx: Tx, companyId: string, placeId?: string): Promise<number> {
  await holdCompany(tx, companyId);
  const placeIds = (await listPlaces(tx, companyId))
    .map((place) => place.placeId)
    .filter((id) => placeId === undefined || id === placeId);
  if (placeIds.length === 0) return 0;
  // All of them, for the database lets go of each place in each: a run that edits one locks the place after it.
  await tx
    .selectFrom('notice')
    .select('notice_id')
    .where('place_id', 'in', placeIds)
    .orderBy('notice_id')
    .forUpdate()
    .execute();
  await tx
    .updateTable('notice')
    .set({ status: 'logged', reason: null, due_at: null, queued_at: null })
    .where('place_id', 'in', placeIds)
    .where('status', 'in', ['waiting', 'blocked'])
    .execute();
  await tx.deleteFrom('slack_place').where('place_id', 'in', placeIds).execute();
  return placeIds.length;
}

/** Makes a place the one that gets what no route claims; undefined: there is none. */
export async function changeDefault(tx: Tx, companyId: string, placeId: string | undefined): Promise<void> {
  await holdCompany(tx, companyId);
  await tx
    .updateTable('slack_place')
    .set({ is_default: false })
    .where('company_id', '=', companyId)
    .where('is_default', '=', true)
    .execute();
  if (placeId === undefined) return;
  await tx
    .updateTable('slack_place')
    .set({ is_default: true })
    .where('company_id', '=', companyId)
    .where('place_id', '=', placeId)
    .execute();
}

export async function saveHasNames(tx: Tx, placeId: string, hasNames: boolean): Promise<void> {
  await tx.updateTable('slack_place').set({ has_names: hasNames }).where('place_id', '=', placeId).execute();
}

export async function savePlaceName(tx: Tx, companyId: string, slackRef: string, name: string): Promise<void> {
  await tx
    .updateTable('slack_place')
    .set({ name })
    .where('company_id', '=', companyId)
    .where('slack_ref', '=', slackRef)
    .execute();
}

/** Says why a place takes nothing: Slack's word. Its notices are blocked when their time comes. */
export async function blockPlace(tx: Tx, placeId: string, reason: string, now: Date): Promise<void> {
  await tx
    .updateTable('slack_place')
    .set({ blocked_reason: reason, blocked_at: now })
    .where('place_id', '=', placeId)
    .execute();
}

export async function unblockPlace(tx: Tx, placeId: string): Promise<void> {
  await tx
    .updateTable('slack_place')
    .set({ blocked_reason: null, blocked_at: null })
    .where('place_id', '=', placeId)
    .execute();
}

export async function listRoutes(tx: Tx, companyId: string): Promise<readonly Route[]> {
  const rows = await tx
    .selectFrom('slack_route')
    .selectAll()
    .where('company_id', '=', companyId)
    .orderBy('route_id')
    .execute();
  return rows.map((row) => ({
    placeId: row.place_id,
    kinds: toKinds(row.kinds),
    connectionId: row.connection_id,
    job: row.job,
  }));
}

/** A kind of a newer version of ours is none that we send. */
function toKinds(stored: readonly string[]): readonly NoticeKind[] {
  return noticeKinds.filter((kind) => stored.includes(kind));
}

export async function saveRoutes(tx: Tx, companyId: string, routes: readonly Route[], now: Date): Promise<void> {
  await tx.deleteFrom('slack_route').where('company_id', '=', companyId).execute();
  if (routes.length === 0) return;
  const rows = routes.map((route) => ({
    route_id: newId(),
    company_id: companyId,
    place_id: route.placeId,
    kinds: [...route.kinds],
    connection_id: route.connectionId,
    job: route.job,
    created_at: now,
  }));
  await tx.insertInto('slack_route').values(rows).execute();
}

/** When a company's notices may arrive; undefined: it is tied to no workspace. */
export async function readHours(tx: Tx, companyId: string): Promise<NoticeHours | undefined> {
  const row = await tx.selectFrom('slack_tie').select('hours').where('company_id', '=', companyId).executeTakeFirst();
  return row?.hours;
}

import { findAgencyLack, readAgency } from '../../company/index.ts';
import { type GoingLive, readGoingLive } from '../../letter/index.ts';
import { RelayError } from '../../platform/errors.ts';
import type { Server } from '../../platform/http-server.ts';
import { dayMs } from '../../platform/japan.ts';
import { json, problems } from './answers.ts';
import { findConnection, requireCompleteAgency, toConnection } from './connections.ts';
import { GoLive, GoLivePreview, GoLiveQuery, WentLive } from './go-live-schemas.ts';
import { confirmAbove } from './letters-schemas.ts';
import type { ApiParts } from './parts.ts';
import { IdParams } from './schemas.ts';

/** From a trial run to the real one, with its consequences in numbers before and in one transaction. */
export function goLiveRoutes(api: Server, parts: ApiParts): void {
  const { database, clock, connections, letters } = parts;

  api.route({
    method: 'GET',
    url: '/connections/:id/go-live',
    config: { access: { right: 'look', company: { by: 'connection' } } },
    schema: {
      operationId: 'previewGoLive',
      tags: ['Connections'],
      summary: 'Show what would leave if a connection went live now',
      params: IdParams,
      querystring: GoLiveQuery,
      response: { 200: json('What would leave.', GoLivePreview), ...problems('request_not_found') },
    },
    handler: async ({ params, query: { olderThanDays } }) => {
      const connection = await findConnection(parts, params.id);
      const { companyId, mode } = connection;
      const now = clock.now();
      return database.forCompany(companyId, async (tx) => ({
        ...(await readGoingLive(tx, connection, { now, oldBefore: toEarlier(now, olderThanDays) })),
        olderThanDays,
        mode,
        lack: findAgencyLack(await readAgency(tx, companyId), now) ?? null,
      }));
    },
  });

  api.route({
    method: 'POST',
    url: '/connections/:id/go-live',
    config: { access: { right: 'settings', company: { by: 'connection' } } },
    schema: {
      operationId: 'goLive',
      tags: ['Connections'],
      summary: 'Turn a connection live, and leave out what is too old',
      description:
        'From now on its letters are sent, those planned before included. In the same transaction the planned letters of ' +
        'rejections older than asked are cancelled; held ones stay. Refused while the agency is incomplete or its licence ' +
        'has expired, when it is live already, and when more letters would leave than were confirmed.',
      params: IdParams,
      body: GoLive,
      response: {
        200: json('It is live.', WentLive),
        ...problems('request_not_found', 'request_conflict', 'agency_incomplete'),
      },
    },
    handler: async ({ params: { id }, body: { leaveOutOlderThanDays, confirmedCount }, actor }) => {
      const { companyId } = await findConnection(parts, id);
      return database.forCompany(companyId, async (tx) => {
        const now = clock.now();
        const before = await connections.hold(tx, id);
        if (before.state === 'live')
          throw new RelayError('request_conflict', { message: 'the connection is live already' });
        await requireCompleteAgency(tx, companyId, now);
        const decidedBefore = toEarlier(now, leaveOutOlderThanDays ?? 0);
        const leftOut =
          leaveOutOlderThanDays === null
            ? 0
            : await letters.leaveOutOld(tx, { companyId, connectionId: id, decidedBefore }, actor);
        const { planned } = await readGoingLive(tx, before, { now, oldBefore: decidedBefore });
        requireConfirmed(planned, confirmedCount);
        const connection = await connections.update(tx, id, { state: 'live' }, actor);
        return { connection: toConnection(parts, connection), leaving: planned.all, leftOut };
      });
    },
  });
}

function toEarlier(now: Date, days: number): Date {
  return new Date(now.getTime() - days * dayMs);
}

/** @throws RelayError request_conflict: what was on screen is not what is there. */
function requireConfirmed({ all }: GoingLive['planned'], confirmedCount: number | undefined): void {
  if (all <= confirmAbove || (confirmedCount !== undefined && all <= confirmedCount)) return;
  throw new RelayError('request_conflict', {
    message: `${all} letters would leave, ${confirmedCount ?? 'no number'} was confirmed`,
    userMessage: {
      ja: `送られる手紙は${all}通です。確認した数より多いため、切り替えていません。数を確かめて、もう一度お試しください。`,
      en: `${all} letters would leave, more than were confirmed, so nothing was changed. Look at the number and try again.`,
    },
  });
}

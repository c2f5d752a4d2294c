import type { Connections } from '../connector/index.ts';
import { type Credits, listOpenReservations, readBalance, readProjection } from '../credit/index.ts';
import { type Intake, readLastActivity } from '../intake/index.ts';
import {
  countWaiting,
  type LetterDetails,
  type Letters,
  listLettersOf,
  listRejectionTemplates,
  listUnknownReasons,
  previewRejection,
  readLettersOf,
  rejectInAts,
} from '../letter/index.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database } from '../platform/database.ts';
import type { AppParts, ReviewedLetter } from './app/index.ts';
import { listPlaces } from './place/store.ts';
import type { Telling } from './telling.ts';

export interface StreamParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly baseUrl: string;
  readonly connections: Connections;
  readonly letters: Pick<Letters, 'send' | 'cancel' | 'hold'>;
  readonly credits: Pick<Credits, 'reserve' | 'use' | 'release'>;
  readonly intake: Pick<Intake, 'poll'>;
  readonly telling: Telling;
}

type Ports = Pick<AppParts, 'places' | 'notices' | 'letters' | 'connections' | 'rejecting' | 'credits' | 'intake'>;

/** All that people reach from Slack, through the doors of the rooms upstream. */
export function toStreamPorts(parts: StreamParts): Ports {
  const { database, connections, letters, credits, intake, telling } = parts;
  const { notices, places } = telling;
  return {
    places: {
      mayShowNames: async (companyId, slackRef) => {
        const all = await database.forCompany(companyId, (tx) => listPlaces(tx, companyId));
        return all.some((place) => place.slackRef === slackRef && place.hasNames);
      },
      resume: (companyId, { slackRef }) => notices.resumePlaces(companyId, { slackRef }),
      rename: places.rename,
    },
    notices: { remark: async (tx, remark) => void (await notices.remark(tx, remark)) },
    letters: {
      list: async (tx, ask) => {
        const { items, nextCursor } = await listLettersOf(tx, ask);
        return { items: items.map(toReviewed), nextCursor };
      },
      readMany: async (tx, letterIds) => (await readLettersOf(tx, letterIds)).map(toReviewed),
      countWaiting,
      listUnknownReasons,
      send: letters.send,
      cancel: letters.cancel,
      hold: letters.hold,
    },
    connections: {
      connector: connections.connector,
      read: connections.read,
      hold: connections.hold,
      list: connections.list,
      check: connections.check,
      listReasons: connections.listReasons,
      update: connections.update,
      pause: connections.pause,
      resume: connections.resume,
    },
    rejecting: {
      listTemplates: (connection) => listRejectionTemplates(parts, connection),
      preview: (connection, asked) => previewRejection(parts, connection, asked),
      reject: (connection, asked, actor) => rejectInAts(parts, connection, { ...asked, sendAt: null }, actor),
    },
    credits: {
      readBalance: (tx, companyId) => readBalance(tx, companyId),
      readProjection,
      listOpenReservations,
      reserve: credits.reserve,
      use: credits.use,
      release: credits.release,
    },
    intake: { readLastActivity, poll: intake.poll },
  };
}

function toReviewed({ letter, isReleased, reason: rejectionReason, ...details }: LetterDetails): ReviewedLetter {
  const { decidedAt, job, stage, applicationRef, givenName, familyName } = details;
  return {
    letterId: letter.id,
    connectionId: letter.connectionId,
    status: letter.status,
    reason: letter.reason,
    isReleased,
    dueAt: letter.dueAt,
    decidedAt,
    job,
    stage,
    rejectionReason,
    applicationRef,
    givenName,
    familyName,
  };
}

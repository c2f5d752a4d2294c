import { findAgencyLack, readAgency } from '../../company/index.ts';
import { readConsentShare, readOutcomeGroups, readOutcomeWeeks, type Span } from '../../consent/index.ts';
import {
  countReferralsByWeek,
  listEndingCredits,
  listOpenReservations,
  readBalance,
  readProjection,
} from '../../credit/index.ts';
import { countStuckDeliveries, countWaitingImports } from '../../intake/index.ts';
import { countWaiting, listUnknownReasons } from '../../letter/index.ts';
import type { Tx } from '../../platform/database.ts';
import { RelayError } from '../../platform/errors.ts';
import type { Server } from '../../platform/http-server.ts';
import { dayMs, fromJapaneseDate, toJapaneseDate, toJapaneseMonday, weekMs } from '../../platform/japan.ts';
import { json, problems } from './answers.ts';
import { type Dashboard, DashboardQuery, Dashboard as DashboardSchema, needKinds } from './dashboard-schemas.ts';
import { type ApiParts, asCompany, findCompany } from './parts.ts';
import { toRate } from './rate.ts';
import { hideSmall } from './small-numbers.ts';

const weeksMost = 106;
/** Credits that end sooner than this are told of. */
const endingMs = 30 * dayMs;

type Need = Dashboard['needs'][number];

/** The first page: what needs a person, and how it goes. */
export function dashboardRoutes(api: Server, parts: ApiParts): void {
  api.route({
    method: 'GET',
    url: '/dashboard',
    config: { access: { right: 'look', company: 'query' } },
    schema: {
      operationId: 'readDashboard',
      tags: ['Stream'],
      summary: 'Tell what needs a person now, and how it goes',
      description:
        'Whole weeks in Japan, Monday to Sunday. By reason and by job nothing is told of fewer than ten people, and ' +
        'numbers come in steps of five.',
      querystring: DashboardQuery,
      response: { 200: json('The dashboard.', DashboardSchema), ...problems('request_not_found') },
    },
    handler: async ({ query }) => {
      const now = parts.clock.now();
      const span = toSpan(query, now);
      const { companyId } = await parts.database.forSystem((tx) => findCompany(tx, query.company));
      const slackNeeds = await readSlackNeeds(parts, companyId);
      return asCompany(parts, query.company, async (tx) => ({
        ...toDays(span),
        needs: sortNeeds([...slackNeeds, ...(await readNeeds(parts, tx, companyId, now))]),
        ...(await readFigures(tx, companyId, span)),
        balance: await readBalance(tx, companyId, now),
        projection: await readProjection(tx, companyId, now),
      }));
    },
  });
}

/** Whole weeks in Japan. @throws RelayError request_invalid when it ends before it begins, or is too long. */
export function toSpan(
  asked: { readonly from?: string | undefined; readonly to?: string | undefined; readonly weeks: number },
  now: Date,
): Span {
  const last = asked.to === undefined ? now : fromJapaneseDate(asked.to);
  const end = toJapaneseMonday(last).getTime() + weekMs;
  const begin =
    asked.from === undefined ? end - asked.weeks * weekMs : toJapaneseMonday(fromJapaneseDate(asked.from)).getTime();
  if (begin >= end) throw new RelayError('request_invalid', { message: '`to` must not come before `from`' });
  if (end - begin > weeksMost * weekMs)
    throw new RelayError('request_invalid', { message: `the span must be ${weeksMost} weeks at most` });
  return { from: new Date(begin), to: new Date(end) };
}

const toDay = (at: number) => toJapaneseDate(new Date(at));

function toDays({ from, to }: Span): { readonly from: string; readonly to: string } {
  return { from: toDay(from.getTime()), to: toDay(to.getTime() - dayMs) };
}

async function readFigures(tx: Tx, companyId: string, span: Span) {
  const found = new Map((await readOutcomeWeeks(tx, companyId, span)).map((week) => [week.week, week]));
  const referrals = await countReferralsByWeek(tx, companyId, span);
  const count = (span.to.getTime() - span.from.getTime()) / weekMs;
  const weeks = Array.from({ length: count }, (_, index) => toDay(span.from.getTime() + index * weekMs)).map(
    (week) => ({
      week,
      rejections: 0,
      letters: 0,
      consents: 0,
      ...found.get(week),
      referrals: referrals.get(week) ?? 0,
    }),
  );
  const { asked, agree } = await readConsentShare(tx, companyId, span);
  return {
    weeks,
    rate: toRate(agree, asked),
    reasons: toGroups(hideSmall(await readOutcomeGroups(tx, companyId, 'reason', span))),
    jobs: toGroups(hideSmall(await readOutcomeGroups(tx, companyId, 'job', span))),
  };
}

function toGroups({ cells, rest }: ReturnType<typeof hideSmall>): Dashboard['reasons'] {
  return { cells: [...cells], rest };
}

async function readNeeds({ connections }: ApiParts, tx: Tx, companyId: string, now: Date): Promise<readonly Need[]> {
  const lack = findAgencyLack(await readAgency(tx, companyId), now);
  const failing = (await connections.list(tx, companyId)).filter(({ failingSince }) => failingSince !== null);
  const reasons = await listUnknownReasons(tx, companyId);
  const letters = await countWaiting(tx, companyId);
  const stuck = await countStuckDeliveries(tx, companyId);
  const imports = await countWaitingImports(tx, companyId);
  const reservations = await listOpenReservations(tx, companyId);
  const ending = await listEndingCredits(tx, companyId, new Date(now.getTime() + endingMs));
  return [
    ...(lack === undefined ? [] : [toNeed('agency', 1, lack)]),
    ...failing.map(({ connectionId, failingCode }) => toNeed('connection-failing', 1, failingCode, connectionId)),
    ...[...Map.groupBy(reasons, ({ connectionId }) => connectionId)].map(([connectionId, ofIt]) =>
      toNeed('reasons-unknown', ofIt.length, null, connectionId),
    ),
    ...letters.map(({ status, reason, connectionId, letters: count }) =>
      toNeed(`letters-${status}`, count, status === 'held' ? reason : null, connectionId),
    ),
    ...[...Map.groupBy(stuck, ({ connectionId }) => connectionId)].map(([connectionId, ofIt]) =>
      toNeed(
        'deliveries-stuck',
        ofIt.reduce((sum, { count }) => sum + count, 0),
        null,
        connectionId,
      ),
    ),
    toNeed('imports-waiting', imports),
    toNeed('reservations-open', reservations.length),
    toNeed('credits-ending', ending.length),
  ].filter(({ count }) => count > 0);
}

async function readSlackNeeds({ slack }: ApiParts, companyId: string): Promise<readonly Need[]> {
  const { state, reason } = await slack.readState(companyId);
  if (state === 'none') return [];
  if (state !== 'installed') return [toNeed('slack-broken', 1, reason ?? state)];
  const blocked = (await slack.listPlaces(companyId)).filter(({ blockedReason }) => blockedReason !== null);
  return [...Map.groupBy(blocked, ({ blockedReason }) => blockedReason)].map(([why, places]) =>
    toNeed('slack-blocked', places.length, why),
  );
}

function toNeed(
  kind: Need['kind'],
  count: number,
  reason: string | null = null,
  connectionId: string | null = null,
): Need {
  return { kind, count, reason, connectionId };
}

function sortNeeds(needs: readonly Need[]): Need[] {
  return needs.toSorted((a, b) => needKinds.indexOf(a.kind) - needKinds.indexOf(b.kind) || b.count - a.count);
}

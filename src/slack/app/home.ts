import { may } from '../../company/index.ts';
import type { Connection } from '../../connector/index.ts';
import type { Balance } from '../../credit/index.ts';
import { toShownName } from '../model.ts';
import { readViewer, type ViewedCompany, type Viewer } from '../people/index.ts';
import { toSettingsUrl } from '../text/settings-url.ts';
import { actionIds, toActionValue } from './action-ids.ts';
import type { Ask } from './ask.ts';
import { renderFigures, renderOutlook, renderWay } from './balance.ts';
import {
  actions,
  type Block,
  button,
  context,
  divider,
  fields,
  type HomeView,
  header,
  home,
  section,
  select,
} from './block-kit.ts';
import type { Desk, SlackCalls } from './desk.ts';
import type { OpenReservation, UnknownReason, WaitingLetters } from './parts.ts';
import { renderRefusal, type Seat, toSeat } from './seat.ts';
import { bothWords, type Words, wordsOf } from './words.ts';

/** What a company's home tells: counts and states, nobody's name. */
export interface HomeData {
  readonly balance: Balance;
  readonly projection: { readonly referralsPerWeek: number; readonly weeksToNextCredit: number | null };
  readonly waiting: readonly WaitingLetters[];
  readonly unknownReasons: readonly UnknownReason[];
  readonly connections: readonly HomeConnection[];
  readonly reservations: readonly OpenReservation[];
}

export interface HomeConnection {
  readonly connectionId: string;
  /** The name of the ATS. */
  readonly title: string;
  readonly state: Connection['state'];
  readonly failingSince: Date | null;
  readonly canReject: boolean;
  /** When anything of it reached us last: a delivery, a poll or a file. */
  readonly lastAt: Date | null;
}

/** How much of each kind is shown, so that a home of any company has at most 100 blocks. */
const most = { waiting: 12, reasons: 8, connections: 12, reservations: 8 };

/** Shows a person what there is for them. @param companyId of several companies the one shown; without it the first. */
export async function publishHome(
  desk: Desk,
  calls: SlackCalls,
  ask: Pick<Ask, 'teamRef' | 'userRef'>,
  companyId?: string,
): Promise<void> {
  const viewer = await desk.database.forSystem((tx) => readViewer(tx, ask));
  const company = viewer.companies.find((known) => known.companyId === companyId) ?? viewer.companies[0];
  if (!company) return calls.publishHome(ask.userRef, renderStrangersHome(viewer));
  const seat = toSeat(ask, company);
  const view = renderHome(seat, await readHome(desk, seat), viewer.companies, desk.baseUrl);
  await calls.publishHome(ask.userRef, view);
}

/** What somebody sees whom nobody has linked yet: how that is done, in both languages. */
export function renderStrangersHome({ isTied, ownerRefs }: Pick<Viewer, 'isTied' | 'ownerRefs'>): HomeView {
  const refusal = isTied
    ? ({ ok: false, reason: 'not-linked', ownerRefs } as const)
    : ({ ok: false, reason: 'not-tied' } as const);
  const text = renderRefusal(refusal, { both: bothWords, of: wordsOf });
  return home([header(bothWords.plain('app.name')), section(text)]);
}

export async function readHome(desk: Desk, { companyId }: Pick<Seat, 'companyId'>): Promise<HomeData> {
  const { credits, letters, connections, intake, clock } = desk;
  return desk.database.forCompany(companyId, async (tx) => {
    const activity = new Map(
      (await intake.readLastActivity(tx, companyId)).map((last) => [
        last.connectionId,
        toLatest([last.lastDeliveryAt, last.lastPolledAt, last.lastImportAt]),
      ]),
    );
    const found = await connections.list(tx, companyId);
    return {
      balance: await credits.readBalance(tx, companyId),
      projection: await credits.readProjection(tx, companyId, clock.now()),
      waiting: await letters.countWaiting(tx, companyId),
      unknownReasons: await letters.listUnknownReasons(tx, companyId),
      reservations: await credits.listOpenReservations(tx, companyId),
      connections: found.map((connection) => ({
        ...toTitled(desk, connection),
        failingSince: connection.failingSince,
        canReject: canReject(desk, connection),
        lastAt: activity.get(connection.connectionId) ?? null,
      })),
    };
  });
}

/** What a connection is called before people. */
export function toTitled({ connections }: Pick<Desk, 'connections'>, { connectionId, connector, state }: Connection) {
  return { connectionId, state, title: connections.connector(connector)?.title ?? connector };
}

/** Whether a recruiter may reject in this ATS from here. */
export function canReject({ connections }: Pick<Desk, 'connections'>, { mode, connector }: Connection): boolean {
  return mode === 'ats-triggered' && connections.connector(connector)?.api?.reject !== undefined;
}

export function renderHome(seat: Seat, data: HomeData, companies: readonly ViewedCompany[], baseUrl: string): HomeView {
  const words = wordsOf(seat.locale);
  const blocks = [
    header(words.plain('home.title', { company: toShownName(seat.company) })),
    ...renderChooser(words, seat, companies),
    fields([...renderState(words, data), ...renderFigures(words, data)]),
    section(renderWay(words, data)),
    context(renderOutlook(words, data)),
    ...renderCreditButtons(words, seat, data),
    divider(),
    ...renderWaiting(words, seat, data),
    divider(),
    header(words.plain('home.connections')),
    ...renderConnections(words, seat, data),
    ...renderReservations(words, seat, data),
    divider(),
    renderLinks(words, seat, data, baseUrl),
    context(words.say('home.help', { role: words.plain(`role.${seat.role}`) })),
  ];
  return home(blocks, seat.companyId);
}

function renderChooser(words: Words, { companyId }: Seat, companies: readonly ViewedCompany[]): readonly Block[] {
  if (companies.length < 2) return [];
  const choices = companies.map((company) => ({ value: company.companyId, text: toShownName(company.name) }));
  return [actions('home-company', [select(actionIds.homeCompany, words.plain('home.company'), choices, companyId)])];
}

/** What is to be seen at a glance, before the balance: whether letters wait, and whether anything is broken. */
function renderState(words: Words, { waiting, connections }: HomeData): readonly [string, string] {
  return [words.say('home.held', { count: countLetters(waiting) }), renderHealth(words, connections)];
}

function countLetters(waiting: readonly WaitingLetters[]): number {
  return waiting.reduce((sum, { letters }) => sum + letters, 0);
}

function renderHealth(words: Words, connections: readonly HomeConnection[]): string {
  if (connections.length === 0) return words.say('home.health-none');
  const failing = connections.filter(({ failingSince }) => failingSince !== null).length;
  if (failing > 0) return words.say('home.health-failing', { count: failing });
  const paused = connections.filter(({ state }) => state === 'paused').length;
  return paused > 0 ? words.say('home.health-paused', { count: paused }) : words.say('home.health-ok');
}

function renderCreditButtons(words: Words, { companyId, role }: Seat, { balance }: HomeData): readonly Block[] {
  if (!may(role, 'credits') || balance.credits.available === 0) return [];
  const value = toActionValue({ companyId });
  return [
    actions('home-credits', [button({ id: actionIds.creditReserve, text: words.plain('button.reserve'), value })]),
  ];
}

function renderWaiting(words: Words, seat: Seat, data: HomeData): readonly Block[] {
  const { companyId, role } = seat;
  const failing = data.connections.filter(({ failingSince }) => failingSince !== null);
  const byReason = sumByReason(data.waiting);
  if (byReason.length === 0 && failing.length === 0 && data.unknownReasons.length === 0)
    return [section(words.say('home.nothing-waits'))];
  const titles = new Map(data.connections.map(({ connectionId, title }) => [connectionId, title]));
  const canMap = may(role, 'mapping');
  const letterLines = byReason
    .slice(0, most.waiting)
    .map(
      ({ status, reason, letters }) =>
        `• ${words.reason(status, reason)} — *${words.say('count.letters', { count: letters })}*`,
    );
  return [
    header(words.plain('home.waiting')),
    // What is broken stands first: until it works, nothing else moves.
    ...failing.slice(0, most.reasons).map(({ connectionId, title, failingSince }) =>
      section(
        words.say('home.failing', { title, since: words.time(failingSince) }),
        may(role, 'pause')
          ? button({
              id: actionIds.connectionRetry,
              text: words.plain('button.retry'),
              value: toActionValue({ companyId, connectionId }),
            })
          : undefined,
      ),
    ),
    ...more(words, failing.length - most.reasons),
    ...(byReason.length === 0
      ? []
      : [
          section(
            [words.say('held.count', { count: countLetters(data.waiting) }), ...letterLines].join('\n'),
            may(role, 'letters')
              ? button({
                  id: actionIds.lettersReview,
                  text: words.plain('button.review'),
                  value: toActionValue({ companyId }),
                  style: 'primary',
                })
              : undefined,
          ),
        ]),
    ...data.unknownReasons.slice(0, most.reasons).map(({ connectionId, name, heldLetters }) =>
      section(
        words.say('home.unknown-reason', {
          name: toShownName(name),
          title: titles.get(connectionId) ?? '',
          count: heldLetters,
        }),
        canMap
          ? button({
              id: actionIds.reasonsMap,
              text: words.plain('button.map'),
              value: toActionValue({ companyId, connectionId }),
            })
          : undefined,
      ),
    ),
    ...more(words, data.unknownReasons.length - most.reasons),
  ];
}

/** Most letters first. */
function sumByReason(waiting: readonly WaitingLetters[]): readonly Omit<WaitingLetters, 'connectionId'>[] {
  const sums = new Map<string, Omit<WaitingLetters, 'connectionId'>>();
  for (const { status, reason, letters } of waiting) {
    const key = `${status}|${reason ?? ''}`;
    sums.set(key, { status, reason, letters: letters + (sums.get(key)?.letters ?? 0) });
  }
  return [...sums.values()].filter(({ letters }) => letters > 0).sort((a, b) => b.letters - a.letters);
}

function renderConnections(words: Words, { companyId, role }: Seat, { connections }: HomeData): readonly Block[] {
  if (connections.length === 0) return [section(words.say('home.no-connection'))];
  return [
    ...connections.slice(0, most.connections).flatMap((connection) => {
      const { connectionId, title, state, failingSince, lastAt } = connection;
      const failing = failingSince === null ? [] : [words.plain('state.failing')];
      const text = words.say('home.connection', {
        title,
        state: [words.plain(`state.${state}`), ...failing].join(' · '),
        last: lastAt ? words.time(lastAt) : words.plain('time.never'),
      });
      return section(text, renderSwitch(words, role, { companyId, connectionId, state }));
    }),
    ...more(words, connections.length - most.connections),
  ];
}

function renderSwitch(
  words: Words,
  role: Seat['role'],
  {
    companyId,
    connectionId,
    state,
  }: { readonly companyId: string; readonly connectionId: string; readonly state: string },
) {
  const value = toActionValue({ companyId, connectionId });
  if (state === 'paused')
    return may(role, 'resume')
      ? button({ id: actionIds.connectionResume, text: words.plain('button.resume'), value })
      : undefined;
  return may(role, 'pause')
    ? button({ id: actionIds.connectionPause, text: words.plain('button.pause'), value })
    : undefined;
}

function renderReservations(words: Words, { companyId, role }: Seat, { reservations }: HomeData): readonly Block[] {
  if (reservations.length === 0) return [];
  return [
    divider(),
    header(words.plain('home.reservations')),
    ...reservations.slice(0, most.reservations).map(({ reservationId, reason, reservedAt }) =>
      section(
        words.say('home.reservation', { reason, at: words.time(reservedAt) }),
        may(role, 'credits')
          ? button({
              id: actionIds.creditSettle,
              text: words.plain('button.settle'),
              value: toActionValue({ companyId, reservationId }),
            })
          : undefined,
      ),
    ),
    ...more(words, reservations.length - most.reservations),
  ];
}

function renderLinks(words: Words, { companyId, role }: Seat, { connections }: HomeData, baseUrl: string): Block {
  const value = toActionValue({ companyId });
  const isOffered = may(role, 'reject') && connections.some((connection) => connection.canReject);
  return actions('home-links', [
    ...(isOffered ? [button({ id: actionIds.rejectBegin, text: words.plain('button.reject'), value })] : []),
    button({
      id: actionIds.openSettings,
      text: words.plain('button.settings'),
      url: toSettingsUrl(baseUrl),
      value,
    }),
  ]);
}

function more(words: Words, count: number): readonly Block[] {
  return count > 0 ? [context(words.say('home.more', { count }))] : [];
}

function toLatest(instants: readonly (Date | null)[]): Date | null {
  const known = instants.flatMap((instant) => instant?.getTime() ?? []);
  return known.length === 0 ? null : new Date(Math.max(...known));
}

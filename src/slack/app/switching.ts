import type { Connection } from '../../connector/index.ts';
import { appendAudit } from '../../platform/audit.ts';
import { RelayError, toRelayError } from '../../platform/errors.ts';
import { modalIds } from './action-ids.ts';
import { oneByOne, tellDone } from './after.ts';
import { context, type ModalView, modal, section, selectInput } from './block-kit.ts';
import type { Desk } from './desk.ts';
import { toTitled } from './home.ts';
import type { Seat } from './seat.ts';
import { messageView, type Stage } from './stage.ts';
import { type ModalState, toMetadata } from './state.ts';
import { wordsOf } from './words.ts';

export type Switch = 'pause' | 'resume';

const field = 'connection';
/** Letters counted at the most before a connection is resumed; more are told as "or more". */
const countAtMost = 100;

type From = Pick<ModalState, 'noticeId' | 'connectionId'>;

/** Asks which connection to stop, or to let go on; with one named, or only one, what will happen. */
export async function openSwitch(desk: Desk, seat: Seat, kind: Switch, from: From): Promise<ModalView> {
  const words = wordsOf(seat.locale);
  const title = words.plain(`${kind}.title`);
  const all = await desk.database.forCompany(seat.companyId, (tx) => desk.connections.list(tx, seat.companyId));
  const possible = all.filter(({ state }) => (state === 'paused') === (kind === 'resume'));
  const named = from.connectionId
    ? possible.filter(({ connectionId }) => connectionId === from.connectionId)
    : possible;
  const [first, other] = named;
  if (!first) return messageView(words, words.say(`${kind}.none`), title);
  if (!other) return renderSwitch(desk, seat, kind, first, from);
  return modal({
    id: modalIds[kind],
    title,
    close: words.plain('button.cancel-dialog'),
    submit: words.plain('button.continue'),
    metadata: toMetadata({ ...from, companyId: seat.companyId, locale: seat.locale }),
    blocks: [
      selectInput(
        field,
        words.plain(`${kind}.which`),
        words.plain('switch.choose'),
        named.map((connection) => ({ value: connection.connectionId, text: toTitled(desk, connection).title })),
      ),
      ...(named.length > 100 ? [context(words.say('home.more', { count: named.length - 100 }))] : []),
    ],
  });
}

/** The connection that was chosen, once one of several was. */
export function readChosen(values: ReadonlyMap<string, string>): string | undefined {
  return values.get(field);
}

async function renderSwitch(
  desk: Desk,
  seat: Seat,
  kind: Switch,
  connection: Connection,
  from: From,
): Promise<ModalView> {
  const words = wordsOf(seat.locale);
  const { connectionId } = connection;
  const { title } = toTitled(desk, connection);
  const count = kind === 'resume' ? await countPlanned(desk, seat, connectionId) : undefined;
  const text =
    count === undefined
      ? words.say('pause.ask', { title })
      : words.say(count.isMore ? 'resume.ask-more' : 'resume.ask', { title, count: count.letters });
  return modal({
    id: modalIds[kind],
    title: words.plain(`${kind}.title`),
    close: words.plain('button.cancel-dialog'),
    submit: words.plain(`button.${kind}`),
    metadata: toMetadata({ ...from, companyId: seat.companyId, locale: seat.locale, connectionId }),
    blocks: [section(text)],
  });
}

async function countPlanned(
  desk: Desk,
  { companyId }: Seat,
  connectionId: string,
): Promise<{ readonly letters: number; readonly isMore: boolean }> {
  const { items, nextCursor } = await desk.database.forCompany(companyId, (tx) =>
    desk.letters.list(tx, { companyId, connectionId, statuses: ['planned'], limit: countAtMost }),
  );
  return { letters: items.length, isMore: nextCursor !== null };
}

/** Stops a connection, or lets it go on. Stopping a stopped one changes nothing, and says so. */
export async function switchConnection(
  desk: Desk,
  seat: Seat,
  stage: Stage,
  kind: Switch,
  state: ModalState,
): Promise<ModalView> {
  const words = wordsOf(seat.locale);
  const done = await oneByOne(desk, seat, () =>
    desk.database.forCompany(seat.companyId, async (tx) => {
      const connection = await requireConnection(desk, tx, seat, state.connectionId);
      const { ok } = await desk.connections[kind](tx, connection.connectionId, seat.actor);
      return { isChanged: ok, ...toTitled(desk, connection) };
    }),
  );
  const { isChanged, title } = done;
  if (isChanged) await tellDone(desk, seat, stage.calls, { did: dids[kind], count: 1, state });
  const text = words.say(isChanged ? `${kind}.done` : `${kind}.already`, { title });
  return messageView(words, text, words.plain(`${kind}.title`));
}

const dids = { pause: 'connection-paused', resume: 'connection-resumed' } as const;

async function requireConnection(
  { connections }: Desk,
  tx: Parameters<Desk['connections']['read']>[0],
  { companyId }: Seat,
  connectionId: string | undefined,
): Promise<Connection> {
  const connection = connectionId ? await connections.read(tx, connectionId) : undefined;
  if (!connection || connection.companyId !== companyId)
    throw new RelayError('request_not_found', { message: 'there is no such connection' });
  return connection;
}

/** Asks the ATS whether it works now, and catches up; says what came of it, with the cause. */
export async function retryConnection(desk: Desk, seat: Seat, stage: Stage, state: ModalState): Promise<ModalView> {
  const words = wordsOf(seat.locale);
  const { database, connections, clock } = desk;
  const { companyId, actor } = seat;
  const connection = await database.forCompany(companyId, (tx) =>
    requireConnection(desk, tx, seat, state.connectionId),
  );
  const { title } = toTitled(desk, connection);
  const heading = words.plain('retry.title');
  const outcome = await oneByOne(desk, seat, () => askAgain(connections, connection));
  await database.forCompany(companyId, (tx) =>
    appendAudit(tx, {
      companyId,
      at: clock.now(),
      actor,
      action: 'connection.retried',
      subject: connection.connectionId,
      detail: { outcome: outcome?.code ?? 'ok' },
    }),
  );
  await tellDone(desk, seat, stage.calls, { did: 'connection-retried', count: 1, state });
  if (outcome)
    return messageView(words, words.say('retry.failed', { title, cause: outcome.userMessage[seat.locale] }), heading);
  const recorded = await catchUp(desk, connection);
  return messageView(
    words,
    words.say(recorded === null ? 'retry.works' : 'retry.caught-up', { title, count: recorded ?? 0 }),
    heading,
  );
}

async function askAgain(connections: Desk['connections'], connection: Connection): Promise<RelayError | undefined> {
  try {
    await connections.check(connection);
    return undefined;
  } catch (thrown) {
    const error = toRelayError(thrown);
    if (error.kind === 'internal') throw thrown;
    return error;
  }
}

/** How many rejections were missed until now; null where nothing could be read, which the next poll tries again. */
async function catchUp({ intake, log }: Desk, connection: Connection): Promise<number | null> {
  try {
    return (await intake.poll(connection, {})).recorded;
  } catch (thrown) {
    log.info(
      { connectionId: connection.connectionId, code: toRelayError(thrown).code },
      'a retried connection was not read',
    );
    return null;
  }
}

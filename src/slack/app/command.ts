import { may } from '../../company/index.ts';
import { actionIds, toActionValue } from './action-ids.ts';
import type { Ask } from './ask.ts';
import { renderFigures, renderOutlook, renderWay } from './balance.ts';
import { actions, type Block, button, context, fields, section } from './block-kit.ts';
import { chooseCompany } from './company-choice.ts';
import type { Desk } from './desk.ts';
import { publishHome } from './home.ts';
import { findSeat, renderRefusal, type Seat } from './seat.ts';
import { bothOr, serveModal, toMessage } from './stage.ts';
import { openSwitch } from './switching.ts';
import { bothWords, type Words, wordsOf } from './words.ts';

export const command = '/career-relay';

export type Verb = 'balance' | 'held' | 'pause' | 'resume' | 'help' | 'link';

/** What people type for each, in either language. */
const spellings: Readonly<Record<Verb, readonly string[]>> = {
  balance: ['balance', 'credits', '残高', 'クレジット'],
  held: ['held', 'letters', '確認待ち', '選考結果メール', 'メール', '手紙'],
  pause: ['pause', 'stop', '一時停止', '停止'],
  resume: ['resume', 'start', '再開'],
  help: ['help', 'ヘルプ', '使い方'],
  link: ['link', '連携'],
};
const verbs: ReadonlyMap<string, Verb> = new Map(
  Object.entries(spellings).flatMap(([verb, words]) => words.map((word): [string, Verb] => [word, toVerb(verb)])),
);

function toVerb(text: string): Verb {
  return text === 'balance' || text === 'held' || text === 'pause' || text === 'resume' || text === 'link'
    ? text
    : 'help';
}

export type Parsed =
  | { readonly verb: Verb; readonly rest: string }
  /** `suggestion`: the word that was probably meant. */
  | { readonly verb: undefined; readonly suggestion: string | undefined };

/** What was typed behind the command, whatever the width of its letters. Nothing at all asks for help. */
export function parseCommand(text: string): Parsed {
  const [word = '', ...rest] = text.normalize('NFKC').trim().split(/\s+/);
  if (word === '') return { verb: 'help', rest: '' };
  const typed = word.toLowerCase();
  const verb = verbs.get(typed);
  if (verb) return { verb, rest: rest.join(' ') };
  const near = [...verbs.keys()]
    .map((known) => ({ known, distance: countEdits(typed.slice(0, 30), known) }))
    .filter(({ known, distance }) => distance <= Math.max(1, Math.floor([...known].length / 3)))
    .sort((a, b) => a.distance - b.distance);
  return { verb: undefined, suggestion: near[0]?.known };
}

/** Levenshtein's distance: how many letters are to be added, taken away or changed. */
function countEdits(from: string, to: string): number {
  let row = [...to, ''].map((_, index) => index);
  for (const [index, letter] of [...from].entries()) {
    const next = [index + 1];
    for (const [column, other] of [...to].entries()) {
      const changed = (row[column] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(changed, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row[[...to].length] ?? 0;
}

/** Answers a command; only the one who typed it sees the answer. */
export async function answerCommand(desk: Desk, ask: Ask, text: string): Promise<void> {
  const parsed = parseCommand(text);
  try {
    switch (parsed.verb) {
      case 'balance':
        return await answerBalance(desk, ask, parsed.rest);
      case 'held':
        return await answerHeld(desk, ask, parsed.rest);
      case 'pause':
      case 'resume':
        return await askSwitch(desk, ask, parsed.verb, parsed.rest);
      case 'link':
        return await answerLink(desk, ask, parsed.rest);
      case 'help':
        return await ask.reply?.(await renderHelp(desk, ask));
      case undefined:
        return await answerUnknown(desk, ask, parsed.suggestion);
    }
  } catch (thrown) {
    await ask.reply?.(toMessage(desk, thrown, undefined));
  }
}

/** The languages of one person: their own once they are linked, else both. */
async function findWords(desk: Desk, ask: Ask): Promise<Words> {
  const found = await findSeat(desk, ask, {}, 'look');
  return bothOr(found.ok ? found.seat.locale : undefined);
}

async function renderHelp(desk: Desk, ask: Ask): Promise<string> {
  return (await findWords(desk, ask)).say('help', { command });
}

async function answerUnknown(desk: Desk, ask: Ask, suggestion: string | undefined): Promise<void> {
  const words = await findWords(desk, ask);
  const first = suggestion
    ? words.say('command.suggestion', { command, suggestion })
    : words.say('command.unknown', { command });
  await ask.reply?.(`${first}\n\n${words.say('help', { command })}`);
}

/** The seat for a command; without one the person is told why. */
async function requireSeat(desk: Desk, ask: Ask, rest: string): Promise<Seat | undefined> {
  const found = await findSeat(desk, ask, { slug: toSlug(rest) }, 'look');
  if (found.ok) return found.seat;
  await ask.reply?.(renderRefusal(found, { both: bothWords, of: wordsOf }));
  return undefined;
}

function toSlug(rest: string): string | undefined {
  return rest === '' ? undefined : rest.toLowerCase();
}

async function answerBalance(desk: Desk, ask: Ask, rest: string): Promise<void> {
  const seat = await requireSeat(desk, ask, rest);
  if (!seat) return;
  const { companyId, role } = seat;
  const words = wordsOf(seat.locale);
  const data = await desk.database.forCompany(companyId, async (tx) => ({
    balance: await desk.credits.readBalance(tx, companyId),
    projection: await desk.credits.readProjection(tx, companyId, desk.clock.now()),
  }));
  const [figures, way, outlook] = [renderFigures(words, data), renderWay(words, data), renderOutlook(words, data)];
  const mayReserve = may(role, 'credits') && data.balance.credits.available > 0;
  const offer = {
    id: actionIds.creditReserve,
    text: words.plain('button.reserve'),
    value: toActionValue({ companyId }),
  };
  await ask.reply?.([...figures, way, outlook].join('\n'), [
    fields(figures),
    section(way),
    context(outlook),
    ...(mayReserve ? [actions('reserve', [button(offer)])] : []),
  ]);
}

async function answerHeld(desk: Desk, ask: Ask, rest: string): Promise<void> {
  const seat = await requireSeat(desk, ask, rest);
  if (!seat) return;
  const { companyId } = seat;
  const words = wordsOf(seat.locale);
  const waiting = await desk.database.forCompany(companyId, (tx) => desk.letters.countWaiting(tx, companyId));
  const count = waiting.reduce((sum, one) => sum + one.letters, 0);
  const text = words.say(count === 0 ? 'held.none' : 'held.count', { count });
  const open = {
    id: actionIds.lettersReview,
    text: words.plain(count === 0 ? 'button.look' : 'button.review'),
    value: toActionValue({ companyId }),
  };
  const blocks: readonly Block[] = [section(text), actions('held', [button(open)])];
  await ask.reply?.(text, blocks);
}

function askSwitch(desk: Desk, ask: Ask, kind: 'pause' | 'resume', rest: string): Promise<void> {
  return serveModal(
    desk,
    ask,
    { slug: toSlug(rest), right: kind },
    (seat) => openSwitch(desk, seat, kind, {}),
    ({ companies }) => chooseCompany(companies, kind),
  );
}

async function answerLink(desk: Desk, ask: Ask, code: string): Promise<void> {
  const { reply, teamRef, userRef } = ask;
  if (code === '') return reply?.(bothWords.say('link.how', { command }));
  const outcome = await desk.people.redeem({ teamRef, userRef }, code);
  if (outcome.kind !== 'linked') return reply?.(bothWords.say(`link.${outcome.kind}`));
  const found = await findSeat(desk, ask, { companyId: outcome.companyId }, 'look');
  const words = bothOr(found.ok ? found.seat.locale : undefined);
  const tokens = { company: outcome.company, role: words.plain(`role.${outcome.role}`), command };
  await reply?.(words.say('link.linked', tokens));
  const calls = await desk.callsOf(teamRef);
  if (calls) await publishHome(desk, calls, ask, outcome.companyId);
}

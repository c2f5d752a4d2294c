import { listCompanies } from '../../company/index.ts';
import type { Tx } from '../../platform/database.ts';
import { dayMs, toJapaneseDate, toJapaneseMonday, weekMs } from '../../platform/japan.ts';
import type { ChartWeek } from './chart-file.ts';
import type { PlannedNotice } from './planned.ts';
import type { NoticeReads, Span } from './reads.ts';
import { recordNotices } from './record.ts';
import { listTelling } from './store.ts';
import type { WaitingParts } from './tell-waiting.ts';

const opensMs = 9 * 3_600_000;
const shownWeeks = 8;
/** Where nobody was there to tell of a week for so long, from its Monday at nine, it is told no more. */
const lateMs = 5 * dayMs;

/** A week in Japan, Monday to Sunday. */
export interface Week extends Span {
  /** Of ISO 8601, such as `2026-W47`. */
  readonly name: string;
}

/** The whole week before the last Monday, 9:00 in Japan: the one that is to be told. */
export function findDigestWeek(now: Date): Week {
  const monday = toJapaneseMonday(new Date(now.getTime() - opensMs));
  return toWeek(monday.getTime() - weekMs);
}

/** The weeks up to this one, oldest first. */
function listWeeks({ from }: Week, count: number): readonly Week[] {
  return Array.from({ length: count }, (_, index) => toWeek(from.getTime() - (count - 1 - index) * weekMs));
}

/** @param mondayMs the midnight in Japan at which it begins. */
function toWeek(mondayMs: number): Week {
  // The year of a week is that of its Thursday.
  const thursday = toJapaneseDate(new Date(mondayMs + 3 * dayMs));
  const year = thursday.slice(0, 4);
  const number = Math.floor((Date.parse(thursday) - Date.parse(`${year}-01-01`)) / weekMs) + 1;
  return {
    name: `${year}-W${String(number).padStart(2, '0')}`,
    from: new Date(mondayMs),
    to: new Date(mondayMs + weekMs),
  };
}

/** `11/16` in Japan. */
function toLabel(instant: Date): string {
  const [, month, day] = toJapaneseDate(instant).split('-').map(Number);
  return `${month}/${day}`;
}

/** @returns a sweep that tells each company of the week before, once; one in which nothing was, is not told. */
export function openDigests(parts: WaitingParts): { sweep(): Promise<void> } {
  // What a week was does not change any more: a company is looked at once in it, and again only after a start.
  const seen = new Map<string, string>();
  return {
    async sweep() {
      const now = parts.clock.now();
      const week = findDigestWeek(now);
      if (now.getTime() > week.to.getTime() + opensMs + lateMs) return;
      const companies = await parts.database.forSystem(listCompanies);
      for (const { companyId } of companies) {
        if (seen.get(companyId) === week.name) continue;
        await recordNotices(parts, companyId, (tx) => planDigest(parts, tx, companyId, week));
        seen.set(companyId, week.name);
      }
    },
  };
}

async function planDigest(
  { reads, clock }: WaitingParts,
  tx: Tx,
  companyId: string,
  week: Week,
): Promise<readonly PlannedNotice[]> {
  const factKey = `weekly-digest:${week.name}`;
  if ((await listTelling(tx, companyId, [factKey])).length > 0) return [];
  const { sent, consents } = await countWeek(reads, tx, companyId, week);
  if (sent === 0 && consents === 0) return [];
  const { referrals, credits } = await reads.balance(tx, companyId);
  const { weeksToNextCredit } = await reads.projection(tx, companyId, clock.now());
  const history: ChartWeek[] = [];
  for (const past of listWeeks(week, shownWeeks))
    history.push({ label: toLabel(past.from), ...(await countWeek(reads, tx, companyId, past)) });
  return [
    {
      kind: 'weekly-digest',
      factKeys: [factKey],
      groupKey: null,
      connectionId: null,
      job: null,
      tokens: {
        week: `${toLabel(week.from)}〜${toLabel(new Date(week.to.getTime() - dayMs))}`,
        sent,
        consents,
        ratePercent: sent === 0 ? '—' : String(Math.round((100 * consents) / sent)),
        available: credits.available,
        towardsNext: referrals.towardsNext,
        perCredit: referrals.perCredit,
        weeksToNext: weeksToNextCredit === null ? '' : String(Math.ceil(weeksToNextCredit)),
        openHeld: await reads.countHeld(tx, companyId),
        history: JSON.stringify(history),
      },
    },
  ];
}

async function countWeek(
  reads: NoticeReads,
  tx: Tx,
  companyId: string,
  { from, to }: Span,
): Promise<{ readonly sent: number; readonly consents: number }> {
  const { sent } = await reads.countLetters(tx, companyId, { from, to });
  const { granted } = await reads.countConsents(tx, companyId, { from, to });
  return { sent, consents: granted };
}

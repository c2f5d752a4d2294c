import type { Balance } from '../../credit/index.ts';
import type { Words } from './words.ts';

/** Dots at the most; where a credit takes more people, a dot stands for several. */
const dotsAtMost = 20;

/** `●●●○○○○○○○`: how far it is to the next credit. Full only when it is reached. */
function renderBar(done: number, of: number): string {
  const dots = Math.min(Math.max(of, 1), dotsAtMost);
  const full = Math.max(0, Math.min(dots, Math.floor((done * dots) / Math.max(of, 1))));
  return '●'.repeat(full) + '○'.repeat(dots - full);
}

export interface Standing {
  readonly balance: Balance;
  readonly projection: { readonly referralsPerWeek: number; readonly weeksToNextCredit: number | null };
}

/** What a company has and what the next credit still takes: two fields. mrkdwn. */
export function renderFigures(words: Words, { balance: { referrals, credits } }: Standing): readonly [string, string] {
  const missing = Math.max(0, referrals.perCredit - referrals.towardsNext);
  return [words.say('balance.credits', { available: credits.available }), words.say('balance.next', { missing })];
}

/** The way to the next credit as a bar. mrkdwn. */
export function renderWay(words: Words, { balance: { referrals } }: Standing): string {
  const { towardsNext, perCredit } = referrals;
  return words.say('balance.bar', { bar: renderBar(towardsNext, perCredit), towardsNext, perCredit });
}

/** When the next credit comes at the pace of late, and where the others are. mrkdwn. */
export function renderOutlook(words: Words, { balance: { credits }, projection }: Standing): string {
  const { referralsPerWeek, weeksToNextCredit } = projection;
  return [
    weeksToNextCredit === null
      ? words.say('balance.no-projection')
      : words.say('balance.projection', {
          weeks: Math.max(1, Math.ceil(weeksToNextCredit)),
          perWeek: Math.round(referralsPerWeek * 10) / 10,
        }),
    words.say('balance.spent', { reserved: credits.reserved, used: credits.used }),
  ].join('\n');
}

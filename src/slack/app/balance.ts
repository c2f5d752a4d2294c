import type { Balance } from '../../credit/index.ts';
import type { Words } from './words.ts';

/** Dots at the most; where a credit takes more people, a dot stands for several. */
const dotsAtMost = 20;

/** `●●●○○○○○○○`: how far it is to the next credit. Full only when it is reached. */
export function renderBar(done: number, of: number): string {
  const dots = Math.min(Math.max(of, 1), dotsAtMost);
  const full = Math.max(0, Math.min(dots, Math.floor((done * dots) / Math.max(of, 1))));
  return '●'.repeat(full) + '○'.repeat(dots - full);
}

/** What a company has, in two texts: credits, and the way to the next one. mrkdwn. */
export function renderBalance(
  words: Words,
  {
    balance: { referrals, credits },
    projection: { referralsPerWeek, weeksToNextCredit },
  }: {
    readonly balance: Balance;
    readonly projection: { readonly referralsPerWeek: number; readonly weeksToNextCredit: number | null };
  },
): readonly [string, string] {
  const { towardsNext, perCredit } = referrals;
  const missing = Math.max(0, perCredit - towardsNext);
  const projection =
    weeksToNextCredit === null
      ? words.say('balance.no-projection')
      : words.say('balance.projection', {
          weeks: Math.max(1, Math.ceil(weeksToNextCredit)),
          perWeek: Math.round(referralsPerWeek * 10) / 10,
        });
  return [
    words.say('balance.credits', { available: credits.available, reserved: credits.reserved, used: credits.used }),
    [
      words.say('balance.next', { missing, towardsNext, perCredit }),
      `${renderBar(towardsNext, perCredit)}  ${towardsNext} / ${perCredit}`,
      projection,
    ].join('\n'),
  ];
}

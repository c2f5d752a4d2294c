import { CreditEntry, Credits, listOf, type Projection, Reservation } from '../api/schemas.ts';
import { ClientCommand, type ListOptions } from './command.ts';
import type { ClientIo } from './io.ts';
import { withPages, writeMore } from './pages.ts';

interface ReserveOptions {
  readonly reason: string;
  readonly key?: string;
}

/** `career-relay credits …` */
export function creditsCommand(io: ClientIo): ClientCommand {
  const command = new ClientCommand('credits')
    .description('referrals, and the credits they earn: each is the right to one free introduction')
    .examples(
      ['how many there are', 'credits show sakura-foods'],
      ['reserve one for an introduction', 'credits reserve sakura-foods --reason "営業職の紹介"'],
      ['then say that it took place', 'credits use <reservation>'],
    );

  command
    .command('show')
    .description("show a company's balance, and when the next credit is to be expected")
    .argument('<company>', 'slug or id')
    .calls<[string], object>(io, async ({ client, screen }, company) => {
      const answer = await client.get('/credits', { company });
      screen.show(answer, Credits, ({ referrals, credits, projection }) =>
        screen.card([
          ['Credits available', credits.available],
          ['  reserved', credits.reserved],
          ['  used', credits.used],
          ['  expired', credits.expired],
          ['Referrals counted', referrals.counted],
          ['  towards the next credit', `${referrals.towardsNext} of ${referrals.perCredit}`],
          ...toOutlook(projection),
        ]),
      );
    });

  withPages(
    command.command('entries').description('list the ledger, newest first').argument('<company>', 'slug or id'),
  ).calls<[string], ListOptions>(io, async ({ client, screen, options }, company) => {
    const answer = await client.get('/credits/entries', { company, cursor: options.cursor, limit: options.limit });
    screen.show(answer, listOf(CreditEntry), ({ items, nextCursor }) =>
      [
        screen.table(
          ['NO', 'WHEN', 'WHAT', 'AVAILABLE AFTER', 'TOWARDS NEXT', 'WHY'],
          items.map((entry) => [
            entry.seq,
            entry.postedAt,
            entry.kind,
            entry.available,
            entry.towardsNext,
            entry.reason,
          ]),
          'Nothing is posted yet. A referral counts when an applicant agrees.',
        ),
        ...writeMore(screen, nextCursor),
      ].join('\n'),
    );
  });

  command
    .command('reserve')
    .description('reserve one credit for an introduction')
    .argument('<company>', 'slug or id')
    .requiredOption('--reason <text>', 'what it is held for; no personal data')
    .option('--key <key>', 'the same key reserves one credit, however often it is sent')
    .calls<[string], ReserveOptions>(io, async ({ client, screen, options }, company) => {
      const { reason, key: idempotencyKey } = options;
      const answer = await client.send('POST', '/credits/reserve', { company, reason, idempotencyKey });
      screen.show(answer, Reservation, ({ id }) =>
        [
          `${screen.colours.green('✓')} One credit is reserved: reservation ${id}`,
          `  Next: career-relay credits use ${id}, or release it.`,
        ].join('\n'),
      );
    });

  for (const [name, description] of [
    ['use', 'say that the introduction took place'],
    ['release', 'release the credit'],
  ] as const) {
    command
      .command(name)
      .description(description)
      .argument('<reservation>', 'its id')
      .calls<[string], object>(io, async ({ client, screen }, reservationId) => {
        const answer = await client.send('POST', `/credits/${name}`, { reservationId });
        screen.show(answer, Reservation, ({ status }) => `${screen.colours.green('✓')} The credit is ${status}.`);
      });
  }
  return command;
}

function toOutlook({ referralsPerWeek, weeks, weeksToNextCredit, isRough }: Projection): [string, string][] {
  if (weeks === 0) return [['Next credit', 'nobody can say before a referral counts']];
  const span = weeks === 1 ? 'the last week' : `the last ${weeks} weeks`;
  if (weeksToNextCredit === null) return [['Next credit', `nobody can say: no referral counted in ${span}`]];
  const left = Math.max(1, Math.ceil(weeksToNextCredit));
  return [
    ['Referrals a week', `${Math.round(referralsPerWeek * 10) / 10} (mean of ${span})`],
    ['Next credit', `in about ${left} ${left === 1 ? 'week' : 'weeks'}${isRough ? ', a guess from few numbers' : ''}`],
  ];
}

import { Argument } from 'commander';
import { LetterBatch, LetterForecast } from '../api/letter-batches-schemas.ts';
import { letterActs } from '../api/letters-schemas.ts';
import { listOf } from '../api/schemas.ts';
import { toSegment } from './client.ts';
import { type ClientCommand, wholeNumber } from './command.ts';
import type { ClientIo } from './io.ts';

interface AllOptions {
  readonly status?: string;
  readonly reason?: string;
  readonly connection?: string;
  readonly job?: string;
  readonly application?: string;
  readonly from?: string;
  readonly to?: string;
  readonly count?: number;
}

/** `career-relay letters all|batches|stop …`: one decision about all letters that a filter finds. */
export function addBatchCommands(command: ClientCommand, io: ClientIo): void {
  command
    .command('all')
    .description('send, hold or cancel all letters that fit; without --count it only says what it would do')
    .addArgument(new Argument('<act>', 'what to do').choices(letterActs))
    .argument('<company>', 'slug or id')
    .option('--status <states>', 'in one of these states, separated by commas')
    .option('--reason <code>', 'why they stand as they do, such as reason-unknown')
    .option('--connection <id>', 'of this connection')
    .option('--job <text>', "a part of the job's name")
    .option('--application <ref>', "the ATS's number of the application, whole")
    .option('--from <instant>', 'made at or after, such as 2026-11-24T00:00:00Z')
    .option('--to <instant>', 'made before')
    .option('--count <letters>', 'do it; as many as you were told it would change', wholeNumber)
    .calls<[(typeof letterActs)[number], string], AllOptions>(io, async ({ client, screen, options }, act, company) => {
      const { status, reason, connection, job, application: q, from, to, count } = options;
      const filter = { status, reason, connection, job, q, from, to };
      if (count !== undefined) {
        const body = { company, act, filter, confirmedCount: count };
        const answer = await client.send('POST', '/letters/batches', body);
        return screen.show(answer, LetterBatch, ({ found }) =>
          [
            `${screen.colours.green('✓')} ${found} letters are under way (${act}).`,
            `  How far it is: career-relay letters batches ${company}`,
          ].join('\n'),
        );
      }
      const answer = await client.get('/letters/forecast', { company, ...filter });
      screen.show(answer, LetterForecast, ({ states }) => {
        const changing = states.filter(({ acts }) => acts.includes(act)).reduce((sum, { letters }) => sum + letters, 0);
        return [
          screen.table(
            ['STATUS', 'LETTERS', 'WOULD', 'OVER 7 DAYS', 'OVER 30 DAYS', 'NOT LIVE', 'OLDEST'],
            states.map((state) => [
              state.status,
              state.letters,
              state.acts.includes(act) ? act : 'stay',
              state.olderThan7Days,
              state.olderThan30Days,
              state.notLive,
              state.oldestAt,
            ]),
            'No letter fits.',
          ),
          ...(changing === 0 ? [] : [screen.colours.dim(`Nothing is done yet. To do it, add --count ${changing}`)]),
        ].join('\n');
      });
    });

  command
    .command('batches')
    .description('show how far the newest decisions about all that fit are')
    .argument('<company>', 'slug or id')
    .calls<[string], object>(io, async ({ client, screen }, company) => {
      const answer = await client.get('/letters/batches', { company });
      screen.show(answer, listOf(LetterBatch), ({ items }) =>
        screen.table(
          ['ID', 'ACT', 'STATE', 'DONE', 'HAD LEFT', 'DECIDED BEFORE', 'ASKED', 'BY'],
          items.map((one) => [
            one.id,
            one.act,
            one.status,
            `${one.done}/${one.found}`,
            one.gone,
            one.changed,
            one.askedAt,
            one.askedByName ?? one.askedBy,
          ]),
          'Nobody has decided about all letters that fit yet.',
        ),
      );
    });

  command
    .command('stop')
    .description('stop one that is under way; what was decided stays decided')
    .argument('<id>', 'of the batch')
    .calls<[string], object>(io, async ({ client, screen }, id) => {
      const answer = await client.send('POST', `/letters/batches/${toSegment(id)}/stop`);
      screen.show(
        answer,
        LetterBatch,
        ({ found, done }) =>
          `${screen.colours.green('✓')} It is stopped: ${done} letters are decided, ${found - done} letters stay as they are.`,
      );
    });
}

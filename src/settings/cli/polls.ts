import { InvalidArgumentError } from 'commander';
import { Backfill, PollFound } from '../api/connections-schemas.ts';
import { Connection } from '../api/schemas.ts';
import { toSegment } from './client.ts';
import { type ClientCommand, wholeNumber } from './command.ts';
import type { ClientIo } from './io.ts';
import type { Screen } from './screen.ts';

interface PollOptions {
  readonly days?: number;
}

interface BackfillOptions {
  readonly days?: number;
  readonly from?: Date;
}

/** `career-relay connection poll` and `connection backfill`. */
export function addPollCommands(io: ClientIo, command: ClientCommand): void {
  command
    .command('poll')
    .description('reconcile with the ATS now; it happens by itself about every hour')
    .argument('<id>', 'of the connection')
    .option(
      '--days <count>',
      'how far back to read, 1–730 (default: 90 the first time, then on from where it ended)',
      wholeNumber,
    )
    .calls<[string], PollOptions>(io, async ({ client, screen, options }, id) => {
      const body = options.days === undefined ? {} : { days: options.days };
      const answer = await client.send('POST', `/connections/${toSegment(id)}/poll`, body);
      screen.show(answer, PollFound, (found) => renderFound(screen, id, found));
    });

  command
    .command('backfill')
    .description('show what was decided before the mark, without doing anything; with --from, act on it')
    .argument('<id>', 'of the connection')
    .option('--days <count>', 'how many days back to show, 1–730 (default: 90)', wholeNumber)
    .option(
      '--from <date>',
      'act on what was decided from here on: YYYY-MM-DD in Japan, or an instant in UTC',
      readDate,
    )
    .calls<[string], BackfillOptions>(io, async ({ client, screen, options }, id) => {
      if (options.from) {
        const change = { backfillFrom: options.from.toISOString() };
        const answer = await client.send('PATCH', `/connections/${toSegment(id)}`, change);
        return screen.show(answer, Connection, (connection) => renderChosen(screen, connection));
      }
      const days = options.days === undefined ? undefined : String(options.days);
      const answer = await client.get(`/connections/${toSegment(id)}/backfill`, { days });
      screen.show(answer, Backfill, (backfill) => renderBackfill(screen, id, backfill));
    });
}

function renderFound({ card, colours }: Screen, id: string, found: PollFound): string {
  return [
    found.isComplete
      ? `${colours.green('✓')} Reconciled with the ATS.`
      : `${colours.yellow('…')} There is more; the service goes on reading by itself.`,
    card([
      ['Pages', found.pages],
      ['Seen', found.seen],
      ['Known', found.known],
      ['Taken in', found.recorded],
      ['From before', found.backfill],
      ['Lifted', found.lifted],
      ['Mark', found.markedAt],
    ]),
    ...(found.backfill > 0 ? [`See what is from before the mark: career-relay connection backfill ${id}`] : []),
  ].join('\n');
}

function renderBackfill({ colours, table }: Screen, id: string, backfill: Backfill): string {
  const { found, byDay, readFrom } = backfill;
  if (readFrom === null && found === 0)
    return colours.dim(`Nothing was read yet. Read first: career-relay connection poll ${id} --days 90`);
  return [
    table(
      ['DAY', 'REJECTIONS'],
      byDay.map(({ day, count }) => [day, count]),
      'Nothing was decided before the mark, as far back as was read.',
    ),
    colours.dim(`${readFrom ? `Read back to ${readFrom.toISOString()}. ` : ''}Nothing of this was acted on.`),
    ...(found > 0 ? [`Act on it from a date on: career-relay connection backfill ${id} --from <date>`] : []),
  ].join('\n');
}

function renderChosen({ colours }: Screen, { id, backfillFrom }: Connection): string {
  return [
    `${colours.green('✓')} What was decided since ${backfillFrom?.toISOString()} is taken in; letters follow as planned.`,
    `Look: career-relay letters list, or career-relay connection show ${id}`,
  ].join('\n');
}

/** A day begins at midnight in Japan. */
function readDate(text: string): Date {
  const instant = new Date(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00+09:00` : text);
  if (!/^\d{4}-\d\d-\d\d(T[\d:.]+Z)?$/.test(text) || Number.isNaN(instant.getTime()))
    throw new InvalidArgumentError('It must be a date such as 2026-09-01, or an instant such as 2026-09-01T00:00:00Z.');
  return instant;
}

import { z } from 'zod';
import { LetterQuery, letterActs, statusNames } from './letters-schemas.ts';
import { CompanyRef, Id, Instant } from './schemas.ts';

/** The JSON of one decision about all letters that a filter finds. */

const Count = z.int().min(0);

export const LetterForecastQuery = LetterQuery.omit({ cursor: true, limit: true });
const LetterFilter = LetterForecastQuery.omit({ company: true });

export const LetterForecast = z
  .object({
    states: z
      .array(
        z.object({
          status: z.enum(statusNames),
          letters: Count,
          acts: z.array(z.enum(letterActs)).describe('What may be decided about them; the others stay as they are.'),
          notLive: Count.describe('Of them, those whose connection is not live: sent on, they wait until it is.'),
          olderThan7Days: Count.describe('Of them, those the company decided longer ago.'),
          olderThan30Days: Count,
          oldestAt: Instant.describe('When the company decided about the first of them.'),
        }),
      )
      .describe('Those the filter finds, by state, most letters first.'),
  })
  .meta({ id: 'LetterForecast' });
export type LetterForecast = z.infer<typeof LetterForecast>;

export const NewLetterBatch = z
  .strictObject({
    company: CompanyRef,
    act: z.enum(letterActs),
    filter: LetterFilter.describe('As the list of letters is narrowed; {} finds all.'),
    confirmedCount: z.int().min(1).describe('How many letters a person has seen that it would change.'),
  })
  .meta({
    examples: [{ company: 'sakura-foods', act: 'cancel', filter: { status: 'held' }, confirmedCount: 120 }],
  });

export const LetterBatch = z
  .object({
    id: Id,
    act: z.enum(letterActs),
    askedBy: z.string().describe('As the audit log names whoever asked.'),
    askedByName: z.string().nullable().describe('Of a person who signs in here.'),
    askedAt: Instant.describe('What came into the filter later is not touched.'),
    status: z.enum(['working', 'done', 'stopped']),
    found: Count.describe('Letters that the filter found and the act could change.'),
    done: Count,
    gone: Count.describe('Stayed as they were: they had left, or were leaving.'),
    changed: Count.describe('Stayed as they were: somebody or something else had decided by then.'),
    endedBy: z.string().nullable().describe('Who stopped it; `system` when it came to its end.'),
    endedByName: z.string().nullable(),
    endedAt: Instant.nullable(),
    isRecent: z.boolean().describe('It is under way, or ended within the last day.'),
  })
  .meta({ id: 'LetterBatch' });
export type LetterBatch = z.infer<typeof LetterBatch>;

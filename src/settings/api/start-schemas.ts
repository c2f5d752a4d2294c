import { z } from 'zod';
import { startLacks, startSteps } from '../start/model.ts';
import { Id, Instant } from './schemas.ts';
import { SlackPlace } from './slack-schemas.ts';

/** The JSON of a company's first run. */

const Step = z
  .object({
    step: z.enum(startSteps),
    isDone: z.boolean(),
    isOptional: z.boolean().describe('May be put off.'),
    isSkipped: z.boolean().describe('Was put off, and lacks what it lacks.'),
    lacks: z.array(z.enum(startLacks)).describe('What is missing; [] when nothing is.'),
  })
  .meta({ id: 'StartStep' });

const Mark = z.object({
  mark: z.enum(['mail-tested', 'letter-approved', 'slack-tested', 'slack-skipped']),
  at: Instant,
  actor: z.string().describe('As the audit log names whoever acted.'),
  actorName: z.string().nullable().describe('Of a person who signs in here.'),
});

export const Start = z
  .object({
    steps: z.array(Step).describe('In their order. Each is judged by facts, not by what was clicked.'),
    isLive: z.boolean().describe('A connection is live, or was until it was paused: the first run is over.'),
    connectionId: Id.nullable().describe('The connection that the first run is about; null: there is none yet.'),
    marks: z.array(Mark).describe('What no other fact tells: who did it, and when.'),
    mail: z.object({
      kind: z.enum(['smtp', 'outbox']).describe('outbox: no server is set, so mail is kept here and none leaves.'),
      from: z.string().describe('The address that mail is sent from.'),
      isOutboxOpen: z.boolean().describe('Whether the outbox can be looked at: on the machine at hand alone.'),
    }),
  })
  .meta({ id: 'Start' });
export type Start = z.infer<typeof Start>;

export const SampleMailRequest = z
  .strictObject({ locale: z.enum(['ja', 'en']).optional().describe("Without it, the company's.") })
  .meta({ examples: [{ locale: 'ja' }] });

export const LetterApproval = z
  .strictObject({ isApproved: z.boolean().describe('Whether somebody has read the letter and lets it be sent.') })
  .meta({ examples: [{ isApproved: true }] });

export const SlackChoice = z
  .strictObject({ isSkipped: z.boolean().describe('Whether Slack is put off.') })
  .meta({ examples: [{ isSkipped: true }] });

export const SlackTested = z.object({ place: SlackPlace }).meta({ id: 'SlackTested' });

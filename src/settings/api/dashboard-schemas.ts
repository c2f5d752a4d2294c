import { z } from 'zod';
import { Balance, CompanyRef, Id, Projection } from './schemas.ts';

const Count = z.int().min(0);
const Day = z.iso.date();

export const DashboardQuery = z.strictObject({
  company: CompanyRef,
  from: Day.optional().describe('A day in Japan; its whole week counts.'),
  weeks: z.coerce
    .number()
    .int()
    .min(1)
    .max(106)
    .default(12)
    .describe('How many weeks up to `to`, where `from` is absent.'),
  to: Day.optional().describe(
    'A day in Japan; its whole week counts. Today when absent. At most 106 weeks after `from`.',
  ),
});

export const needKinds = [
  'agency',
  'connection-failing',
  'slack-broken',
  'slack-blocked',
  'letters-unknown',
  'letters-failed',
  'reasons-unknown',
  'letters-held',
  'deliveries-stuck',
  'imports-waiting',
  'reservations-open',
  'credits-ending',
] as const;

const Need = z.object({
  kind: z.enum(needKinds).describe('Most urgent first.'),
  count: Count.describe('How many of them.'),
  reason: z.string().nullable().describe('Why, as a code of ours or of Slack; null where the kind says it all.'),
  connectionId: Id.nullable().describe('The connection it is about; null: the whole company.'),
});

const Week = z.object({
  week: z.iso.date().describe('Its Monday in Japan.'),
  rejections: Count.describe('Decided by somebody else than the applicant.'),
  letters: Count.describe('Letters that were sent.'),
  consents: Count.describe('People who agreed.'),
  referrals: Count.describe('Referrals that counted.'),
});

const Band = z
  .object({ least: Count, most: Count })
  .nullable()
  .describe('In steps of five, so that nobody is told by a difference; null: fewer than ten.');

const bands = { rejections: Band, letters: Band, consents: Band };

const Groups = z.object({
  cells: z.array(z.object({ name: z.string().nullable().describe('As the ATS says it.'), ...bands })),
  rest: z
    .object({ groups: Count.describe('How many are told together.'), ...bands })
    .nullable()
    .describe('What is too small, or too far down, to be told apart.'),
});

const Share = z.number().min(0).max(1).nullable();

export const Dashboard = z
  .object({
    from: z.iso.date().describe('The first day counted, a Monday.'),
    to: z.iso.date().describe('The last day counted, a Sunday.'),
    needs: z.array(Need).describe('What needs a person now; [] when nothing does.'),
    weeks: z.array(Week).describe('Every week of the span, oldest first.'),
    rate: z
      .object({
        part: Count.describe('Of them, those who agree as of now.'),
        whole: Count.describe('People who were written to in the span.'),
        share: Share,
        low: Share.describe("Lower end of Wilson's interval at 95 %."),
        high: Share,
      })
      .describe('Null where nobody was written to.'),
    reasons: Groups,
    jobs: Groups,
    balance: Balance,
    projection: Projection,
  })
  .meta({ id: 'Dashboard' });
export type Dashboard = z.infer<typeof Dashboard>;

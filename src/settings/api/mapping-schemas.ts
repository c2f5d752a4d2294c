import { z } from 'zod';
import { errorCodes } from '../../platform/error-codes.ts';
import { Id, IdParams, Instant, Mapping, ReasonRule, StageRule } from './schemas.ts';

/** The JSON of what a connection's reasons and stages mean, what would change, and what it meant before. */

const DecidedBy = z.enum(['company', 'candidate', 'unknown']);
const Count = z.int().min(0);

const rulesAtMost = 2_000;
const Ref = z.string().min(1).max(200);

function rulesOf<T extends z.ZodType>(rule: T) {
  return z.record(Ref, rule).refine((rules) => Object.keys(rules).length <= rulesAtMost, {
    message: `at most ${rulesAtMost} rules`,
  });
}

/** A whole mapping as it comes in: what it does not name has no rule. */
export const NewMapping = z
  .strictObject({
    reasons: rulesOf(ReasonRule).describe(Mapping.shape.reasons.description ?? ''),
    stages: rulesOf(StageRule)
      .default({})
      .describe('By the name of a stage. Its `letter` counts unless the applicant decided.'),
  })
  .meta({
    examples: [
      {
        reasons: { '14001': { letter: 'send' }, '31': { decidedBy: 'candidate', letter: 'skip' } },
        stages: { 最終面接: { letter: 'hold' } },
      },
    ],
  });

const Sample = z
  .object({
    applicationRef: z.string().describe("The ATS's number of the application."),
    decidedAt: Instant,
    reason: z.string().nullable(),
    stage: z.string().nullable(),
    job: z.string().nullable(),
  })
  .meta({ id: 'MappingSample' });

const Use = z.object({
  rejections: Count.describe('Since `since`.'),
  heldUnknown: Count.describe('Letters held because nobody knows who decided.'),
  heldByRule: Count.describe('Letters held because a rule says so.'),
  sample: Sample.nullable().describe('The newest one, without a name; null: none was seen.'),
});

const isInAts = z
  .boolean()
  .nullable()
  .describe('Whether the ATS has it now; null: the ATS was not, or cannot be, asked.');

export const MappedReason = z
  .object({
    reasonRef: Ref.describe("The vendor's id."),
    name: z.string(),
    isInAts,
    decidedBy: DecidedBy.describe('As far as the vendor says.'),
    rule: ReasonRule.nullable().describe("The company's own rule; null: none."),
    ...Use.shape,
  })
  .meta({ id: 'MappedReason' });

export const MappedStage = z
  .object({ name: Ref, isInAts, rule: StageRule.nullable(), ...Use.shape })
  .meta({ id: 'MappedStage' });

export const MappingOverview = z
  .object({
    connectionId: Id,
    version: z.int().describe('Of the mapping as it stands: 1, 2, 3 …'),
    since: Instant.describe('Since when rejections are counted: 90 days.'),
    ats: z
      .object({
        state: z
          .enum(['asked', 'unreachable', 'silent'])
          .describe(
            'asked: it told its reasons · unreachable: it refused · silent: its API does not tell, or it has none.',
          ),
        code: z.enum(errorCodeNames()).nullable().describe('Why it is unreachable.'),
      })
      .describe('Where the reasons come from: from the ATS, or else only from what was seen.'),
    reasons: z.array(MappedReason).describe('Those that hold letters first, then by how often they are met.'),
    stages: z.array(MappedStage),
    withoutReason: Use.describe('Rejections of which the ATS tells no reason: only a stage can settle them.'),
  })
  .meta({ id: 'MappingOverview' });
export type MappingOverview = z.infer<typeof MappingOverview>;

function errorCodeNames() {
  return Object.keys(errorCodes) as [keyof typeof errorCodes]; // the keys of that object
}

export const SavedMapping = z.object({ version: z.int(), mapping: Mapping }).meta({ id: 'SavedMapping' });
export type SavedMapping = z.infer<typeof SavedMapping>;

const Change = z
  .object({
    kind: z.enum(['reason', 'stage']),
    ref: z.string().describe('The id of the reason, or the name of the stage.'),
    before: ReasonRule.nullable().describe('null: there was no rule.'),
    after: ReasonRule.nullable().describe('null: there is none any more.'),
  })
  .meta({ id: 'MappingChange' });

const effect = {
  rejections: Count.describe('Rejections since `since` that would be judged otherwise.'),
  templates: Count.describe('Those that get a letter before and after, written with another template.'),
  heldPlanned: Count.describe('Held letters that would be planned.'),
  heldSkipped: Count.describe('Held letters that would be skipped.'),
  heldKept: Count.describe('Held letters that go on waiting.'),
  plannedHeld: Count.describe('Planned letters that would be held when their time comes.'),
  plannedSkipped: Count.describe('Planned letters that would be skipped when their time comes.'),
};

export const MappingPreview = z
  .object({
    since: Instant,
    changes: z.array(Change).describe('The rules that differ from those that stand.'),
    sum: z.object(effect),
    reasons: z
      .array(z.object({ reasonRef: z.string().nullable(), ...effect }))
      .describe('Of each reason that anything changes for, or letters wait for; null: the ATS told none.'),
  })
  .meta({ id: 'MappingPreview' });
export type MappingPreview = z.infer<typeof MappingPreview>;

export const MappingVersion = z
  .object({
    version: z.int(),
    madeAt: Instant,
    actor: z.string().nullable().describe('As the audit log names whoever acted; null: before versions were kept.'),
    actorName: z.string().nullable().describe('Of a person who signs in here.'),
    restores: z.int().nullable().describe('The version it was made like, where somebody went back.'),
    mapping: Mapping,
    changes: z.array(Change).describe('Against the version before.'),
  })
  .meta({ id: 'MappingVersion' });
export type MappingVersion = z.infer<typeof MappingVersion>;

export const VersionQuery = z.strictObject({
  cursor: z.coerce.number().int().min(1).optional().describe('`nextCursor` of the page before.'),
  limit: z.coerce.number().int().min(1).max(200).default(50).describe('Items a page, at most.'),
});

export const VersionParams = IdParams.extend({ version: z.coerce.number().int().min(1) });

/** A mapping as a file, to be read by people and to be taken elsewhere. Names are for them; the ids count. */
export const MappingFile = z
  .strictObject({
    format: z.literal('career-relay-mapping-1'),
    connector: z.string().min(1).max(64).describe('The ATS it was exported from; it fits no other.'),
    exportedAt: Instant.optional(),
    reasons: rulesOf(ReasonRule.extend({ name: z.string().max(500).optional() })),
    stages: rulesOf(StageRule).default({}),
  })
  .meta({
    id: 'MappingFile',
    examples: [
      {
        format: 'career-relay-mapping-1',
        connector: 'acme',
        reasons: { '14001': { name: 'スキル・経験の不一致', letter: 'send' } },
        stages: { 最終面接: { letter: 'hold' } },
      },
    ],
  });
export type MappingFile = z.infer<typeof MappingFile>;

export const ReadMappingFile = z
  .object({
    mapping: Mapping.describe('To be shown, previewed and saved. Nothing was saved yet.'),
    strangers: z
      .array(z.object({ kind: z.enum(['reason', 'stage']), ref: z.string(), name: z.string().nullable() }))
      .describe('What the file has rules for and the ATS does not have: left out of `mapping`.'),
  })
  .meta({ id: 'ReadMappingFile' });
export type ReadMappingFile = z.infer<typeof ReadMappingFile>;

import { z } from 'zod';
import { roles } from '../../company/index.ts';
import { noticeKinds } from '../../slack/index.ts';
import { Id, Instant } from './schemas.ts';

/** The JSON of what an admin settles about Slack. */

export const NoticeKind = z.enum(noticeKinds).describe('What a notice tells.');
const Locale = z.enum(['ja', 'en']);
export const Role = z
  .enum(['owner', 'recruiter', 'viewer', 'auditor'])
  .describe(
    'owner: everything · recruiter: letters, reasons, rejecting, credits, stopping a connection · viewer, auditor: to look at.',
  );
// The list above is written out for the documentation; the rooms know no other.
roles satisfies readonly z.infer<typeof Role>[];

// What is no time is not compared with the other one.
const time = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, { error: 'must be a time such as 09:00', abort: true });
export const NoticeHours = z
  .strictObject({
    from: time,
    to: time.describe('Later than `from`. What comes up outside waits for the next hours.'),
    days: z.enum(['business', 'every']).describe('business: no weekends, holidays and year-end pause of Japan.'),
  })
  .refine(({ from, to }) => from < to, { path: ['to'], message: 'must be later than from' })
  .describe('When notices arrive, in Japan.')
  .meta({ examples: [{ from: '09:00', to: '20:00', days: 'business' }] });

export const SlackState = z
  .object({
    state: z
      .enum(['none', 'installed', 'uninstalled', 'broken'])
      .describe(
        'uninstalled: somebody removed the app · broken: Slack takes our token no longer. Notices wait in both.',
      ),
    workspace: z.object({ teamRef: z.string(), name: z.string() }).nullable(),
    reason: z.string().nullable().describe("Slack's word, where it is broken."),
    hours: z.object({ from: z.string(), to: z.string(), days: z.enum(['business', 'every']) }),
  })
  .meta({ id: 'SlackState' });

export const SlackGone = z
  .object({
    app: z
      .enum(['none', 'kept', 'uninstalled', 'by-hand'])
      .describe(
        'none: nothing was tied · kept: other companies use the workspace · uninstalled: the app is out of it · by-hand: ' +
          'Slack did not answer, so take the app out there yourself.',
      ),
  })
  .meta({ id: 'SlackGone' });

export const SlackToken = z
  .strictObject({
    botToken: z
      .string()
      .trim()
      .regex(/^xoxb-[\w-]{10,}$/, 'must be a bot token, xoxb-…')
      .describe('Write-only. It is sealed at once and never told again.'),
  })
  .meta({ examples: [{ botToken: 'xoxb-000000000000-example' }] });

const SlackRef = z
  .string()
  .trim()
  .regex(/^[CGUW][A-Z0-9]{6,30}$/, 'must be the id of a channel (C…) or of a person (U…)');

export const SlackPlace = z
  .object({
    id: Id,
    kind: z.enum(['channel', 'person']),
    slackRef: z.string().describe("Slack's id of the channel or the person."),
    name: z.string().nullable(),
    hasNames: z.boolean().describe('Whether applicants’ names are shown there.'),
    isDefault: z.boolean().describe('Gets what no route claims.'),
    blockedReason: z
      .string()
      .nullable()
      .describe("Slack's word for why nothing arrives there, such as not_in_channel. Its notices wait."),
  })
  .meta({ id: 'SlackPlace' });

export const AddedSlackPlace = z
  .object({
    ...SlackPlace.shape,
    warnings: z
      .array(z.enum(['shared', 'guest']))
      .describe('shared: people of other organisations read there · guest: so is this person.'),
  })
  .meta({ id: 'AddedSlackPlace' });

export const NewSlackPlace = z.strictObject({ slackRef: SlackRef }).meta({ examples: [{ slackRef: 'C0123456789' }] });

/** What showing names means. Whoever switches it on says that this was read. */
export const namesWarning = {
  ja: '氏名を表示すると、応募者の氏名と応募職種が Slack に送られ、そのチャンネルの全員が見られるようになります。Slack 側の保存期間に従って残り、こちらで応募者の情報を消去しても、送信済みのメッセージは書き換えることしかできません。社内の取扱規程と、応募者に示した利用目的をご確認ください。',
  en: 'With names on, applicants’ names and the jobs they applied for are sent to Slack, and everybody in that channel can see them. They stay as long as Slack keeps messages: when an applicant is erased here, we can only edit what was sent. Check your own rules, and what applicants were told about the use of their data.',
} as const;

export const SlackPlaceChange = z
  .strictObject({
    isDefault: z.literal(true).optional(),
    hasNames: z.boolean().optional(),
    acceptsNamesWarning: z
      .literal(true)
      .optional()
      .describe('Needed to switch names on: says that `warning` of GET …/places was read.'),
  })
  .refine(({ hasNames, acceptsNamesWarning }) => hasNames !== true || acceptsNamesWarning === true, {
    path: ['acceptsNamesWarning'],
    message: 'must be true to show names: read `warning` of GET …/places first',
  })
  .meta({ examples: [{ hasNames: true, acceptsNamesWarning: true }] });

export const SlackPlaces = z
  .object({
    items: z.array(SlackPlace),
    nextCursor: z.null(),
    warning: z.object({ ja: z.string(), en: z.string() }).describe('What it means to show names in a place.'),
  })
  .meta({ id: 'SlackPlaces' });

export const SlackRoute = z
  .object({
    placeId: Id,
    kinds: z.array(NoticeKind).describe('[] for every kind.'),
    connectionId: Id.nullable().describe('null: of every connection.'),
    job: z.string().nullable().describe('Only notices about this job; null: of every job.'),
  })
  .meta({ id: 'SlackRoute' });

export const SlackRoutes = z
  .strictObject({
    routes: z
      .array(
        z.strictObject({
          placeId: Id,
          kinds: z.array(NoticeKind).max(noticeKinds.length).default([]),
          connectionId: Id.nullable().default(null),
          job: z.string().trim().min(1).max(200).nullable().default(null),
        }),
      )
      .max(100),
  })
  .meta({
    examples: [
      {
        routes: [
          {
            placeId: '0199a0c0-0000-7000-8000-000000000000',
            kinds: ['letters-held'],
            connectionId: null,
            job: '営業職（東京）',
          },
        ],
      },
    ],
  });

export const SlackPerson = z
  .object({
    slackRef: z.string().describe("Slack's id of the user."),
    role: Role,
    locale: Locale.nullable().describe("null: the company's language."),
    linkedAt: Instant,
  })
  .meta({ id: 'SlackPerson' });

const UserRef = z
  .string()
  .trim()
  .regex(/^[UW][A-Z0-9]{5,20}$/, 'must be the id of a Slack user (U…)');
export const NewSlackPerson = z
  .strictObject({ slackRef: UserRef, role: Role })
  .meta({ examples: [{ slackRef: 'U0123456789', role: 'recruiter' }] });
export const NewLinkCode = z.strictObject({ role: Role }).meta({ examples: [{ role: 'recruiter' }] });
export const LinkCode = z
  .object({
    code: z.string().describe('Told here and never again. Whoever types it first is linked.'),
    command: z.string().describe('What the person types in Slack.'),
    expiresAt: Instant,
  })
  .meta({ id: 'LinkCode' });

const Wording = z.strictObject({ title: z.string().max(1_000), body: z.string().max(4_000) });
export const NewSlackWording = Wording.meta({
  examples: [
    { title: 'クレジットが{{ earned }}件増えました', body: '{{ company }}：いま使えるのは *{{ available }}件* です。' },
  ],
});
export const SlackWording = z
  .object({ kind: NoticeKind, locale: Locale, title: z.string(), body: z.string(), updatedAt: Instant })
  .meta({ id: 'SlackWording' });

export const SlackWordingDesk = z
  .object({
    kind: NoticeKind,
    locale: Locale,
    own: z.object({ title: z.string(), body: z.string() }).nullable().describe('null: the company uses our words.'),
    ours: z
      .object({ title: z.string(), body: z.string() })
      .nullable()
      .describe('Our words; null where they hang on conditions, which a wording of one’s own cannot.'),
    tokens: z
      .array(z.object({ name: z.string(), sample: z.union([z.string(), z.number()]) }))
      .describe('What may stand in it as `{{ name }}`, with an invented value.'),
    longest: z.object({ title: z.int(), body: z.int() }).describe('Characters, at most.'),
  })
  .meta({ id: 'SlackWordingDesk' });

export const AskedPreview = z
  .strictObject({
    kind: NoticeKind,
    locale: Locale.optional().describe("Without it the company's own."),
    wording: Wording.optional(),
  })
  .meta({ examples: [{ kind: 'credit-earned', locale: 'ja' }] });
export const NoticePreview = z
  .object({
    text: z.string().describe('What notifications show.'),
    blocks: z.array(z.record(z.string(), z.unknown())).describe('Block Kit, as Slack gets it.'),
    html: z.string().describe('A page that shows it as Slack does.'),
    problems: z.array(z.string()).describe('What is wrong with the wording; [] when it can be saved.'),
  })
  .meta({ id: 'NoticePreview' });

export const WordingParams = z.strictObject({ slug: z.string().min(1).max(63), kind: NoticeKind, locale: Locale });
export const PlaceParams = z.strictObject({ slug: z.string().min(1).max(63), id: Id });
export const PersonParams = z.strictObject({ slug: z.string().min(1).max(63), slackRef: UserRef });

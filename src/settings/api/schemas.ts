import { z } from 'zod';
import { accessKinds, modes } from '../../connector/index.ts';
import { errorCodes } from '../../platform/error-codes.ts';
import { noticeKinds } from '../../slack/index.ts';

/**
 * The JSON of the API. What enters is strict: an unknown field is refused. What leaves is drawn from our own types;
 * instants are Dates inside and ISO 8601 strings outside.
 */

export const Id = z.uuid().describe('An id of ours (UUID).');

export const Instant = z
  .codec(z.iso.datetime(), z.date(), {
    decode: (text) => new Date(text),
    encode: (instant) => instant.toISOString(),
  })
  .describe('An instant in UTC, ISO 8601.');

/** A company by its slug, or by its id. */
export const CompanyRef = z.string().min(1).max(63).describe("The company's slug, or its id.");

const pageSize = { least: 1, usual: 50, most: 200 };

export const PageQuery = z.strictObject({
  cursor: Id.optional().describe('`nextCursor` of the page before.'),
  limit: z.coerce
    .number()
    .int()
    .min(pageSize.least)
    .max(pageSize.most)
    .default(pageSize.usual)
    .describe('Items a page, at most.'),
});

export const CompanyPageQuery = PageQuery.extend({ company: CompanyRef });
export const CompanyQuery = z.strictObject({ company: CompanyRef });
export const IdParams = z.strictObject({ id: Id });
export const SlugParams = z.strictObject({ slug: CompanyRef });

/** One page of a list, newest first. */
export function listOf<T extends z.ZodType>(item: T) {
  return z.object({
    items: z.array(item),
    nextCursor: z.string().nullable().describe('Give it as `cursor` for the next page; null on the last one.'),
  });
}

/** RFC 9457, with our stable code. */
export const Problem = z
  .object({
    type: z.string().describe('Always `about:blank`: `code` says which problem it is.'),
    title: z.string().describe('What happened and the next step, for people; Japanese with `Accept-Language: ja`.'),
    status: z.int(),
    code: z.string().describe('Stable; never reused for another meaning.'),
    detail: z.string().optional(),
    fields: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  })
  .meta({
    id: 'Problem',
    examples: [
      {
        type: 'about:blank',
        title: errorCodes.request_conflict.en,
        status: errorCodes.request_conflict.status,
        code: 'request_conflict',
        detail: 'the slug sakura-foods is taken',
      },
    ],
  });

/** A line a person reads: no control characters, so that it can stand in a mail header. */
const line = (most: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(most)
    .regex(/^\P{Cc}*$/u, 'must be one line');
const httpsUrl = z.url({ protocol: /^https$/, message: 'must be an https address' }).max(2_000);
const uuidShape = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export const Slug = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, 'must be 1 to 63 of a-z, 0-9 and -, not beginning or ending with -')
  .refine((slug) => !uuidShape.test(slug), 'must not look like an id')
  .describe('Short name used in addresses and commands.');

export const NewCompany = z
  .strictObject({
    slug: Slug,
    name: line(200),
    locale: z
      .enum(['ja', 'en'])
      .describe("Language of letters to people whose own is unknown, and of the company's notices."),
    postalAddress: line(500).describe('Stands in every letter.'),
    contactEmail: z.email('must be a mail address').max(254).describe('Stands in every letter; replies go there.'),
  })
  .meta({
    examples: [
      {
        slug: 'sakura-foods',
        name: 'さくら食品株式会社',
        locale: 'ja',
        postalAddress: '東京都港区架空台4-5-6',
        contactEmail: 'recruit@example.com',
      },
    ],
  });
export type NewCompany = z.infer<typeof NewCompany>;

export const Company = z
  .object({
    id: Id,
    slug: z.string(),
    name: z.string(),
    locale: z.enum(['ja', 'en']),
    postalAddress: z.string(),
    contactEmail: z.string(),
    staticLink: z
      .url()
      .describe('Stands in any ATS’s own rejection mail: applicants prove their address there and are asked.'),
    createdAt: Instant,
  })
  .meta({ id: 'Company' });
export type Company = z.infer<typeof Company>;

/** Typed on Japanese keyboards in many widths: `１３ーﾕー９９９９９９` is `13-ユ-999999`. */
export const LicenceNumber = z
  .string()
  .normalize('NFKC')
  .overwrite((text) => text.replaceAll(/[\u2010-\u2015\u2212\u30fc]/g, '-').replaceAll(/\s/g, ''))
  .regex(/^\d{2}-ユ-\d{6}$/, 'must be a licence number such as 13-ユ-123456')
  .describe('有料職業紹介事業 許可番号. Full and half width, and any kind of dash, are accepted.');

export const AgencyDetails = z
  .strictObject({
    name: line(200),
    address: line(500),
    representative: line(200),
    licenceNumber: LicenceNumber,
    licenceExpiresOn: z.iso.date('must be a date, YYYY-MM-DD').describe('Last day of the licence, in Japan.'),
    privacyUrl: httpsUrl,
    registrationUrl: httpsUrl.describe('Where an applicant who agreed registers with the agency.'),
  })
  .meta({
    examples: [
      {
        name: '架空キャリア株式会社',
        address: '東京都千代田区架空町1-2-3',
        representative: '髙﨑 一郎',
        licenceNumber: '13-ユ-999999',
        licenceExpiresOn: '2029-03-31',
        privacyUrl: 'https://agency.example.com/privacy',
        registrationUrl: 'https://agency.example.com/register',
      },
    ],
  });
export type AgencyDetails = z.infer<typeof AgencyDetails>;

export const NewTerms = z
  .strictObject({
    countsAt: z
      .enum(['consent', 'confirmation'])
      .describe('A referral counts when the person agrees, or when the agency confirms the registration.'),
    perCredit: z.int().min(1).max(1_000).describe('Referrals that make one credit.'),
    referralPeriodMonths: z.int().min(1).max(120).describe('One person counts once within this many months.'),
    creditValidMonths: z
      .int()
      .min(1)
      .max(120)
      .nullable()
      .describe('Months until an unused credit expires; null: never.'),
  })
  .meta({ examples: [{ countsAt: 'consent', perCredit: 10, referralPeriodMonths: 12, creditValidMonths: null }] });
export type NewTerms = z.infer<typeof NewTerms>;

export const Terms = z
  .object({
    ...NewTerms.shape,
    version: z.int().describe('1, 2, 3 …; earlier versions go on judging what happened under them.'),
    effectiveFrom: Instant,
  })
  .meta({ id: 'Terms' });
export type Terms = z.infer<typeof Terms>;

export const AgencyLack = z.enum(['agency-missing', 'agency-incomplete', 'licence-expired']);

export const Agency = z
  .object({
    id: Id,
    name: z.string(),
    address: z.string(),
    representative: z.string(),
    licenceNumber: z.string(),
    licenceExpiresOn: z.string(),
    privacyUrl: z.string(),
    registrationUrl: z.string(),
    lack: AgencyLack.nullable().describe('Why nobody may be asked to agree to this agency now; null: all in order.'),
    terms: Terms.nullable().describe('The terms in force now.'),
  })
  .meta({ id: 'Agency' });
export type Agency = z.infer<typeof Agency>;

const Text = z.object({ ja: z.string(), en: z.string() });

const Possibility = z.object({
  possible: z.boolean(),
  note: Text.optional(),
  why: Text.optional().describe('Why it is not possible.'),
});

const Access = z.enum(accessKinds);

export const ConnectorField = z.object({
  name: z.string(),
  kind: z.enum(['text', 'secret', 'url']),
  label: Text,
  help: Text.describe('Where in the ATS a person finds the value.'),
  example: z.string(),
  isOptional: z.boolean(),
  isAdvanced: z.boolean(),
  onlyFor: Access.nullable().describe('Asked only of connections with this access.'),
  default: z.string().nullable(),
});

export const Connector = z
  .object({
    id: z.string(),
    title: z.string(),
    docs: z.string().describe("The vendor's page."),
    fields: z.array(ConnectorField),
    settingsSchema: z.record(z.string(), z.unknown()).describe('JSON Schema (2020-12) of `settings`.'),
    modes: z.record(z.enum(modes), Possibility).describe('How a letter can reach the applicant.'),
    cannot: z.array(z.object({ what: Text, why: Text })).describe('What this ATS cannot do, and why.'),
    waysIn: z.array(z.enum(['webhook', 'poll', 'file'])).describe('How rejections reach us.'),
    access: z.array(Access).describe('How a connection may prove itself; [] where the ATS has no API.'),
    canInstall: z.boolean().describe('Whether it can be connected by agreeing in the ATS here and now: POST /install.'),
    webhook: z
      .object({
        events: z.array(z.string()),
        guide: z.array(Text).describe('How to set it up by hand; {url} is the address.'),
        secretField: z.string().describe('The field that holds its secret.'),
        isSecretOurs: z.boolean().describe('Whether we make the secret up; false: the ATS does.'),
      })
      .nullable()
      .describe("Events to subscribe to, in the vendor's names; null: it sends no webhooks."),
    file: z
      .object({
        columns: z.array(z.object({ column: z.string(), label: Text })).describe('What a row may tell.'),
        guide: z.array(Text).describe('How a recruiter makes the file.'),
      })
      .nullable()
      .describe('For an ATS whose exported files are imported; null: it takes none.'),
    scopes: z.array(z.string()).describe('Permissions the credentials need.'),
  })
  .meta({ id: 'Connector' });
export type Connector = z.infer<typeof Connector>;

export const Mode = z.enum(modes).describe('How letters reach the applicant.');

export const ConnectionState = z
  .enum(['shadow', 'live', 'paused'])
  .describe(
    'shadow: letters are planned and shown, none is sent · live: they are sent · paused: none is sent for now.',
  );

const LetterPolicy = z.strictObject({
  holdMinutes: z.int().min(0).max(43_200).describe('Minutes between the decision and the earliest sending.'),
  window: z.enum(['always', 'business-hours']).describe('business-hours: 9:00–20:00 Asia/Tokyo on business days.'),
});

/** The standard letter stands beside a company's own templates, and is none of them. */
const TemplateChoice = z.union([z.literal('standard'), Id]);

export const StageRule = z.strictObject({
  letter: z.enum(['send', 'skip', 'hold']).optional(),
  template: TemplateChoice.optional().describe(
    "One of the company's own letter templates, or `standard`; without it, the company's default.",
  ),
});

export const ReasonRule = StageRule.extend({
  decidedBy: z.enum(['company', 'candidate', 'unknown']).optional(),
  template: StageRule.shape.template.describe("Without it, what the stage says, else the company's default."),
});

export const Mapping = z
  .object({
    reasons: z.record(z.string(), ReasonRule).describe("By the vendor's reason id. It stands above what a stage says."),
    stages: z
      .record(z.string(), StageRule)
      .optional()
      .describe('By the name of a stage. Its `letter` counts unless the applicant decided.'),
  })
  .meta({ id: 'Mapping' });

const Settings = z.record(z.string().min(1).max(64), z.string().max(4_000));

export const NewConnection = z
  .strictObject({
    company: CompanyRef,
    connector: z.string().min(1).max(64),
    access: Access.optional().describe('Without it the first that needs nobody to agree in the ATS.'),
    settings: Settings.default({}).describe('By field name; GET /connectors says which.'),
  })
  .meta({
    examples: [
      {
        company: 'sakura-foods',
        connector: 'greenhouse',
        settings: { clientId: 'a1b2c3d4e5f6', clientSecret: '…', webhookSecret: '…' },
      },
    ],
  });
export type NewConnection = z.infer<typeof NewConnection>;

/** What PATCH takes. What is not named stays; a reason given as null is removed. */
export const ConnectionChange = z
  .strictObject({
    state: ConnectionState.optional(),
    settings: Settings.optional().describe('Fields given replace those of the same name.'),
    letter: LetterPolicy.partial().optional(),
    mode: Mode.optional(),
    backfillFrom: Instant.optional().describe(
      'Act on what was decided before `markedAt`, from this instant on; GET …/backfill shows it first.',
    ),
    mapping: z
      .strictObject({
        reasons: z
          .record(z.string().min(1).max(200), ReasonRule.nullable())
          .optional()
          .describe("By the vendor's reason id. An entry replaces the one of the same id; null removes it."),
      })
      .optional(),
  })
  .meta({
    examples: [
      {
        state: 'live',
        letter: { holdMinutes: 1440, window: 'business-hours' },
        mapping: { reasons: { '14001': { letter: 'send' }, '14002': { decidedBy: 'candidate', letter: 'skip' } } },
      },
    ],
  });
export type ConnectionChange = z.infer<typeof ConnectionChange>;

export const Connection = z
  .object({
    id: Id,
    companyId: Id,
    connector: z.string(),
    state: ConnectionState,
    resumesAs: z
      .enum(['shadow', 'live'])
      .nullable()
      .describe('What a paused one goes back to; null: it is not paused, or that is not known and it goes to shadow.'),
    webhookUrl: z.string().nullable().describe('The address to give to the ATS; null where it sends no webhooks.'),
    settings: z.record(z.string(), z.string()).describe('Secrets are masked.'),
    letter: LetterPolicy,
    mapping: Mapping,
    access: Access.nullable(),
    mode: Mode,
    markedAt: Instant.nullable().describe('When it was first polled or imported; null: not yet.'),
    backfillFrom: Instant.nullable().describe('What was decided before `markedAt` is acted on only from here.'),
    failingSince: Instant.nullable().describe('Since when the ATS refuses us; null: it does not.'),
    failingCode: z.string().nullable(),
    createdAt: Instant,
  })
  .meta({ id: 'Connection' });
export type Connection = z.infer<typeof Connection>;

export const CreatedConnection = z
  .object({
    ...Connection.shape,
    generated: z
      .record(z.string(), z.string())
      .describe('Secrets that were made up because they were left out, in clear. Told here and never again.'),
  })
  .meta({ id: 'CreatedConnection' });
export type CreatedConnection = z.infer<typeof CreatedConnection>;

export const CheckResult = z.object({ ok: z.literal(true), checkedAt: Instant });

export const Delivery = z
  .object({
    id: Id,
    connectionId: Id,
    deliveryRef: z.string().describe("The vendor's name for it, by which repeats are dropped."),
    receivedAt: Instant,
    status: z.enum(['stored', 'processed', 'ignored', 'set-aside', 'failed']),
    reason: z.string().nullable(),
    duplicates: z.int().describe('How often it came again.'),
    processedAt: Instant.nullable(),
  })
  .meta({ id: 'Delivery' });

export const DeliveryPageQuery = PageQuery.extend({
  connection: Id.describe('Of this connection.'),
  status: Delivery.shape.status.optional().describe('Only those that stand so.'),
});

export const Rejection = z
  .object({
    id: Id,
    connectionId: Id,
    personId: Id.nullable(),
    applicationRef: z.string(),
    candidateRef: z.string(),
    decidedAt: Instant,
    decidedBy: z.enum(['company', 'candidate', 'unknown']),
    reasonRef: z.string().nullable().describe('The key for the mapping of reasons.'),
    reason: z.string().nullable(),
    stage: z.string().nullable(),
    job: z.string().nullable(),
    source: z.enum(['direct', 'agency', 'referral', 'unknown']),
    isPrivate: z.boolean(),
    isConfidential: z.boolean(),
    canEmail: z.boolean(),
    status: z.enum(['current', 'reinstated', 'hired', 'erased']),
  })
  .meta({ id: 'Rejection' });

const LetterLocale = z.enum(['ja', 'en']).describe("The letter's language; without it the company's.");
export type LetterLocale = z.infer<typeof LetterLocale>;
const exportQuery = {
  locale: LetterLocale.optional(),
  template: TemplateChoice.default('standard').describe(
    "`standard`, or one of the company's own templates: its newest published words.",
  ),
};
export const ExportQuery = z.strictObject(exportQuery);
export const TemplateQuery = CompanyQuery.extend(exportQuery);
export const ConnectorParams = z.strictObject({ connector: z.string().min(1).max(64) });

export const ExportedTemplate = z
  .object({
    template: z
      .object({ id: Id, name: z.string(), version: z.int() })
      .nullable()
      .describe("The company's own template and the version of its words; null: the standard letter."),
    subject: z.string(),
    html: z.string(),
    text: z.string(),
    notes: z.array(z.string()).describe('What was written around, and what to mind when pasting.'),
  })
  .meta({ id: 'ExportedTemplate' });
export type ExportedTemplate = z.infer<typeof ExportedTemplate>;

export const Letter = z
  .object({
    id: Id,
    rejectionId: Id,
    connectionId: Id,
    status: z.enum(['planned', 'sending', 'sent', 'held', 'skipped', 'cancelled', 'failed', 'unknown']),
    reason: z.string().nullable().describe('Why it is held, skipped, cancelled or failed.'),
    locale: z.enum(['ja', 'en']),
    dueAt: Instant.nullable(),
    sentAt: Instant.nullable(),
    createdAt: Instant,
  })
  .meta({ id: 'Letter' });

export const Consent = z
  .object({
    id: Id,
    personId: Id,
    purpose: z.enum(['introduction']),
    agencyId: Id,
    rejectionId: Id.nullable(),
    decision: z.enum(['granted', 'declined', 'withdrawn']),
    decidedAt: Instant,
    textVersion: z.string().describe('Which text was shown; its exact wording is kept.'),
  })
  .meta({ id: 'Consent' });

const Count = z.int().min(0);

export const Balance = z
  .object({
    referrals: z.object({
      counted: Count.describe('Referrals that counted, ever.'),
      towardsNext: Count.describe('Of them, those not yet turned into a credit.'),
      perCredit: Count.describe('Referrals that make one credit under the terms in force.'),
    }),
    credits: z.object({ available: Count, reserved: Count, used: Count, expired: Count }),
  })
  .meta({ id: 'Balance' });

export const Projection = z
  .object({
    referralsPerWeek: z.number().min(0).describe('Mean over the last `weeks`.'),
    weeks: Count.describe('Full weeks behind the mean, 8 at most; 0: no referral counted yet.'),
    weeksToNextCredit: z.number().min(0).nullable().describe('At this pace; null: nothing came in, so nobody can say.'),
    isRough: z.boolean().describe('Fewer than four weeks or five referrals are behind it: take it as a guess.'),
  })
  .meta({ id: 'Projection' });
export type Projection = z.infer<typeof Projection>;

export const Credits = Balance.extend({ projection: Projection }).meta({ id: 'Credits' });

export const Notice = z
  .object({
    id: Id,
    kind: z.enum(noticeKinds),
    text: z.string().describe('As it was last sent, or first written; it names nobody.'),
    status: z
      .enum(['waiting', 'sending', 'sent', 'logged', 'blocked', 'failed'])
      .describe(
        'logged: nobody gets it in Slack, so it is only kept here; blocked: Slack does not take it, and it waits 7 days for that to be mended.',
      ),
    reason: z
      .string()
      .nullable()
      .describe("Why it is blocked or failed: Slack's own word, or unknown-outcome, too-old, not-tied."),
    place: z
      .object({ kind: z.enum(['channel', 'person']), slackRef: z.string(), name: z.string().nullable() })
      .nullable()
      .describe('Where it goes in Slack.'),
    version: z.int().describe('Grows each time it has more to tell; the message is then edited in place.'),
    createdAt: Instant,
    sentAt: Instant.nullable(),
  })
  .meta({ id: 'Notice' });

export const OutboxMail = z
  .object({
    id: Id,
    companyId: Id,
    to: z.string(),
    from: z.string(),
    subject: z.string(),
    text: z.string(),
    html: z.string(),
    headers: z.record(z.string(), z.string()),
    sentAt: Instant,
  })
  .meta({ id: 'OutboxMail' });

export const Queue = z.object({ queue: z.string(), waiting: Count, active: Count, dead: Count }).meta({ id: 'Queue' });

export const AuditEntry = z
  .object({
    seq: z.int().describe('1, 2, 3 … without a gap, each chained to the one before by hash.'),
    at: Instant,
    actor: z.string(),
    action: z.string(),
    subject: z.string().describe('The id of what it was done to.'),
    detail: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
    hash: z.string(),
  })
  .meta({ id: 'AuditEntry' });

export const AuditPageQuery = CompanyPageQuery.extend({
  cursor: z
    .string()
    .regex(/^\d{1,9}$/, 'must be a `nextCursor`')
    .transform(Number)
    .optional()
    .describe('`nextCursor` of the page before.'),
  about: z
    .string()
    .regex(/^[a-z][a-z-]{0,30}$/, 'must be the noun of an action')
    .optional()
    .describe('Only of these things: `letter` for `letter.released`.'),
});

export const OutboxPageQuery = PageQuery.extend({ company: CompanyRef.optional() });
export const QueueParams = z.strictObject({ queue: z.string().min(1).max(100).describe('As GET /jobs names it.') });

export const CreditEntry = z
  .object({
    id: Id,
    seq: z.int().describe('1, 2, 3 … in the ledger.'),
    kind: z.enum([
      'referral-counted',
      'referrals-converted',
      'referral-reversed',
      'credit-reserved',
      'credit-used',
      'credit-released',
      'credit-expired',
    ]),
    postedAt: Instant,
    referralId: Id.nullable(),
    creditId: Id.nullable(),
    reservationId: Id.nullable(),
    reason: z.string().nullable(),
    entries: z
      .array(z.object({ account: z.string(), amount: z.int() }))
      .describe('Double entry: they sum to zero in each asset.'),
    available: z.int().describe('Credits available after it.'),
    towardsNext: z.int().describe('Referrals towards the next credit after it.'),
  })
  .meta({ id: 'CreditEntry' });

export const Referral = z
  .object({
    id: Id,
    personId: Id,
    consentId: Id,
    referralCode: z.string().describe('What the person tells the agency.'),
    status: z.enum(['waiting', 'counted', 'not-counted', 'reversed']),
    reason: z
      .string()
      .nullable()
      .describe('Why it does not count (yet): no-rejection, counted-already, withdrawn, or what the reversal said.'),
    agreedAt: Instant,
    countedAt: Instant.nullable(),
    creditId: Id.nullable().describe('The credit it became a part of.'),
  })
  .meta({ id: 'Referral' });

export const NewReservation = z
  .strictObject({
    company: CompanyRef,
    reason: line(500).describe('What the credit is held for. No personal data.'),
    idempotencyKey: line(200).optional().describe('The same key reserves one credit, however often it is sent.'),
  })
  .meta({ examples: [{ company: 'sakura-foods', reason: '営業職の紹介', idempotencyKey: 'introduction-2026-0042' }] });

export const Reservation = z
  .object({
    id: Id,
    status: z.enum(['reserved', 'used', 'released', 'expired']),
    reason: z.string(),
    reservedAt: Instant,
    settledAt: Instant.nullable(),
  })
  .meta({ id: 'Reservation' });

export type Reservation = z.infer<typeof Reservation>;

export const ReservationRef = z.strictObject({ reservationId: Id });

export const NewInstall = z
  .strictObject({
    company: CompanyRef,
    connector: z
      .string()
      .min(1)
      .max(64)
      .describe('One with the access `authorization-code`, see GET /connectors; or `slack`.'),
  })
  .meta({ examples: [{ company: 'sakura-foods', connector: 'greenhouse' }] });

export const Install = z
  .object({
    url: z.string().describe('Opens once, in a browser. Whoever has it may install, so show it to nobody.'),
    expiresAt: Instant,
  })
  .meta({ id: 'Install' });

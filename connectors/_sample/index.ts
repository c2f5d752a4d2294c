/** The smallest connector that lives: what every ATS must have, and nothing else. Copy it to begin a new one. */
import { z } from 'zod';
import {
  type Application,
  type Context,
  defineConnector,
  RelayError,
  type Report,
} from '../../src/connector/contract.ts';

const Credential = z.string().min(1);
const Address = z.url({ protocol: /^https?$/ });

const Item = z.object({
  id: z.string(),
  person: z.string(),
  state: z.enum(['open', 'declined', 'hired']),
  declinedAt: z.iso.datetime().nullish(),
  declinedBy: z.enum(['us', 'them']).nullish(),
  givenName: z.string().nullish(),
  familyName: z.string().nullish(),
  email: z.string().nullish(),
  isHidden: z.boolean(),
  mayBeMailed: z.boolean(),
});
type Item = z.infer<typeof Item>;

/** Declined since an instant, oldest first, a page at a time. */
const Declined = z.object({
  items: z.array(z.object({ id: z.string(), declinedAt: z.iso.datetime() })),
  next: z.string().nullable(),
});

/** The instant from which this reading goes, and the page within it. */
const Cursor = z.object({ since: z.iso.datetime(), page: z.string().nullable(), newest: z.iso.datetime() });

const Envelope = z.object({ event: z.string() });
const Message = z.object({
  id: z.string(),
  person: z.string(),
  job: z.string().nullish(),
  isSecret: z.boolean().nullish(),
});
const Removal = z.object({ person: z.string() });
const Merge = z.object({ person: z.string(), into: z.string() });

export const sample = defineConnector({
  id: '_sample',
  title: 'Sample ATS',
  docs: 'https://ats.example.com/docs',
  settings: {
    clientId: {
      kind: 'text',
      label: { ja: 'クライアントID', en: 'Client ID' },
      help: { ja: '設定 › API で確認できます。', en: 'Shown under Settings › API.' },
      example: 'sample-client',
      schema: Credential,
    },
    clientSecret: {
      kind: 'secret',
      label: { ja: 'クライアントシークレット', en: 'Client secret' },
      help: { ja: '設定 › API で確認できます。', en: 'Shown under Settings › API.' },
      example: 'sample-secret',
      schema: Credential,
    },
    webhookSecret: {
      kind: 'secret',
      label: { ja: 'Webhook の鍵', en: 'Webhook key' },
      help: { ja: '設定 › Webhook で確認できます。', en: 'Shown under Settings › Webhooks.' },
      example: 'a-key-of-16-chars',
      schema: z.string().min(16),
    },
    baseUrl: {
      kind: 'url',
      label: { ja: 'APIのアドレス', en: 'API address' },
      help: { ja: '通常は変更しません。', en: 'Leave as it is.' },
      example: 'https://api.ats.example.com',
      schema: Address,
      isOptional: true,
      default: 'https://api.ats.example.com',
      isAdvanced: true,
    },
    tokenUrl: {
      kind: 'url',
      label: { ja: 'トークンのアドレス', en: 'Token address' },
      help: { ja: '通常は変更しません。', en: 'Leave as it is.' },
      example: 'https://api.ats.example.com/oauth/token',
      schema: Address,
      isOptional: true,
      default: 'https://api.ats.example.com/oauth/token',
      isAdvanced: true,
    },
  },
  api: {
    baseUrl: 'baseUrl',
    access: {
      'client-credentials': {
        tokenUrl: 'tokenUrl',
        clientId: 'clientId',
        clientSecret: 'clientSecret',
        scopes: ['applications:read'],
        lifetimeSeconds: 3600,
      },
    },
    limits: {
      concurrency: 2,
      rate: { kind: 'window', remainingHeader: 'x-ratelimit-remaining', resetHeader: 'x-ratelimit-reset' },
      rereadMax: 100,
      source: 'invented',
    },
    async check(context: Context) {
      await context.http.get('/applications', z.array(Item), { ids: '0' });
    },
    async reread(context: Context, applicationRefs) {
      const items = await context.http.list('/applications', Item, { ids: applicationRefs.join(',') });
      const byRef = new Map(items.map((item) => [item.id, item]));
      return applicationRefs.map((ref) => toApplication(ref, byRef.get(ref)));
    },
    poll: { everyMinutes: 60, cursor: Cursor, first, pull },
  },
  webhook: {
    secret: 'webhookSecret',
    signature: {
      scheme: 'hmac-header',
      header: 'x-sample-signature',
      algorithm: 'sha256',
      encoding: 'hex',
      prefix: '',
    },
    deliveryRef: { header: 'x-sample-delivery' },
    events: ['declined', 'reopened', 'hired', 'removed', 'merged'],
    parse,
    guide: [{ ja: '設定 › Webhook に {url} を貼り付けます。', en: 'Paste {url} under Settings › Webhooks.' }],
  },
  template: {
    tokens: { candidateFirstName: '{{first}}', candidateName: '{{name}}', jobTitle: null, companyName: null },
    modes: {
      'relay-sent': { possible: true },
      'ats-static': { possible: true },
      'ats-personal': { possible: false, why: { ja: '見本のため未対応です。', en: 'This is only a sample.' } },
      'ats-triggered': { possible: false, why: { ja: '見本のため未対応です。', en: 'This is only a sample.' } },
    },
  },
  cannot: [
    {
      what: { ja: '同意の書き戻し', en: 'Writing consents back' },
      why: { ja: '見本のため未対応です。', en: 'This is only a sample.' },
    },
  ],
});

function first(since: Date): z.infer<typeof Cursor> {
  return { since: since.toISOString(), page: null, newest: since.toISOString() };
}

/** The next reading begins at the newest decision seen: what is told twice costs nothing, what is missed is lost. */
async function pull({ http }: Context, { since, page, newest }: z.infer<typeof Cursor>) {
  const { items, next } = await http.get('/declined', Declined, { since, ...(page === null ? {} : { page }) });
  const latest = items.at(-1)?.declinedAt ?? newest;
  return {
    sightings: items.map(({ id, declinedAt }) => ({ applicationRef: id, decidedAt: new Date(declinedAt) })),
    cursor: next === null ? first(new Date(latest)) : { since, page: next, newest: latest },
    isLast: next === null,
  };
}

function parse(body: unknown): readonly Report[] {
  const envelope = Envelope.safeParse(body);
  switch (envelope.data?.event) {
    case 'declined':
      return [{ kind: 'rejected', ...toHint(fit(Message, body)) }];
    case 'reopened':
      return [{ kind: 'reinstated', ...toHint(fit(Message, body)) }];
    case 'hired':
      return [{ kind: 'hired', ...toHint(fit(Message, body)) }];
    case 'removed':
      return [{ kind: 'erased', candidateRef: fit(Removal, body).person, applicationRefs: [] }];
    case 'merged':
      return [toMerged(fit(Merge, body))];
    default:
      return [];
  }
}

function fit<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const paths = parsed.error.issues.map((issue) => issue.path.join('.'));
  throw new RelayError('delivery_not_understood', { message: `does not fit at ${paths.join(', ')}` });
}

function toMerged({ person, into }: z.infer<typeof Merge>): Report {
  return { kind: 'merged', candidateRef: person, intoCandidateRef: into };
}

function toHint({ id, person, job, isSecret }: z.infer<typeof Message>) {
  return { applicationRef: id, candidateRef: person, job: job ?? null, isConfidential: isSecret ?? false };
}

const states = { open: 'active', hired: 'hired' } as const;

function toApplication(applicationRef: string, item: Item | undefined): Application {
  if (!item) return { state: 'gone', applicationRef };
  if (item.state !== 'declined')
    return { state: states[item.state], applicationRef, candidateRef: item.person, person: null };
  if (!item.declinedAt) throw new RelayError('vendor_not_understood', { message: 'declined without an instant' });
  return {
    state: 'rejected',
    applicationRef,
    candidateRef: item.person,
    decidedAt: new Date(item.declinedAt),
    decidedBy: item.declinedBy ? ({ us: 'company', them: 'candidate' } as const)[item.declinedBy] : 'unknown',
    reason: null,
    stage: null,
    job: null,
    source: 'unknown',
    person: {
      givenName: item.givenName ?? null,
      familyName: item.familyName ?? null,
      email: item.email ?? null,
      locale: null,
    },
    isPrivate: item.isHidden,
    isConfidential: false,
    canEmail: item.mayBeMailed,
  };
}

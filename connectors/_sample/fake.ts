import { createHmac } from 'node:crypto';
import type { Fake, FakeApplicant, FakeDelivery, FakeOptions } from '../../src/connector/fake.ts';

const credentials = { clientId: 'sample-client', clientSecret: 'sample-client-secret-51c2' };
const webhookSecret = 'sample-webhook-secret-88e0';
const basic = `Basic ${Buffer.from(`${credentials.clientId}:${credentials.clientSecret}`).toString('base64')}`;

const rowsMax = 3;

interface Item {
  readonly id: string;
  readonly person: string;
  readonly state: 'open' | 'declined' | 'hired';
  readonly declinedAt: string | null;
  readonly declinedBy: 'us' | 'them' | null;
  readonly givenName: string;
  readonly familyName: string;
  readonly email: string | null;
  readonly isHidden: boolean;
  readonly mayBeMailed: boolean;
}

/** The sample vendor: a token endpoint, one list, and signed messages. */
export function createSampleFake(options: FakeOptions): Fake {
  const items = new Map<string, Item>();
  const expiries = new Map<string, number>();
  const calls: { readonly method: string; readonly path: string; readonly status: number }[] = [];
  const failures: Response[] = [];
  let lastRef = 100;
  let deliveries = 0;

  const nextRef = () => {
    lastRef += 1;
    return String(lastRef);
  };

  function deliver(
    message: Readonly<Record<string, unknown>>,
    refs: Pick<FakeDelivery, 'applicationRef' | 'candidateRef'>,
  ) {
    deliveries += 1;
    const body = Buffer.from(JSON.stringify(message));
    const signature = createHmac('sha256', webhookSecret).update(body).digest('hex');
    const headers = {
      'content-type': 'application/json',
      'x-sample-delivery': String(deliveries),
      'x-sample-signature': signature,
    };
    return { ...refs, headers, body };
  }

  function change(applicationRef: string, event: 'reopened' | 'hired', state: 'open' | 'hired'): FakeDelivery {
    const item = items.get(applicationRef);
    if (!item) throw new Error(`the fake has no application ${applicationRef}`);
    items.set(applicationRef, { ...item, state, declinedAt: null, declinedBy: null });
    return deliver({ event, id: item.id, person: item.person }, { applicationRef, candidateRef: item.person });
  }

  function issueToken(request: Request): Response {
    if (request.headers.get('authorization') !== basic)
      return Response.json({ error: 'invalid_client' }, { status: 401 });
    const seconds = options.tokenSeconds ?? 3600;
    const token = `sample-token-${expiries.size + 1}`;
    expiries.set(token, options.now().getTime() + seconds * 1000);
    return Response.json({ access_token: token, expires_in: seconds });
  }

  /** Three at a time, in the order of the decisions; a page is named by the last of the page before. */
  function listDeclined(query: URLSearchParams): object {
    const [since, page] = [query.get('since') ?? '', query.get('page') ?? ''];
    const nameOf = ({ id, declinedAt }: Item) => `${declinedAt} ${id}`;
    const rest = [...items.values()]
      .filter((item) => item.state === 'declined' && (item.declinedAt ?? '') >= since && nameOf(item) > page)
      .sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
    const own = rest.slice(0, rowsMax);
    const last = own.at(-1);
    return {
      items: own.map(({ id, declinedAt }) => ({ id, declinedAt })),
      next: rest.length > rowsMax && last ? nameOf(last) : null,
    };
  }

  function answer(request: Request, url: URL): Response {
    if (url.pathname === '/oauth/token') return issueToken(request);
    const failure = failures.shift();
    if (failure) return failure;
    const token = (request.headers.get('authorization') ?? '').replace(/^Bearer /, '');
    if ((expiries.get(token) ?? 0) <= options.now().getTime()) return Response.json({}, { status: 401 });
    if (url.pathname === '/declined') return Response.json(listDeclined(url.searchParams));
    if (url.pathname !== '/applications') return Response.json({}, { status: 404 });
    const ids = url.searchParams.get('ids')?.split(',') ?? [];
    return Response.json(ids.flatMap((id) => items.get(id) ?? []));
  }

  return {
    async handle(request) {
      const url = new URL(request.url);
      const response = answer(request, url);
      calls.push({ method: request.method, path: url.pathname, status: response.status });
      return response;
    },
    settings: (origin) => ({ ...credentials, webhookSecret, baseUrl: origin, tokenUrl: `${origin}/oauth/token` }),
    reject(applicant) {
      const item = toItem(applicant, items.get(applicant.applicationRef ?? ''), nextRef, options.now());
      items.set(item.id, item);
      return deliver(
        { event: 'declined', id: item.id, person: item.person, job: applicant.job, isSecret: applicant.isConfidential },
        { applicationRef: item.id, candidateRef: item.person },
      );
    },
    reinstate: (applicationRef) => change(applicationRef, 'reopened', 'open'),
    hire: (applicationRef) => change(applicationRef, 'hired', 'hired'),
    eraseCandidate(candidateRef) {
      const own = [...items.values()].filter((item) => item.person === candidateRef);
      for (const item of own) items.delete(item.id);
      return deliver({ event: 'removed', person: candidateRef }, { candidateRef, applicationRef: own[0]?.id ?? '' });
    },
    mergeCandidate(candidateRef, intoCandidateRef) {
      const own = [...items.values()].filter((item) => item.person === candidateRef);
      for (const item of own) items.set(item.id, { ...item, person: intoCandidateRef });
      const message = { event: 'merged', person: candidateRef, into: intoCandidateRef };
      return deliver(message, { candidateRef, applicationRef: own[0]?.id ?? '' });
    },
    ping: () => deliver({ event: 'ping' }, { applicationRef: '', candidateRef: '' }),
    written: () => ({ fields: {}, tags: [], notes: [] }),
    calls,
    failNext(count, status, headers) {
      const fail = () => Response.json({}, { status, headers: { 'retry-after': '1', ...headers } });
      failures.push(...Array.from({ length: count }, fail));
    },
  };
}

function toItem(applicant: FakeApplicant, known: Item | undefined, nextRef: () => string, now: Date): Item {
  const decidedBy = applicant.decidedBy ?? 'company';
  return {
    id: applicant.applicationRef ?? nextRef(),
    person: known?.person ?? applicant.candidateRef ?? nextRef(),
    state: 'declined',
    declinedAt: (applicant.decidedAt ?? now).toISOString(),
    declinedBy: decidedBy === 'unknown' ? null : ({ company: 'us', candidate: 'them' } as const)[decidedBy],
    givenName: applicant.givenName,
    familyName: applicant.familyName,
    email: applicant.email,
    isHidden: applicant.isPrivate ?? false,
    mayBeMailed: applicant.canEmail ?? true,
  };
}

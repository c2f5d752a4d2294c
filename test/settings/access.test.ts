import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { RouteOptions } from 'fastify';
import type { z } from 'zod';
import { may, type Role, roles } from '../../src/company/index.ts';
import type { Tx } from '../../src/platform/database.ts';
import { newId } from '../../src/platform/ids.ts';
import type { Access } from '../../src/settings/api/access.ts';
import { createApiToken } from '../../src/settings/identity/api-tokens.ts';
import { createInvitation } from '../../src/settings/identity/invitations.ts';
import { addCompany, openTestVault } from '../support/company.ts';
import { type Browser, openBrowser } from './identity/browser.ts';
import { adminToken, openRelay, type TestRelay } from './relay.ts';

/** Every route of the API × everybody who may ask × their own company and another's, by what the route declares. */

interface Route {
  readonly method: string;
  readonly url: string;
  readonly access: Access | undefined;
  readonly body: z.ZodType | undefined;
}

/** What belongs to a company, by kind. */
interface Things {
  readonly slug: string;
  readonly ids: Readonly<Record<string, string>>;
}

interface Asker {
  readonly name: string;
  readonly role: Role | 'operator';
  readonly isToken: boolean;
  send(method: string, url: string, body: unknown): Promise<{ readonly statusCode: number }>;
}

let relay: TestRelay;
let own: Things;
let foreign: Things;
let askers: readonly Asker[];
const routes: Route[] = [];
/** What the place of a handler answers: whoever sees it was let in. */
const letIn = 299;

beforeAll(async () => {
  relay = await openRelay({ onRoute: replaceHandler });
  [own, foreign] = [await addThings(), await addThings()];
  askers = await addAskers();
});
afterAll(() => relay.close());

function replaceHandler(route: RouteOptions): void {
  const { url } = route;
  if (!url.startsWith('/api/v1/') || url.endsWith('openapi.json')) return;
  const schema = route.schema as { readonly body?: z.ZodType } | undefined;
  for (const method of [route.method].flat())
    routes.push({ method, url, access: route.config?.access, body: schema?.body });
  route.handler = async (_request, reply) => reply.status(letIn).send();
}

async function addThings(): Promise<Things> {
  const now = relay.clock.now();
  const { company, agency } = await addCompany(relay.database, openTestVault(), now);
  const { companyId } = company;
  const ids = await relay.database.forCompany(companyId, async (tx) => {
    const connection = await relay.connections.create(tx, {
      companyId,
      connector: 'greenhouse',
      settings: relay.settings,
    });
    return {
      connection: connection.connectionId,
      ...(await addRows(tx, { companyId, agencyId: agency.agencyId, connectionId: connection.connectionId })),
    };
  });
  return { slug: company.slug, ids };
}

/** The least that the database takes. */
async function addRows(
  tx: Tx,
  at: { readonly companyId: string; readonly agencyId: string; readonly connectionId: string },
): Promise<Record<string, string>> {
  const now = relay.clock.now();
  const [company_id, connection_id, agency_id] = [at.companyId, at.connectionId, at.agencyId];
  const [person, rejection, letter, delivery, file, consent, referral, reservation, template, batch] = Array.from(
    { length: 10 },
    newId,
  );
  const named = {
    person,
    rejection,
    letter,
    delivery,
    import: file,
    consent,
    referral,
    reservation,
    template,
    'letter-batch': batch,
  } as Record<string, string>;
  const id = (name: string) => named[name] ?? '';
  const nothing = { email_key: null, email: null, given_name: null, family_name: null, locale: null, erased_at: null };
  await tx
    .insertInto('person')
    .values({ person_id: id('person'), company_id, ...nothing, created_at: now })
    .execute();
  await tx
    .insertInto('rejection')
    .values({
      rejection_id: id('rejection'),
      company_id,
      connection_id,
      person_id: id('person'),
      application_ref: '1',
      candidate_ref: '1',
      decided_at: now,
      decided_by: 'company',
      reason_ref: null,
      reason: null,
      stage: null,
      job: null,
      source: 'direct',
      is_private: false,
      is_confidential: false,
      can_email: true,
      recorded_at: now,
    })
    .execute();
  await tx
    .insertInto('letter')
    .values({
      letter_id: id('letter'),
      company_id,
      connection_id,
      rejection_id: id('rejection'),
      person_id: id('person'),
      status: 'held',
      reason: 'x',
      locale: 'ja',
      template: 'career-relay',
      template_version: 'x',
      due_at: null,
      queued_at: null,
      sent_at: null,
      created_at: now,
      updated_at: now,
    })
    .execute();
  await tx
    .insertInto('letter_template')
    .values({ template_id: id('template'), company_id, name: 'x', created_at: now })
    .execute();
  await tx
    .insertInto('letter_batch')
    .values({
      ...{ batch_id: id('letter-batch'), company_id, act: 'hold', filter: '{}' },
      ...{ asked_by: 'admin', asked_at: now, status: 'working' },
    })
    .execute();
  await tx
    .insertInto('delivery')
    .values({
      delivery_id: id('delivery'),
      company_id,
      connection_id,
      delivery_ref: 'x',
      received_at: now,
      body: Buffer.from('{}'),
      reason: null,
      processed_at: null,
    })
    .execute();
  await tx
    .insertInto('file_import')
    .values({
      import_id: id('import'),
      company_id,
      connection_id,
      state: 'done',
      name: null,
      sha256: 'a'.repeat(64),
      shape: 'x',
      columns: '{}',
      made_at: now,
      received_at: now,
      settled_at: now,
      bytes: null,
      row_count: 0,
      rejections: 0,
      skipped: 0,
      set_aside: '[]',
    })
    .execute();
  await tx
    .insertInto('consent_text')
    .values({ text_hash: 'x', company_id, text_version: 'x', locale: 'ja', body: 'x', first_shown_at: now })
    .execute();
  await tx
    .insertInto('consent')
    .values({
      consent_id: id('consent'),
      company_id,
      agency_id,
      person_id: id('person'),
      purpose: 'introduction',
      rejection_id: id('rejection'),
      decision: 'granted',
      decided_at: now,
      text_hash: 'x',
      text_version: 'x',
      locale: 'ja',
      ticks: '["introduction"]',
      method: 'page',
      user_agent: null,
      referral_code: id('referral'),
      previous_consent_id: null,
    })
    .execute();
  const terms = await tx.selectFrom('agency_terms').select('terms_id').executeTakeFirstOrThrow();
  await tx
    .insertInto('referral')
    .values({
      referral_id: id('referral'),
      company_id,
      agency_id,
      person_id: id('person'),
      consent_id: id('consent'),
      terms_id: terms.terms_id,
      referral_code: id('referral'),
      status: 'waiting',
      reason: null,
      agreed_at: now,
      counted_at: null,
      credit_id: null,
      created_at: now,
    })
    .execute();
  await tx
    .insertInto('credit_reservation')
    .values({
      reservation_id: id('reservation'),
      company_id,
      agency_id,
      status: 'reserved',
      reason: 'x',
      reserved_at: now,
      settled_at: null,
    })
    .execute();
  return named;
}

async function addAskers(): Promise<readonly Asker[]> {
  const now = relay.clock.now();
  const made: Asker[] = [];
  const companyId = await relay.database.forSystem(
    async (tx) =>
      (await tx.selectFrom('company').select('company_id').where('slug', '=', own.slug).executeTakeFirstOrThrow())
        .company_id,
  );
  for (const role of roles) {
    const { browser } = await enter(companyId, `${role}@example.com`, role);
    made.push({ name: role, role, isToken: false, send: toSend(browser) });
    const { token } = await relay.database.forSystem((tx) =>
      createApiToken(tx, { companyId, name: role, role, expiresAt: null, actor: 'admin', now }),
    );
    const send = toSend(openBrowser(relay), { authorization: `Bearer ${token}` });
    made.push({ name: `a token of a ${role}`, role, isToken: true, send });
  }
  const { browser, userId } = await enter(companyId, 'operator@example.com', 'viewer');
  await relay.database.forSystem((tx) =>
    tx.updateTable('auth_user').set({ is_operator: true }).where('id', '=', userId).execute(),
  );
  const admin = toSend(openBrowser(relay), { authorization: `Bearer ${adminToken}` });
  return [
    ...made,
    { name: 'an operator', role: 'operator', isToken: false, send: toSend(browser) },
    { name: 'the admin token', role: 'operator', isToken: true, send: admin },
  ];
}

async function enter(companyId: string, email: string, role: Role): Promise<{ browser: Browser; userId: string }> {
  const { code } = await relay.database.forSystem((tx) =>
    createInvitation(tx, { companyId, email, role, actor: 'admin', now: relay.clock.now() }),
  );
  const browser = openBrowser(relay);
  await browser.auth('/invitation', { code, name: '𠮷野 太郎' });
  const user = await relay.database.forSystem((tx) =>
    tx.selectFrom('auth_user').select('id').where('email', '=', email).executeTakeFirstOrThrow(),
  );
  return { browser, userId: user.id };
}

function toSend(browser: Browser, headers: Record<string, string> = {}): Asker['send'] {
  return (method, url, body) => browser.send(method as 'GET', url, body as object, headers);
}

function toBy({ access }: Route): { readonly kind: string; readonly at: string } | undefined {
  if (typeof access?.company !== 'object') return undefined;
  return { kind: access.company.by, at: access.company.at ?? 'params.id' };
}

/** The route's address and body, filled with what is of one company. */
function toRequest(route: Route, things: Things): { readonly url: string; readonly body: unknown } {
  const by = toBy(route);
  const params: Record<string, string> = {
    slug: things.slug,
    id: newId(),
    connector: 'greenhouse',
    queue: 'x',
    userId: 'x',
    slackRef: 'U0123456789',
    kind: 'credit-earned',
    version: '1',
    locale: 'ja',
  };
  const query: Record<string, string> = route.access?.company === 'query' ? { company: things.slug } : {};
  const body: Record<string, unknown> = {
    ...toExample(route),
    ...(route.access?.company === 'body' && { company: things.slug }),
  };
  if (by) {
    const [part, name = ''] = by.at.split('.');
    const value = things.ids[by.kind] ?? '';
    if (part === 'params') params[name] = value;
    if (part === 'query') query[name] = value;
    if (part === 'body') body[name] = value;
  }
  const path = route.url.replaceAll(/:(\w+)/g, (_all, name: string) => params[name] ?? 'x');
  const search = new URLSearchParams(query).toString();
  return {
    url: search ? `${path}?${search}` : path,
    body: ['GET', 'HEAD', 'DELETE'].includes(route.method) ? undefined : body,
  };
}

function toExample({ body }: Route): Record<string, unknown> {
  const { examples = [] } = (body?.meta?.() ?? {}) as { readonly examples?: readonly Record<string, unknown>[] };
  return { ...examples[0] };
}

/** Written once more, apart from the code that it judges. */
function toExpected({ access }: Route, asker: Asker, isOwn: boolean): number {
  if (asker.role === 'operator') return letIn;
  if (!access || access.right === 'operator') return 403;
  if (access.company === 'none') return letIn;
  if (!isOwn) return 404;
  if (access.right === 'member') return letIn;
  if (access.right === 'members' && asker.isToken) return 403;
  return may(asker.role, access.right) ? letIn : 403;
}

test('every route says what it needs: else only operators reach it', () => {
  const silent = routes.filter(({ access }) => access === undefined).map(({ method, url }) => `${method} ${url}`);

  expect(routes.length).toBeGreaterThan(80);
  expect(silent).toEqual([]);
});

test('no route that names a company or a thing is open to whoever is signed in', () => {
  const careless = routes.filter(
    ({ access, url }) => access?.company === 'none' && /:(slug|id|importId)\b|reserve/.test(url),
  );

  expect(careless.filter(({ access }) => access?.right !== 'operator').map(({ url }) => url)).toEqual([
    '/api/v1/sessions/:id', // of whoever asks, whatever the id
  ]);
});

test('what changes something needs more than the right to look', () => {
  const careless = routes.filter(
    ({ method, access }) =>
      !['GET', 'HEAD'].includes(method) && ['look', 'member', 'audit'].includes(access?.right ?? ''),
  );

  expect(careless.map(({ method, url }) => `${method} ${url}`).toSorted()).toEqual([
    'DELETE /api/v1/sessions',
    'DELETE /api/v1/sessions/:id',
    // Shows a page; keeps nothing.
    'POST /api/v1/companies/:slug/applicants-page/:locale/preview',
    // They show a notice and a letter; they keep and send nothing.
    'POST /api/v1/companies/:slug/slack/preview',
    'POST /api/v1/letter-templates/preview',
  ]);
});

test.each([
  ['their own', true],
  ["another's", false],
])(
  'every route lets in exactly whom it declares, asked about %s company',
  async (_whose, isOwn) => {
    const things = isOwn ? own : foreign;
    const wrong: string[] = [];
    for (const route of routes)
      for (const asker of askers) {
        const { url, body } = toRequest(route, things);
        const { statusCode } = await asker.send(route.method, url, body);
        const expected = toExpected(route, asker, isOwn);
        if (statusCode !== expected)
          wrong.push(`${asker.name}: ${route.method} ${route.url} ${statusCode}, not ${expected}`);
      }

    expect(wrong).toEqual([]);
  },
  180_000,
);

test('what does not exist is answered like what is foreign', async () => {
  const nowhere = { slug: 'nobody', ids: Object.fromEntries(Object.keys(own.ids).map((kind) => [kind, newId()])) };
  const owner = askers.find(({ name }) => name === 'owner');
  const wrong: string[] = [];
  for (const route of routes.filter(
    ({ access }) => access && access.company !== 'none' && access.right !== 'operator',
  )) {
    const { url, body } = toRequest(route, nowhere);
    const answer = await owner?.send(route.method, url, body);
    if (answer?.statusCode !== 404) wrong.push(`${route.method} ${route.url} ${answer?.statusCode}`);
  }

  expect(wrong).toEqual([]);
});

test('who has no session and no token is let in nowhere', async () => {
  const wrong: string[] = [];
  for (const route of routes) {
    const { url, body } = toRequest(route, own);
    const { statusCode } = await openBrowser(relay).send(route.method as 'GET', url, body as object);
    if (statusCode !== 401) wrong.push(`${route.method} ${route.url} ${statusCode}`);
  }

  expect(wrong).toEqual([]);
});

test('the log is for owners and auditors, what an ATS sent and who may come in for owners alone', () => {
  expect(roles.map((role) => [role, may(role, 'audit'), may(role, 'bodies'), may(role, 'members')])).toEqual([
    ['owner', true, true, true],
    ['recruiter', false, false, false],
    ['viewer', false, false, false],
    ['auditor', true, false, false],
  ]);
});

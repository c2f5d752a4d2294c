import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  AgencyDetails,
  ConnectionChange,
  NewCompany,
  NewConnection,
  NewInstall,
  NewReservation,
  NewTerms,
} from '../../src/settings/api/schemas.ts';
import {
  AskedPreview,
  NewLinkCode,
  NewSlackPerson,
  NewSlackPlace,
  NewSlackWording,
  NoticeHours,
  SlackPlaceChange,
  SlackRoutes,
  SlackToken,
} from '../../src/settings/api/slack-schemas.ts';
import { openRelay, type TestRelay } from './relay.ts';

interface Operation {
  readonly operationId?: string;
  readonly summary?: string;
  readonly tags?: readonly string[];
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly responses: Readonly<
    Record<string, { readonly description: string; readonly content?: Readonly<Record<string, { schema: object }>> }>
  >;
}

interface Document {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string };
  readonly security: readonly object[];
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

let relay: TestRelay;
let document: Document;

beforeAll(async () => {
  relay = await openRelay();
  const response = await relay.server.inject({ method: 'GET', url: '/api/v1/openapi.json' });
  document = response.json();
});
afterAll(() => relay.close());

function listOperations(): readonly (readonly [string, Operation])[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => [`${method.toUpperCase()} ${path}`, operation] as const),
  );
}

test('the document is OpenAPI 3.1 and public', () => {
  expect(document.openapi).toMatch(/^3\.1\.\d$/);
  expect(document.info.title).toBe('Career Relay connector');
  expect(document.security).toEqual([{ bearer: [] }, { session: [] }]);
});

test('the document and the routes of the server tell of the same operations', () => {
  const routes = relay.routes
    .filter(({ method, url }) => url.startsWith('/api/v1') && method !== 'HEAD' && !url.endsWith('openapi.json'))
    .map(({ method, url }) => `${method} ${url.replaceAll(/:(\w+)/g, '{$1}')}`);

  const described = listOperations().map(([name]) => name);

  expect(described.toSorted()).toEqual(routes.toSorted());
});

test('the document holds every operation that was promised', () => {
  const described = listOperations().map(([name]) => name.replace(' /api/v1', ' '));

  for (const promised of [
    'POST /companies',
    'PUT /companies/{slug}/agency',
    'GET /connectors',
    'POST /connections',
    'GET /connections/{id}',
    'PATCH /connections/{id}',
    'DELETE /connections/{id}',
    'POST /connections/{id}/check',
    'POST /connections/{id}/pause',
    'POST /connections/{id}/resume',
    'POST /connections/{id}/poll',
    'GET /connections/{id}/backfill',
    'POST /install',
    'GET /deliveries',
    'POST /deliveries/{id}/replay',
    'GET /rejections',
    'GET /letters',
    'POST /letters/{id}/cancel',
    'POST /letters/{id}/send',
    'POST /letters/{id}/hold',
    'GET /consents',
    'GET /credits',
    'GET /credits/entries',
    'POST /credits/reserve',
    'POST /credits/use',
    'POST /credits/release',
    'POST /referrals/{id}/confirm',
    'GET /notices',
    'GET /outbox',
    'GET /companies/{slug}/slack',
    'POST /companies/{slug}/slack/connect',
    'DELETE /companies/{slug}/slack',
    'PUT /companies/{slug}/slack/hours',
    'GET /companies/{slug}/slack/places',
    'POST /companies/{slug}/slack/places',
    'PATCH /companies/{slug}/slack/places/{id}',
    'POST /companies/{slug}/slack/places/{id}/retry',
    'DELETE /companies/{slug}/slack/places/{id}',
    'GET /companies/{slug}/slack/routes',
    'PUT /companies/{slug}/slack/routes',
    'GET /companies/{slug}/slack/people',
    'POST /companies/{slug}/slack/people',
    'DELETE /companies/{slug}/slack/people/{slackRef}',
    'POST /companies/{slug}/slack/link-codes',
    'GET /companies/{slug}/slack/wordings',
    'PUT /companies/{slug}/slack/wordings/{kind}/{locale}',
    'DELETE /companies/{slug}/slack/wordings/{kind}/{locale}',
    'POST /companies/{slug}/slack/preview',
  ]) {
    expect(described).toContain(promised);
  }
});

test('every operation says what it is, what it answers, and which problems it can meet', () => {
  const ids = listOperations().map(([, { operationId }]) => operationId);
  const known = document.tags.map(({ name }) => name);

  for (const [name, operation] of listOperations()) {
    const { summary, tags = [], responses } = operation;
    const statuses = Object.keys(responses);
    expect([name, summary]).toEqual([name, expect.stringMatching(/^[A-Z].{5,}[^.]$/)]);
    expect([name, tags.length, known]).toEqual([name, 1, expect.arrayContaining([...tags])]);
    expect([name, statuses]).toEqual([name, expect.arrayContaining(['400', '401', '429', '500', '503'])]);
    expect(statuses.filter((status) => status.startsWith('2'))).toHaveLength(1);
    for (const [status, { description, content }] of Object.entries(responses)) {
      expect([name, status, description]).not.toContain('Default Response');
      if (Number(status) >= 400) expect(Object.keys(content ?? {})).toEqual(['application/problem+json']);
    }
  }
  expect(new Set(ids).size).toBe(ids.length);
});

test('every path parameter is described', () => {
  for (const [name, { parameters = [] }] of listOperations()) {
    const wanted = [...name.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter);

    expect(parameters.filter((parameter) => parameter.in === 'path').map((parameter) => parameter.name)).toEqual(
      wanted,
    );
  }
});

test('every reference leads to a schema, and no schema lies unused', () => {
  const text = JSON.stringify(document);
  const used = new Set([...text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name));

  expect([...used].toSorted()).toEqual(Object.keys(document.components.schemas).toSorted());
});

test('every example of a body is one the service would take', () => {
  const bodies = {
    ...{ NewCompany, AgencyDetails, NewTerms, NewConnection, NewInstall, ConnectionChange, NewReservation },
    ...{ SlackToken, NoticeHours, NewSlackPlace, SlackPlaceChange, SlackRoutes, NewSlackPerson, NewLinkCode },
    ...{ NewSlackWording, AskedPreview },
  };

  for (const [name, schema] of Object.entries(bodies)) {
    const { examples = [] } = schema.meta() as { readonly examples?: readonly unknown[] };
    expect([name, examples.length]).toEqual([name, 1]);
    for (const example of examples) expect([name, schema.safeParse(example).error]).toEqual([name, undefined]);
  }
});

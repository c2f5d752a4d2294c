import type { z } from 'zod';
import {
  createGreenhouseFake,
  type GreenhouseFake,
  type GreenhouseFakeOptions,
} from '../../connectors/greenhouse/fake.ts';
import { greenhouse } from '../../connectors/greenhouse/index.ts';
import type { Connector, Context } from '../../src/connector/index.ts';
import { openTestHttp } from '../connector/support/vendor.ts';
import type { TestClock } from '../support/clock.ts';
import { fakeHandler, type TestNetwork } from '../support/msw.ts';

export const origin = 'https://harvest.greenhouse.io';
export const redirectUri = 'https://relay.example.com/install/greenhouse/callback';

export const api = greenhouse.api as NonNullable<Connector['api']>;

export interface Vendor {
  readonly fake: GreenhouseFake;
  readonly context: Context;
  readonly clock: TestClock;
}

/** The fake behind the real client, with tokens of either access. */
export function openVendor(
  network: TestNetwork,
  options: {
    readonly access?: 'client-credentials' | 'authorization-code';
    readonly settings?: Readonly<Record<string, string>>;
    readonly fake?: Partial<GreenhouseFakeOptions>;
  } = {},
): Vendor {
  let token: string | undefined;
  const isPartner = options.access === 'authorization-code';
  const authority = {
    read: async () => {
      token ??= await (isPartner ? fetchPartnerToken(fake) : fetchToken(fake));
      return `Bearer ${token}`;
    },
    drop: async () => {
      token = undefined;
      return true;
    },
    reset: async () => undefined,
  };
  const { http, clock } = openTestHttp({ baseUrl: origin, authority });
  const fake = createGreenhouseFake({ now: clock.now, redirectUri, ...options.fake });
  network.use(fakeHandler(fake, origin));
  const settings = { consentField: '', linkField: '', ...fake.settings(origin), ...options.settings };
  const remember = async <T>(_key: string, _ttlMs: number, _schema: z.ZodType<T>, load: () => Promise<T>) => load();
  return { fake, clock, context: { settings, http, remember } };
}

export function toBasic(client: { readonly clientId: string; readonly clientSecret: string }): string {
  return `Basic ${Buffer.from(`${client.clientId}:${client.clientSecret}`).toString('base64')}`;
}

export function askToken(
  fake: GreenhouseFake,
  form: Readonly<Record<string, string>>,
  client: { readonly clientId: string; readonly clientSecret: string } = fake.partner,
): Promise<Response> {
  return fake.handle(
    new Request(`${origin}/token`, {
      method: 'POST',
      headers: { authorization: toBasic(client), 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(form).toString(),
    }),
  );
}

export function authorize(fake: GreenhouseFake, change: Readonly<Record<string, string>> = {}): Promise<Response> {
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: fake.partner.clientId,
    redirect_uri: redirectUri,
    scope: api.access['authorization-code']?.scopes.join(' ') ?? '',
    state: 'state-1',
    ...change,
  });
  return fake.handle(new Request(`${origin}/authorize?${query}`));
}

export async function fetchCode(fake: GreenhouseFake, change: Readonly<Record<string, string>> = {}): Promise<string> {
  const answer = await authorize(fake, change);
  return new URL(answer.headers.get('location') ?? '').searchParams.get('code') ?? '';
}

async function fetchPartnerToken(fake: GreenhouseFake): Promise<string> {
  const code = await fetchCode(fake);
  const form = { grant_type: 'authorization_code', code, redirect_uri: redirectUri };
  const { access_token } = (await (await askToken(fake, form)).json()) as { access_token: string };
  return access_token;
}

async function fetchToken(fake: GreenhouseFake): Promise<string> {
  const { clientId = '', clientSecret = '' } = fake.settings(origin);
  const answer = await askToken(fake, { grant_type: 'client_credentials' }, { clientId, clientSecret });
  const { access_token } = (await answer.json()) as { access_token: string };
  return access_token;
}

/** The paths called, the token endpoint and its neighbour apart. */
export function callsOf({ fake }: Pick<Vendor, 'fake'>, from = 0): readonly string[] {
  return fake.calls
    .slice(from)
    .filter(({ path }) => path.startsWith('/v3/'))
    .map(({ method, path }) => `${method} ${path}`);
}

export const hanako = { givenName: '花子', familyName: '髙﨑', email: 'hanako@example.com', job: 'デザイナー' };

import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { OAuthClient } from '../../../src/config.ts';
import {
  type AuthorizationCode,
  type Connector,
  defineConnector,
  type Field,
  RelayError,
  signDelivery,
} from '../../../src/connector/contract.ts';

export const acmeOrigin = 'https://api.acme.example.com';
export const acmeTokenUrl = 'https://auth.acme.example.com/token';

export const acmeSettings = {
  clientId: 'acme-client',
  clientSecret: 'canary-client-secret',
  webhookSecret: 'canary-webhook-secret',
};

const text = { ja: '項目', en: 'Field' };
const field = { label: text, help: text, schema: z.string().max(100) } as const;
const signature = {
  scheme: 'hmac-header',
  header: 'signature',
  algorithm: 'sha256',
  encoding: 'hex',
  prefix: 'sha256 ',
} as const;

const Application = z.object({ ref: z.string(), state: z.enum(['active', 'hired']), candidate: z.string() });

/** The smallest ATS there is: enough to prove the core without any real one. */
export const acme: Connector = defineConnector({
  id: 'acme',
  title: 'Acme',
  docs: 'https://docs.acme.example.com',
  settings: {
    clientId: { ...field, kind: 'text', example: 'client', schema: z.string().regex(/^[\w-]+$/, 'has odd characters') },
    clientSecret: { ...field, kind: 'secret', example: 'secret' },
    webhookSecret: { ...field, kind: 'secret', example: 'secret', schema: z.string().min(8) },
    userId: { ...field, kind: 'text', example: '42', schema: z.string().regex(/^\d+$/), isOptional: true },
    spareSecret: { ...field, kind: 'secret', example: 'secret', isOptional: true },
    baseUrl: { ...field, kind: 'url', example: acmeOrigin, schema: z.url(), default: acmeOrigin, isAdvanced: true },
    tokenUrl: {
      ...field,
      kind: 'url',
      example: acmeTokenUrl,
      schema: z.url(),
      default: acmeTokenUrl,
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
        subject: 'userId',
        scopes: ['applications:list'],
        lifetimeSeconds: 3600,
      },
    },
    limits: {
      concurrency: 2,
      rate: { kind: 'window', remainingHeader: 'x-ratelimit-remaining', resetHeader: 'x-ratelimit-reset' },
      rereadMax: 3,
      source: 'invented',
    },
    async check({ http }) {
      await http.get('/v1/me', z.object({}));
    },
    async reread({ http, remember }, applicationRefs) {
      await remember('names', 60_000, z.array(z.string()), () => http.list('/v1/names', z.string()));
      const found = await http.list('/v1/applications', Application, { refs: applicationRefs.join(',') });
      return found.map(({ ref, state, candidate }) => ({
        state,
        applicationRef: ref,
        candidateRef: candidate,
        person: null,
      }));
    },
    async writeBack({ http }, item, steps) {
      if (item.candidateRef === 'gone') return { ok: false, reason: 'candidate-gone' };
      if (steps.isDone('note')) return { ok: true };
      await http.post('/v1/notes', { candidate: item.candidateRef }, z.object({}));
      await steps.finish('note');
      return { ok: true };
    },
  },
  webhook: {
    secret: 'webhookSecret',
    signature,
    deliveryRef: { header: 'delivery-id' },
    events: ['rejected'],
    parse: () => [],
    guide: [text],
  },
  template: {
    tokens: { candidateFirstName: null, candidateName: null, jobTitle: null, companyName: null },
    modes: {
      'relay-sent': { possible: true },
      'ats-static': { possible: false, why: text },
      'ats-personal': { possible: false, why: text },
      'ats-triggered': { possible: false, why: text },
    },
  },
  cannot: [],
});

/** Acme that takes no webhooks and no write-backs. */
export const mute: Connector = (() => {
  const { webhook: _webhook, api, ...rest } = acme;
  const { writeBack: _writeBack, ...silent } = api as NonNullable<Connector['api']>;
  return { ...rest, api: silent, id: 'mute' };
})();

/** The authorisation code access of {@link market}. */
export const marketAccess: AuthorizationCode = {
  authorizeUrl: 'https://auth.acme.example.com/authorize',
  tokenUrl: acmeTokenUrl,
  scopes: ['applications:list', 'notes:write'],
  authorizeParameters: (baseUrl) => ({ audience: `${baseUrl}/v1/` }),
  clientAuthentication: 'body',
  hasPkce: true,
  lifetimeSeconds: 3600,
  refreshIdleSeconds: 86_400,
  source: 'invented',
};

/** Acme as a marketplace has it: installed by agreeing there; it also takes a customer's own credentials. */
export const market: Connector = toMarket('market', marketAccess);

/** Such an Acme with another access. */
export function toMarket(id: string, access: AuthorizationCode): Connector {
  const { settings, api, ...rest } = acme;
  const onlyFor = 'client-credentials';
  const known = api as NonNullable<Connector['api']>;
  return {
    ...rest,
    id,
    settings: {
      ...settings,
      clientId: { ...settings.clientId, onlyFor } as Field,
      clientSecret: { ...settings.clientSecret, onlyFor } as Field,
      webhookSecret: { ...settings.webhookSecret, isGenerated: true } as Field,
    },
    api: {
      ...known,
      access: { ...known.access, 'authorization-code': access },
      webhooks: {
        mayBy: ['authorization-code'],
        async create({ http }, { url, secret }) {
          await http.post('/v1/webhooks', { url, secret }, z.object({}));
          return [];
        },
      },
    },
  };
}

/** Our own client at Acme, as the environment names it. */
export const marketClient: OAuthClient = {
  clientId: 'relay-client',
  clientSecret: 'canary-own-secret',
  authorizeUrl: undefined,
  tokenUrl: undefined,
  baseUrl: undefined,
};

export interface AcmeCall {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly authorization: string;
  readonly body: string;
}

/** A stand-in of Acme: answers from memory, knows its tokens, and fails when told to. */
export interface AcmeFake {
  handle(request: Request): Promise<Response>;
  readonly calls: readonly AcmeCall[];
  /** What the token endpoint answers beside the token. */
  tokenLife: object;
  /** Next answers to API calls, by status. */
  failNext(...statuses: number[]): void;
  /** Every token given out so far stops working. */
  revokeTokens(): void;
  /** The token endpoint answers this status until told otherwise. */
  refuseTokens(status: number | undefined): void;
  callsOf(path: string): readonly AcmeCall[];
  /** Whether every refresh gives a new refresh token, and the one before dies. */
  rotates: boolean;
  /** Every refresh token given out so far is dead. */
  killRefreshTokens(): void;
  /** What happens between Acme's having made new tokens and their reaching us. */
  beforeAnswer: () => Promise<void>;
}

export function makeAcmeFake(): AcmeFake {
  const calls: AcmeCall[] = [];
  const failures: number[] = [];
  const valid = new Set<string>();
  let tokens = 0;
  let tokenStatus: number | undefined;
  const codes = new Map<string, { readonly challenge: string | null; readonly redirectUri: string }>();
  let refreshTokens = new Set<string>();
  let made = 0;

  const newRefreshToken = () => {
    const refreshToken = `canary-refresh-${++made}`;
    refreshTokens.add(refreshToken);
    return { refresh_token: refreshToken };
  };

  /** A person agrees at once. */
  function agree(query: URLSearchParams): Response {
    const code = `canary-code-${++made}`;
    const redirectUri = query.get('redirect_uri') ?? '';
    codes.set(code, { challenge: query.get('code_challenge'), redirectUri });
    const back = new URL(redirectUri);
    back.search = new URLSearchParams({ code, state: query.get('state') ?? '' }).toString();
    return new Response(null, { status: 302, headers: { location: back.href } });
  }

  /** What beside an access token is given; undefined: the grant is refused. */
  function exchange(form: URLSearchParams): object | undefined {
    if (form.get('grant_type') === 'client_credentials') return {};
    if (form.get('grant_type') === 'authorization_code') {
      const code = codes.get(form.get('code') ?? '');
      codes.delete(form.get('code') ?? '');
      const verifier = form.get('code_verifier');
      const challenge = verifier && createHash('sha256').update(verifier).digest('base64url');
      if (!code || code.redirectUri !== form.get('redirect_uri') || code.challenge !== challenge) return undefined;
      return newRefreshToken();
    }
    const used = form.get('refresh_token') ?? '';
    if (!refreshTokens.has(used)) return undefined;
    if (!fake.rotates) return {};
    refreshTokens.delete(used);
    return newRefreshToken();
  }

  function answer(path: string, query: URLSearchParams, authorization: string, body: string): Response {
    if (path === '/authorize') return agree(query);
    if (path === '/token') {
      if (tokenStatus) return new Response('{"error":"invalid_client"}', { status: tokenStatus });
      const more = exchange(new URLSearchParams(body));
      if (!more) return Response.json({ error: 'invalid_grant', error_description: body }, { status: 400 });
      const token = `canary-token-${++tokens}`;
      valid.add(`Bearer ${token}`);
      return Response.json({ access_token: token, token_type: 'bearer', ...more, ...fake.tokenLife });
    }
    if (!valid.has(authorization)) return new Response('{}', { status: 401 });
    const failure = failures.shift();
    if (failure) return new Response('{}', { status: failure });
    if (path !== '/v1/applications') return Response.json(path === '/v1/names' ? ['髙﨑'] : {});
    const refs = (query.get('refs') ?? '').split(',');
    return Response.json(refs.map((ref) => ({ ref, state: 'active', candidate: `candidate of ${ref}` })));
  }

  const fake: AcmeFake = {
    calls,
    tokenLife: { expires_in: 3600 },
    rotates: true,
    beforeAnswer: async () => undefined,
    killRefreshTokens: () => {
      refreshTokens = new Set();
    },
    async handle(request) {
      const url = new URL(request.url);
      const authorization = request.headers.get('authorization') ?? '';
      const body = await request.text();
      calls.push({
        method: request.method,
        path: url.pathname,
        query: Object.fromEntries(url.searchParams),
        authorization,
        body,
      });
      const response = answer(url.pathname, url.searchParams, authorization, body);
      if (url.pathname === '/token') await fake.beforeAnswer();
      return response;
    },
    failNext: (...statuses) => void failures.push(...statuses),
    revokeTokens: () => valid.clear(),
    refuseTokens: (status) => {
      tokenStatus = status;
    },
    callsOf: (path) => calls.filter((call) => call.path === path),
  };
  return fake;
}

export function signAcme(secret: string, body: Buffer): { readonly signature: string } {
  return { signature: signDelivery(signature, secret, body) };
}

export { RelayError };

/** Greenhouse's auth.greenhouse.io as strict as its documentation: both ways in, and what each token may do. */
import type { Answer } from './fake-answer.ts';

/** What a customer makes in the Dev Center. */
export interface Credentials {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly userId: string;
}

/** What Greenhouse gives a partner. */
export interface PartnerClient {
  readonly clientId: string;
  readonly clientSecret: string;
  /** The one address registered; undefined takes any, as long as both calls name the same. */
  readonly redirectUri: string | undefined;
  /** The permissions registered; asking for another is refused. */
  readonly scopes: readonly string[];
}

export interface OAuthParts {
  readonly custom: Credentials;
  readonly partner: PartnerClient;
  readonly now: () => Date;
  /** Seconds an access token lives. */
  readonly tokenSeconds: number;
}

/** Lifetimes. Source: harvestdocs.greenhouse.io/docs/harvest-partner-oauth (read 2026-11-22). */
const codeMs = 60_000;
const refreshMs = 24 * 3_600_000;

interface Grant {
  readonly scopes: readonly string[];
  readonly expiresAt: number;
}
interface CodeGrant extends Grant {
  readonly redirectUri: string;
}

/** Partners authorise by code and have refresh tokens that work once; customers use client credentials. Neither may do the other. */
export function createOAuth({ custom, partner, now, tokenSeconds }: OAuthParts) {
  const codes = new Map<string, CodeGrant>();
  const refreshTokens = new Map<string, Grant>();
  const accessTokens = new Map<string, Grant & { readonly isPartner: boolean }>();
  const customBasic = toBasic(custom);
  const partnerBasic = toBasic(partner);
  let made = 0;

  function makeToken(kind: string): string {
    made += 1;
    return `fake-${kind}-${made}`;
  }

  /** Takes a grant that still lives, so that it cannot be used again. */
  function take<T extends Grant>(grants: Map<string, T>, name: string | null): T | undefined {
    const grant = grants.get(name ?? '');
    grants.delete(name ?? '');
    return grant && now().getTime() < grant.expiresAt ? grant : undefined;
  }

  function giveAccess(scopes: readonly string[], isPartner: boolean, extra: object = {}): Answer {
    const expiresAt = new Date(now().getTime() + tokenSeconds * 1000);
    const token = makeToken('access-token');
    accessTokens.set(token, { scopes, isPartner, expiresAt: expiresAt.getTime() });
    const body = { access_token: token, token_type: 'Bearer', expires_at: expiresAt.toISOString(), ...extra };
    return { status: 200, body };
  }

  function givePartnerTokens(scopes: readonly string[]): Answer {
    const token = makeToken('refresh-token');
    refreshTokens.set(token, { scopes, expiresAt: now().getTime() + refreshMs });
    return giveAccess(scopes, true, { refresh_token: token, scope: scopes.join(' ') });
  }

  function answerPartner(form: URLSearchParams): Answer {
    switch (form.get('grant_type')) {
      case 'authorization_code': {
        const grant = take(codes, form.get('code'));
        return grant && grant.redirectUri === form.get('redirect_uri')
          ? givePartnerTokens(grant.scopes)
          : oauthError('invalid_grant');
      }
      case 'refresh_token': {
        const grant = take(refreshTokens, form.get('refresh_token'));
        return grant ? givePartnerTokens(grant.scopes) : oauthError('invalid_grant');
      }
      case 'client_credentials':
        return oauthError('unauthorized_client');
      default:
        return oauthError('unsupported_grant_type');
    }
  }

  function answerCustom(form: URLSearchParams): Answer {
    const type = form.get('grant_type') ?? '';
    if (type !== 'client_credentials')
      return oauthError(partnerGrants.includes(type) ? 'unauthorized_client' : 'unsupported_grant_type');
    const subject = form.get('sub');
    return subject === null || subject === custom.userId ? giveAccess([], false) : oauthError('invalid_request');
  }

  return {
    /** GET /authorize, by somebody who agrees at once. What cannot be trusted is shown and not sent back. */
    authorize(url: URL): Answer {
      const query = url.searchParams;
      const redirectUri = query.get('redirect_uri') ?? '';
      const isOurs =
        partner.redirectUri === undefined ? URL.canParse(redirectUri) : partner.redirectUri === redirectUri;
      if (query.get('client_id') !== partner.clientId) return oauthError('invalid_client');
      if (!isOurs) return oauthError('invalid_request');
      const sendBack = (answer: Readonly<Record<string, string>>) =>
        toRedirect(redirectUri, query.get('state'), answer);
      const names = [...query.keys()];
      if (names.some((name) => !authorizeParameters.includes(name)) || new Set(names).size < names.length)
        return sendBack({ error: 'invalid_request' });
      if (query.get('response_type') !== 'code') return sendBack({ error: 'unsupported_response_type' });
      const scopes = (query.get('scope') ?? '').split(' ');
      if (!scopes.every((scope) => partner.scopes.includes(scope))) return sendBack({ error: 'invalid_scope' });
      const code = makeToken('code');
      codes.set(code, { scopes, redirectUri, expiresAt: now().getTime() + codeMs });
      return sendBack({ code });
    },

    /** POST /token, by HTTP Basic and a form. */
    token(request: Request, body: string): Answer {
      const authorization = request.headers.get('authorization');
      if (authorization !== customBasic && authorization !== partnerBasic)
        return { status: 401, body: { error: 'invalid_client' } };
      const type = request.headers.get('content-type') ?? '';
      if (!type.startsWith('application/x-www-form-urlencoded')) return oauthError('invalid_request');
      const form = new URLSearchParams(body);
      return authorization === partnerBasic ? answerPartner(form) : answerCustom(form);
    },

    /** Whether a call may be made; a customer's credential may do all but what is reserved for partners. */
    judge(authorization: string | null, scope: string): 'allowed' | 'unauthorized' | 'forbidden' {
      const token = authorization?.startsWith('Bearer ') ? accessTokens.get(authorization.slice(7)) : undefined;
      if (!token || now().getTime() >= token.expiresAt) return 'unauthorized';
      const isAllowed = token.isPartner ? token.scopes.includes(scope) : !scope.startsWith('harvest:webhooks:');
      return isAllowed ? 'allowed' : 'forbidden';
    },
  };
}

const partnerGrants: readonly string[] = ['authorization_code', 'refresh_token'];
const authorizeParameters: readonly string[] = ['response_type', 'client_id', 'redirect_uri', 'scope', 'state'];

function toRedirect(redirectUri: string, state: string | null, answer: Readonly<Record<string, string>>): Answer {
  const location = new URL(redirectUri);
  for (const [name, value] of Object.entries(answer)) location.searchParams.set(name, value);
  if (state !== null) location.searchParams.set('state', state);
  return { status: 302, headers: { location: location.href } };
}

function toBasic({ clientId, clientSecret }: { readonly clientId: string; readonly clientSecret: string }): string {
  return `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;
}

function oauthError(error: string): Answer {
  return { status: 400, body: { error } };
}

/** Lever's authorisation server, as strict as its documentation and the public catalogues of it. */
import type { Answer } from './fake-api.ts';

export const client = { clientId: 'fake-lever-client', clientSecret: 'fake-lever-client-secret-4b1d' };

const daySeconds = 24 * 60 * 60;
const codeSeconds = 600;
const refreshIdleMs = 90 * daySeconds * 1000;
const refreshMs = 365 * daySeconds * 1000;

interface Grant {
  readonly audience: string;
  readonly redirectUri: string;
  readonly scope: string;
}
interface Refresh extends Grant {
  readonly grantedMs: number;
  readonly usedMs: number;
}

export function createOauth(now: () => Date, tokenSeconds: number) {
  const codes = new Map<string, Grant & { readonly untilMs: number }>();
  const refreshes = new Map<string, Refresh>();
  const accesses = new Map<string, { readonly audience: string; readonly untilMs: number }>();
  let count = 0;
  const nextName = (kind: string) => {
    count += 1;
    return `fake-lever-${kind}-${count}`;
  };

  /** A person agrees at once. */
  function authorize(url: URL): Answer {
    const read = (name: string) => url.searchParams.get(name) ?? '';
    const redirectUri = read('redirect_uri');
    if (read('client_id') !== client.clientId || !URL.canParse(redirectUri)) return refuse('invalid_request');
    if (read('response_type') !== 'code' || read('state') === '') return refuse('invalid_request');
    const code = nextName('code');
    const grant = { audience: read('audience'), redirectUri, scope: read('scope') };
    codes.set(code, { ...grant, untilMs: now().getTime() + codeSeconds * 1000 });
    const target = new URL(redirectUri);
    target.searchParams.set('code', code);
    target.searchParams.set('state', read('state'));
    return { status: 302, headers: { location: target.href } };
  }

  function answerTokens(grant: Grant, grantedMs: number): Answer {
    const nowMs = now().getTime();
    const access = nextName('access');
    accesses.set(access, { audience: grant.audience, untilMs: nowMs + tokenSeconds * 1000 });
    const isOffline = grant.scope.split(' ').includes('offline_access');
    const refresh = nextName('refresh');
    if (isOffline) refreshes.set(refresh, { ...grant, grantedMs, usedMs: nowMs });
    return {
      status: 200,
      body: {
        access_token: access,
        ...(isOffline ? { refresh_token: refresh } : {}),
        token_type: 'Bearer',
        expires_in: tokenSeconds,
        scope: grant.scope,
      },
    };
  }

  /** A code counts once. */
  function exchange(form: URLSearchParams): Answer {
    const grant = codes.get(form.get('code') ?? '');
    codes.delete(form.get('code') ?? '');
    if (!grant || grant.untilMs < now().getTime() || grant.redirectUri !== form.get('redirect_uri')) return dead;
    return answerTokens(grant, now().getTime());
  }

  /** A refresh token counts once, too: the answer brings the next. */
  function renew(form: URLSearchParams): Answer {
    const name = form.get('refresh_token') ?? '';
    const kept = refreshes.get(name);
    refreshes.delete(name);
    const nowMs = now().getTime();
    if (!kept || nowMs - kept.usedMs > refreshIdleMs || nowMs - kept.grantedMs > refreshMs) return dead;
    return answerTokens(kept, kept.grantedMs);
  }

  return {
    authorize,
    issue(request: Request, text: string): Answer {
      const form = readForm(request.headers.get('content-type') ?? '', text);
      const isOurs = form?.get('client_id') === client.clientId && form.get('client_secret') === client.clientSecret;
      if (!form || !isOurs) return { status: 401, body: { error: 'access_denied', error_description: 'Unauthorized' } };
      if (form.get('grant_type') === 'authorization_code') return exchange(form);
      if (form.get('grant_type') === 'refresh_token') return renew(form);
      return refuse('unsupported_grant_type');
    },
    /** A token of another audience is opaque to the API and of no use, its last slash missing included. */
    isValid(token: string, apiOrigin: string): boolean {
      const access = accesses.get(token);
      return access !== undefined && now().getTime() < access.untilMs && access.audience === `${apiOrigin}/v1/`;
    },
  };
}

const refuse = (error: string): Answer => ({ status: 400, body: { error } });
const dead: Answer = {
  status: 403,
  body: { error: 'invalid_grant', error_description: 'Unknown or invalid refresh token.' },
};

function readForm(type: string, text: string): URLSearchParams | undefined {
  if (type.startsWith('application/x-www-form-urlencoded')) return new URLSearchParams(text);
  if (!type.startsWith('application/json')) return undefined;
  try {
    return new URLSearchParams(JSON.parse(text));
  } catch {
    return undefined;
  }
}

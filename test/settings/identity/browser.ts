import type { LightMyRequestResponse } from 'fastify';
import { type Answer, baseUrl, type TestRelay } from '../relay.ts';

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** A browser on a page of ours: it keeps cookies, and says where its requests come from. */
export interface Browser {
  readonly cookies: ReadonlyMap<string, string>;
  /** Every set-cookie line it ever got. */
  readonly setCookies: readonly string[];
  send(method: Method, path: string, body?: object, headers?: Record<string, string>): Promise<LightMyRequestResponse>;
  /** Under /api/auth. */
  auth(path: string, body?: object, headers?: Record<string, string>): Promise<Answer>;
  /** Under /api/v1. */
  call(method: Method, path: string, body?: object, headers?: Record<string, string>): Promise<Answer>;
}

let addresses = 0;

export function openBrowser(relay: Pick<TestRelay, 'server'>): Browser {
  const cookies = new Map<string, string>();
  const setCookies: string[] = [];
  addresses += 1;
  const remoteAddress = `198.51.100.${addresses % 250}`;

  async function send(method: Method, url: string, body?: object, headers: Record<string, string> = {}) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const all = { ...(cookie && { cookie }), origin: baseUrl, 'sec-fetch-site': 'same-origin', ...headers };
    const response = await relay.server.inject({
      method,
      url,
      remoteAddress,
      // '' takes a header away.
      headers: Object.fromEntries(Object.entries(all).filter(([, value]) => value !== '')),
      ...(body && { payload: body }),
    });
    for (const line of [response.headers['set-cookie'] ?? []].flat()) {
      setCookies.push(line);
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (/max-age=0\b/i.test(line) || value === '') cookies.delete(name);
      else cookies.set(name, value);
    }
    return response;
  }
  const toAnswer = (response: LightMyRequestResponse): Answer => ({
    status: response.statusCode,
    body: response.body === '' ? undefined : response.json(),
  });
  return {
    cookies,
    setCookies,
    send,
    auth: async (path, body, headers) => toAnswer(await send(body ? 'POST' : 'GET', `/api/auth${path}`, body, headers)),
    call: async (method, path, body, headers) => toAnswer(await send(method, `/api/v1${path}`, body, headers)),
  };
}

export const sessionCookie = '__Host-relay.session_token';

/** The code in the newest mail to an address; undefined while there is none. */
export async function readMailedCode(relay: TestRelay, email: string): Promise<string | undefined> {
  await relay.identity.close();
  const mail = await relay.database.forSystem((tx) =>
    tx.selectFrom('outbox_mail').select('text').where('to', '=', email).orderBy('mail_id', 'desc').executeTakeFirst(),
  );
  return /[?]code=([\w.-]+)/.exec(mail?.text ?? '')?.[1];
}

/** Signs somebody in by a mailed link. */
export async function signIn(relay: TestRelay, email: string): Promise<Browser> {
  const browser = openBrowser(relay);
  await browser.auth('/sign-in/magic-link', { email });
  await browser.auth('/magic-link', { code: await readMailedCode(relay, email) });
  return browser;
}

let people = 0;

/** Makes somebody a member, by invitation. */
export async function addMember(
  relay: TestRelay,
  company: string,
  role: string,
  name = '髙﨑 花子',
): Promise<{ readonly email: string; readonly browser: Browser; readonly userId: string }> {
  people += 1;
  const email = `person-${people}@example.com`;
  await relay.call('POST', `/companies/${company}/invitations`, { email, role });
  const browser = openBrowser(relay);
  await browser.auth('/invitation', { code: await readMailedCode(relay, email), name });
  const { body } = await browser.call('GET', '/me');
  return { email, browser, userId: body.user.id };
}

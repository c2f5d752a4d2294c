import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type HostedFake, serveFake } from '../../src/connector/index.ts';
import {
  type AcmeFake,
  acme,
  acmeSettings,
  makeAcmeFake,
  market,
  marketAccess,
  marketClient,
  toMarket,
} from '../connector/support/acme.ts';
import { addCompany, adminToken, baseUrl, openRelay, sampleCompany, type TestRelay } from './relay.ts';

/** One whose webhooks are made by hand, without PKCE. */
const plain = (() => {
  const { api, ...rest } = toMarket('plain', { ...marketAccess, hasPkce: false, scopes: [] });
  const { webhooks: _webhooks, ...silent } = api as NonNullable<typeof api>;
  const guide = [{ ja: '{url} を貼り付けます。', en: 'Paste {url} & save.' }];
  return { ...rest, api: silent, webhook: { ...(rest.webhook as NonNullable<typeof rest.webhook>), guide } };
})();
/** One that the environment names no client for. */
const lone = toMarket('lone', marketAccess);
const tenMinutes = 600_000;

let fake: AcmeFake;
let hosted: HostedFake;
let relay: TestRelay;

beforeAll(async () => {
  hosted = await serveFake({ handle: (request) => fake.handle(request) });
  const { origin } = hosted;
  const client = {
    ...marketClient,
    authorizeUrl: `${origin}/authorize`,
    tokenUrl: `${origin}/token`,
    baseUrl: origin,
  };
  relay = await openRelay({ more: [acme, market, plain, lone], clients: { market: client, plain: client } });
});
beforeEach(() => {
  fake = makeAcmeFake();
});
afterAll(async () => {
  await relay.close();
  await hosted.close();
});

test('a connector says whether agreeing in the ATS is possible here', async () => {
  const { body } = await relay.call('GET', '/connectors');

  const told = body.items.map((one: { readonly id: string; readonly canInstall: boolean }) => [one.id, one.canInstall]);
  expect(Object.fromEntries(told)).toMatchObject({ market: true, plain: true, lone: false, acme: false, hrmos: false });
});

let addresses = 0;

/** A browser: it keeps its cookies, follows nothing by itself, and carries no token. */
function openBrowser(language = 'ja,en;q=0.5') {
  const cookies = new Map<string, string>();
  addresses += 1;
  const remoteAddress = `203.0.113.${addresses}`;
  return {
    cookies,
    async open(address: string, headers: Readonly<Record<string, string>> = {}) {
      const url = new URL(address, baseUrl);
      if (url.origin !== baseUrl) {
        const answer = await fake.handle(new Request(url, { redirect: 'manual' }));
        return { status: answer.status, headers: Object.fromEntries(answer.headers), body: '', cookies: [] };
      }
      const answer = await relay.server.inject({
        method: 'GET',
        url: url.pathname + url.search,
        remoteAddress,
        headers: { 'accept-language': language, ...headers },
        cookies: Object.fromEntries(cookies),
      });
      for (const { name, value } of answer.cookies) cookies.set(name, value);
      return { status: answer.statusCode, headers: answer.headers, body: answer.body, cookies: answer.cookies };
    },
  };
}
type Browser = ReturnType<typeof openBrowser>;

async function askForAddress(company: string, connector = 'market'): Promise<string> {
  const { body } = await relay.call('POST', '/install', { company, connector });
  return body.url;
}

/** From the address to the vendor's page, and to where the vendor sends the person back. */
async function agree(browser: Browser, address: string): Promise<string> {
  const start = await browser.open(address);
  const page = await browser.open(String(start.headers.location));
  return String(page.headers.location);
}

async function install(company: string, { connector = 'market', browser = openBrowser() } = {}) {
  return browser.open(await agree(browser, await askForAddress(company, connector)));
}

async function listConnections(company: string) {
  const { body } = await relay.call('GET', `/connections?company=${company}`);
  return body.items as readonly Record<string, unknown>[];
}

async function listActions(company: string): Promise<readonly string[]> {
  const { body } = await relay.call('GET', `/audit?company=${company}`);
  return body.items.map(({ action }: { readonly action: string }) => action).toReversed();
}

describe('an install', () => {
  test('goes from an address that an admin opens, over the ATS, to a connection in shadow', async () => {
    const { slug } = await addCompany(relay);
    const browser = openBrowser();

    const address = await askForAddress(slug);
    const start = await browser.open(address);
    const page = await browser.open(String(start.headers.location));
    const end = await browser.open(String(page.headers.location));

    expect(address).toMatch(/^https:\/\/relay\.example\.com\/install\/market\?ticket=[\w-]{43}$/);
    expect(start.status).toBe(302);
    expect(end.status).toBe(200);
    const [connection] = await listConnections(slug);
    expect(connection).toMatchObject({
      connector: 'market',
      state: 'shadow',
      access: 'authorization-code',
      failingSince: null,
      settings: { baseUrl: hosted.origin, webhookSecret: '********' },
    });
    expect(end.body).toContain('Acmeと接続しました');
    expect(end.body).toContain(`career-relay connection live ${connection?.id}`);
    expect(await listActions(slug)).toEqual(expect.arrayContaining(['connection.install-begun', 'connection.created']));
  });

  test('asks the ATS for what the connector declares, and to come back to us alone', async () => {
    const { slug } = await addCompany(relay);

    const start = await openBrowser().open(await askForAddress(slug));

    const url = new URL(String(start.headers.location));
    expect(url.origin + url.pathname).toBe(`${hosted.origin}/authorize`);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      response_type: 'code',
      client_id: 'relay-client',
      redirect_uri: 'https://relay.example.com/install/market/callback',
      scope: 'applications:list notes:write',
      audience: `${hosted.origin}/v1/`,
      state: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
    });
    expect(url.search).toContain('scope=applications%3Alist%20notes%3Awrite');
  });

  test('names no scope and no PKCE where the vendor has none', async () => {
    const { slug } = await addCompany(relay);

    const start = await openBrowser().open(await askForAddress(slug, 'plain'));

    const names = [...new URL(String(start.headers.location)).searchParams.keys()];
    expect(names.toSorted()).toEqual(['audience', 'client_id', 'redirect_uri', 'response_type', 'state']);
    expect((await install(slug, { connector: 'plain' })).status).toBe(200);
  });

  test('knows its browser by a cookie that no script and no neighbour can touch', async () => {
    const { slug } = await addCompany(relay);

    const start = await openBrowser().open(await askForAddress(slug));

    expect(start.cookies).toEqual([
      {
        name: '__Host-install',
        value: expect.stringMatching(/^[\w-]{43}$/),
        path: '/',
        httpOnly: true,
        secure: true,
        sameSite: 'Lax',
        maxAge: 600,
      },
    ]);
  });

  test('is begun by a bearer of the admin token without a ticket', async () => {
    const { slug } = await addCompany(relay);

    const start = await openBrowser().open(`/install/market?company=${slug}`, {
      authorization: `Bearer ${adminToken}`,
    });

    expect(start.status).toBe(302);
    expect(start.headers.location).toContain(`${hosted.origin}/authorize?`);
  });

  test('sets the webhooks up, with a secret made up for it', async () => {
    const { slug } = await addCompany(relay);

    const end = await install(slug);

    const [connection] = await listConnections(slug);
    const [made] = fake.callsOf('/v1/webhooks');
    expect(JSON.parse(made?.body ?? '')).toEqual({
      url: `${baseUrl}/hooks/${connection?.id}`,
      secret: expect.stringMatching(/^[\w-]{43}$/),
    });
    expect(end.body).toContain('Webhookは自動で設定しました。');
  });

  test('tells that the webhooks could not be set up, and stands all the same', async () => {
    const { slug } = await addCompany(relay);
    fake.failNext(403);

    const end = await install(slug);

    expect(end.status).toBe(200);
    expect(end.body).toContain('Webhookを自動で設定できませんでした。');
    expect(await listConnections(slug)).toHaveLength(1);
  });

  test('shows the guide with the address to paste, where webhooks are made by hand', async () => {
    const { slug } = await addCompany(relay);

    const end = await install(slug, { connector: 'plain', browser: openBrowser('en-GB') });

    const [connection] = await listConnections(slug);
    expect(end.body).toContain('<html lang="en">');
    expect(end.body).toContain(`<li>Paste ${baseUrl}/hooks/${connection?.id} &amp; save.</li>`);
  });

  test('shows what people typed as text, never as HTML, and loads nothing', async () => {
    const slug = 'odd-names';
    const name = `<script>髙﨑</script> & O'Brien, "食品" 🌸`;
    await relay.call('POST', '/companies', { ...sampleCompany, slug, name });

    const end = await install(slug);

    expect(end.body).toContain('&lt;script&gt;髙﨑&lt;/script&gt; &amp; O&#39;Brien, &quot;食品&quot; 🌸の接続');
    expect(end.body).not.toMatch(/<script|<link|<img|\son\w+=|src=|href=/);
  });

  test('two in one browser at once both end', async () => {
    const [one, two] = [await addCompany(relay), await addCompany(relay)];
    const browser = openBrowser();
    const backs = [
      await agree(browser, await askForAddress(one.slug)),
      await agree(browser, await askForAddress(two.slug)),
    ];

    const ends = await Promise.all(backs.map((back) => browser.open(back)));

    expect(ends.map(({ status }) => status)).toEqual([200, 200]);
  });
});

describe('installing again', () => {
  test('renews the connection: the same id and state, new tokens, and no longer failing', async () => {
    const { slug } = await addCompany(relay);
    await install(slug);
    const [before] = await listConnections(slug);
    await relay.call('PATCH', `/connections/${before?.id}`, { state: 'live' });
    fake.killRefreshTokens();
    fake.revokeTokens();
    const refused = await relay.call('POST', `/connections/${before?.id}/check`);
    const failing = await listConnections(slug);

    const end = await install(slug);

    const after = await listConnections(slug);
    expect(refused).toMatchObject({ status: 422, body: { code: 'vendor_unauthorized' } });
    expect(failing).toMatchObject([{ failingCode: 'vendor_unauthorized' }]);
    expect(after).toEqual([{ ...before, state: 'live' }]);
    expect(end.body).toContain('もう一度接続しました');
    expect(await relay.call('POST', `/connections/${before?.id}/check`)).toMatchObject({ status: 200 });
    expect(await listActions(slug)).toContain('connection.renewed');
  });

  test('uses nothing that was kept for the tokens before', async () => {
    const { slug } = await addCompany(relay);
    await install(slug);
    const [connection] = await listConnections(slug);
    await install(slug);
    const last = fake.callsOf('/v1/webhooks').at(-1)?.authorization;
    await relay.call('POST', `/connections/${connection?.id}/check`);

    expect(last).toBe('Bearer canary-token-2');
  });

  test('at once from two browsers makes one connection', async () => {
    const { slug } = await addCompany(relay);
    const browsers = [openBrowser(), openBrowser()];
    const backs: string[] = [];
    for (const browser of browsers) backs.push(await agree(browser, await askForAddress(slug)));

    const ends = await Promise.all(browsers.map((browser, index) => browser.open(backs[index] ?? '')));

    expect(ends.map(({ status }) => status)).toEqual([200, 200]);
    expect(await listConnections(slug)).toHaveLength(1);
  });

  test('after the connection was removed makes a new one', async () => {
    const { slug } = await addCompany(relay);
    await install(slug);
    const [before] = await listConnections(slug);
    await relay.call('DELETE', `/connections/${before?.id}`);

    await install(slug);

    const after = await listConnections(slug);
    expect(after).toHaveLength(1);
    expect(after[0]?.id).not.toBe(before?.id);
  });

  test('beside a connection with a key of its own leaves that alone, and warns of two letters', async () => {
    const { slug } = await addCompany(relay);
    const settings = { ...acmeSettings, baseUrl: hosted.origin, tokenUrl: `${hosted.origin}/token` };
    await relay.call('POST', '/connections', { company: slug, connector: 'market', settings });

    const end = await install(slug);

    expect(await listConnections(slug)).toHaveLength(2);
    expect(end.body).toContain('二重に届かないよう');
  });
});

describe('what comes back from the ATS counts only', () => {
  /** The page of every refused one; nothing was asked of the vendor and nothing was made. */
  async function expectStale(company: string, browser: Browser, back: string) {
    const asked = fake.callsOf('/token').length;
    const answer = await browser.open(back);
    expect(answer.status).toBe(400);
    expect(fake.callsOf('/token')).toHaveLength(asked);
    expect(await listConnections(company)).toEqual([]);
    return answer.body;
  }

  test('in the browser that began, with a state that is ours, in time, once: else one and the same page', async () => {
    const { slug } = await addCompany(relay);
    const browser = openBrowser();
    const back = new URL(await agree(browser, await askForAddress(slug)));
    const wrong = new URL(back);
    wrong.searchParams.set('state', 'a'.repeat(43));
    const bare = new URL(back);
    bare.searchParams.delete('state');
    const elsewhere = new URL(back);
    elsewhere.pathname = '/install/plain/callback';
    const forger = openBrowser();
    forger.cookies.set('__Host-install', 'b'.repeat(43));

    const pages = [
      await expectStale(slug, openBrowser(), back.href),
      await expectStale(slug, forger, back.href),
      await expectStale(slug, browser, wrong.href),
      await expectStale(slug, browser, bare.href),
      await expectStale(slug, browser, elsewhere.href),
    ];
    relay.clock.advance(tenMinutes);
    pages.push(await expectStale(slug, browser, back.href));

    expect(new Set(pages).size).toBe(1);
    expect(pages[0]).toContain('このインストールは続けられません');
  });

  test('once: what was used is of no use again', async () => {
    const { slug } = await addCompany(relay);
    const browser = openBrowser();
    const back = await agree(browser, await askForAddress(slug));
    await browser.open(back);

    const again = await browser.open(back);

    expect(again.status).toBe(400);
    expect(fake.callsOf('/token')).toHaveLength(1);
    expect(await listConnections(slug)).toHaveLength(1);
  });

  test('once, also when it comes twice at the same moment', async () => {
    const { slug } = await addCompany(relay);
    const browser = openBrowser();
    const back = await agree(browser, await askForAddress(slug));

    const answers = await Promise.all([browser.open(back), browser.open(back)]);

    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 400]);
    expect(fake.callsOf('/token')).toHaveLength(1);
  });

  test('when a person agreed: else a page says that nothing was connected', async () => {
    const { slug } = await addCompany(relay);
    const browser = openBrowser();
    const back = new URL(await agree(browser, await askForAddress(slug)));
    back.search = new URLSearchParams({
      error: 'access_denied',
      state: back.searchParams.get('state') ?? '',
    }).toString();

    const answer = await browser.open(back.href);
    const again = await browser.open(back.href);

    expect([answer.status, answer.body]).toEqual([400, expect.stringContaining('接続しませんでした')]);
    expect(again.body).toContain('このインストールは続けられません');
    expect(await listConnections(slug)).toEqual([]);
    expect(await listActions(slug)).toContain('connection.install-denied');
  });

  test('when the ATS gives a code: any other word of its is told without being repeated', async () => {
    const { slug } = await addCompany(relay);
    const browser = openBrowser();
    const back = new URL(await agree(browser, await askForAddress(slug)));
    back.search = new URLSearchParams({
      error: '<b>server_error</b>',
      state: back.searchParams.get('state') ?? '',
    }).toString();

    const answer = await browser.open(back.href);

    expect(answer.status).toBe(502);
    expect(answer.body).not.toContain('server_error');
  });

  test.each([
    ['a code the vendor refuses', (back: URL) => back.searchParams.set('code', 'other'), 422],
    ['a vendor that is away', () => fake.refuseTokens(503), 503],
    [
      'an answer without a refresh token',
      () => {
        fake.tokenLife = { refresh_token: null };
      },
      502,
    ],
  ])('with %s nothing is made, and the page says what to do', async (_name, spoil, status) => {
    const { slug } = await addCompany(relay);
    const browser = openBrowser();
    const back = new URL(await agree(browser, await askForAddress(slug)));
    spoil(back);

    const answer = await browser.open(back.href);

    expect([answer.status, answer.body]).toEqual([status, expect.stringContaining('接続できませんでした')]);
    expect(await listConnections(slug)).toEqual([]);
    expect(await listActions(slug)).toContain('connection.install-failed');
  });
});

describe('nobody begins an install', () => {
  test('who is not an admin', async () => {
    const { slug } = await addCompany(relay);
    const browser = openBrowser();

    const answers = [
      await browser.open(`/install/market?company=${slug}`),
      await browser.open(`/install/market?company=${slug}`, { authorization: 'Bearer wrong' }),
      await browser.open('/install/market'),
    ];

    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401]);
    expect(answers[0]?.headers['www-authenticate']).toBe('Bearer realm="career-relay"');
    expect(answers[0]?.body).toContain('career-relay connection install market');
    expect(answers.every(({ cookies }) => cookies.length === 0)).toBe(true);
  });

  test('with a ticket that is spent, expired, made up or for another connector', async () => {
    const { slug } = await addCompany(relay);
    const browser = openBrowser();
    const spent = await askForAddress(slug);
    await browser.open(spent);
    const other = (await askForAddress(slug)).replace('/market', '/plain');
    const madeUp = `/install/market?ticket=${'a'.repeat(43)}`;

    const answers = [await browser.open(spent), await browser.open(other), await browser.open(madeUp)];
    const late = await askForAddress(slug);
    relay.clock.advance(tenMinutes);
    answers.push(await browser.open(late));

    expect(answers.map(({ status }) => status)).toEqual([400, 400, 400, 400]);
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1);
  });

  test('by a HEAD, which link checkers send', async () => {
    const { slug } = await addCompany(relay);
    const address = new URL(await askForAddress(slug));

    const head = await relay.server.inject({ method: 'HEAD', url: address.pathname + address.search });
    const start = await openBrowser().open(address.href);

    expect([head.statusCode, start.status]).toEqual([404, 302]);
  });

  test.each([
    ['an ATS that is connected by settings', { connector: 'acme' }, 409, 'request_conflict'],
    ['an ATS that nobody knows', { connector: 'telegraph' }, 400, 'connector_unknown'],
    ['an ATS without our client in the environment', { connector: 'lone' }, 409, 'oauth_client_missing'],
    ['a company that nobody knows', { company: 'nobody' }, 404, 'request_not_found'],
  ])('of %s: the API and the door say so', async (_name, change, status, code) => {
    const { slug } = await addCompany(relay);
    const wanted = { company: slug, connector: 'market', ...change };

    const answer = await relay.call('POST', '/install', wanted);
    const page = await openBrowser('en').open(`/install/${wanted.connector}?company=${wanted.company}`, {
      authorization: `Bearer ${adminToken}`,
    });

    expect(answer).toMatchObject({ status, body: { code } });
    expect([page.status, page.body]).toEqual([status, expect.stringContaining(answer.body.title)]);
  });

  test('through the settings of a connection', async () => {
    const { slug } = await addCompany(relay);

    const answer = await relay.call('POST', '/connections', {
      company: slug,
      connector: 'market',
      access: 'authorization-code',
      settings: {},
    });

    expect(answer).toMatchObject({ status: 400, body: { code: 'request_invalid' } });
  });

  test('more than sixty times a minute from one address', async () => {
    const browser = openBrowser();
    for (let tries = 0; tries < 60; tries += 1) await browser.open('/install/market/callback');

    const answer = await browser.open('/install/market/callback');

    expect(answer.status).toBe(429);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
  });
});

test('every answer of the door is kept by nobody, framed by nobody and leads no address on', async () => {
  const { slug } = await addCompany(relay);
  const browser = openBrowser();
  const start = await browser.open(await askForAddress(slug));
  const back = String((await browser.open(String(start.headers.location))).headers.location);

  const answers = [start, await browser.open(back), await browser.open(back), await browser.open('/install/market')];

  for (const { headers } of answers) {
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-frame-options': 'DENY',
      'x-content-type-options': 'nosniff',
      'content-security-policy': expect.stringMatching(
        /^default-src 'none'; style-src 'sha256-[^']+';.*form-action 'none'/,
      ),
    });
  }
});

test('no ticket, state, code, token or secret stands in a log, an answer of the API, the audit log, or in clear in the database', async () => {
  const { slug, id } = await addCompany(relay);
  const browser = openBrowser();
  const address = new URL(await askForAddress(slug));
  const back = new URL(await agree(browser, address.href));
  const waiting = await relay.database.forCompany(id, (tx) => tx.selectFrom('install_attempt').selectAll().execute());
  fake.failNext(403);
  await browser.open(back.href);
  await browser.open(back.href);
  const [connection] = await listConnections(slug);
  fake.killRefreshTokens();
  fake.revokeTokens();
  await relay.call('POST', `/connections/${connection?.id}/check`);

  const kept = await relay.database.forCompany(id, async (tx) => [
    await tx.selectFrom('connection').selectAll().execute(),
    await tx.selectFrom('connection_secret').selectAll().execute(),
    await tx.selectFrom('install_ticket').selectAll().execute(),
  ]);

  const told = [await listConnections(slug), (await relay.call('GET', `/audit?company=${slug}`)).body];
  const text = JSON.stringify([waiting, kept, told]) + relay.logged.join('\n');
  const secrets = [
    'canary',
    address.searchParams.get('ticket') ?? '',
    back.searchParams.get('state') ?? '',
    browser.cookies.get('__Host-install') ?? '',
    new URLSearchParams(fake.callsOf('/token')[0]?.body).get('code_verifier') ?? '',
    JSON.parse(fake.callsOf('/v1/webhooks')[0]?.body ?? '').secret,
  ];
  expect(waiting).toHaveLength(1);
  expect(relay.logged.join('\n')).toContain('/install/:connector/callback');
  for (const secret of secrets) {
    expect(secret.length).toBeGreaterThan(5);
    expect(text).not.toContain(secret);
  }
});

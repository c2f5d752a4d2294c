import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { connectors } from '../../connectors/index.ts';
import { botScopes, readTie, slackTarget } from '../../src/slack/index.ts';
import { makeTestClock } from '../support/clock.ts';
import { type FakeSlack, type FakeWorkspace, startFakeSlack } from '../support/fake-slack.ts';
import { addCompany, adminToken, baseUrl, openRelay, type TestRelay } from './relay.ts';

const tenMinutes = 600_000;

let slack: FakeSlack;
let relay: TestRelay;

beforeAll(async () => {
  // Slack looks at the clock of the service once that stands.
  let now = () => makeTestClock().now();
  slack = await startFakeSlack({ now: () => now() });
  const { clientId, clientSecret, signingSecret, authorizeUrl, url: apiUrl } = slack;
  relay = await openRelay({ slack: { clientId, clientSecret, signingSecret, authorizeUrl, apiUrl } });
  now = () => relay.clock.now();
  slack.limitRates(false);
});
afterAll(async () => {
  await relay.close();
  await slack.close();
});

let addresses = 0;

/** A browser on our side: it keeps its cookies, follows nothing by itself, and carries no token. */
function openBrowser(language = 'ja,en;q=0.5') {
  const cookies = new Map<string, string>();
  addresses += 1;
  const remoteAddress = `203.0.113.${addresses}`;
  return {
    cookies,
    async open(address: string, headers: Readonly<Record<string, string>> = {}) {
      const url = new URL(address, baseUrl);
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

async function askForAddress(company: string): Promise<string> {
  const { body } = await relay.call('POST', '/install', { company, connector: 'slack' });
  return body.url;
}

/** From the address to Slack's page. @returns where Slack sends the person back to. */
async function agree(browser: Browser, address: string, workspace: FakeWorkspace): Promise<string> {
  const start = await browser.open(address);
  return slack.agree(String(start.headers.location), workspace, workspace.addUser());
}

async function install(company: string, workspace: FakeWorkspace, browser = openBrowser()) {
  return browser.open(await agree(browser, await askForAddress(company), workspace));
}

const newWorkspace = (name = '架空食品') => slack.addWorkspace({ isInstalled: false, rotates: true, name });
const tieOf = (companyId: string) => relay.database.forSystem((tx) => readTie(tx, companyId));

async function listActions(company: string): Promise<readonly string[]> {
  const { body } = await relay.call('GET', `/audit?company=${company}`);
  return body.items
    .map(({ action }: { readonly action: string }) => action)
    .filter((action: string) => action.startsWith('slack.'))
    .toReversed();
}

describe('an install in Slack', () => {
  test('goes from an address that an admin opens, over Slack, to a company tied to its workspace', async () => {
    const { slug, id } = await addCompany(relay);
    const workspace = newWorkspace('髙﨑・𠮷野食品 <b>🌸');
    const browser = openBrowser();

    const address = await askForAddress(slug);
    const end = await browser.open(await agree(browser, address, workspace));

    expect(address).toMatch(/^https:\/\/relay\.example\.com\/install\/slack\?ticket=[\w-]{43}$/);
    expect(end.status).toBe(200);
    expect(end.body).toContain('Slackにインストールしました');
    expect(end.body).toContain('髙﨑・𠮷野食品 &lt;b&gt;🌸');
    expect(end.body).toContain('/invite @career-relay');
    expect(await tieOf(id)).toMatchObject({ teamRef: workspace.teamRef, state: 'installed', source: 'oauth' });
    expect((await relay.workspaces.tokens.authorize(workspace.teamRef)).botToken).toBe(workspace.token);
    expect(await listActions(slug)).toEqual(['slack.install-begun', 'slack.installed', 'slack.tied']);
  });

  test('asks Slack for the scopes of the app, and to come back to us alone', async () => {
    const { slug } = await addCompany(relay);

    const start = await openBrowser().open(await askForAddress(slug));

    const url = new URL(String(start.headers.location));
    expect(start.status).toBe(302);
    expect(url.origin + url.pathname).toBe(slack.authorizeUrl);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      client_id: slack.clientId,
      scope: botScopes.join(','),
      redirect_uri: 'https://relay.example.com/install/slack/callback',
      state: expect.stringMatching(/^[\w-]{43}$/),
    });
  });

  test('speaks English to an English browser', async () => {
    const { slug } = await addCompany(relay);
    const browser = openBrowser('en-GB');

    const end = await install(slug, newWorkspace(), browser);
    const again = await browser.open('/install/slack/callback?state=x&code=x');

    expect(end.body).toContain('Installed in Slack');
    expect(again.body).toContain('This installation cannot continue');
  });

  test('may be begun with the admin token instead of a ticket', async () => {
    const { slug, id } = await addCompany(relay);
    const workspace = newWorkspace();
    const browser = openBrowser();

    const start = await browser.open(`/install/slack?company=${slug}`, { authorization: `Bearer ${adminToken}` });
    const back = slack.agree(String(start.headers.location), workspace, workspace.addUser());
    await browser.open(back);

    expect((await tieOf(id))?.teamRef).toBe(workspace.teamRef);
  });

  test('repeated renews the tokens, keeps the tie, and leads to the same workspace', async () => {
    const { slug, id } = await addCompany(relay);
    const workspace = newWorkspace();
    await install(slug, workspace);
    const before = await tieOf(id);
    const browser = openBrowser();

    const address = await askForAddress(slug);
    const start = await browser.open(address);
    const back = slack.agree(String(start.headers.location), workspace, workspace.addUser());
    const end = await browser.open(back);

    expect(new URL(String(start.headers.location)).searchParams.get('team')).toBe(workspace.teamRef);
    expect(end.body).toContain('もう一度インストールしました');
    expect(await tieOf(id)).toEqual(before);
    expect((await relay.workspaces.tokens.authorize(workspace.teamRef)).botToken).toBe(workspace.token);
  });

  test('in another workspace than the company’s is refused, and says to disconnect first', async () => {
    const { slug, id } = await addCompany(relay);
    const browser = openBrowser();
    const [first, second] = [newWorkspace(), newWorkspace()];
    const late = await agree(browser, await askForAddress(slug), second);
    await install(slug, first);

    const answer = await browser.open(late);

    expect([answer.status, answer.body]).toEqual([409, expect.stringContaining('先にその接続を解除してから')]);
    expect((await tieOf(id))?.teamRef).toBe(first.teamRef);
    expect(await listActions(slug)).toContain('slack.install-failed');
  });
});

describe('nothing is installed', () => {
  test('by an answer that is replayed', async () => {
    const { slug } = await addCompany(relay);
    const browser = openBrowser();
    const back = await agree(browser, await askForAddress(slug), newWorkspace());
    await browser.open(back);
    const calls = slack.calls.length;

    const again = await browser.open(back);

    expect([again.status, slack.calls.length]).toEqual([400, calls]);
    expect(again.body).toContain('このインストールは続けられません');
  });

  test('in a browser that did not begin it, and the one that did can still end it', async () => {
    const { slug, id } = await addCompany(relay);
    const browser = openBrowser();
    const workspace = newWorkspace();
    const back = await agree(browser, await askForAddress(slug), workspace);
    const stranger = openBrowser();
    await stranger.open(await askForAddress((await addCompany(relay)).slug));

    const answers = [await stranger.open(back), await openBrowser().open(back)];
    const tied = await tieOf(id);
    await browser.open(back);

    expect(answers.map(({ status }) => status)).toEqual([400, 400]);
    expect(tied).toBeUndefined();
    expect((await tieOf(id))?.teamRef).toBe(workspace.teamRef);
  });

  test('ten minutes after it was begun', async () => {
    const { slug, id } = await addCompany(relay);
    const browser = openBrowser();
    const back = await agree(browser, await askForAddress(slug), newWorkspace());
    relay.clock.advance(tenMinutes);

    const late = await browser.open(back);

    expect([late.status, await tieOf(id)]).toEqual([400, undefined]);
  });

  test('with a state that was made up, or none', async () => {
    const { slug } = await addCompany(relay);
    const browser = openBrowser();
    const back = new URL(await agree(browser, await askForAddress(slug), newWorkspace()));
    back.searchParams.set('state', 'a'.repeat(43));

    const answers = [await browser.open(back.href), await browser.open('/install/slack/callback')];

    expect(answers.map(({ status }) => status)).toEqual([400, 400]);
    expect(answers[0]?.body).toBe(answers[1]?.body);
  });

  test('when nobody agrees, which is told and ends it', async () => {
    const { slug, id } = await addCompany(relay);
    const browser = openBrowser();
    const workspace = newWorkspace();
    const start = await browser.open(await askForAddress(slug));
    const back = slack.deny(String(start.headers.location), workspace, workspace.addUser());

    const answer = await browser.open(back);
    const again = await browser.open(back);

    expect([answer.status, answer.body]).toEqual([400, expect.stringContaining('接続しませんでした')]);
    expect([again.status, await tieOf(id)]).toEqual([400, undefined]);
    expect(await listActions(slug)).toEqual(['slack.install-begun', 'slack.install-denied']);
  });

  test.each([
    ['a code Slack does not know', (back: URL) => back.searchParams.set('code', 'other'), 422],
    [
      'another word of Slack’s',
      (back: URL) => {
        back.searchParams.delete('code');
        back.searchParams.set('error', '<b>server_error</b>');
      },
      422,
    ],
    ['a Slack that fails', () => slack.troubleFor('oauth.v2.access', { kind: 'status', status: 503 }), 503],
    [
      'a token that Slack does not know',
      () => slack.troubleFor('auth.test', { kind: 'error', error: 'invalid_auth' }),
      422,
    ],
  ])('with %s, and the page says what to do', async (_name, spoil, status) => {
    const { slug, id } = await addCompany(relay);
    const browser = openBrowser();
    const back = new URL(await agree(browser, await askForAddress(slug), newWorkspace()));
    spoil(back);

    const answer = await browser.open(back.href);

    expect([answer.status, answer.body]).toEqual([status, expect.stringContaining('Slackに接続できませんでした')]);
    expect(answer.body).not.toContain('server_error');
    expect(await tieOf(id)).toBeUndefined();
    expect(await listActions(slug)).toEqual(['slack.install-begun', 'slack.install-failed']);
  });
});

describe('nobody begins it', () => {
  test('who is not an admin', async () => {
    const { slug } = await addCompany(relay);

    const answers = [
      await openBrowser().open(`/install/slack?company=${slug}`),
      await openBrowser().open('/install/slack', { authorization: 'Bearer wrong' }),
    ];

    expect(answers.map(({ status }) => status)).toEqual([401, 401]);
    expect(answers[0]?.body).toContain('career-relay slack install');
    expect(answers.every(({ cookies }) => cookies.length === 0)).toBe(true);
  });

  test('with a ticket that is spent, made up or for an ATS', async () => {
    const { slug } = await addCompany(relay);
    const browser = openBrowser();
    const spent = await askForAddress(slug);
    await browser.open(spent);

    const answers = [
      await browser.open(spent),
      await browser.open(`/install/slack?ticket=${'a'.repeat(43)}`),
      await browser.open((await askForAddress(slug)).replace('/slack', '/greenhouse')),
    ];

    expect(answers.map(({ status }) => status)).toEqual([400, 400, 400]);
  });

  test('by a HEAD, which link checkers send', async () => {
    const address = new URL(await askForAddress((await addCompany(relay)).slug));

    const head = await relay.server.inject({ method: 'HEAD', url: address.pathname + address.search });
    const start = await openBrowser().open(address.href);

    expect([head.statusCode, start.status]).toEqual([404, 302]);
  });

  test('where the service has no Slack app: the API and the door say so', async () => {
    const lone = await openRelay();
    try {
      const { slug } = await addCompany(lone);

      const answer = await lone.call('POST', '/install', { company: slug, connector: 'slack' });
      const page = await lone.server.inject({
        method: 'GET',
        url: `/install/slack?company=${slug}`,
        headers: { authorization: `Bearer ${adminToken}` },
      });

      expect(answer).toMatchObject({ status: 409, body: { code: 'slack_client_missing' } });
      expect([page.statusCode, page.body]).toEqual([409, expect.stringContaining('SLACK_CLIENT_ID')]);
    } finally {
      await lone.close();
    }
  });
});

test('no connector takes the name that Slack is installed by', () => {
  expect(connectors.map(({ id }) => id)).not.toContain(slackTarget);
});

test('every answer of the door is kept by nobody, framed by nobody and leads no address on', async () => {
  const { slug } = await addCompany(relay);
  const browser = openBrowser();
  const start = await browser.open(await askForAddress(slug));
  const workspace = newWorkspace();
  const back = slack.agree(String(start.headers.location), workspace, workspace.addUser());

  const answers = [start, await browser.open(back), await browser.open(back), await browser.open('/install/slack')];

  for (const { headers } of answers) {
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-frame-options': 'DENY',
      'content-security-policy': expect.stringMatching(/^default-src 'none'/),
    });
  }
});

test('no ticket, state, code or token stands in a log, the audit log, or in clear in the database', async () => {
  const { slug, id } = await addCompany(relay);
  const browser = openBrowser();
  const workspace = newWorkspace();
  const address = new URL(await askForAddress(slug));
  const back = new URL(await agree(browser, address.href, workspace));
  const waiting = await relay.database.forCompany(id, (tx) => tx.selectFrom('slack_install').selectAll().execute());
  await browser.open(back.href);
  const kept = await relay.database.forSystem((tx) => tx.selectFrom('slack_workspace').selectAll().execute());

  const told = (await relay.call('GET', `/audit?company=${slug}`)).body;

  const text = JSON.stringify([waiting, kept, told]) + relay.logged.join('\n');
  const secrets = [
    address.searchParams.get('ticket') ?? '',
    back.searchParams.get('state') ?? '',
    browser.cookies.get('__Host-install') ?? '',
    back.searchParams.get('code') ?? '',
    workspace.token,
    workspace.refreshToken,
    slack.clientSecret,
  ];
  expect(waiting).toHaveLength(1);
  expect(relay.logged.join('\n')).toContain('/install/slack/callback');
  for (const secret of secrets) {
    expect(secret.length).toBeGreaterThan(5);
    expect(text).not.toContain(secret);
  }
});

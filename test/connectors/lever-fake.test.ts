import { createHmac } from 'node:crypto';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { createLeverFake, type LeverFake, type LeverFakeOptions } from '../../connectors/lever/fake.ts';
import { user } from '../../connectors/lever/fake-store.ts';
import { makeTestClock, type TestClock } from '../support/clock.ts';

const origin = 'https://api.lever.co';
const hanako = { givenName: '花子', familyName: '髙﨑', email: 'hanako@example.com', job: '営業 🚀' };

let clock: TestClock;
let fake: LeverFake;
function renew(options: Partial<LeverFakeOptions> = {}): void {
  clock = makeTestClock();
  fake = createLeverFake({ now: clock.now, ...options });
}
beforeEach(() => renew());

const basic = (key: string) => `Basic ${Buffer.from(`${key}:`).toString('base64')}`;

function call(method: string, target: string, body?: unknown, authorization?: string): Promise<Response> {
  return fake.handle(
    new Request(`${origin}${target}`, {
      method,
      headers: {
        authorization: authorization ?? basic(fake.settings(origin).apiKey ?? ''),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }),
  );
}

interface PageOf {
  readonly data: readonly Record<string, unknown>[];
  readonly next?: string;
  readonly hasNext: boolean;
}
const read = async (target: string) => (await (await call('GET', target)).json()) as PageOf;

describe('lists', () => {
  test.each([
    '/v1/opportunities?per_page=10',
    '/v1/opportunities?ids=1,2',
    '/v1/opportunities?limit=0',
    '/v1/opportunities?limit=101',
    '/v1/opportunities?offset=100',
    '/v1/opportunities?archived=yes',
    '/v1/opportunities?archived_at_start=2026-01-01',
    '/v1/opportunities?expand=everything',
    '/v1/opportunities?confidentiality=all&confidentiality=all',
    '/v1/archive_reasons?type=rejected',
    '/v1/webhooks?limit=100',
  ])('refuse %s', async (target) => {
    const answer = await call('GET', target);

    expect(answer.status).toBe(400);
    expect(await answer.json()).toEqual({ code: expect.any(String), message: expect.any(String) });
  });

  test('lead on by tokens, which count only with the query they were given out for', async () => {
    for (let count = 0; count < 5; count += 1) fake.reject(hanako);
    const first = await read('/v1/opportunities?limit=2&archived=true');
    const second = await read(`/v1/opportunities?limit=2&archived=true&offset=${first.next}`);
    const third = await read(`/v1/opportunities?limit=2&archived=true&offset=${second.next}`);

    expect([first, second, third].map(({ data, hasNext }) => [data.length, hasNext])).toEqual([
      [2, true],
      [2, true],
      [1, false],
    ]);
    expect(new Set([first, second, third].flatMap(({ data }) => data.map(({ id }) => id))).size).toBe(5);
    expect(third.next).toBeUndefined();
    expect((await call('GET', `/v1/opportunities?limit=2&offset=${first.next}`)).status).toBe(400);
  });

  test('leave confidential opportunities out unless all are asked for, and refuse that to whoever may not', async () => {
    fake.reject({ ...hanako, isConfidential: true });
    const open = fake.reject(hanako);

    expect((await read('/v1/opportunities')).data.map(({ id }) => id)).toEqual([open.applicationRef]);
    expect((await read('/v1/opportunities?confidentiality=all')).data).toHaveLength(2);
    renew({ seesConfidential: false });
    expect((await call('GET', '/v1/opportunities?confidentiality=all')).status).toBe(403);
    const { applicationRef } = fake.reject({ ...hanako, isConfidential: true });
    expect((await call('GET', `/v1/opportunities/${applicationRef}`)).status).toBe(403);
  });

  test('take both ends of an interval as inside it', async () => {
    const { applicationRef } = fake.reject(hanako);
    const at = clock.now().getTime();
    const count = async (from: number, until: number) =>
      (await read(`/v1/opportunities?archived_at_start=${from}&archived_at_end=${until}`)).data.length;

    expect([await count(at, at), await count(at + 1, at + 2), await count(at - 2, at - 1)]).toEqual([1, 0, 0]);
    fake.reinstate(applicationRef);
    expect(await count(at, at)).toBe(0);
  });

  test('show what was deleted only among the deleted', async () => {
    const { applicationRef, candidateRef } = fake.reject(hanako);
    fake.eraseCandidate(candidateRef);

    expect((await read('/v1/opportunities')).data).toEqual([]);
    expect((await read('/v1/opportunities/deleted?deleted_at_start=0')).data).toMatchObject([{ id: applicationRef }]);
    expect((await call('GET', `/v1/opportunities/${applicationRef}`)).status).toBe(404);
  });
});

describe('the bucket', () => {
  test('gives its burst, refuses without a header, and fills again by half a burst a second', async () => {
    renew({ requestsPerWindow: 4 });

    const take = async (count: number) => {
      const statuses: number[] = [];
      for (let index = 0; index < count; index += 1) statuses.push((await call('GET', '/v1/stages')).status);
      return statuses;
    };
    const first = await take(5);
    const refused = await call('GET', '/v1/stages');
    clock.advance(1000);

    expect(first).toEqual([200, 200, 200, 200, 429]);
    expect([...refused.headers.keys()]).toEqual(['content-type']);
    expect(await take(3)).toEqual([200, 200, 429]);
    clock.advance(60_000);
    expect(await take(5)).toEqual([200, 200, 200, 200, 429]);
  });
});

describe('access', () => {
  test('is by the key as a user name without a password, and by nothing else', async () => {
    const key = fake.settings(origin).apiKey ?? '';
    const authorizations = [
      basic(key),
      basic('another'),
      `Bearer ${key}`,
      `Basic ${Buffer.from(key).toString('base64')}`,
    ];

    const statuses = await Promise.all(
      authorizations.map(async (one) => (await call('GET', '/v1/stages', undefined, one)).status),
    );

    expect(statuses).toEqual([200, 401, 401, 401]);
  });

  async function agree(change: Record<string, string> = {}): Promise<URL> {
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: fake.client.clientId,
      redirect_uri: 'https://relay.example/install/lever/callback',
      state: 'state-1',
      scope: 'offline_access opportunities:write:admin',
      audience: `${origin}/v1/`,
      prompt: 'consent',
      ...change,
    });
    const answer = await fake.handle(new Request(`https://auth.lever.co/authorize?${query}`));
    return new URL(answer.headers.get('location') ?? '');
  }

  async function ask(form: Record<string, string>) {
    const { clientId: client_id, clientSecret: client_secret } = fake.client;
    const answer = await fake.handle(
      new Request('https://auth.lever.co/oauth/token', {
        method: 'POST',
        body: new URLSearchParams({ client_id, client_secret, ...form }),
      }),
    );
    return { status: answer.status, body: (await answer.json()) as Record<string, string> };
  }

  async function exchange(url: URL) {
    return ask({
      grant_type: 'authorization_code',
      code: url.searchParams.get('code') ?? '',
      redirect_uri: `${url.origin}${url.pathname}`,
    });
  }

  const statusWith = async (token: string | undefined) =>
    (await call('GET', '/v1/stages', undefined, `Bearer ${token}`)).status;

  test('a code brings tokens once; the access token lives for an hour', async () => {
    const url = await agree();
    const first = await exchange(url);

    expect(url.searchParams.get('state')).toBe('state-1');
    expect(first).toMatchObject({ status: 200, body: { token_type: 'Bearer', expires_in: 3600 } });
    expect((await exchange(url)).status).toBe(403);
    expect(await statusWith(first.body.access_token)).toBe(200);
    clock.advance(3600_000);
    expect(await statusWith(first.body.access_token)).toBe(401);
  });

  test.each(['', 'https://api.lever.co/v1', 'https://api.sandbox.lever.co/v1/'])(
    'a token for the audience %j is of no use',
    async (audience) => {
      const { body } = await exchange(await agree({ audience }));

      expect(await statusWith(body.access_token)).toBe(401);
    },
  );

  test('a refresh token counts once, dies after 90 idle days and after a year, and comes only with offline_access', async () => {
    const refresh = (token: string | undefined) => ask({ grant_type: 'refresh_token', refresh_token: token ?? '' });
    const dayMs = 24 * 60 * 60 * 1000;
    const first = await exchange(await agree());
    const second = await refresh(first.body.refresh_token);
    const reused = await refresh(first.body.refresh_token);
    clock.advance(90 * dayMs);
    const third = await refresh(second.body.refresh_token);
    clock.advance(90 * dayMs + 1);
    const idle = await refresh(third.body.refresh_token);
    const online = await exchange(await agree({ scope: 'opportunities:write:admin' }));

    expect([second, reused, third, idle].map(({ status }) => status)).toEqual([200, 403, 200, 403]);
    expect(online.body.refresh_token).toBeUndefined();
  });
});

describe('writes', () => {
  test('answer without name and address, and tags are a set', async () => {
    const { applicationRef, candidateRef } = fake.reject(hanako);
    const target = `/v1/opportunities/${applicationRef}`;

    const answer = await call('POST', `${target}/addTags?perform_as=${user.id}`, { tags: ['新', '新'] });
    await call('POST', `${target}/addTags`, { tags: ['新'] });

    expect(await answer.json()).toMatchObject({ data: { id: applicationRef, name: '', emails: [] } });
    expect(fake.written(candidateRef).tags.filter((tag) => tag === '新')).toHaveLength(1);
    await call('POST', `${target}/removeTags`, { tags: ['新', '正社員x'] });
    expect(fake.written(candidateRef).tags).toEqual(['正社員', '営業 🚀']);
  });

  test('add a note with every repeat, and refuse a stranger as its author', async () => {
    const { applicationRef, candidateRef } = fake.reject(hanako);
    const target = `/v1/opportunities/${applicationRef}/notes`;

    const statuses = [
      await call('POST', target, { value: '合意 🤝' }),
      await call('POST', target, { value: '合意 🤝' }),
      await call('POST', target, { body: '合意 🤝' }),
      await call('POST', `${target}?perform_as=somebody`, { value: '合意 🤝' }),
      await call('POST', '/v1/opportunities/nobody/notes', { value: '合意 🤝' }),
    ].map(({ status }) => status);

    expect(statuses).toEqual([201, 201, 400, 400, 404]);
    expect(fake.written(candidateRef).notes).toEqual(['合意 🤝', '合意 🤝']);
  });

  test('tell a webhook’s token once, make the same webhook twice, and delete by id', async () => {
    const webhook = { event: 'candidateHired', url: 'https://relay.example/hooks/1' };
    const made = (await (await call('POST', '/v1/webhooks', webhook)).json()) as {
      data: { id: string; configuration: object };
    };
    await call('POST', '/v1/webhooks', webhook);

    const { data } = await read('/v1/webhooks');
    expect(made.data.configuration).toHaveProperty('signatureToken');
    expect(data).toHaveLength(2);
    expect(JSON.stringify(data)).not.toContain('signatureToken');
    expect((await call('DELETE', `/v1/webhooks/${made.data.id}`)).status).toBe(204);
    expect((await call('DELETE', `/v1/webhooks/${made.data.id}`)).status).toBe(404);
    expect((await call('POST', '/v1/webhooks', { ...webhook, event: 'candidateRejected' })).status).toBe(400);
  });
});

describe('deliveries', () => {
  const signedWith = ({ body }: { readonly body: Buffer }, secret: string) => {
    const { token, triggeredAt, signature } = JSON.parse(body.toString());
    return createHmac('sha256', secret).update(`${token}${triggeredAt}`).digest('hex') === signature;
  };

  test('are signed over token and instant, by the event’s own token until the API makes another', async () => {
    const secrets = (fake.settings(origin).signatureTokens ?? '').split(' ');
    const delivery = fake.reject(hanako);
    const made = (await (
      await call('POST', '/v1/webhooks', { event: 'candidateHired', url: 'https://relay.example/hooks/1' })
    ).json()) as { data: { configuration: { signatureToken: string } } };
    const hired = fake.hire(delivery.applicationRef);

    expect(secrets.filter((secret) => signedWith(delivery, secret))).toHaveLength(1);
    expect(secrets.filter((secret) => signedWith(hired, secret))).toEqual([]);
    expect(signedWith(hired, made.data.configuration.signatureToken)).toBe(true);
  });

  test('carry ids and nothing about the person', () => {
    const { body } = fake.reject(hanako);

    expect(body.toString()).not.toMatch(/花子|髙﨑|hanako|営業/);
    expect(JSON.parse(body.toString())).toMatchObject({
      event: 'candidateArchiveChange',
      triggeredAt: clock.now().getTime(),
      data: { toArchived: { archivedAt: clock.now().getTime() }, fromArchived: null },
    });
  });
});

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createGreenhouseFake } from '../../connectors/greenhouse/fake.ts';
import { type HostedFake, serveFake } from '../../src/connector/index.ts';
import { addCompany, baseUrl, openRelay, type TestRelay } from '../settings/relay.ts';
import { makeTestClock } from '../support/clock.ts';

const hour = 3_600_000;
const clock = makeTestClock();
const fake = createGreenhouseFake({
  now: () => clock.now(),
  redirectUri: `${baseUrl}/install/greenhouse/callback`,
});
let hosted: HostedFake;
let relay: TestRelay;

beforeAll(async () => {
  hosted = await serveFake(fake);
  const { origin } = hosted;
  const addresses = { authorizeUrl: `${origin}/authorize`, tokenUrl: `${origin}/token`, baseUrl: origin };
  relay = await openRelay({ clients: { greenhouse: { ...fake.partner, ...addresses } } });
});
afterAll(async () => {
  await relay.close();
  await hosted.close();
});

/** Both stand on one clock each; they go on together. */
function advance(ms: number): void {
  clock.advance(ms);
  relay.clock.advance(ms);
}

test('a partner’s install of Greenhouse, made with nothing typed in, works, and is kept alive through a week of silence', async () => {
  const { slug } = await addCompany(relay);
  const { body } = await relay.call('POST', '/install', { company: slug, connector: 'greenhouse' });
  const address = new URL(body.url);
  const start = await relay.server.inject({ method: 'GET', url: address.pathname + address.search });
  const agreed = await fake.handle(new Request(String(start.headers.location)));
  const back = new URL(agreed.headers.get('location') ?? '');

  const end = await relay.server.inject({
    method: 'GET',
    url: back.pathname + back.search,
    cookies: Object.fromEntries(start.cookies.map(({ name, value }) => [name, value])),
  });
  const { items } = (await relay.call('GET', `/connections?company=${slug}`)).body;
  for (let hours = 0; hours < 7 * 24; hours += 1) {
    advance(hour);
    await relay.connections.keepAlive();
  }
  const checked = await relay.call('POST', `/connections/${items[0]?.id}/check`);

  expect([start.statusCode, agreed.status, end.statusCode]).toEqual([302, 302, 200]);
  expect(items).toMatchObject([{ connector: 'greenhouse', access: 'authorization-code', state: 'shadow' }]);
  expect(end.body).toContain('Webhookは自動で設定しました。');
  expect(checked).toMatchObject({ status: 200 });
});

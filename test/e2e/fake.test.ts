import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { connectors } from '../../connectors/index.ts';
import { openFakeService } from '../../src/demo/fake-service.ts';

const now = () => new Date('2026-11-24T01:00:00Z');
const root = fileURLToPath(new URL('../../', import.meta.url));

test.each(connectors.map(({ id }) => id))(
  '%s has a stand-in that one can start and let reject somebody',
  async (connector) => {
    const service = await openFakeService({ connector, port: 0, deliverTo: undefined, now });
    if (!service) throw new Error('there is none');

    const answer = await fetch(`${service.origin}/fake/reject`, { method: 'POST', body: '{"job":"経理"}' });
    const told = (await answer.json()) as { readonly applicationRef: string };
    await service.close();

    expect(answer.status).toBe(200);
    expect(told).toEqual({
      applicationRef: expect.stringMatching(/./),
      candidateRef: expect.any(String),
      delivered: null,
    });
  },
);

test('what happens at the stand-in is delivered to the address given', async () => {
  const door = await openFakeService({ connector: 'greenhouse', port: 0, deliverTo: undefined, now });
  if (!door) throw new Error('there is none');
  // Any address that answers will do: this one refuses what it does not know.
  const service = await openFakeService({ connector: 'greenhouse', port: 0, deliverTo: `${door.origin}/hook`, now });

  const answer = await fetch(`${service?.origin}/fake/reject`, { method: 'POST' });
  const told: unknown = await answer.json();
  await Promise.all([service?.close(), door.close()]);

  expect(told).toMatchObject({ delivered: expect.any(Number) });
});

test.each([
  ['an unknown control', '/fake/promote', 'POST', '{}', 404],
  ['a wrong applicant', '/fake/reject', 'POST', '{"email":"not an address"}', 400],
  ['no JSON', '/fake/reject', 'POST', '{', 400],
  ['an unknown application', '/fake/hire', 'POST', '{"applicationRef":"1"}', 400],
  ['a GET', '/fake/reject', 'GET', undefined, 405],
])('%s is refused with a reason', async (_what, path, method, body, status) => {
  const service = await openFakeService({ connector: 'greenhouse', port: 0, deliverTo: undefined, now });

  const answer = await fetch(`${service?.origin}${path}`, { method, body: body ?? null });
  await service?.close();

  expect(answer.status).toBe(status);
});

test('the command prints settings that fit and stops when asked', async () => {
  const child = spawn(process.execPath, ['src/main.ts', 'fake', 'greenhouse', '--port', '0', '--json'], { cwd: root });
  const [printed] = await once(child.stdout, 'data');

  child.kill('SIGTERM');
  const [code] = await once(child, 'exit');

  const { origin, settings } = JSON.parse(String(printed));
  expect(origin).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect(settings).toMatchObject({ baseUrl: origin });
  expect(code).toBe(0);
});

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { DeadJobs } from '../../src/platform/jobs.ts';
import { addDeliveries } from './outcomes.ts';
import { addCompany, openRelay, type TestRelay } from './relay.ts';

let relay: TestRelay;
const dead: DeadJobs[] = [];
const redriven: (readonly [string, string | undefined])[] = [];

beforeAll(async () => {
  relay = await openRelay({
    listDead: async () => dead,
    redrive: async (queue, companyId) => {
      redriven.push([queue, companyId]);
      return 3;
    },
    counts: async () => [{ queue: 'letter.send', waiting: 7, active: 1, dead: 3 }],
  });
});
afterAll(() => relay.close());

async function connect(company?: { readonly slug: string; readonly id: string }): Promise<{
  readonly slug: string;
  readonly companyId: string;
  readonly connectionId: string;
}> {
  const { slug, id: companyId } = company ?? (await addCompany(relay));
  const { body } = await relay.call('POST', '/connections', {
    company: slug,
    connector: 'greenhouse',
    settings: relay.settings,
  });
  return { slug, companyId, connectionId: body.id };
}

async function readActions(slug: string, about?: string): Promise<readonly string[]> {
  const { body } = await relay.call('GET', `/audit?company=${slug}${about ? `&about=${about}` : ''}`);
  return body.items.map(({ action }: { readonly action: string }) => action);
}

describe('what the ATS sent', () => {
  test('is read byte for byte, says that it holds personal data, and leaves a line in the log', async () => {
    const place = await connect();
    const text = '{"name":"髙﨑 花子 🌸","note":"O\'Brien, Inc."}';
    const [id] = await addDeliveries(relay, place, [{ status: 'processed', body: Buffer.from(text) }]);

    const { status, body } = await relay.call('GET', `/deliveries/${id}/body`);

    expect(status).toBe(200);
    expect(body).toMatchObject({ id, holdsPersonalData: true, isErased: false, encoding: 'utf-8', body: text });
    expect(body.bytes).toBe(Buffer.byteLength(text));
    const { body: log } = await relay.call('GET', `/audit?company=${place.slug}&about=delivery`);
    expect(log.items).toEqual([expect.objectContaining({ action: 'delivery.read', actor: 'admin', subject: id })]);
    expect(JSON.stringify(log) + relay.logged.join('')).not.toContain('花子');
  });

  test('is told in base64 where it is no text', async () => {
    const place = await connect();
    const [id] = await addDeliveries(relay, place, [{ status: 'set-aside', body: Buffer.from([0xff, 0xfe, 0x00]) }]);

    const { body } = await relay.call('GET', `/deliveries/${id}/body`);

    expect(body).toMatchObject({ encoding: 'base64', body: '//4A', bytes: 3 });
  });
});

describe('many deliveries at once', () => {
  test('are worked on again, those of others and the erased left out, each with its line in the log', async () => {
    const place = await connect();
    const other = await connect();
    const ids = await addDeliveries(relay, place, [
      { status: 'set-aside', reason: 'not-json' },
      { status: 'failed', reason: 'internal_error' },
      { status: 'set-aside', reason: 'erased' },
    ]);
    const beside = await connect({ slug: place.slug, id: place.companyId });
    const failed = [{ status: 'failed', reason: 'internal_error' }] as const;
    const foreign = [...(await addDeliveries(relay, other, failed)), ...(await addDeliveries(relay, beside, failed))];
    const before = relay.jobs.waiting.length;

    const { status, body } = await relay.call('POST', '/deliveries/replay', {
      connection: place.connectionId,
      ids: [...ids, ...foreign],
    });

    expect([status, body]).toEqual([202, { queued: 2 }]);
    expect(relay.jobs.waiting.length - before).toBe(2);
    expect(await readActions(place.slug, 'delivery')).toEqual(['delivery.replayed', 'delivery.replayed']);
    expect(await readActions(other.slug, 'delivery')).toEqual([]);
    const { body: list } = await relay.call('GET', `/deliveries?connection=${place.connectionId}&status=stored`);
    expect(list.items.map(({ id }: { readonly id: string }) => id).toSorted()).toEqual(ids.slice(0, 2).toSorted());
  });

  test('are listed by how they stand', async () => {
    const place = await connect();
    await addDeliveries(relay, place, [{ status: 'processed' }, { status: 'failed', reason: 'x' }]);

    const { body } = await relay.call('GET', `/deliveries?connection=${place.connectionId}&status=failed`);

    expect(body.items.map(({ status }: { readonly status: string }) => status)).toEqual(['failed']);
  });
});

describe('jobs that were given up', () => {
  test('are told with their cause, and go back to their queue with a line in the log', async () => {
    const { slug, companyId } = await connect();
    const at = relay.clock.now();
    dead.push({ queue: 'letter.send', code: 'mail_unavailable', count: 3, oldestAt: at, newestAt: at });

    const listed = await relay.call('GET', `/jobs/dead?company=${slug}`);
    const { body } = await relay.call('POST', '/jobs/dead/redrive', { company: slug, queue: 'letter.send' });
    const unknown = await relay.call('POST', '/jobs/dead/redrive', { company: slug, queue: 'nonsense' });

    expect(listed.body.items).toMatchObject([{ queue: 'letter.send', code: 'mail_unavailable', count: 3 }]);
    expect(body).toEqual({ queued: 3 });
    expect(redriven).toEqual([['letter.send', companyId]]);
    expect(await readActions(slug, 'job')).toEqual(['job.redriven']);
    expect(unknown.status).toBe(404);
  });
});

test('health tells of database, jobs, connections, Slack and mail', async () => {
  const place = await connect();
  await addDeliveries(relay, place, [{ status: 'set-aside', reason: 'not-json' }, { status: 'processed' }]);

  const { body } = await relay.call('GET', `/health?company=${place.slug}`);

  expect(body).toMatchObject({
    database: { answers: true },
    jobs: { waiting: 7 },
    connections: [
      {
        id: place.connectionId,
        connector: 'greenhouse',
        state: 'shadow',
        failingSince: null,
        lastDeliveryAt: relay.clock.now().toISOString(),
        lastPolledAt: null,
        stuck: 1,
      },
    ],
    slack: { state: 'none', reason: null, blockedPlaces: 0 },
    mail: { kind: 'outbox', failed: 0 },
  });
});

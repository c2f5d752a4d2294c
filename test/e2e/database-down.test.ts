import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { createGreenhouseFake } from '../../connectors/greenhouse/fake.ts';
import { openApi } from '../../src/demo/api.ts';
import { createServerDatabase } from '../support/database.ts';
import { findFreePort, startService } from '../support/service.ts';

const folder = mkdtempSync(join(tmpdir(), 'career-relay-down-'));
const closers: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })];
afterAll(async () => {
  for (const close of closers.toReversed()) await close();
});

/** A road to the database that can be cut and mended. */
async function openRoad(target: URL, port: number) {
  const sockets = new Set<Socket>();
  let server: Server;
  const mend = async () => {
    server = createServer((near) => {
      const far = connect(Number(target.port || 5432), target.hostname);
      for (const socket of [near, far]) {
        sockets.add(socket);
        socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
      }
      near.pipe(far).pipe(near);
    }).listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  const cut = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  await mend();
  return { mend, cut };
}

// The embedded database lives in the process itself; it cannot be away while the process is there.
const onServer = process.env.DATABASE_URL ? test : test.skip;

onServer(
  'while the database is gone deliveries are answered 503 and nothing dies; when it is back they are taken',
  async () => {
    const database = await createServerDatabase(process.env.DATABASE_URL ?? '');
    const [roadPort, port] = [await findFreePort(), await findFreePort()];
    const direct = new URL(database.url);
    const road = await openRoad(direct, roadPort);
    const roundabout = new URL(database.url);
    roundabout.hostname = '127.0.0.1';
    roundabout.port = String(roadPort);
    const adminToken = 'down-test-token-down-test-token-down';
    const service = await startService({
      PORT: String(port),
      BASE_URL: `http://127.0.0.1:${port}`,
      DATA_DIR: folder,
      DATABASE_URL: roundabout.href,
      SECRET_KEY: 'q0ZC4cZbXy0m3Y8K1dB2eFh5jLnOpRsTuVwXz67A9Cg=',
      ADMIN_TOKEN: adminToken,
      LOG_LEVEL: 'fatal',
    });
    closers.push(database.drop, road.cut, () => service.kill());
    const api = openApi(service.baseUrl, adminToken);
    await api.post('/companies', {
      slug: 'down',
      name: '架空食品株式会社',
      locale: 'ja',
      postalAddress: '東京都千代田区架空町1-2-3',
      contactEmail: 'saiyo@example.com',
    });
    const fake = createGreenhouseFake({ now: () => new Date() });
    const { webhookUrl } = await api.post('/connections', {
      company: 'down',
      connector: 'greenhouse',
      settings: fake.settings('https://harvest.greenhouse.example'),
    });
    const { headers, body } = fake.ping();
    const post = async () => (await fetch(webhookUrl, { method: 'POST', headers, body: new Uint8Array(body) })).status;

    const before = await post();
    road.cut();
    const during = [await post(), await post()];
    const readyDuring = (await fetch(`${service.baseUrl}/readyz`)).status;
    await road.mend();
    const after = await untilAnswered(post, 200);

    expect([before, ...during, readyDuring, after]).toEqual([200, 503, 503, 503, 200]);
    expect(service.child.exitCode).toBeNull();
  },
  60_000,
);

/** A connection that was just broken may still be handed out once. */
async function untilAnswered(post: () => Promise<number>, wanted: number): Promise<number> {
  let status = await post();
  for (let tries = 0; tries < 20 && status !== wanted; tries += 1) status = await post();
  return status;
}

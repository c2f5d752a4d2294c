import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createGreenhouseFake } from '../../connectors/greenhouse/fake.ts';
import { type HostedFake, serveFake } from '../../src/connector/index.ts';
import { openApi } from '../../src/demo/api.ts';
import { createServerDatabase } from '../support/database.ts';
import { findFreePort, type Service, startService } from '../support/service.ts';

const adminToken = 'restart-test-token-restart-test-token';
const folder = mkdtempSync(join(tmpdir(), 'career-relay-restart-'));
const fake = createGreenhouseFake({ now: () => new Date() });
const asked = Promise.withResolvers<void>();
let isSilent = true;
let hosted: HostedFake;
let env: Record<string, string>;
let dropDatabase = async () => {};
let heir: Service | undefined;

/** The vendor, who at first takes a question about an application and never answers it. */
async function answer(request: Request): Promise<Response> {
  if (!isSilent || request.method !== 'GET') return fake.handle(request);
  asked.resolve();
  return new Promise(() => undefined);
}

beforeAll(async () => {
  hosted = await serveFake({ handle: answer });
  const port = String(await findFreePort());
  env = {
    PORT: port,
    BASE_URL: `http://127.0.0.1:${port}`,
    DATA_DIR: folder,
    ADMIN_TOKEN: adminToken,
    SECRET_KEY: 'q0ZC4cZbXy0m3Y8K1dB2eFh5jLnOpRsTuVwXz67A9Cg=',
    ALLOW_PRIVATE_NETWORK: 'true',
    LOG_LEVEL: 'warn',
  };
  if (!process.env.DATABASE_URL) return;
  const database = await createServerDatabase(process.env.DATABASE_URL);
  dropDatabase = database.drop;
  env = { ...env, DATABASE_URL: database.url };
});

afterAll(async () => {
  await heir?.kill();
  await hosted.close();
  await dropDatabase();
  rmSync(folder, { recursive: true, force: true });
});

test('what a killed process had in hand goes on within 30 s of the next one being ready', async () => {
  const doomed = await startService(env);
  const api = openApi(doomed.baseUrl, adminToken);
  await api.post('/companies', {
    slug: 'restart',
    name: '架空食品株式会社',
    locale: 'ja',
    postalAddress: '東京都千代田区架空町1-2-3',
    contactEmail: 'saiyo@example.com',
  });
  const { webhookUrl } = await api.post('/connections', {
    company: 'restart',
    connector: 'greenhouse',
    settings: fake.settings(hosted.origin),
  });
  const delivery = fake.reject({ givenName: '花子', familyName: '髙﨑', email: 'hanako@example.com', job: '営業職' });
  const { status } = await fetch(webhookUrl, {
    method: 'POST',
    headers: delivery.headers,
    body: new Uint8Array(delivery.body),
  });
  await asked.promise;

  await doomed.kill();
  isSilent = false;
  heir = await startService(env);
  const applicationRefs = await untilRejected(30_000);

  expect(status).toBe(200);
  expect(applicationRefs).toEqual([delivery.applicationRef]);
}, 120_000);

/** The applications rejected as soon as there is one, or none when `withinMs` is over. */
async function untilRejected(withinMs: number): Promise<readonly unknown[]> {
  const api = openApi(env.BASE_URL ?? '', adminToken);
  const deadline = Date.now() + withinMs;
  while (Date.now() < deadline) {
    const rejections = await api.list('/rejections', { company: 'restart' });
    if (rejections.length > 0) return rejections.map(({ applicationRef }) => applicationRef);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return [];
}

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { findFreePort, type Service, startService } from '../support/service.ts';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'career-relay-serve-'));
let service: Service;
let env: Record<string, string>;

// The embedded way to run, whatever database the other suites are on.
beforeAll(async () => {
  const port = String(await findFreePort());
  env = { PORT: port, BASE_URL: `http://127.0.0.1:${port}`, DATA_DIR: folder, LOG_LEVEL: 'debug' };
  service = await startService(env);
}, 60_000);

afterAll(async () => {
  if (service.child.exitCode === null) await service.kill();
  rmSync(folder, { recursive: true, force: true });
});

function run(args: readonly string[], more: Readonly<Record<string, string>> = {}) {
  const { PATH = '' } = process.env;
  return spawnSync(process.execPath, [main, ...args], {
    env: { PATH, ...env, ...more },
    encoding: 'utf8',
    timeout: 20_000,
  });
}

test('a second process on the same DATA_DIR is refused at once, told by whom and what to do', () => {
  const second = run(['serve'], { PORT: '0' });

  expect(second.status).toBe(1);
  expect(second.stderr).toContain(`in use by process ${service.child.pid}`);
  expect(second.stderr).toContain('DATABASE_URL');
  expect(second.stderr).not.toContain('    at ');
});

test('every bad variable is named at once, without a stack', () => {
  const bad = run(['serve'], { PORT: 'x', BASE_URL: 'nowhere', SECRET_KEY: 'short' });

  expect(bad.status).toBe(1);
  for (const name of ['PORT', 'BASE_URL', 'SECRET_KEY']) expect(bad.stderr).toContain(`- ${name} `);
  expect(bad.stderr).not.toContain('    at ');
});

test('health, readiness and metrics answer without a token', async () => {
  const [health, ready, metrics] = await Promise.all(
    ['healthz', 'readyz', 'metrics'].map((path) => fetch(`${service.baseUrl}/${path}`)),
  );

  expect([health?.status, ready?.status, metrics?.status]).toEqual([200, 200, 200]);
  expect(await ready?.json()).toEqual({ status: 'ready', database: true, jobs: true });
  expect(await metrics?.text()).toContain('career_relay_jobs{queue="letter.send",state="waiting"}');
});

test('the key and the admin token are made on first start, for the owner alone, and the token opens the API', async () => {
  const token = readFileSync(join(folder, 'admin-token'), 'utf8').trim();

  const answers = await Promise.all(
    [{}, { authorization: `Bearer ${token}` }].map((headers) =>
      fetch(`${service.baseUrl}/api/v1/companies`, { headers }),
    ),
  );

  for (const name of ['admin-token', 'secret-key']) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
  expect(answers.map(({ status }) => status)).toEqual([401, 200]);
});

test('the first admin comes in by the printed link, which stands in no line of the log', async () => {
  const lines = service.output().split('\n');
  const code = /\/app\/first\?code=([\w-]{43})/.exec(service.output())?.[1] ?? 'none';
  const [name = '', email = ''] = ['髙﨑 花子', 'hanako@example.com'];

  const entered = await fetch(`${service.baseUrl}/api/auth/first`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: service.baseUrl },
    body: JSON.stringify({ code, name, email }),
  });
  const cookie = entered.headers.getSetCookie().map((line) => line.split(';', 1)[0]);
  const me = await fetch(`${service.baseUrl}/api/v1/me`, { headers: { cookie: cookie.join('; ') } });

  expect(entered.status).toBe(200);
  expect(await me.json()).toMatchObject({ isOperator: true, user: { name, email } });
  expect(lines.filter((line) => line.startsWith('{') && line.includes(code))).toEqual([]);
});

test('the log names routes, never the address that was asked for', async () => {
  const token = 'canary-token-canary-token-canary-token-cana';

  await fetch(`${service.baseUrl}/c/${token}`);
  // What was logged before an answer is read before the next ones.
  for (let tries = 0; tries < 50 && !service.output().includes('/c/'); tries += 1)
    await fetch(`${service.baseUrl}/healthz`);

  expect(service.output()).toContain('"route":"/c/:token"');
  expect(service.output()).not.toContain('canary');
});

test('asked to stop, it finishes and ends with 0, and the folder is free again', async () => {
  const code = await service.stop();
  const after = run(['ledger', 'verify']);

  expect(code).toBe(0);
  expect(after.stdout).toContain('The ledger holds');
  expect(after.status).toBe(0);
});

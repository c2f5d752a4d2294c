import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { type Api, openApi } from '../src/demo/api.ts';
import { sampleAgency } from '../test/support/company.ts';
import { createServerDatabase } from '../test/support/database.ts';
import { findFreePort, type Service, startService } from '../test/support/service.ts';

export const serverUrl = process.env.DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres';
export const adminToken = 'bench-token-bench-token-bench-token-bench';

/** The middle value: half of the runs were better, half worse. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

/** The value that a share of all lies below; `share` 0.99 is the p99. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

/** One figure beside its rival, and the goal the ratio is held to. */
export function report(name: string, rows: readonly (readonly [string, string])[]): void {
  console.log(`\n${name}`);
  for (const [label, value] of rows) console.log(`  ${label.padEnd(46)} ${value}`);
}

export interface Rig {
  readonly url: string;
  readonly api: Api;
  readonly service: Service;
  readonly sql: pg.Client;
  close(): Promise<void>;
}

/** The real program on a fresh PostgreSQL database, with a company and its agency. */
export async function startRig(args: readonly string[]): Promise<Rig> {
  const database = await createServerDatabase(serverUrl);
  const folder = mkdtempSync(join(tmpdir(), 'career-relay-bench-'));
  const port = String(await findFreePort());
  const service = await startService(
    {
      PORT: port,
      BASE_URL: `http://127.0.0.1:${port}`,
      DATA_DIR: folder,
      DATABASE_URL: database.url,
      ADMIN_TOKEN: adminToken,
      SECRET_KEY: 'q0ZC4cZbXy0m3Y8K1dB2eFh5jLnOpRsTuVwXz67A9Cg=',
      ALLOW_PRIVATE_NETWORK: 'true',
      TRUSTED_PROXIES: '1',
      LOG_LEVEL: 'warn',
    },
    args,
  );
  const api = openApi(service.baseUrl, adminToken);
  await api.post('/companies', {
    slug: 'bench',
    name: '架空食品株式会社',
    locale: 'ja',
    postalAddress: '東京都千代田区架空町1-2-3',
    contactEmail: 'saiyo@example.com',
  });
  await api.put('/companies/bench/agency', sampleAgency);
  const sql = new pg.Client({ connectionString: database.url });
  await sql.connect();
  return {
    url: database.url,
    api,
    service,
    sql,
    async close() {
      await sql.end();
      await service.stop();
      await database.drop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Another program of ours in a process of its own; ready when it prints its first line, which is given back. */
export async function startScript(
  file: string,
  args: readonly string[],
): Promise<{ readonly line: string; readonly child: ChildProcess; stop(): Promise<void> }> {
  const child = spawn(process.execPath, [fileURLToPath(new URL(file, import.meta.url)), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [chunk] = await once(child.stdout, 'data');
  return {
    line: String(chunk).trim(),
    child,
    async stop() {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

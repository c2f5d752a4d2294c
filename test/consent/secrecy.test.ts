import { Writable } from 'node:stream';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { pino } from 'pino';
import { RelayError } from '../../src/connector/index.ts';
import type { Database } from '../../src/platform/database.ts';
import { openTestDatabase } from '../support/database.ts';
import { openBrowser, openRoom, readForm } from './room.ts';

let database: Database;

beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

test('a link’s token, a name, an address and a nonce stand in no log line, no job, no event and no row but the person’s own', async () => {
  const lines: string[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  const room = await openRoom(database, { log: pino({ level: 'trace' }, stream) });
  const { token } = await room.addApplicant({ familyName: 'カナリア', email: 'canary@example.com' });
  const browser = openBrowser(room.server);
  const { nonce } = readForm((await browser.open(`/c/${token}`)).body);

  await browser.press('grant');
  await browser.press('withdraw', { headers: { origin: 'https://evil.example.com' } });
  await browser.open(`/c/${token}/held`);
  await browser.open(`/c/${token}/nowhere/at/all`);
  await room.server.inject({
    method: 'POST',
    url: `/c/${token}`,
    payload: 'x'.repeat(20_000),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
  await room.server.inject({ method: 'PUT', url: `/c/${token}` });
  room.mailer.outcome = { kind: 'refused', isPermanent: false, reason: 'busy' };
  room.ats.answer = async () => Promise.reject(new RelayError('vendor_unavailable'));
  await room.events.deliver('consent-granted', room.events.published('consent-granted')).catch(() => undefined);
  await room.jobs.runDue().catch(() => undefined);

  const rows = await readEveryRow();
  const elsewhere = [
    ...lines,
    JSON.stringify(room.jobs.waiting),
    JSON.stringify(room.events.published('consent-granted')),
  ];
  expect(lines.length).toBeGreaterThan(0);
  for (const secret of [token, nonce, 'カナリア', 'canary@example.com'])
    expect(elsewhere.filter((text) => text.includes(secret))).toEqual([]);
  expect(rows.filter((row) => row.includes(token) || row.includes(nonce))).toEqual([]);
  expect(rows.filter((row) => row.includes('canary@example.com'))).toHaveLength(1);
  await room.server.close();
});

async function readEveryRow(): Promise<readonly string[]> {
  return database.forSystem(async (tx) => {
    const tables = await sql<{ name: string }>`
      select tablename as name from pg_tables where schemaname = 'public' and tablename <> 'schema_migration'`.execute(
      tx,
    );
    const rows: string[] = [];
    for (const { name } of tables.rows) {
      const found = await sql<{ row: string }>`select row_to_json(t)::text as row from ${sql.table(name)} t`.execute(
        tx,
      );
      rows.push(...found.rows.map(({ row }) => row));
    }
    return rows;
  });
}

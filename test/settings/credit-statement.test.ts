import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import { openRoom } from '../credit/room.ts';
import { addCompany, adminToken, openRelay, type TestRelay } from './relay.ts';

let relay: TestRelay;

beforeAll(async () => {
  relay = await openRelay();
});
afterAll(() => relay.close());

async function download(company: string, query = '') {
  const response = await relay.server.inject({
    url: `/api/v1/credits/ledger.csv?company=${company}${query}`,
    headers: { authorization: `Bearer ${adminToken}` },
  });
  return { status: response.statusCode, headers: response.headers, body: response.body };
}

/** A company whose first referral made a credit, which was reserved for what looks like a formula. */
async function addSpender() {
  const room = await openRoom(relay.database, { perCredit: 1 });
  await room.agree(1);
  await room.credits.reserve(room.companyId, { reason: '=HYPERLINK("https://example.com"), 髙﨑', actor: 'admin' });
  return room;
}

test('the statement is a file a book-keeper takes: every entry with its debit or credit, and nothing that runs', async () => {
  const { companyId } = await addSpender();

  const { status, headers, body } = await download(companyId, '&locale=ja');

  expect(status).toBe(200);
  expect(headers['content-type']).toBe('text/csv; charset=utf-8');
  expect(headers['content-disposition']).toMatch(/^attachment; filename="credits-[a-z0-9-]+\.csv"$/);
  expect(body.startsWith('\u{feff}紹介会社,番号,')).toBe(true);
  expect(body.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
  const rows: Record<string, string>[] = parse(body, { bom: true, columns: true });
  const reserved = rows.filter((row) => row.内容 === 'クレジットを確保');
  expect(reserved.map((row) => [row.勘定, row.借方, row.貸方, row.残高]).toSorted()).toEqual([
    ['使えるクレジット', '', '1', '0'],
    ['確保中のクレジット', '1', '', '1'],
  ]);
  expect(reserved[0]).toMatchObject({
    摘要: '\'=HYPERLINK("https://example.com"), 髙﨑',
    操作した人: '管理用トークン',
    日付: '2026-11-24',
  });
  const sum = (column: string) => rows.reduce((total, row) => total + Number(row[column]), 0);
  expect(sum('借方')).toBe(sum('貸方'));
});

test('a period is of days in Japan, its name bears them, and who took it stands in the log', async () => {
  const { companyId } = await addSpender();

  const before = await download(companyId, '&locale=en&to=2026-11-23');
  const within = await download(companyId, '&locale=en&from=2026-11-24&to=2026-11-24');

  const kinds = (body: string) =>
    new Set(parse(body, { bom: true, columns: true }).map((row: unknown) => (row as { What: string }).What));
  expect([...kinds(before.body)]).toEqual(['Opening balance', 'Closing balance']);
  expect([...kinds(within.body)]).toContain('Credit reserved');
  expect(within.headers['content-disposition']).toContain('-2026-11-24-2026-11-24.csv');
  const { body } = await relay.call('GET', `/audit?company=${companyId}`);
  expect(body.items[0]).toMatchObject({
    action: 'credit.exported',
    actor: 'admin',
    detail: { from: '2026-11-24', to: '2026-11-24' },
  });
});

test('a company without a ledger gets an empty statement, a period that runs backwards is refused', async () => {
  const { slug } = await addCompany(relay, false);

  const empty = await download(slug);
  const refused = await download(slug, '&from=2026-11-24&to=2026-11-23');

  expect(empty.body.trim().split('\r\n')).toHaveLength(1);
  expect(refused.status).toBe(400);
});

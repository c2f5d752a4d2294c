import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import type { Database } from '../../../src/platform/database.ts';
import { erasureSteps, keptTables } from '../../../src/settings/company-data/erasure-order.ts';
import { exportedTables, leftOut } from '../../../src/settings/company-data/exported.ts';
import { openTestDatabase } from '../../support/database.ts';

/** The lists of what is exported and erased, against what the database holds. */

let database: Database;

beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

interface Column {
  readonly table: string;
  readonly column: string;
  readonly type: string;
  readonly isKey: boolean;
}

/** Every column of every table that carries company_id. */
async function readColumns(): Promise<readonly Column[]> {
  const { rows } = await database.forSystem((tx) =>
    sql<Column>`
      select c.relname as table, a.attname as column, format_type(a.atttypid, null) as type,
        exists (select from pg_index i where i.indrelid = c.oid and i.indisprimary and a.attnum = any (i.indkey)) as "isKey"
      from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace
        and exists (select from pg_attribute own where own.attrelid = c.oid and own.attname = 'company_id')
      order by 1, a.attnum`.execute(tx),
  );
  return rows;
}

async function readTables(): Promise<readonly string[]> {
  return [...new Set((await readColumns()).map(({ table }) => table))];
}

describe('what is exported', () => {
  test('every table of a company is exported, or named as left out with a reason', async () => {
    const named = [...exportedTables.map(({ name }) => name), ...Object.keys(leftOut)].toSorted();

    expect(named).toEqual((await readTables()).toSorted());
    expect(new Set(named).size).toBe(named.length);
  });

  test.each(exportedTables)('every column of $name is exported, or named as left out', async (table) => {
    const own = (await readColumns()).filter((one) => one.table === table.name).map(({ column }) => column);

    const named = ['company_id', ...table.columns, ...table.without].toSorted();

    expect(named).toEqual(own.toSorted());
  });

  test.each(exportedTables)('$name is read in the order of its key, so that no row is passed over', async (table) => {
    const own = (await readColumns()).filter((one) => one.table === table.name);

    const key = own.filter(({ isKey }) => isKey).map(({ column }) => column);

    expect(Object.keys({ company_id: 'uuid', ...table.key })).toEqual(expect.arrayContaining(key));
    for (const [column, type] of Object.entries(table.key))
      expect(own.find((one) => one.column === column)?.type).toBe(
        type === 'timestamptz' ? 'timestamp with time zone' : type,
      );
  });

  test('no secret, no ciphertext and no digest that opens something is exported', () => {
    const harmless = [
      'consent.text_hash',
      'consent_text.text_hash',
      'audit_entry.hash',
      'audit_entry.prev_hash',
      'ledger_posting.hash',
      'ledger_posting.prev_hash',
      'ledger_posting.idempotency_key',
      'file_import.sha256',
      'notice.group_key',
      'notice.tokens', // what a notice counts
      'connection.failing_code',
      'consent.referral_code', // the applicant tells it to the agency
      'referral.referral_code',
    ];
    const doubtful = exportedTables.flatMap(({ name, columns }) =>
      columns
        .filter((column) => /hash|sha256|key|tokens?$|secret|cipher|digest|code$/.test(column))
        .map((column) => `${name}.${column}`),
    );

    expect(doubtful.filter((column) => !harmless.includes(column))).toEqual([]);
  });

  test('bytes are exported as text', async () => {
    const bytes = (await readColumns()).filter(({ type }) => type === 'bytea');

    const shown = bytes.filter(({ table, column }) =>
      exportedTables.some(({ name, columns }) => name === table && columns.includes(column)),
    );

    expect(shown.map(({ table, column }) => [table, column])).toEqual(
      exportedTables.flatMap(({ name, bytes: own }) => own.map((column) => [name, column])),
    );
  });
});

describe('what is erased', () => {
  const last = ['company', 'company_deletion'];

  test('every table of a company is erased, or named as kept', async () => {
    const named = [...erasureSteps.flat(), ...keptTables, ...last].toSorted();

    expect(named).toEqual((await readTables()).toSorted());
  });

  test('no table goes before one that points at it', async () => {
    const { rows } = await database.forSystem((tx) =>
      sql<{ from: string; to: string; isDeferrable: boolean }>`
        select distinct conrelid::regclass::text as from, confrelid::regclass::text as to, condeferrable as "isDeferrable"
        from pg_constraint where contype = 'f' and confdeltype not in ('c', 'n')`.execute(tx),
    );
    const stepOf = (table: string) => erasureSteps.findIndex((tables) => tables.some((one) => one === table));
    const isLate = ({ from, to, isDeferrable }: (typeof rows)[number]) => {
      if (stepOf(from) < 0 || stepOf(to) < 0) return false;
      if (stepOf(from) !== stepOf(to)) return stepOf(from) > stepOf(to);
      const together = erasureSteps[stepOf(from)] ?? [];
      // Within a step each table goes in one statement, so only another table may be in the way.
      if (from === to) return together.length === 1;
      const order = together.map(String);
      return !isDeferrable && order.indexOf(from) > order.indexOf(to);
    };

    expect(rows.length).toBeGreaterThan(40);
    expect(rows.filter(isLate)).toEqual([]);
  });

  test('the role that erases may delete from every table but those that are kept, and changes nothing', async () => {
    const { rows } = await database.forSystem((tx) =>
      sql<{ table: string; may: boolean; mayWrite: boolean }>`
        select relname as table, has_table_privilege('career_relay_eraser', oid, 'delete') as may,
          has_table_privilege('career_relay_eraser', oid, 'insert, update, truncate') as "mayWrite"
        from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace`.execute(tx),
    );

    const open = rows.filter(({ may }) => may).map(({ table }) => table);

    expect(open.toSorted()).toEqual([...erasureSteps.flat(), 'company'].toSorted());
    expect(rows.filter(({ mayWrite }) => mayWrite)).toEqual([]);
  });
});

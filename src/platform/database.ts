import { PGlite, type PGliteOptions } from '@electric-sql/pglite';
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  Kysely,
  PGliteDialect,
  PostgresAdapter,
  PostgresDialect,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
  sql,
  type Transaction,
} from 'kysely';
import pg from 'pg';
import { fromPglite, type Db as JobDatabase } from 'pg-boss';
import { isError, RelayError } from './errors.ts';
import { hasten, openGatheringSocket, sentAhead } from './postgres-client.ts';
import type { Tables } from './tables.ts';

/** The only handle inside a transaction. Whoever holds it acts as one company or as the system, never as the owner. */
export type Tx = Transaction<Tables>;

/** One SQL dialect on two engines: PostgreSQL, or PGlite embedded in a folder. */
export interface Database {
  readonly kind: 'pglite' | 'postgres';
  /** Acts as one company: row-level security shows and accepts its rows only. @throws RelayError database_unavailable. */
  forCompany<T>(companyId: string, work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Acts across companies: for hooks and links whose company is not known yet, for sweeps and for operators. */
  forSystem<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Sees and deletes rows of companies that are being erased, and nothing else; append-only tables let it through. */
  forErasure<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** For a library that writes its own SQL: as the system, each statement a transaction of its own. It knows no longer one. */
  readonly statements: Kysely<Tables>;
  /** Runs a script of many statements as the owner. For migrations only. */
  runScript(script: string): Promise<void>;
  ping(): Promise<void>;
  /** How the job queue reaches the same database. */
  readonly forJobs:
    | { readonly backend: 'pglite'; readonly db: JobDatabase }
    | { readonly backend: 'postgres'; readonly connectionString: string };
  close(): Promise<void>;
}

const startParams = [
  ...PGlite.defaultStartParams,
  // Without this PGlite leaves a ten-second timer behind, which keeps a finished process alive.
  ...['-c', 'log_startup_progress_interval=0'],
  // PostgreSQL's 128 MB would be zeroed at each start; the files of one small company are in the system's cache anyway.
  ...['-c', 'shared_buffers=16MB'],
];

/** What opening PGlite can be spared: a dumped folder to begin with, and the files of its own, already read. */
export type EmbeddedParts = Pick<PGliteOptions, 'loadDataDir' | 'fsBundle'>;

/** @param folder where PGlite keeps its files; `memory://` keeps none. */
export async function openEmbeddedDatabase(folder: string, parts: EmbeddedParts = {}): Promise<Database> {
  const pglite = await PGlite.create({ dataDir: folder, startParams, ...parts });
  const kysely = new Kysely<Tables>({ dialect: new PGliteDialect({ pglite }) });
  return {
    kind: 'pglite',
    ...toTransactions(kysely),
    async runScript(script) {
      await pglite.exec(script);
    },
    forJobs: { backend: 'pglite', db: fromPglite(pglite) },
    async close() {
      await kysely.destroy();
      // Kysely closes only what it has used.
      if (!pglite.closed) await pglite.close();
    },
  };
}

/** @param url postgres://…; `maxConnections` bounds the pool of this process. */
export async function openPostgres(url: string, maxConnections = 10): Promise<Database> {
  const pool = new pg.Pool({
    connectionString: url,
    max: maxConnections,
    connectionTimeoutMillis: 5_000,
    pipeline: true,
    stream: openGatheringSocket,
  });
  // An idle connection that breaks must not end the process: the next query meets the error where it can be told.
  pool.on('error', () => undefined);
  // The same for one that breaks while it is in use: its statement fails, and says so.
  pool.on('connect', (client) => client.on('error', () => undefined));
  pool.on('connect', hasten);
  const kysely = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  return {
    kind: 'postgres',
    ...toTransactions(kysely),
    async runScript(script) {
      await guardConnection(() => pool.query(script));
    },
    forJobs: { backend: 'postgres', connectionString: url },
    async close() {
      await kysely.destroy();
      // Kysely closes only what it has used.
      if (!pool.ending) await pool.end();
    },
  };
}

function toTransactions(
  kysely: Kysely<Tables>,
): Pick<Database, 'forCompany' | 'forSystem' | 'forErasure' | 'statements' | 'ping'> {
  return {
    statements: new Kysely<Tables>({ dialect: toStatementDialect(kysely) }),
    forCompany: (companyId, work) => inTransaction(kysely, asCompany(companyId), work),
    forSystem: (work) => inTransaction(kysely, asSystem, work),
    forErasure: (work) => inTransaction(kysely, asEraser, work),
    ping: () => guardConnection(async () => void (await sql`select 1`.execute(kysely))),
  };
}

/** The owner's connection stays out of reach: every statement goes through a transaction that acts as the system. */
function toStatementDialect(kysely: Kysely<Tables>): Dialect {
  const refuse = (): never => {
    throw new RelayError('internal_error', { message: 'a transaction is begun by forCompany or forSystem only' });
  };
  const connection: DatabaseConnection = {
    executeQuery: <R>(query: CompiledQuery): Promise<QueryResult<R>> =>
      inTransaction(kysely, asSystem, (tx) => tx.executeQuery<R>(query as CompiledQuery<R>)), // the caller's word for its rows
    streamQuery: refuse,
  };
  return {
    createAdapter: () => new PostgresAdapter(),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
    createDriver: () => ({
      init: async () => undefined,
      acquireConnection: async () => connection,
      beginTransaction: async () => refuse(),
      commitTransaction: async () => refuse(),
      rollbackTransaction: async () => refuse(),
      releaseConnection: async () => undefined,
      destroy: async () => undefined,
    }),
  };
}

function asCompany(companyId: string): SqlStatement {
  return sql`${sql.raw(sentAhead)}select set_config('role', 'career_relay_app', true), set_config('app.company_id', ${companyId}, true)`;
}

const asEraser = sql`${sql.raw(sentAhead)}select set_config('role', 'career_relay_eraser', true), set_config('app.company_id', '', true)`;
const asSystem = sql`${sql.raw(sentAhead)}select set_config('role', 'career_relay_system', true), set_config('app.company_id', '', true)`;
type SqlStatement = typeof asSystem;

function inTransaction<T>(kysely: Kysely<Tables>, role: SqlStatement, work: (tx: Tx) => Promise<T>): Promise<T> {
  return guardConnection(() =>
    kysely.transaction().execute(async (tx) => {
      await role.execute(tx);
      return work(tx);
    }),
  );
}

/** Turns "the database is gone" into our error; everything else passes as it is. */
async function guardConnection<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isConnectionLost(error))
      throw new RelayError('database_unavailable', { message: 'the database cannot be reached' });
    throw error;
  }
}

const lostCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
  'EAI_AGAIN',
  '57P01',
  '57P02',
  '57P03',
  '08000',
  '08003',
  '08006',
  '53300',
  '53100',
  '25006',
]);

function isConnectionLost(error: unknown): boolean {
  if (!isError(error)) return false;
  if (typeof error.code === 'string' && lostCodes.has(error.code)) return true;
  return /Connection terminated|is not queryable|timeout exceeded when trying to connect|PGlite is closed/i.test(
    error.message,
  );
}

import { sql } from 'kysely';
import { fromKysely, type Job, type Db as JobDatabase, type JobResult, PgBoss } from 'pg-boss';
import type { Database, Tx } from './database.ts';
import { toRelayError } from './errors.ts';
import type { Log } from './log.ts';
import { sentAhead } from './postgres-client.ts';

/** What every job says: whose it is. Ids only; never a name, an address or a link's token. */
export interface JobData {
  readonly companyId: string;
}

export interface Queue<T extends JobData> {
  /** `<room>.<step>`; stored, so never renamed. */
  readonly name: string;
  /** Jobs handed over together at the most. A handler sees only jobs of one company at a time. */
  readonly batch: number;
  /** Batches worked on at once in one process; 1 unless the work mostly waits for somebody else. */
  readonly atOnce?: number;
  /** Does the work. Running twice with the same jobs must change nothing more. */
  handle(jobs: readonly T[]): Promise<void>;
}

/** Work that outlives its request, on the database of the facts it belongs to. */
export interface Jobs {
  /** Declares a queue, with its dead-letter queue `<name>.dead`. Before start. */
  define<T extends JobData>(queue: Queue<T>): void;
  /** Adds jobs in the caller's transaction: they exist if it commits. `startAfter` holds them back. */
  enqueue<T extends JobData>(
    tx: Tx,
    queue: string,
    jobs: readonly T[],
    options?: { readonly startAfter?: Date },
  ): Promise<void>;
  /** @param options.work false where a process only adds jobs. */
  start(options: { readonly work: boolean }): Promise<void>;
  /** Stops taking jobs, lets the ones in hand finish, then closes. */
  stop(): Promise<void>;
  /** How many jobs wait, run, and lie dead, by queue. */
  counts(): Promise<readonly QueueCounts[]>;
  /** The jobs that were given up, of one company or of all, by queue and cause; most first. What they carry stays inside. */
  listDead(companyId?: string): Promise<readonly DeadJobs[]>;
  /** Takes away the jobs of a company that is being erased, whether they wait, ended or lie dead; those in hand stay. */
  forget(companyId: string): Promise<void>;
  /** Moves dead jobs back to their queue, those of one company or of all; gives how many. */
  redrive(queue: string, companyId?: string): Promise<number>;
}

export interface DeadJobs {
  readonly queue: string;
  /** The code of the error that ended the last try; null where it had none. */
  readonly code: string | null;
  readonly count: number;
  readonly oldestAt: Date;
  readonly newestAt: Date;
}

export interface QueueCounts {
  readonly queue: string;
  readonly waiting: number;
  readonly active: number;
  readonly dead: number;
}

/**
 * A killed process stops beating; after `heartbeatSeconds` the next look of any process (every `lookSeconds`) gives its
 * jobs back. Together they stay under 30 s.
 */
const heartbeatSeconds = 10;
const lookSeconds = 5;
const retries = { retryLimit: 30, retryDelay: 1, retryBackoff: true, retryDelayMax: 900 };
const keptDays = 24 * 60 * 60;
/** Dead jobs given back in one statement. */
const redriveStep = 1_000;

export function openJobs(database: Database, log: Log): Jobs {
  const queues = new Map<string, Queue<never>>();
  const boss = new PgBoss({
    ...database.forJobs,
    schema: 'pgboss',
    max: 4,
    useListenNotify: true,
    superviseIntervalSeconds: lookSeconds,
    monitorIntervalSeconds: lookSeconds,
    schedule: false,
    reindex: false,
    monitorVacuum: false,
  } as ConstructorParameters<typeof PgBoss>[0]);
  boss.on('error', (error: Error) => log.warn({ err: error }, 'the job queue met an error'));

  async function createQueues(): Promise<void> {
    const existing = new Set((await boss.getQueues()).map((queue) => queue.name));
    for (const name of queues.keys()) {
      const dead = `${name}.dead`;
      if (!existing.has(dead)) await boss.createQueue(dead, { retentionSeconds: 90 * keptDays });
      if (!existing.has(name)) {
        await boss.createQueue(name, {
          ...retries,
          heartbeatSeconds,
          expireInSeconds: 600,
          retentionSeconds: 30 * keptDays,
          deleteAfterSeconds: keptDays,
          deadLetter: dead,
          notify: true,
        });
      }
    }
    await openToRoles(database);
    // A first look fills the queue cache. On PGlite a send inside a transaction would otherwise wait for itself.
    for (const name of queues.keys()) await boss.getQueue(name);
  }

  return {
    define: (queue) => void queues.set(queue.name, queue),
    async enqueue(tx, queue, jobs, options) {
      if (jobs.length === 0) return;
      const startAfter = options?.startAfter;
      await boss.insert(
        queue,
        jobs.map((data) => ({ data, ...(startAfter ? { startAfter } : {}) })),
        { db: toSentAhead(fromKysely(tx)), returnId: false },
      );
    },
    async start({ work }) {
      await boss.start();
      await createQueues();
      if (!work) return;
      for (const queue of queues.values()) {
        await boss.work<never>(
          queue.name,
          {
            batchSize: queue.batch,
            localConcurrency: queue.atOnce ?? 1,
            burstWhenBatchFull: queue.batch > 1,
            notifyPollingIntervalSeconds: 2,
            pollingIntervalSeconds: 1,
            perJobResults: true,
          },
          (batch: Job<never>[]) => runBatch(queue, batch, log),
        );
      }
    },
    stop: () => boss.stop({ graceful: true, timeout: 30_000, close: true }),
    async counts() {
      const all = new Map((await boss.getQueues()).map((queue) => [queue.name, queue]));
      return [...queues.keys()].map((queue) => ({
        queue,
        waiting: all.get(queue)?.queuedCount ?? 0,
        active: all.get(queue)?.activeCount ?? 0,
        dead: all.get(`${queue}.dead`)?.queuedCount ?? 0,
      }));
    },
    listDead: (companyId) => database.forSystem((tx) => listDead(tx, [...queues.keys()], companyId)),
    forget: (companyId) =>
      database.forErasure(async (tx) => {
        await sql`delete from pgboss.job where data->>'companyId' = ${companyId} and state <> 'active'`.execute(tx);
      }),
    async redrive(queue, companyId) {
      const which = companyId === undefined ? {} : { data: { companyId } };
      let all = 0;
      for (let moved = redriveStep; moved === redriveStep; all += moved)
        moved = await boss.redrive(`${queue}.dead`, { ...which, limit: redriveStep });
      return all;
    },
  };
}

/** Of what a job failed by only the code is read: a message might say more than an id. */
async function listDead(tx: Tx, queues: readonly string[], companyId?: string): Promise<readonly DeadJobs[]> {
  if (queues.length === 0) return [];
  const names = queues.map((queue) => `${queue}.dead`);
  const own = companyId === undefined ? sql`true` : sql`data->>'companyId' = ${companyId}`;
  const result = await sql<DeadJobs>`
    select left(name, -${'.dead'.length}::integer) as queue, source_output->>'code' as code, count(*)::integer as count,
      min(created_on) as "oldestAt", max(created_on) as "newestAt"
    from pgboss.job where name in (${sql.join(names)}) and state in ('created', 'retry') and ${own}
    group by 1, 2 order by 3 desc, 1, 2`.execute(tx);
  return result.rows;
}

/** pg-boss's statement for adding jobs is always the same for one queue, gives nothing back, and takes longer to plan than to run. */
function toSentAhead(db: JobDatabase): JobDatabase {
  return { executeSql: (text, values) => db.executeSql(`${sentAhead}${text}`, values) };
}

/** Runs a batch company by company; where a company's jobs fail together, each is tried alone, so one bad job holds up no other. */
async function runBatch(queue: Queue<never>, batch: Job<never>[], log: Log): Promise<JobResult[]> {
  const results: JobResult[] = [];
  for (const jobs of Map.groupBy(batch, (job) => (job.data as JobData).companyId).values()) {
    const together = await runTogether(queue, jobs, log);
    if (jobs.length === 1 || together.every((result) => result.status === 'completed')) results.push(...together);
    else for (const job of jobs) results.push(...(await runTogether(queue, [job], log)));
  }
  return results;
}

async function runTogether(queue: Queue<never>, jobs: readonly Job<never>[], log: Log): Promise<JobResult[]> {
  try {
    await queue.handle(jobs.map((job) => job.data));
    return jobs.map((job) => ({ id: job.id, status: 'completed' }));
  } catch (thrown) {
    const error = toRelayError(thrown);
    const level = error.kind === 'internal' ? 'error' : 'info';
    log[level](
      { queue: queue.name, jobs: jobs.length, code: error.code, err: error },
      'a job failed and is tried again',
    );
    return jobs.map((job) => ({ id: job.id, status: 'failed', output: { code: error.code, message: error.message } }));
  }
}

/** The run-time roles add jobs in their own transactions, so they need a door into the job tables. */
async function openToRoles(database: Database): Promise<void> {
  await database.runScript(`
    begin;
    select pg_advisory_xact_lock(hashtext('career-relay'), hashtext('job-grants'));
    grant usage on schema pgboss to career_relay_app, career_relay_system;
    grant select, insert on all tables in schema pgboss to career_relay_app, career_relay_system;
    grant execute on all functions in schema pgboss to career_relay_app, career_relay_system;
    grant usage on schema pgboss to career_relay_eraser;
    grant select, delete on pgboss.job to career_relay_eraser;
    commit;`);
}

import type { JobData, Jobs, Queue } from '../../src/platform/jobs.ts';
import type { TestClock } from './clock.ts';

interface TestJob {
  readonly queue: string;
  readonly data: JobData;
  readonly startAfter: Date | undefined;
}

/** Jobs in memory, run when a test says so. They are added at once: a rolled-back transaction does not take them back. */
export interface TestJobs extends Jobs {
  /** What waits, oldest first. */
  readonly waiting: readonly TestJob[];
  /** Runs the batch that is due first. */
  runNext(): Promise<void>;
  /** Runs everything that is due, also what that adds, until nothing is. A handler that throws gets its jobs back. */
  runDue(): Promise<void>;
}

export function makeTestJobs(clock: TestClock): TestJobs {
  const queues = new Map<string, Queue<never>>();
  let waiting: TestJob[] = [];

  const isDue = ({ startAfter }: TestJob) => !startAfter || startAfter <= clock.now();
  async function runBatch(first: TestJob): Promise<void> {
    const queue = queues.get(first.queue);
    if (!queue) throw new Error(`no such queue: ${first.queue}`);
    const batch = waiting
      .filter((job) => job.queue === first.queue && job.data.companyId === first.data.companyId && isDue(job))
      .slice(0, queue.batch);
    waiting = waiting.filter((job) => !batch.includes(job));
    try {
      await queue.handle(batch.map((job) => job.data as never));
    } catch (error) {
      waiting = [...batch, ...waiting];
      throw error;
    }
  }

  return {
    get waiting() {
      return waiting;
    },
    define: (queue) => void queues.set(queue.name, queue),
    async enqueue(_tx, queue, jobs, options) {
      waiting.push(...jobs.map((data) => ({ queue, data, startAfter: options?.startAfter })));
    },
    async runNext() {
      const next = waiting.find(isDue);
      if (next) await runBatch(next);
    },
    async runDue() {
      for (let next = waiting.find(isDue); next; next = waiting.find(isDue)) await runBatch(next);
    },
    start: async () => undefined,
    stop: async () => undefined,
    counts: async () => [],
    listDead: async () => [],
    redrive: async () => 0,
    forget: async (companyId) => {
      waiting = waiting.filter((job) => job.data.companyId !== companyId);
    },
  };
}

import { toRelayError } from './errors.ts';
import type { Log } from './log.ts';

export interface Sweep {
  readonly name: string;
  readonly everyMs: number;
  /** Looks for what has become due. Safe in several processes at once. */
  run(): Promise<unknown>;
}

export interface Ticker {
  /** Stops ticking and waits for the sweeps under way. */
  stop(): Promise<void>;
}

/** Runs each sweep again and again, never twice at once; one that fails is logged and comes round again. */
export function startTicker(sweeps: readonly Sweep[], log: Log): Ticker {
  let isStopped = false;
  const wakers = new Set<() => void>();

  const pause = (ms: number) =>
    new Promise<void>((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        wakers.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, ms);
      wakers.add(wake);
    });

  async function tick(sweep: Sweep): Promise<void> {
    while (!isStopped) {
      try {
        await sweep.run();
      } catch (thrown) {
        const error = toRelayError(thrown);
        log.warn({ sweep: sweep.name, code: error.code, err: error }, 'a sweep failed and comes round again');
      }
      if (!isStopped) await pause(sweep.everyMs);
    }
  }

  const running = sweeps.map(tick);
  return {
    async stop() {
      isStopped = true;
      for (const wake of [...wakers]) wake();
      await Promise.all(running);
    },
  };
}

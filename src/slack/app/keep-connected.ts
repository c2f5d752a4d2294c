import { toRelayError } from '../../platform/errors.ts';
import type { Log } from '../../platform/log.ts';

/** What we use of Slack's socket. */
export interface Socket {
  start(): Promise<unknown>;
  disconnect(): Promise<void>;
  once(event: 'disconnected', heard: () => void): unknown;
}

const firstPauseMs = 1_000;
const longestPauseMs = 60_000;
const farewellMs = 2_000;

/**
 * Keeps one socket open until it is stopped: opened again at once when Slack closes it, as it does every few hours,
 * and after a pause that doubles up to a minute while it cannot be opened. Slack sends again what nobody acknowledged.
 */
export function keepConnected(
  log: Log,
  open: () => Promise<Socket>,
  pause: (ms: number, signal: AbortSignal) => Promise<void> = pauseFor,
): { stop(): Promise<void> } {
  const stopping = new AbortController();
  let socket: Socket | undefined;

  async function run(): Promise<void> {
    let pauseMs = firstPauseMs;
    while (!stopping.signal.aborted) {
      try {
        socket ??= await open();
        const closed = new Promise<void>((resolve) => void socket?.once('disconnected', resolve));
        await socket.start();
        pauseMs = firstPauseMs;
        if (stopping.signal.aborted) await socket.disconnect();
        else await closed;
      } catch (thrown) {
        log.warn({ code: 'slack_unavailable', said: toRelayError(thrown).code }, "Slack's socket could not be opened");
        socket = undefined;
        await pause(pauseMs, stopping.signal);
        pauseMs = Math.min(pauseMs * 2, longestPauseMs);
      }
    }
  }

  const ended = run();
  return {
    async stop() {
      stopping.abort();
      // One that is closed already, or that Slack never greeted, does not say that it ends.
      const patience = new AbortController();
      await Promise.race([Promise.all([socket?.disconnect(), ended]), pauseFor(farewellMs, patience.signal)]);
      patience.abort();
    },
  };
}

function pauseFor(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

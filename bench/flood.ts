import { once } from 'node:events';
import { connect } from 'node:net';

export interface FloodResult {
  readonly perSecond: number;
  /** Of each answer, in milliseconds. */
  readonly latenciesMs: readonly number[];
  readonly refused: number;
}

/**
 * Sends one request after the other over each of `connections` kept-open sockets for `seconds`, and measures each answer.
 * As little work of its own as can be, for it shares the cores with what it measures: requests are ready-made bytes.
 * @param make the bytes of the n-th request, given its number.
 */
export async function flood(
  url: URL,
  connections: number,
  seconds: number,
  make: (n: number) => Buffer,
): Promise<FloodResult> {
  const latenciesMs: number[] = [];
  let sent = 0;
  let refused = 0;
  const endsAt = performance.now() + seconds * 1_000;
  await Promise.all(
    Array.from({ length: connections }, async () => {
      const socket = connect(Number(url.port), url.hostname).setNoDelay(true);
      await once(socket, 'connect');
      let startedAt = 0;
      const next = () => {
        if (performance.now() >= endsAt) return void socket.end();
        startedAt = performance.now();
        sent += 1;
        socket.write(make(sent));
      };
      // Every answer here is short and comes whole.
      socket.on('data', (chunk) => {
        latenciesMs.push(performance.now() - startedAt);
        if (!chunk.subarray(0, 12).equals(ok)) refused += 1;
        next();
      });
      next();
      await once(socket, 'close');
    }),
  );
  return { perSecond: latenciesMs.length / seconds, latenciesMs, refused };
}

const ok = Buffer.from('HTTP/1.1 200');

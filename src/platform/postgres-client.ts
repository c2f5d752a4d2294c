import { Socket } from 'node:net';

/**
 * Begins the text of a statement that each connection parses and plans only once. For texts that are few, never vary
 * and are sent all the time. To a database that does not know it, it is a comment.
 */
export const prepared = '/* prepared */ ';

/** The same, and nobody waits for the answer, which is empty. Should the statement fail, its transaction fails at its end. */
export const sentAhead = '/* prepared, sent ahead */ ';

/**
 * A socket that sends in one piece what one turn of the event loop writes: each piece costs both sides a system call.
 * The driver corks around every statement; the first cork of a turn holds until the turn is over.
 */
export function openGatheringSocket(): Socket {
  const socket = new Socket();
  const cork = socket.cork.bind(socket);
  let isGathering = false;
  return Object.assign(socket, {
    cork() {
      cork();
      if (isGathering) return;
      isGathering = true;
      cork();
      process.nextTick(() => {
        isGathering = false;
        socket.uncork();
      });
    },
  });
}

/**
 * Teaches a pipelining client what the two marks mean. `begin` is sent ahead too, so that a transaction's first words
 * make one journey to the server. What was sent ahead is answered for by `commit`.
 */
export function hasten(client: { readonly query: (...args: never[]) => unknown }): void {
  const query = client.query;
  const names = new Map<string, string>();
  let ahead: readonly Promise<unknown>[] = [];

  function send(text: unknown, rest: readonly unknown[]): Promise<unknown> {
    return Reflect.apply(query, client, [text, ...rest]);
  }

  function sendPrepared(text: string, rest: readonly unknown[]): Promise<unknown> {
    const name = names.get(text) ?? `prepared_${names.size}`;
    names.set(text, name);
    return send({ name, text }, rest);
  }

  Object.assign(client, {
    query(text: unknown, ...rest: unknown[]) {
      // With a callback it is the pool's own use of its client, which no mark concerns.
      if (typeof text !== 'string' || typeof rest.at(-1) === 'function') return send(text, rest);
      if (text === 'begin') ahead = [];
      if (text === 'begin' || text.startsWith(sentAhead)) {
        const sent = sendPrepared(text, rest);
        sent.catch(() => undefined);
        ahead = [...ahead, sent];
        return Promise.resolve({ command: 'SELECT', rowCount: 0, rows: [] });
      }
      if (text === 'commit') return Promise.all([send(text, rest), ...ahead]).then(([answer]) => answer);
      const sent = text.startsWith(prepared) ? sendPrepared(text, rest) : send(text, rest);
      return sent.catch((error) => blameFirst(ahead, error));
    },
  });
}

/** What was sent ahead may have failed first, and then only that says why. */
async function blameFirst(ahead: readonly Promise<unknown>[], error: unknown): Promise<never> {
  await Promise.all(ahead);
  throw error;
}

import type { Database } from './database.ts';
import type { Server } from './http-server.ts';
import type { Jobs } from './jobs.ts';
import type { Metrics } from './metrics.ts';

/** /healthz: the process lives · /readyz: database and jobs answer · /metrics: Prometheus. No person, no company in any. */
export function registerHealth(
  server: Server,
  parts: { readonly database: Database; readonly jobs: Jobs; readonly metrics: Metrics },
): void {
  server.get('/healthz', async () => ({ status: 'ok' }));
  server.get('/readyz', async (_request, reply) => {
    const [database, jobs] = await Promise.all([
      answers(() => parts.database.ping()),
      answers(() => parts.jobs.counts()),
    ]);
    return reply
      .status(database && jobs ? 200 : 503)
      .send({ status: database && jobs ? 'ready' : 'not-ready', database, jobs });
  });
  server.get('/metrics', async (_request, reply) => {
    const { contentType, text } = await parts.metrics.render(parts.jobs);
    return reply.type(contentType).send(text);
  });
}

async function answers(ask: () => Promise<unknown>): Promise<boolean> {
  try {
    await ask();
    return true;
  } catch {
    return false;
  }
}

import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { Jobs } from './jobs.ts';

export interface Metrics {
  countDelivery(outcome: 'stored' | 'duplicate' | 'refused'): void;
  /** Prometheus text; counts only. */
  render(jobs: Jobs): Promise<{ readonly contentType: string; readonly text: string }>;
}

export function openMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'career_relay_' });
  const deliveries = new Counter({
    name: 'career_relay_deliveries_total',
    help: 'Webhook requests by what became of them',
    labelNames: ['outcome'],
    registers: [registry],
  });
  const queued = new Gauge({
    name: 'career_relay_jobs',
    help: 'Jobs by queue and state; dead ones need a person',
    labelNames: ['queue', 'state'],
    registers: [registry],
  });
  return {
    countDelivery: (outcome) => deliveries.inc({ outcome }),
    async render(jobs) {
      for (const { queue, waiting, active, dead } of await jobs.counts()) {
        queued.set({ queue, state: 'waiting' }, waiting);
        queued.set({ queue, state: 'active' }, active);
        queued.set({ queue, state: 'dead' }, dead);
      }
      return { contentType: registry.contentType, text: await registry.metrics() };
    },
  };
}

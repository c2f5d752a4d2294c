import type { z } from 'zod';
import type * as activity from '../../api/activity-schemas.ts';
import type * as schemas from '../../api/schemas.ts';

export type Delivery = z.input<typeof schemas.Delivery>;
export type DeliveryBody = z.input<typeof activity.DeliveryBody>;
export type ReplayRequest = z.input<typeof activity.ReplayRequest>;
export type Replayed = z.input<typeof activity.Replayed>;
export type DeadJobs = z.input<typeof activity.DeadJobs>;
export type Redrive = z.input<typeof activity.Redrive>;
export type Health = z.input<typeof activity.Health>;
export type AuditEntry = z.input<typeof schemas.AuditEntry>;

export const tabs = ['deliveries', 'dead', 'audit', 'health'] as const;
export type Tab = (typeof tabs)[number];

export const statuses = ['stored', 'processed', 'ignored', 'set-aside', 'failed'] as const;

export const nouns = [
  'agency',
  'api-token',
  'company',
  'connection',
  'credit',
  'delivery',
  'import',
  'invitation',
  'job',
  'letter',
  'member',
  'referral',
  'rejection',
  'slack',
  'template',
  'terms',
] as const;

/** What stands in the address; what is undefined is as at first. */
export interface ActivitySearch {
  readonly tab?: Tab | undefined;
  readonly connection?: string | undefined;
  readonly status?: Delivery['status'] | undefined;
  readonly about?: (typeof nouns)[number] | undefined;
}

export function toActivitySearch(search: Readonly<Record<keyof ActivitySearch, unknown>>): ActivitySearch {
  return {
    tab: tabs.find((tab) => tab === search.tab && tab !== 'deliveries'),
    connection: typeof search.connection === 'string' ? search.connection : undefined,
    status: statuses.find((status) => status === search.status),
    about: nouns.find((noun) => noun === search.about),
  };
}

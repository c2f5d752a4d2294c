import type { Connector, Report } from '../connector/index.ts';
import { toRelayError } from '../platform/errors.ts';
import type { StoredDelivery } from './store.ts';

/** What a delivery says, or why it cannot be understood. */
export type Reading =
  | { readonly kind: 'understood'; readonly reports: readonly Report[] }
  | { readonly kind: 'set-aside' | 'ignored'; readonly reason: string };

/** Pure: bytes → reports. A body that is genuine but strange is set aside with its reason, never thrown away. */
export function readDelivery({ webhook }: Connector, { body, receivedAt }: StoredDelivery): Reading {
  let content: unknown;
  try {
    content = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    return { kind: 'set-aside', reason: 'not-json' };
  }
  try {
    if (isStale(webhook?.freshness, content, receivedAt)) return { kind: 'ignored', reason: 'stale' };
    return { kind: 'understood', reports: webhook?.parse(content) ?? [] };
  } catch (thrown) {
    return { kind: 'set-aside', reason: toRelayError(thrown).code };
  }
}

/** Whether its sender made it too long ago, or in a future that our clocks' difference does not explain. */
function isStale(
  freshness: NonNullable<Connector['webhook']>['freshness'],
  content: unknown,
  receivedAt: Date,
): boolean {
  const sentAt = freshness?.sentAt(content);
  return (
    freshness !== undefined && sentAt != null && Math.abs(receivedAt.getTime() - sentAt.getTime()) > freshness.maxAgeMs
  );
}

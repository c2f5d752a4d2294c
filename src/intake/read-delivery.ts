import type { Connector, Report } from '../connector/index.ts';
import { toRelayError } from '../platform/errors.ts';

/** What a delivery says, or why it cannot be understood. */
export type Reading =
  | { readonly kind: 'understood'; readonly reports: readonly Report[] }
  | { readonly kind: 'set-aside'; readonly reason: string };

/** Pure: bytes → reports. A body that is genuine but strange is set aside with its reason, never thrown away. */
export function readDelivery(connector: Connector, body: Uint8Array): Reading {
  let content: unknown;
  try {
    content = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    return { kind: 'set-aside', reason: 'not-json' };
  }
  try {
    return { kind: 'understood', reports: connector.webhook?.parse(content) ?? [] };
  } catch (thrown) {
    return { kind: 'set-aside', reason: toRelayError(thrown).code };
  }
}

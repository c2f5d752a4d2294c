import type { Context, WebhookSetup } from '../../src/connector/contract.ts';
import { events } from './map.ts';
import * as vendor from './schema.ts';

/**
 * One webhook per event at our address, which Greenhouse lets only partners make. What stands there is found first; one
 * that is switched off, as Greenhouse does when its ping is not answered, is switched on again. Its secret stays.
 * Source: v3 webhooks, "Greenhouse partners exclusive" (OpenAPI of 2026-03-18, read 2026-11-22).
 */
export const webhooks: WebhookSetup = {
  mayBy: ['authorization-code'],
  async create(context, target) {
    const standing = await context.http.list('/v3/webhooks', vendor.Webhook, { per_page: '500' });
    const ours = standing.filter((webhook) => webhook.endpoint_url === target.url);
    for (const event of events) {
      const same = ours.filter((webhook) => webhook.event_action_type === event);
      if (same.length === 0) await make(context, event, target);
      else if (same.every((webhook) => webhook.deactivated === true)) await switchOn(context, same[0]);
    }
    return [];
  },
};

/** As often as Greenhouse itself tries by default, over about 15 hours. */
const attemptsMax = 7;

async function make(context: Context, event: string, target: { readonly url: string; readonly secret: string }) {
  await context.http.post(
    '/v3/webhooks',
    {
      endpoint_url: target.url,
      name: `Career Relay: ${event}`,
      event_action_type: event,
      secret_key: target.secret,
      max_attempts: attemptsMax,
    },
    vendor.Anything,
  );
}

async function switchOn(context: Context, webhook: vendor.Webhook | undefined) {
  if (webhook) await context.http.patch(`/v3/webhooks/${webhook.id}`, { deactivated: false }, vendor.Anything);
}

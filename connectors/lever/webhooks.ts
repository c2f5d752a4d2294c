import type { Context, WebhookSetup } from '../../src/connector/contract.ts';
import { events } from './map.ts';
import * as vendor from './schema.ts';

/** All of them: Lever would leave out those it is not given. Deletions and contacts have no origin to choose by. */
const origins = ['applied', 'sourced', 'referred', 'university', 'agency', 'internal'];
const withoutOrigin: readonly string[] = ['candidateDeleted', 'contactCreated', 'contactUpdated'];

/**
 * One webhook per event. Lever tells a webhook's signature token when it is made and never again, so one that stands there
 * already is of no use to whoever does not know its token, and nothing says which token was whose. Hence all are made
 * anew, and only then those that stood at our address are deleted: no event falls between, and a set-up that broke off
 * leaves nothing that the next one does not mend. Webhooks at other addresses stay.
 */
export const webhooks: WebhookSetup = {
  mayBy: ['api-key', 'authorization-code'],
  async create(context, { url }) {
    const { data: standing } = await context.http.get('/v1/webhooks', vendor.Page(vendor.Webhook));
    const tokens: string[] = [];
    for (const event of events) tokens.push(await createOne(context, event, url));
    for (const webhook of standing.filter((one) => isOurs(one, url)))
      await context.http.delete(`/v1/webhooks/${encodeURIComponent(webhook.id)}`);
    return tokens;
  },
};

async function createOne(context: Context, event: string, url: string): Promise<string> {
  const configuration = withoutOrigin.includes(event) ? {} : { configuration: { conditions: { origins } } };
  const { data } = await context.http.post(
    '/v1/webhooks',
    { event, url, ...configuration },
    vendor.One(vendor.NewWebhook),
  );
  return data.configuration.signatureToken;
}

function isOurs(webhook: vendor.Webhook, url: string): boolean {
  return webhook.url === url && events.includes(webhook.event);
}

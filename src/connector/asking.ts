import { readCompanyKey } from '../company/index.ts';
import { toBatches } from '../platform/batches.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database } from '../platform/database.ts';
import { RelayError } from '../platform/errors.ts';
import type { Vault } from '../platform/vault.ts';
import { type Clients, requireOffered } from './clients.ts';
import type { Connection, Connections } from './connections.ts';
import { saveSecrets } from './store.ts';

export interface AskingParts {
  readonly clients: Clients;
  readonly database: Database;
  readonly vault: Vault;
  readonly clock: Clock;
}

type Asking = Pick<
  Connections,
  | 'reread'
  | 'writeBack'
  | 'pull'
  | 'setUpWebhooks'
  | 'listReasons'
  | 'listStages'
  | 'listTemplates'
  | 'writeLink'
  | 'readLinkToken'
  | 'reject'
  | 'check'
>;

/** Everything that is asked of an ATS, by what its connector offers. */
export function openAsking({ clients, database, vault, clock }: AskingParts): Asking {
  async function keepWebhookSecrets({ connectionId, companyId }: Connection, name: string, secrets: string) {
    const now = clock.now();
    await database.forCompany(companyId, async (tx) => {
      const key = await readCompanyKey(tx, vault, companyId);
      await saveSecrets(tx, key, { connectionId, companyId }, { [name]: secrets }, now);
    });
    clients.forget(connectionId);
  }

  return {
    reread: (connection, applicationRefs) =>
      clients.use(connection, async (_connector, { api, context }) => {
        const batches = toBatches([...new Set(applicationRefs)], api.limits.rereadMax);
        const applications = await Promise.all(batches.map((refs) => api.reread(context, refs)));
        return applications.flat();
      }),

    writeBack: (connection, item, steps) =>
      clients.use(connection, async (connector, { api, context }) =>
        requireOffered(connector, api.writeBack)(context, item, steps),
      ),

    pull: (connection, from) =>
      clients.use(connection, async (connector, { api, context }) => {
        const poll = requireOffered(connector, api.poll);
        const cursor = 'since' in from ? poll.first(from.since) : poll.cursor.safeParse(from.cursor).data;
        if (cursor === undefined) throw new RelayError('cursor_unreadable');
        return poll.pull(context, cursor, clock.now());
      }),

    setUpWebhooks: (connection, url) =>
      clients.use(connection, async (connector, { api, context }) => {
        const { webhook } = connector;
        if (!webhook || !api.webhooks || !connection.access || !api.webhooks.mayBy.includes(connection.access))
          return false;
        const own = context.settings[webhook.secret] ?? '';
        const made = await api.webhooks.create(context, { url, secret: own.split(' ')[0] ?? '' });
        const secrets = [...new Set([...own.split(' '), ...made])].filter((secret) => secret !== '').join(' ');
        if (secrets !== own) await keepWebhookSecrets(connection, webhook.secret, secrets);
        return true;
      }),

    listReasons: (connection) =>
      clients.use(connection, async (_connector, { api, context }) => api.listReasons?.(context)),
    listStages: (connection) =>
      clients.use(connection, async (_connector, { api, context }) => api.listStages?.(context)),
    listTemplates: (connection) =>
      clients.use(connection, async (_connector, { api, context }) => api.listTemplates?.(context)),
    writeLink: (connection, item) =>
      clients.use(connection, async (connector, { api, context }) =>
        requireOffered(connector, api.writeLink)(context, item),
      ),
    readLinkToken: (connection) =>
      clients.use(connection, async (connector, { api, context }) => {
        const token = await requireOffered(connector, api.readLinkToken)(context);
        if (token === null)
          throw new RelayError('vendor_field_unsuitable', { message: 'the field has no e-mail token' });
        return token;
      }),
    reject: (connection, item) =>
      clients.use(connection, async (connector, { api, context }) =>
        requireOffered(connector, api.reject)(context, item),
      ),

    check: (connection) =>
      clients.use(connection, async (_connector, { api, context, authority }) => {
        // An old token may still carry rights that are gone, or lack those just given.
        await authority.reset();
        await api.check(context);
      }),
  };
}

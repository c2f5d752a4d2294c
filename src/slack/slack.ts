import type { Connections } from '../connector/index.ts';
import type { EventName, EventOf, Events } from '../events.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database } from '../platform/database.ts';
import type { Server } from '../platform/http-server.ts';
import type { Jobs } from '../platform/jobs.ts';
import type { Log } from '../platform/log.ts';
import { tellConsentsToLabel } from './label-notices.ts';
import {
  planConnectionFailing,
  planConnectionRecovered,
  planConnectionSilent,
  planCreditEarned,
  planProgress,
} from './model.ts';
import type { OneChannel as SlackConfig } from './one-channel.ts';
import { type NoticeJob, noticeQueue, recordNotices } from './record-notices.ts';
import { sendNotices } from './send-notice.ts';
import { openSlackApi } from './slack-api.ts';
import { mountSlackApp } from './slack-app.ts';

export interface SlackParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly events: Events;
  readonly jobs: Jobs;
  readonly log: Log;
  readonly connections: Pick<Connections, 'read' | 'connector'>;
  /** The origin people reach us at. */
  readonly baseUrl: string;
  /** undefined: no workspace is connected; notices are kept and shown in the log. */
  readonly slack: SlackConfig | undefined;
}

export interface Slack {
  /** Hangs POST /slack/events on the server when a workspace is connected. */
  routes(server: Server): void;
  /** Tells of consents that wait to be recorded by hand, once a day for each connection at the most. For a ticker. */
  sweepConsentsToLabel(): Promise<void>;
}

/** Opens the room: from here on it hears the stream and tells recruiters. Before the jobs are started. */
export function openSlack(parts: SlackParts): Slack {
  const { slack, events, jobs, log, clock, connections, baseUrl } = parts;
  const recording = { ...parts, isConnected: slack !== undefined };
  const api = slack && openSlackApi(slack, log);
  jobs.define<NoticeJob>({
    name: noticeQueue,
    batch: 10,
    handle: (batch) => sendNotices({ ...parts, api }, batch),
  });

  /** Handles a batch of one company's events in one transaction. */
  function listen<N extends EventName>(name: N, plan: PlanOf<N>): void {
    events.listen('slack', name, async (batch) => {
      const [first] = batch;
      if (first) await recordNotices(recording, first.companyId, (tx, company) => plan(batch, tx, company));
    });
  }

  listen('referral-counted', async (batch) => batch.flatMap((counted) => planProgress(counted) ?? []));
  listen('credit-earned', async (batch) => batch.map(planCreditEarned));
  listen('connection-failing', async (batch, tx, company) => {
    const planned = [];
    for (const failing of batch) {
      const connector = await readConnector(connections, tx, failing.connectionId);
      if (!connector) continue;
      const { title, docs } = connector;
      const place = { title, locale: company.locale, apiDocsUrl: `${baseUrl}/api/docs`, vendorDocsUrl: docs };
      planned.push(planConnectionFailing(failing, place));
    }
    return planned;
  });
  listen('connection-recovered', async (batch, tx) => {
    const planned = [];
    for (const recovered of batch) {
      const connector = await readConnector(connections, tx, recovered.connectionId);
      if (connector) planned.push(planConnectionRecovered(recovered, connector.title));
    }
    return planned;
  });
  listen('connection-silent', async (batch, tx) => {
    const planned = [];
    for (const silent of batch) {
      const connector = await readConnector(connections, tx, silent.connectionId);
      if (!connector) continue;
      const { title, api } = connector;
      const place = { title, apiDocsUrl: `${baseUrl}/api/docs`, isPolled: api?.poll !== undefined };
      planned.push(planConnectionSilent(silent, place));
    }
    return planned;
  });

  return {
    routes(server) {
      if (slack) mountSlackApp(server, { config: slack, clock, log });
    },
    sweepConsentsToLabel: () => tellConsentsToLabel(recording),
  };
}

type Plan = Parameters<typeof recordNotices>[2];
type PlanOf<N extends EventName> = (batch: readonly EventOf<N>[], ...place: Parameters<Plan>) => ReturnType<Plan>;

/** undefined once the connection is removed: nobody needs to hear of it any more. */
async function readConnector(connections: SlackParts['connections'], tx: Parameters<Plan>[0], connectionId: string) {
  const connection = await connections.read(tx, connectionId);
  return connection && connections.connector(connection.connector);
}

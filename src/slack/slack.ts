import type { SlackConfig } from '../config.ts';
import type { Events } from '../events.ts';
import type { Cache } from '../platform/cache.ts';
import type { Database } from '../platform/database.ts';
import type { Server } from '../platform/http-server.ts';
import type { Jobs } from '../platform/jobs.ts';
import type { Log } from '../platform/log.ts';
import type { Vault } from '../platform/vault.ts';
import { openSlackAdmin, type SlackAdmin } from './admin.ts';
import { openSlackApp } from './app/index.ts';
import { listForPage } from './notice/list-for-page.ts';
import type { Notices } from './notice/notices.ts';
import { openSenders } from './open-senders.ts';
import { openPeople } from './people/index.ts';
import { type StreamParts, toStreamPorts } from './stream-parts.ts';
import { streamReads } from './stream-reads.ts';
import { openTelling, type Telling } from './telling.ts';
import { drawChart } from './text/chart.ts';
import { registerNoticesPage } from './text/notices-page.ts';
import { renderNotice } from './text/render-notice.ts';
import { listTiedCompanies, openWorkspaces, type SlackInstall, type SlackWorkspaces } from './workspace/index.ts';

export interface SlackParts extends Omit<StreamParts, 'telling'> {
  readonly vault: Vault;
  readonly events: Pick<Events, 'listen'>;
  readonly jobs: Jobs;
  readonly cache: Cache;
  readonly log: Log;
  /** undefined: there is no Slack app; notices are kept and shown in the log. */
  readonly slack: SlackConfig | undefined;
}

/** The Slack room at work: it tells recruiters, and lets them act. */
export interface Slack {
  /** Hangs POST /slack/events on the server, where Slack reaches us by HTTP. */
  routes(server: Server): void;
  /** Hangs /notices on the server: for the machine at hand only. */
  page(server: Server): Promise<void>;
  /** Opens the socket, where we reach Slack instead; nothing else to start. */
  start(): void;
  /** Closes the socket, and waits for what people have just asked. */
  stop(): Promise<void>;
  readonly install: SlackInstall;
  readonly admin: SlackAdmin;
  /** For a ticker; each is safe in several processes at once. */
  readonly sweeps: Notices['sweeps'] & {
    /** Renews the tokens that are about to end. */
    tokens(): Promise<void>;
    /** Lets go of installs and link codes that ran out; gives how many. */
    expired(): Promise<number>;
  };
}

/** Opens the room: from here on it hears the stream. Before the jobs are started. */
export function openSlack(parts: SlackParts): Slack {
  const { slack, database } = parts;
  const workspaces = openWorkspaces(parts);
  const { tokens } = workspaces;
  const senders = openSenders({ database, tokens });
  const showing = { ...parts, render: renderNotice, reads: streamReads };
  const telling = openTelling({ ...showing, senders, drawChart });
  const people = openPeople(parts);
  const app = openSlackApp(
    { ...parts, ...toStreamPorts({ ...parts, telling }), people, tokens, workspaces: tokens },
    slack ?? {},
  );
  return {
    routes: app.routes,
    page: (server) => registerNoticesPage(server, { listForPage: (request) => listForPage(showing, request) }),
    start: app.start,
    stop: app.stop,
    install: { ...workspaces.install, finish: (answer) => finishInstall(workspaces, telling, database, answer) },
    admin: openSlackAdmin({ ...parts, workspaces, telling, people }),
    sweeps: { ...telling.notices.sweeps, tokens: tokens.renewDue, expired: workspaces.forgetExpired },
  };
}

/** Installing mends what was broken, so what waited in the workspace goes on: for every company that uses it. */
async function finishInstall(
  { install }: SlackWorkspaces,
  { notices }: Telling,
  database: Database,
  answer: Parameters<SlackInstall['finish']>[0],
): ReturnType<SlackInstall['finish']> {
  const outcome = await install.finish(answer);
  if (!outcome.ok) return outcome;
  const companies = await database.forSystem((tx) => listTiedCompanies(tx, outcome.workspace.workspaceId));
  for (const companyId of companies) await notices.resumePlaces(companyId);
  return outcome;
}

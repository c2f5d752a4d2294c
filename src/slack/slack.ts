import type { SlackConfig } from '../config.ts';
import type { Server } from '../platform/http-server.ts';
import { type Notices, type NoticesParts, openNotices } from './notice/notices.ts';
import { openPlaces, type Places } from './place/places.ts';
import { mountSlackApp } from './slack-app.ts';

export interface SlackParts extends NoticesParts {
  /** undefined: no workspace can be connected; notices are kept and shown in the log. */
  readonly slack: SlackConfig | undefined;
}

export interface Slack {
  readonly notices: Notices;
  readonly places: Places;
  /** Hangs POST /slack/events on the server when a workspace is connected. */
  routes(server: Server): void;
}

/** Opens the room: from here on it hears the stream and tells recruiters. Before the jobs are started. */
export function openSlack(parts: SlackParts): Slack {
  const { slack, log, clock } = parts;
  const notices = openNotices(parts);
  return {
    notices,
    places: openPlaces({ ...parts, notices }),
    routes(server) {
      if (slack) mountSlackApp(server, { config: slack, clock, log });
    },
  };
}

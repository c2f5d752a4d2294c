import { createHmac } from 'node:crypto';
import { newRef, type SlackRequest, type Workspace, type World } from './world.ts';

export interface Signing {
  /** Seconds from now at which the request claims to be signed. */
  readonly after?: number;
  readonly secret?: string;
}

/** Slack's headers for this body: docs.slack.dev, "Verifying requests from Slack" (read 2026-11-29). */
export function sign({ app, now }: World, body: string, signing: Signing = {}): Record<string, string> {
  const timestamp = String(Math.floor(now().getTime() / 1000) + (signing.after ?? 0));
  const digest = createHmac('sha256', signing.secret ?? app.signingSecret)
    .update(`v0:${timestamp}:${body}`)
    .digest('hex');
  return {
    'content-type': body.startsWith('{') ? 'application/json' : 'application/x-www-form-urlencoded',
    'x-slack-request-timestamp': timestamp,
    'x-slack-signature': `v0=${digest}`,
  };
}

export interface EventOptions {
  /** When it happened, where that is not now. */
  readonly eventTime?: Date;
  /** Slack sends an event again, up to three times, with the same id. */
  readonly retryNum?: number;
  readonly retryReason?: string;
  readonly eventId?: string;
}

/** A callback of the Events API: docs.slack.dev, "Events API", callback fields (read 2026-11-29). */
export function toEvent(
  world: World,
  { teamRef, botUserRef }: Workspace,
  event: Readonly<Record<string, unknown>>,
  options: EventOptions = {},
): SlackRequest {
  const seconds = Math.floor((options.eventTime ?? world.now()).getTime() / 1000);
  const payload = {
    token: 'an old verification token',
    team_id: teamRef,
    api_app_id: world.app.appId,
    event: { event_ts: `${seconds}.000100`, ...event },
    type: 'event_callback',
    event_id: options.eventId ?? newRef(world, 'Ev'),
    event_time: seconds,
    authorizations: [
      { enterprise_id: null, team_id: teamRef, user_id: botUserRef, is_bot: true, is_enterprise_install: false },
    ],
    is_ext_shared_channel: false,
  };
  const retry = options.retryNum
    ? {
        'x-slack-retry-num': String(options.retryNum),
        'x-slack-retry-reason': options.retryReason ?? 'http_timeout',
      }
    : {};
  const body = JSON.stringify(payload);
  const user = typeof event.user === 'string' ? event.user : '';
  return {
    ...{ kind: 'event', body, payload, teamRef, user, triggerId: '', responseUrl: '', viewId: '' },
    headers: { ...sign(world, body), ...retry },
  };
}

/** A slash command: a form, field by field. */
export function toCommand(
  world: World,
  teamRef: string,
  fields: Readonly<Record<string, string>>,
  ends: Pick<SlackRequest, 'user' | 'triggerId' | 'responseUrl'>,
): SlackRequest {
  const body = new URLSearchParams(fields).toString();
  return { kind: 'command', body, headers: sign(world, body), payload: fields, teamRef, viewId: '', ...ends };
}

/** An interaction: a form with one field, the payload. */
export function toInteraction(
  world: World,
  teamRef: string,
  payload: Readonly<Record<string, unknown>>,
  ends: Pick<SlackRequest, 'user' | 'triggerId' | 'responseUrl' | 'viewId'>,
): SlackRequest {
  const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
  return { kind: 'interaction', body, headers: sign(world, body), payload, teamRef, ...ends };
}

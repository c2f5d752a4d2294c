import { z } from 'zod';
import { toRelayError } from '../../platform/errors.ts';
import { listCompaniesOfTeam } from '../people/index.ts';
import type { Desk } from './desk.ts';
import { publishHome } from './home.ts';

/** The events we hear of. Source: docs.slack.dev, "Events" and "Events API" (read 2026-11-29). */
const Body = z.object({
  team_id: z.string(),
  /** Seconds since 1970. */
  event_time: z.number(),
  /** Whose installation hears of it: our bot. */
  authorizations: z.array(z.object({ user_id: z.string().nullish() })).nullish(),
  event: z.discriminatedUnion('type', [
    z.object({
      type: z.literal('app_home_opened'),
      user: z.string(),
      tab: z.string(),
      view: z.object({ private_metadata: z.string().optional() }).nullish(),
    }),
    z.object({ type: z.literal('app_uninstalled') }),
    z.object({
      type: z.literal('tokens_revoked'),
      tokens: z.object({ bot: z.array(z.string()).nullish(), oauth: z.array(z.string()).nullish() }),
    }),
    z.object({ type: z.literal('member_joined_channel'), user: z.string(), channel: z.string() }),
    z.object({ type: z.enum(['channel_unarchive', 'group_unarchive']), channel: z.string() }),
    z.object({
      type: z.enum(['channel_rename', 'group_rename']),
      channel: z.object({ id: z.string(), name: z.string() }),
    }),
  ]),
});

/** Acts on an event. All of it may come twice, and late: the second time changes nothing. */
export async function hearEvent(desk: Desk, sent: unknown): Promise<void> {
  const body = Body.safeParse(sent).data;
  if (!body) return;
  try {
    await hear(desk, body);
  } catch (thrown) {
    const error = toRelayError(thrown);
    desk.log.warn({ event: body.event.type, code: error.code, err: error }, 'an event of Slack could not be handled');
  }
}

async function hear(desk: Desk, body: z.infer<typeof Body>): Promise<void> {
  const { team_id: teamRef, event, authorizations } = body;
  const at = new Date(body.event_time * 1000);
  switch (event.type) {
    case 'app_home_opened': {
      const calls = event.tab === 'home' ? await desk.callsOf(teamRef) : undefined;
      // The home remembers which company it showed.
      if (calls) await publishHome(desk, calls, { teamRef, userRef: event.user }, event.view?.private_metadata);
      return;
    }
    case 'app_uninstalled':
      return desk.workspaces.uninstalled(teamRef, at);
    case 'tokens_revoked':
      return desk.workspaces.tokensRevoked(
        teamRef,
        { bots: event.tokens.bot ?? [], users: event.tokens.oauth ?? [] },
        at,
      );
    case 'member_joined_channel': {
      const isOurs = authorizations?.some(({ user_id }) => user_id === event.user);
      return isOurs ? resumeEach(desk, teamRef, event.channel) : undefined;
    }
    case 'channel_unarchive':
    case 'group_unarchive':
      return resumeEach(desk, teamRef, event.channel);
    case 'channel_rename':
    case 'group_rename': {
      const { id, name } = event.channel;
      return eachCompany(desk, teamRef, (companyId) => desk.places.rename(companyId, id, name));
    }
  }
}

function resumeEach(desk: Desk, teamRef: string, slackRef: string): Promise<void> {
  return eachCompany(desk, teamRef, (companyId) => desk.places.resume(companyId, { slackRef }));
}

async function eachCompany(desk: Desk, teamRef: string, work: (companyId: string) => Promise<void>): Promise<void> {
  for (const companyId of await desk.database.forSystem((tx) => listCompaniesOfTeam(tx, teamRef)))
    await work(companyId);
}

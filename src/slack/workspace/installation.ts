import { z } from 'zod';
import type { Granted } from './calls.ts';

const Party = z.object({ id: z.string().min(1), name: z.string().exactOptional() });

/** What is kept of an installation, of all that Bolt hands over: no token of a person, and no webhook. */
export const Installation = z.object({
  team: Party,
  enterprise: Party.exactOptional(),
  /** Who installed it. */
  user: z.object({ id: z.string() }),
  bot: z.object({
    token: z.string().min(1),
    refreshToken: z.string().exactOptional(),
    /** In seconds since 1970, as Bolt has it. Absent where tokens do not rotate. */
    expiresAt: z.number().exactOptional(),
    scopes: z.array(z.string()),
    id: z.string(),
    userId: z.string(),
  }),
  appId: z.string().exactOptional(),
});
export type Installation = z.infer<typeof Installation>;

/** The bot with the tokens that were granted now. Where Slack gives no new refresh token, the one before stays. */
export function withTokens(
  bot: Installation['bot'],
  { botToken, refreshToken, livesSeconds }: Granted,
  now: Date,
): Installation['bot'] {
  return {
    ...bot,
    token: botToken,
    ...(refreshToken !== undefined && { refreshToken }),
    ...(livesSeconds !== undefined && { expiresAt: Math.floor(now.getTime() / 1000) + livesSeconds }),
  };
}

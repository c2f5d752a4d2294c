import { z } from 'zod';
import type { Block } from './block-kit.ts';

/** What somebody did in Slack, whichever way it came. Slack signed it; what it is about is still to be looked up. */
export interface Ask {
  readonly teamRef: string;
  readonly userRef: string;
  /** Opens a modal, once, within three seconds. */
  readonly triggerId: string | undefined;
  /** Where the message or the command stood. */
  readonly channelRef: string | undefined;
  /** The view that it was done in. */
  readonly view: AskedView | undefined;
  /** Answers only the one who asked, where Slack gave an address for it. */
  readonly reply: ((text: string, blocks?: readonly Block[]) => Promise<void>) | undefined;
}

export interface AskedView {
  readonly viewId: string;
  readonly type: 'modal' | 'home';
  readonly callbackId: string;
  readonly metadata: string;
  /** What was filled in, by block. */
  readonly values: ReadonlyMap<string, string>;
}

const Option = z.object({ value: z.string() });
const Value = z.object({ value: z.string().nullish(), selected_option: Option.nullish() });
const View = z.object({
  id: z.string(),
  type: z.enum(['modal', 'home']),
  callback_id: z.string().default(''),
  private_metadata: z.string().default(''),
  state: z.object({ values: z.record(z.string(), z.record(z.string(), Value)) }).optional(),
});
const Ref = z.object({ id: z.string() });

/** Of the payloads of buttons, modals and shortcuts: what we use. Source: docs.slack.dev, "Interaction payloads" (read 2026-11-29). */
const Interaction = z.object({
  // Of an organisation's view the user's own workspace counts.
  team: Ref.nullish(),
  user: Ref.extend({ team_id: z.string().optional() }),
  trigger_id: z.string().optional(),
  channel: Ref.optional(),
  container: z.object({ channel_id: z.string().optional() }).optional(),
  view: View.optional(),
});

type Reply = Ask['reply'];

/** @throws ZodError when it is no payload that we know. */
export function toAsk(body: unknown, reply: Reply): Ask {
  const { team, user, trigger_id, channel, container, view } = Interaction.parse(body);
  return {
    teamRef: team?.id ?? user.team_id ?? '',
    userRef: user.id,
    triggerId: trigger_id,
    channelRef: channel?.id ?? container?.channel_id,
    view: view && toView(view),
    reply,
  };
}

function toView({ id, type, callback_id, private_metadata, state }: z.infer<typeof View>): AskedView {
  const values = new Map<string, string>();
  for (const [block, elements] of Object.entries(state?.values ?? {})) {
    for (const { value, selected_option } of Object.values(elements)) {
      const filled = value ?? selected_option?.value;
      if (typeof filled === 'string') values.set(block, filled);
    }
  }
  return { viewId: id, type, callbackId: callback_id, metadata: private_metadata, values };
}

/** What was clicked or chosen: `value` of a button, or of the chosen option. */
export function toClicked(payload: unknown): { readonly actionId: string; readonly value: string } {
  const { action_id, value, selected_option } = Clicked.parse(payload);
  return { actionId: action_id, value: value ?? selected_option?.value ?? '' };
}

const Clicked = Value.extend({ action_id: z.string() });

const Command = z.object({
  team_id: z.string(),
  user_id: z.string(),
  channel_id: z.string(),
  trigger_id: z.string(),
  text: z.string().default(''),
});

/** @throws ZodError. */
export function toCommand(body: unknown, reply: Reply): { readonly ask: Ask; readonly text: string } {
  const { team_id, user_id, channel_id, trigger_id, text } = Command.parse(body);
  const ask = {
    teamRef: team_id,
    userRef: user_id,
    channelRef: channel_id,
    triggerId: trigger_id,
    view: undefined,
    reply,
  };
  return { ask, text };
}

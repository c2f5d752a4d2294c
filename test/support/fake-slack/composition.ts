import { z } from 'zod';

/**
 * Slack's composition objects: docs.slack.dev, "Block Kit", composition objects (read 2026-11-29). Lengths are counted
 * in UTF-16 code units, the safe reading: an emoji counts two, and Slack, which does not say what it counts, never more.
 * (zod's own `max` counts code points.)
 */
export const atMost = (most: number) =>
  z.string().refine((value) => value.length <= most, { error: `must be at most ${most} characters` });

/** Not empty. */
export const text = (most: number) => atMost(most).min(1);

export const PlainText = (most: number) =>
  z.strictObject({ type: z.literal('plain_text'), text: text(most), emoji: z.boolean().optional() });

const Mrkdwn = (most: number) =>
  z.strictObject({ type: z.literal('mrkdwn'), text: text(most), verbatim: z.boolean().optional() });

export const AnyText = (most: number) => z.discriminatedUnion('type', [PlainText(most), Mrkdwn(most)]);

export const BlockId = text(255);
export const ActionId = text(255);
const url = (protocol: RegExp) =>
  text(3_000).refine((value) => z.url({ protocol }).safeParse(value).success, 'is no url');
/** Slack opens no scripts. */
export const Url = url(/^(https?|mailto|slack|tel)$/);
export const ImageUrl = url(/^https?$/);
export const Style = z.enum(['primary', 'danger']);

export const Confirm = z.strictObject({
  title: PlainText(100),
  text: AnyText(300),
  confirm: PlainText(30),
  deny: PlainText(30),
  style: Style.optional(),
});

/** The text of radio buttons and checkboxes may be mrkdwn; `url` is for overflow menus alone. */
const option = (allowed: { readonly isMrkdwn?: boolean; readonly hasUrl?: boolean }) =>
  z.strictObject({
    text: allowed.isMrkdwn ? AnyText(75) : PlainText(75),
    value: text(150),
    description: (allowed.isMrkdwn ? AnyText(75) : PlainText(75)).optional(),
    ...(allowed.hasUrl ? { url: Url.optional() } : {}),
  });

export const SelectOption = option({});
export const ChoiceOption = option({ isMrkdwn: true });
export const OverflowOption = option({ hasUrl: true });
export const OptionGroup = z.strictObject({ label: PlainText(75), options: z.array(SelectOption).min(1).max(100) });

/** An image hosted by Slack: by its id or by its address, not both. */
export const SlackFile = z
  .strictObject({ id: text(255).optional(), url: ImageUrl.optional() })
  .refine(({ id, url }) => (id === undefined) !== (url === undefined), 'needs id or url, and not both');

export const ConversationFilter = z.strictObject({
  include: z
    .array(z.enum(['im', 'mpim', 'private', 'public']))
    .min(1)
    .optional(),
  exclude_external_shared_channels: z.boolean().optional(),
  exclude_bot_users: z.boolean().optional(),
});

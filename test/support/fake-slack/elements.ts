import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import {
  ActionId,
  atMost,
  ChoiceOption,
  Confirm,
  ConversationFilter,
  ImageUrl,
  OptionGroup,
  OverflowOption,
  PlainText,
  SelectOption,
  SlackFile,
  Style,
  text,
  Url,
} from './composition.ts';

/** Slack's block elements: docs.slack.dev, "Block Kit", block elements (read 2026-11-29). Unknown fields are refused. */
const acting = { action_id: ActionId.optional() };
const confirming = { ...acting, confirm: Confirm.optional() };
const focusing = { ...confirming, focus_on_load: z.boolean().optional() };
const selecting = { ...focusing, placeholder: PlainText(150).optional() };
const severally = { max_selected_items: z.int().min(1).optional() };
const Ref = z.string().regex(/^[A-Z][A-Z0-9]{2,}$/);

const Button = z.strictObject({
  type: z.literal('button'),
  text: PlainText(75),
  ...confirming,
  url: Url.optional(),
  value: atMost(2_000).optional(),
  style: Style.optional(),
  accessibility_label: atMost(75).optional(),
});

const Checkboxes = z
  .strictObject({
    type: z.literal('checkboxes'),
    ...focusing,
    options: z.array(ChoiceOption).min(1).max(10),
    initial_options: z.array(ChoiceOption).min(1).optional(),
  })
  .refine(
    ({ options, initial_options }) => areAmong(initial_options ?? [], options),
    'initial_options are not among the options',
  );

const RadioButtons = z
  .strictObject({
    type: z.literal('radio_buttons'),
    ...focusing,
    options: z.array(ChoiceOption).min(1).max(10),
    initial_option: ChoiceOption.optional(),
  })
  .refine(
    ({ options, initial_option }) => areAmong(initial_option ? [initial_option] : [], options),
    'initial_option is not among the options',
  );

const Overflow = z.strictObject({
  type: z.literal('overflow'),
  ...confirming,
  options: z.array(OverflowOption).min(2).max(5),
});

const choosing = {
  options: z.array(SelectOption).min(1).max(100).optional(),
  option_groups: z.array(OptionGroup).min(1).max(100).optional(),
};

interface Choosing {
  readonly options?: readonly unknown[] | undefined;
  readonly option_groups?: readonly { readonly options: readonly unknown[] }[] | undefined;
}

const StaticSelect = z
  .strictObject({
    type: z.literal('static_select'),
    ...selecting,
    ...choosing,
    initial_option: SelectOption.optional(),
  })
  .refine(hasOneList, 'needs options or option_groups, and not both')
  .refine(
    (select) => areAmong(select.initial_option ? [select.initial_option] : [], toOptions(select)),
    'initial_option is not among the options',
  );

const MultiStaticSelect = z
  .strictObject({
    type: z.literal('multi_static_select'),
    ...selecting,
    ...choosing,
    ...severally,
    initial_options: z.array(SelectOption).min(1).optional(),
  })
  .refine(hasOneList, 'needs options or option_groups, and not both')
  .refine(
    (select) => areAmong(select.initial_options ?? [], toOptions(select)),
    'initial_options are not among the options',
  );

const UsersSelect = z.strictObject({ type: z.literal('users_select'), ...selecting, initial_user: Ref.optional() });
const MultiUsersSelect = z.strictObject({
  type: z.literal('multi_users_select'),
  ...selecting,
  ...severally,
  initial_users: z.array(Ref).optional(),
});

const conversing = {
  ...selecting,
  default_to_current_conversation: z.boolean().optional(),
  filter: ConversationFilter.optional(),
};
const ConversationsSelect = z.strictObject({
  type: z.literal('conversations_select'),
  ...conversing,
  initial_conversation: Ref.optional(),
  response_url_enabled: z.boolean().optional(),
});
const MultiConversationsSelect = z.strictObject({
  type: z.literal('multi_conversations_select'),
  ...conversing,
  ...severally,
  initial_conversations: z.array(Ref).optional(),
});
const ChannelsSelect = z.strictObject({
  type: z.literal('channels_select'),
  ...selecting,
  initial_channel: Ref.optional(),
  response_url_enabled: z.boolean().optional(),
});

const DatePicker = z.strictObject({
  type: z.literal('datepicker'),
  ...selecting,
  initial_date: z.iso.date().optional(),
});
const TimePicker = z.strictObject({
  type: z.literal('timepicker'),
  ...selecting,
  initial_time: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/)
    .optional(),
  timezone: z.string().optional(),
});

const PlainTextInput = z
  .strictObject({
    type: z.literal('plain_text_input'),
    ...acting,
    focus_on_load: z.boolean().optional(),
    placeholder: PlainText(150).optional(),
    initial_value: z.string().optional(),
    multiline: z.boolean().optional(),
    min_length: z.int().min(0).max(3_000).optional(),
    max_length: z.int().min(1).max(3_000).optional(),
    dispatch_action_config: z
      .strictObject({ trigger_actions_on: z.array(z.enum(['on_enter_pressed', 'on_character_entered'])).min(1) })
      .optional(),
  })
  .refine(({ min_length = 0, max_length = 3_000 }) => min_length <= max_length, 'min_length is above max_length')
  .refine(
    ({ initial_value = '', max_length = 3_000 }) => initial_value.length <= max_length,
    'initial_value is longer than max_length',
  );

export const hasOneImage = ({
  image_url,
  slack_file,
}: {
  readonly image_url?: unknown;
  readonly slack_file?: unknown;
}) => (image_url === undefined) !== (slack_file === undefined);
export const imageFields = {
  alt_text: text(2_000),
  image_url: ImageUrl.optional(),
  slack_file: SlackFile.optional(),
};
export const ImageElement = z
  .strictObject({ type: z.literal('image'), ...imageFields })
  .refine(hasOneImage, 'needs image_url or slack_file, and not both');

const single = [
  Checkboxes,
  RadioButtons,
  StaticSelect,
  UsersSelect,
  ConversationsSelect,
  ChannelsSelect,
  DatePicker,
  TimePicker,
] as const;
const several = [MultiStaticSelect, MultiUsersSelect, MultiConversationsSelect] as const;

/** What may stand in an actions block, beside a section, and in an input. */
export const ActionsElement = z.discriminatedUnion('type', [Button, Overflow, ...single]);
export const Accessory = z.discriminatedUnion('type', [Button, Overflow, ImageElement, ...single, ...several]);
export const InputElement = z.discriminatedUnion('type', [PlainTextInput, ...single, ...several]);

function areAmong(chosen: readonly unknown[], options: readonly unknown[]): boolean {
  return chosen.every((one) => options.some((option) => isDeepStrictEqual(option, one)));
}

function toOptions({ options, option_groups }: Choosing): readonly unknown[] {
  return options ?? option_groups?.flatMap((group) => group.options) ?? [];
}

function hasOneList({ options, option_groups }: Choosing): boolean {
  return (options === undefined) !== (option_groups === undefined);
}

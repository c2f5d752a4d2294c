import { type Block, toElements } from './blocks.ts';
import { withBlockIds } from './world.ts';

/** What a person put into a form: block_id → action_id → text, chosen value, ref, date, or a list of these. */
export type FormValues = Readonly<Record<string, Readonly<Record<string, string | readonly string[] | null>>>>;

type Element = ReturnType<typeof toElements>[number];

/**
 * `view.state.values` as Slack sends it, for what was put in and, elsewhere, what stood there at the beginning.
 * @throws Error for what nobody could put in: a field that is not shown, an option that is not offered, a required field
 * left empty, a text too short or too long.
 */
export function toStateValues(blocks: readonly Block[], values: FormValues): Record<string, Record<string, unknown>> {
  const shown = withBlockIds(blocks).flatMap((block) => toElements(block).map((element) => ({ block, element })));
  for (const [blockId, fields] of Object.entries(values))
    for (const actionId of Object.keys(fields)) {
      const isShown = shown.some(
        ({ block, element }) => block.block_id === blockId && actionIdOf(element) === actionId,
      );
      if (!isShown) throw new Error(`the view shows no field ${blockId}/${actionId}`);
    }
  const state: Record<string, Record<string, unknown>> = {};
  for (const { block, element } of shown) {
    if (element.type === 'button' || element.type === 'overflow' || element.type === 'image') continue;
    const blockId = block.block_id ?? '';
    const given = values[blockId]?.[actionIdOf(element)];
    const field = toField(element, given);
    if (block.type === 'input' && !block.optional && isEmpty(field)) throw new Error(`field ${blockId} is required`);
    state[blockId] = { ...state[blockId], [actionIdOf(element)]: { type: element.type, ...field } };
  }
  return state;
}

export function actionIdOf(element: Element): string {
  return ('action_id' in element ? element.action_id : undefined) ?? `auto-${element.type}`;
}

/** The part of a field or of an action that says what was chosen. @throws Error for what is not offered. */
export function toField(
  element: Element,
  given: string | readonly string[] | null | undefined,
): Record<string, unknown> {
  const one = Array.isArray(given) ? String(given[0]) : (given as string | null | undefined);
  const many = given === undefined || given === null ? [] : [given].flat();
  switch (element.type) {
    case 'plain_text_input':
      return { value: toText(element, one === undefined ? (element.initial_value ?? null) : one) };
    case 'static_select':
    case 'radio_buttons':
      return { selected_option: one === undefined ? (element.initial_option ?? null) : pick(element, one) };
    case 'checkboxes':
    case 'multi_static_select':
      return {
        selected_options:
          given === undefined ? (element.initial_options ?? []) : many.map((value) => pick(element, value)),
      };
    case 'overflow':
      return { selected_option: pick(element, one ?? null) };
    case 'users_select':
      return { selected_user: one === undefined ? (element.initial_user ?? null) : one };
    case 'multi_users_select':
      return { selected_users: given === undefined ? (element.initial_users ?? []) : many };
    case 'conversations_select':
      return { selected_conversation: one === undefined ? (element.initial_conversation ?? null) : one };
    case 'multi_conversations_select':
      return { selected_conversations: given === undefined ? (element.initial_conversations ?? []) : many };
    case 'channels_select':
      return { selected_channel: one === undefined ? (element.initial_channel ?? null) : one };
    case 'datepicker':
      return { selected_date: one === undefined ? (element.initial_date ?? null) : one };
    case 'timepicker':
      return { selected_time: one === undefined ? (element.initial_time ?? null) : one };
    case 'button':
      if (one !== undefined && one !== element.value)
        throw new Error(`the button's value is ${element.value ?? 'none'}`);
      return element.value === undefined ? {} : { value: element.value };
    case 'image':
      throw new Error('an image takes no clicks');
  }
}

interface Offering {
  readonly options?: readonly { readonly value: string }[] | undefined;
  readonly option_groups?: readonly { readonly options: readonly { readonly value: string }[] }[] | undefined;
}

function pick({ options, option_groups }: Offering, value: string | null): unknown {
  if (value === null) return null;
  const offered = options ?? option_groups?.flatMap((group) => group.options) ?? [];
  const found = offered.find((option) => option.value === value);
  if (!found) throw new Error(`no option ${value} is offered`);
  return found;
}

function toText(input: Extract<Element, { type: 'plain_text_input' }>, text: string | null): string | null {
  if (text === null || text === '') return null;
  const { min_length = 0, max_length = 3_000 } = input;
  if (text.length < min_length || text.length > max_length) throw new Error(`a text of ${text.length} does not fit`);
  return text;
}

function isEmpty(field: Record<string, unknown>): boolean {
  return Object.values(field).every((value) => value === null || (Array.isArray(value) && value.length === 0));
}

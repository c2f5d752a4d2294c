import { expect, test } from '@jest/globals';
import { validateBlocks, validateView } from '../support/fake-slack.ts';

type Fields = Readonly<Record<string, unknown>>;

/** So many UTF-16 code units, with a character of two units among them. */
const long = (length: number) => `髙𠮷${'あ'.repeat(length - 3)}`;
const times = <T>(count: number, make: (index: number) => T) =>
  Array.from({ length: count }, (_, index) => make(index));

const plain = (length = 5) => ({ type: 'plain_text', text: long(length) });
const mrkdwn = (length = 5) => ({ type: 'mrkdwn', text: long(length) });
const option = (index: number, fields: Fields = {}) => ({ text: plain(), value: `v${index}`, ...fields });
const options = (count: number) => times(count, (index) => option(index));
const address = (length: number) => `https://relay.example.com/${'a'.repeat(length - 26)}`;
const section = (fields: Fields = {}) => ({ type: 'section', text: mrkdwn(), ...fields });
const button = (fields: Fields = {}) => ({ type: 'button', text: plain(), action_id: 'letter-send', ...fields });
const actions = (...elements: Fields[]) => ({ type: 'actions', elements });
const input = (element: Fields, fields: Fields = {}) => ({ type: 'input', label: plain(), element, ...fields });
const image = (fields: Fields = {}) => ({
  ...{ type: 'image', alt_text: '推移', image_url: 'https://relay.example.com/chart.png' },
  ...fields,
});
const confirm = (fields: Fields = {}) => ({
  ...{ title: plain(), text: mrkdwn(), confirm: plain(), deny: plain() },
  ...fields,
});
const modal = (fields: Fields = {}) => ({
  ...{ type: 'modal', title: plain(), submit: plain(), close: plain(), blocks: [section()] },
  ...fields,
});
const home = (fields: Fields = {}) => ({ type: 'home', blocks: [section()], ...fields });

/** Each limit: what it counts, its most, and blocks with so many. */
const limits: readonly (readonly [string, number, (count: number) => Fields])[] = [
  ['text of a section', 3_000, (count) => section({ text: mrkdwn(count) })],
  ['fields of a section', 10, (count) => section({ fields: times(count, () => mrkdwn()) })],
  ['text of a field', 2_000, (count) => section({ fields: [mrkdwn(count)] })],
  ['header', 150, (count) => ({ type: 'header', text: plain(count) })],
  ['elements of a context', 10, (count) => ({ type: 'context', elements: times(count, () => mrkdwn()) })],
  ['elements of actions', 25, (count) => actions(...times(count, (index) => button({ action_id: `a${index}` })))],
  ['text of a button', 75, (count) => actions(button({ text: plain(count) }))],
  ['accessibility label', 75, (count) => actions(button({ accessibility_label: long(count) }))],
  ['action_id', 255, (count) => actions(button({ action_id: long(count) }))],
  ['block_id', 255, (count) => section({ block_id: long(count) })],
  ['value of a button', 2_000, (count) => actions(button({ value: long(count) }))],
  ['url of a button', 3_000, (count) => actions(button({ url: address(count) }))],
  ['title of a confirm dialog', 100, (count) => actions(button({ confirm: confirm({ title: plain(count) }) }))],
  ['text of a confirm dialog', 300, (count) => actions(button({ confirm: confirm({ text: mrkdwn(count) }) }))],
  ['confirm of a confirm dialog', 30, (count) => actions(button({ confirm: confirm({ confirm: plain(count) }) }))],
  ['deny of a confirm dialog', 30, (count) => actions(button({ confirm: confirm({ deny: plain(count) }) }))],
  ['alt text of an image', 2_000, (count) => image({ alt_text: long(count) })],
  ['title of an image', 2_000, (count) => image({ title: plain(count) })],
  ['url of an image', 3_000, (count) => image({ image_url: address(count) })],
  ['label of an input', 2_000, (count) => input({ type: 'plain_text_input' }, { label: plain(count) })],
  ['hint of an input', 2_000, (count) => input({ type: 'plain_text_input' }, { hint: plain(count) })],
  ['placeholder', 150, (count) => input({ type: 'plain_text_input', placeholder: plain(count) })],
  ['max_length of a text input', 3_000, (count) => input({ type: 'plain_text_input', max_length: count })],
  ['options of a select', 100, (count) => input({ type: 'static_select', options: options(count) })],
  ['text of an option', 75, (count) => input(selectOf(option(1, { text: plain(count) })))],
  ['value of an option', 150, (count) => input(selectOf(option(1, { value: long(count) })))],
  ['description of an option', 75, (count) => input(selectOf(option(1, { description: plain(count) })))],
  ['option groups', 100, (count) => input(groupsOf(times(count, () => ({ label: plain(), options: options(1) }))))],
  ['label of an option group', 75, (count) => input(groupsOf([{ label: plain(count), options: options(1) }]))],
  ['options of a group', 100, (count) => input(groupsOf([{ label: plain(), options: options(count) }]))],
  ['radio buttons', 10, (count) => input({ type: 'radio_buttons', options: options(count) })],
  ['checkboxes', 10, (count) => input({ type: 'checkboxes', options: options(count) })],
  ['options of an overflow', 5, (count) => section({ accessory: { type: 'overflow', options: options(count) } })],
];

function selectOf(only: Fields): Fields {
  return { type: 'static_select', options: [only] };
}

function groupsOf(groups: readonly Fields[]): Fields {
  return { type: 'static_select', option_groups: groups };
}

test.each(limits)('%s: %i are taken, and one more is refused', (_what, most, make) => {
  const atMost = validateBlocks([make(most)], 'modal');
  const oneMore = validateBlocks([make(most + 1)], 'modal');

  expect(atMost).toEqual([]);
  expect(oneMore).toHaveLength(1);
});

test.each([
  ['message', 50],
  ['modal', 100],
  ['home', 100],
] as const)('a %s holds %i blocks', (surface, most) => {
  const atMost = validateBlocks(
    times(most, () => ({ type: 'divider' })),
    surface,
  );
  const oneMore = validateBlocks(
    times(most + 1, () => ({ type: 'divider' })),
    surface,
  );

  expect(atMost).toEqual([]);
  expect(oneMore).toHaveLength(1);
});

const wrong: Readonly<Record<string, Fields>> = {
  'a type Slack does not know': { type: 'chart', text: mrkdwn() },
  'a field Slack does not know': section({ colour: 'red' }),
  'a field of an element Slack does not know': actions(button({ tooltip: 'x' })),
  'an element where it may not stand': actions({ type: 'plain_text_input', action_id: 'x' }),
  'a button in an input': input(button()),
  'a section without text or fields': { type: 'section' },
  'an empty text': section({ text: { type: 'mrkdwn', text: '' } }),
  'mrkdwn in a header': { type: 'header', text: mrkdwn() },
  'mrkdwn on a button': actions(button({ text: mrkdwn() })),
  'mrkdwn in a label': input({ type: 'plain_text_input' }, { label: mrkdwn() }),
  'mrkdwn in an option of a select': input(selectOf(option(1, { text: mrkdwn() }))),
  'a style Slack does not know': actions(button({ style: 'warning' })),
  'a link that is none': actions(button({ url: 'relay' })),
  'a link that runs': actions(button({ url: 'javascript:alert(1)' })),
  'actions without elements': actions(),
  'a context without elements': { type: 'context', elements: [] },
  'the same action id twice in a block': actions(button(), button()),
  'an overflow with one option': section({ accessory: { type: 'overflow', options: options(1) } }),
  'a select without options': input({ type: 'static_select' }),
  'a select with options and groups': input({
    ...groupsOf([{ label: plain(), options: options(1) }]),
    options: options(1),
  }),
  'an initial option that is not offered': input({ ...selectOf(option(1)), initial_option: option(2) }),
  'an initial radio button that is not offered': input({
    ...{ type: 'radio_buttons', options: options(2), initial_option: option(2) },
  }),
  'an initial checkbox that is not offered': input({
    ...{ type: 'checkboxes', options: options(2), initial_options: [option(2)] },
  }),
  'an image without alt text': { type: 'image', image_url: 'https://relay.example.com/chart.png' },
  'an image from nowhere': { type: 'image', alt_text: '推移' },
  'an image from two places': image({ slack_file: { id: 'F0FAKE0001' } }),
  'a file named twice': {
    ...{ type: 'image', alt_text: '推移' },
    slack_file: { id: 'F0FAKE0001', url: 'https://files.slack.com/F0FAKE0001' },
  },
  'a confirm dialog without a way back': actions(
    button({ confirm: { title: plain(), text: plain(), confirm: plain() } }),
  ),
  'a text input whose least is above its most': input({ type: 'plain_text_input', min_length: 9, max_length: 8 }),
  'an initial text that is too long': input({ type: 'plain_text_input', initial_value: '髙﨑', max_length: 1 }),
  'a date that is none': input({ type: 'datepicker', initial_date: '2026-02-30' }),
  'a user that is none': input({ type: 'users_select', initial_user: '髙﨑' }),
};

test.each(Object.entries(wrong))('%s is refused', (_what, block) => {
  const problems = validateBlocks([block], 'modal');

  expect(problems).toHaveLength(1);
});

test('a problem names its place and what is wrong', () => {
  const problems = validateBlocks([section(), actions(button({ style: 'warning' }))], 'message');

  expect(problems).toEqual([expect.stringMatching(/^\/blocks\/1\/elements\/0\/style: .*primary/)]);
});

test('every block and element that we may use is taken', () => {
  const blocks = [
    { type: 'header', text: plain() },
    { type: 'divider' },
    section({ accessory: image() }),
    section({ text: plain(), accessory: button({ style: 'danger', confirm: confirm({ style: 'danger' }) }) }),
    section({
      accessory: { type: 'overflow', action_id: 'more', options: [option(1), option(2, { url: address(40) })] },
    }),
    { type: 'context', elements: [mrkdwn(), plain(), image()] },
    actions(button({ url: 'https://relay.example.com/settings', value: '{}' }), {
      type: 'users_select',
      action_id: 'u',
    }),
    image({ image_url: undefined, slack_file: { id: 'F0FAKE0001' } }),
    input({ type: 'plain_text_input', multiline: true, min_length: 1 }, { optional: true, dispatch_action: true }),
    input({ type: 'checkboxes', options: [option(1, { text: mrkdwn(), description: mrkdwn() })] }),
    input({ type: 'conversations_select', filter: { include: ['public', 'private'], exclude_bot_users: true } }),
    input({ type: 'multi_static_select', options: options(3), max_selected_items: 2 }),
    input({ type: 'datepicker', initial_date: '2026-11-29' }),
    input({ type: 'timepicker', initial_time: '20:00' }),
  ];

  const problems = validateBlocks(JSON.parse(JSON.stringify(blocks)), 'message');

  expect(problems).toEqual([]);
});

test.each([
  ['no blocks at all', []],
  ['two blocks of one id', [section({ block_id: 'same' }), section({ block_id: 'same' })]],
  ['two elements that want the focus', [textInput('a'), textInput('b')]],
])('%s: the list is refused', (_what, blocks) => {
  const problems = validateBlocks(blocks, 'modal');

  expect(problems).toHaveLength(1);
});

function textInput(action_id: string): Fields {
  return input({ type: 'plain_text_input', action_id, focus_on_load: true });
}

const viewLimits: readonly (readonly [string, number, (count: number) => Fields])[] = [
  ['title of a modal', 24, (count) => modal({ title: plain(count) })],
  ['submit of a modal', 24, (count) => modal({ submit: plain(count) })],
  ['close of a modal', 24, (count) => modal({ close: plain(count) })],
  ['private_metadata of a modal', 3_000, (count) => modal({ private_metadata: long(count) })],
  ['private_metadata of a home', 3_000, (count) => home({ private_metadata: long(count) })],
  ['callback_id', 255, (count) => modal({ callback_id: long(count) })],
  ['external_id', 255, (count) => home({ external_id: long(count) })],
  ['blocks of a home', 100, (count) => home({ blocks: times(count, () => section()) })],
];

test.each(viewLimits)('%s: %i are taken, and one more is refused', (_what, most, make) => {
  const atMost = validateView(make(most));
  const oneMore = validateView(make(most + 1));

  expect(atMost).toEqual([]);
  expect(oneMore).toHaveLength(1);
});

test.each([
  ['a modal without a title', { type: 'modal', blocks: [section()] }],
  ['a modal with mrkdwn in its title', modal({ title: mrkdwn() })],
  ['a modal with an input and nothing to send it', { type: 'modal', title: plain(), blocks: [textInput('a')] }],
  ['a modal with two blocks of one id', modal({ blocks: [section({ block_id: 'x' }), section({ block_id: 'x' })] })],
  ['a home with a title', home({ title: plain() })],
  ['a view of an unknown type', { type: 'workflow_step', blocks: [section()] }],
])('%s is refused', (_what, view) => {
  const problems = validateView(view);

  expect(problems).toHaveLength(1);
});

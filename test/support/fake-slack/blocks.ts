import { z } from 'zod';
import { AnyText, atMost, BlockId, PlainText } from './composition.ts';
import { Accessory, ActionsElement, hasOneImage, ImageElement, InputElement, imageFields } from './elements.ts';

export type Surface = 'message' | 'modal' | 'home';

/** Most blocks per surface: docs.slack.dev, "Blocks" (read 2026-11-29). */
const mostBlocks = { message: 50, modal: 100, home: 100 } satisfies Record<Surface, number>;

/** Each block's fields and limits: docs.slack.dev, "Block Kit", blocks (read 2026-11-29). Unknown ones are refused. */
const identified = { block_id: BlockId.optional() };

const Section = z
  .strictObject({
    type: z.literal('section'),
    ...identified,
    text: AnyText(3_000).optional(),
    fields: z.array(AnyText(2_000)).min(1).max(10).optional(),
    accessory: Accessory.optional(),
    expand: z.boolean().optional(),
  })
  .refine(({ text, fields }) => text !== undefined || fields !== undefined, 'needs text or fields');

const Header = z.strictObject({ type: z.literal('header'), ...identified, text: PlainText(150) });
const Divider = z.strictObject({ type: z.literal('divider'), ...identified });
const Context = z.strictObject({
  type: z.literal('context'),
  ...identified,
  elements: z
    .array(z.union([AnyText(3_000), ImageElement]))
    .min(1)
    .max(10),
});
const Actions = z.strictObject({
  type: z.literal('actions'),
  ...identified,
  elements: z.array(ActionsElement).min(1).max(25),
});
const Image = z
  .strictObject({ type: z.literal('image'), ...identified, ...imageFields, title: PlainText(2_000).optional() })
  .refine(hasOneImage, 'needs image_url or slack_file, and not both');
const Input = z.strictObject({
  type: z.literal('input'),
  ...identified,
  label: PlainText(2_000),
  element: InputElement,
  dispatch_action: z.boolean().optional(),
  hint: PlainText(2_000).optional(),
  optional: z.boolean().optional(),
});

const Block = z.discriminatedUnion('type', [Section, Header, Divider, Context, Actions, Image, Input]);
export type Block = z.infer<typeof Block>;

const Blocks = (surface: Surface) =>
  z
    .array(Block)
    .min(1)
    .max(mostBlocks[surface])
    .superRefine((blocks, context) => {
      const ids = blocks.flatMap(({ block_id }) => block_id ?? []);
      for (const id of repeated(ids)) context.addIssue(`block_id ${id} stands twice`);
      for (const [index, block] of blocks.entries()) {
        const actionIds = toElements(block).flatMap((element) =>
          'action_id' in element ? (element.action_id ?? []) : [],
        );
        for (const id of repeated(actionIds))
          context.addIssue({ code: 'custom', path: [index], message: `action_id ${id} stands twice in its block` });
      }
      const focused = blocks
        .flatMap(toElements)
        .filter((element) => 'focus_on_load' in element && element.focus_on_load);
      if (focused.length > 1) context.addIssue('only one element may have focus_on_load');
    });

const metadata = {
  private_metadata: atMost(3_000).optional(),
  callback_id: atMost(255).optional(),
  external_id: atMost(255).optional(),
};
/** The view object: docs.slack.dev, "Views" (read 2026-11-29). */
const Modal = z
  .strictObject({
    type: z.literal('modal'),
    title: PlainText(24),
    submit: PlainText(24).optional(),
    close: PlainText(24).optional(),
    blocks: Blocks('modal'),
    clear_on_close: z.boolean().optional(),
    notify_on_close: z.boolean().optional(),
    submit_disabled: z.boolean().optional(),
    ...metadata,
  })
  .refine(
    ({ blocks, submit }) => submit !== undefined || blocks.every(({ type }) => type !== 'input'),
    'submit is required when an input is there',
  );
const Home = z.strictObject({ type: z.literal('home'), blocks: Blocks('home'), ...metadata });
const View = z.discriminatedUnion('type', [Modal, Home]);
export type View = z.infer<typeof View>;

type Element = z.infer<typeof Accessory> | z.infer<typeof InputElement>;

/**
 * What Slack would say against these blocks, written from its documentation: [] when it takes them. Whether a file of
 * Slack's exists is not judged here.
 */
export function validateBlocks(blocks: unknown, surface: Surface): readonly string[] {
  return toProblems(Blocks(surface).safeParse(blocks).error, '/blocks');
}

/** As `validateBlocks`, for a whole view: a modal or a home. */
export function validateView(view: unknown): readonly string[] {
  return toProblems(View.safeParse(view).error, '');
}

/** @throws ZodError; ask `validateView` first. */
export function parseView(view: unknown): View {
  return View.parse(view);
}

/** @throws ZodError; ask `validateBlocks` first. */
export function parseBlocks(blocks: unknown): readonly Block[] {
  return z.array(Block).parse(blocks);
}

/** The elements of a block that can act or hold a value. */
export function toElements(block: Block): readonly Element[] {
  if (block.type === 'actions') return block.elements;
  if (block.type === 'section') return block.accessory ? [block.accessory] : [];
  return block.type === 'input' ? [block.element] : [];
}

/** Every id or address under `slack_file`, wherever it stands. */
export function findSlackFiles(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === 'slack_file' ? Object.values(inner as object).map(String) : findSlackFiles(inner),
  );
}

function toProblems(error: z.ZodError | undefined, root: string): readonly string[] {
  return (error?.issues ?? []).map(({ path, message }) => `${[root, ...path].join('/') || '/'}: ${message}`);
}

function repeated(ids: readonly string[]): readonly string[] {
  return [...new Set(ids.filter((id, index) => ids.indexOf(id) !== index))];
}

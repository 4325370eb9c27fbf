import { z } from 'zod';

/*
 * What Slack accepts in `blocks`, for the block types that bots use most. Sources: the pages of each block
 * under https://docs.slack.dev/reference/block-kit/blocks and of the composition objects. Strict, so that a
 * field that Slack does not know is found out.
 */

const blockId = { block_id: z.string().max(255).optional() };
const mrkdwn = (max: number) =>
  z.strictObject({
    type: z.literal('mrkdwn'),
    text: z.string().min(1).max(max),
    verbatim: z.boolean().optional(),
  });
const plainText = (max: number) =>
  z.strictObject({
    type: z.literal('plain_text'),
    text: z.string().min(1).max(max),
    emoji: z.boolean().optional(),
  });

const Button = z.strictObject({
  type: z.literal('button'),
  text: plainText(75),
  action_id: z.string().min(1).max(255),
  value: z.string().max(2_000).optional(),
  url: z.string().max(3_000).optional(),
  style: z.enum(['primary', 'danger']).optional(),
  confirm: z
    .strictObject({
      title: plainText(100),
      text: plainText(300),
      confirm: plainText(30),
      deny: plainText(30),
      style: z.enum(['primary', 'danger']).optional(),
    })
    .optional(),
});

const Option = z.strictObject({ text: plainText(75), value: z.string().min(1).max(150) });

const Select = z.strictObject({
  type: z.literal('static_select'),
  action_id: z.string().min(1).max(255),
  placeholder: plainText(150).optional(),
  options: z.array(Option).min(1).max(100),
  initial_option: Option.optional(),
});

/** https://docs.slack.dev/reference/block-kit/block-elements/overflow-menu-element */
const Overflow = z.strictObject({
  type: z.literal('overflow'),
  action_id: z.string().min(1).max(255),
  options: z.array(Option).min(1).max(5),
});

/** https://docs.slack.dev/reference/block-kit/block-elements/feedback-buttons-element */
const FeedbackButton = z.strictObject({
  text: plainText(75),
  value: z.string().min(1).max(2_000),
  accessibility_label: z.string().max(75).optional(),
});
const FeedbackButtons = z.strictObject({
  type: z.literal('feedback_buttons'),
  action_id: z.string().min(1).max(255),
  positive_button: FeedbackButton,
  negative_button: FeedbackButton,
});

const TextInput = z.strictObject({
  type: z.literal('plain_text_input'),
  action_id: z.string().min(1).max(255),
  multiline: z.boolean().optional(),
  initial_value: z.string().max(3_000).optional(),
  max_length: z.number().int().min(1).max(3_000).optional(),
  placeholder: plainText(150).optional(),
});

/** https://docs.slack.dev/reference/block-kit/block-elements/multi-select-menu-element */
const UsersSelect = z.strictObject({
  type: z.literal('multi_users_select'),
  action_id: z.string().min(1).max(255),
  placeholder: plainText(150).optional(),
  initial_users: z.array(z.string()).optional(),
});

/** https://docs.slack.dev/reference/block-kit/block-elements/multi-select-menu-element */
const MultiSelect = z.strictObject({
  type: z.literal('multi_static_select'),
  action_id: z.string().min(1).max(255),
  placeholder: plainText(150).optional(),
  options: z.array(Option).min(1).max(100),
  initial_options: z.array(Option).min(1).optional(),
  max_selected_items: z.number().int().min(1).optional(),
});

const Section = z
  .strictObject({
    type: z.literal('section'),
    ...blockId,
    text: z.union([mrkdwn(3_000), plainText(3_000)]).optional(),
    fields: z
      .array(z.union([mrkdwn(2_000), plainText(2_000)]))
      .min(1)
      .max(10)
      .optional(),
    accessory: z.union([Button, MultiSelect]).optional(),
  })
  .refine(
    (block) => block.text !== undefined || block.fields !== undefined,
    'a section needs text or fields',
  );

/** https://docs.slack.dev/reference/block-kit/blocks/data-table-block */
const RawText = z.strictObject({ type: z.literal('raw_text'), text: z.string().min(1) });
const RawNumber = z.strictObject({
  type: z.literal('raw_number'),
  value: z.number(),
  text: z.string().min(1),
});
const mark = z.literal(true).optional();
const RichStyle = z.strictObject({ bold: mark, italic: mark, strike: mark, code: mark }).optional();
const RichWords = z.strictObject({ type: z.literal('text'), text: z.string().min(1), style: RichStyle });
const RichLink = z.strictObject({
  type: z.literal('link'),
  url: z.url(),
  text: z.string().min(1).optional(),
  style: RichStyle,
});
/** https://docs.slack.dev/reference/block-kit/blocks/rich-text-block */
const RichText = z.strictObject({
  type: z.literal('rich_text'),
  ...blockId,
  elements: z
    .array(
      z.discriminatedUnion('type', [
        z.strictObject({
          type: z.enum(['rich_text_section', 'rich_text_quote']),
          elements: z.array(z.union([RichWords, RichLink])).min(1),
        }),
        z.strictObject({
          type: z.literal('rich_text_preformatted'),
          elements: z
            .array(z.union([RichWords.omit({ style: true }), RichLink.omit({ style: true })]))
            .min(1),
        }),
      ]),
    )
    .min(1),
});
const HeadRow = z
  .array(z.union([RawText, RawNumber]))
  .min(1)
  .max(20);
const DataTable = z
  .strictObject({
    type: z.literal('data_table'),
    ...blockId,
    caption: z.string().min(1),
    page_size: z.number().int().min(1).max(100).optional(),
    row_header_column_index: z.number().int().min(0).optional(),
    rows: z.tuple([HeadRow], z.array(z.union([RawText, RawNumber, RichText]))),
  })
  .refine(({ rows }) => rows.length >= 2 && rows.length <= 101, 'a head and 1 to 100 rows')
  .refine(({ rows }) => rows.every((row) => row.length === rows[0].length), 'rows of one length')
  .refine(({ rows, row_header_column_index: i = 0 }) => i < rows[0].length, 'a column that there is');

/** https://docs.slack.dev/reference/block-kit/blocks/task-card-block */
const TaskCard = z.strictObject({
  type: z.literal('task_card'),
  ...blockId,
  task_id: z.string().min(1),
  title: z.string().min(1),
  status: z.enum(['pending', 'in_progress', 'complete', 'error']),
  details: RichText.optional(),
  output: RichText.optional(),
});

/** https://docs.slack.dev/reference/block-kit/blocks/plan-block */
const Plan = z
  .strictObject({
    type: z.literal('plan'),
    ...blockId,
    title: z.string().min(1),
    tasks: z.array(TaskCard).optional(),
  })
  .refine(
    ({ tasks = [] }) => new Set(tasks.map(({ task_id }) => task_id)).size === tasks.length,
    'a task that is there twice',
  );

/** Characters of all cells of all tables of a message. */
const ALL_CELLS = 10_000;

function cellCharacters(value: unknown): number {
  if (value === null || typeof value !== 'object') return 0;
  return Object.entries(value).reduce(
    (sum, [key, item]) =>
      sum + (key === 'text' && typeof item === 'string' ? item.length : cellCharacters(item)),
    0,
  );
}

const Block = z.discriminatedUnion('type', [
  Section,
  z.strictObject({
    type: z.literal('context'),
    ...blockId,
    elements: z
      .array(z.union([mrkdwn(3_000), plainText(3_000)]))
      .min(1)
      .max(10),
  }),
  z.strictObject({
    type: z.literal('actions'),
    ...blockId,
    elements: z
      .array(z.union([Button, Select, Overflow]))
      .min(1)
      .max(25),
  }),
  /** https://docs.slack.dev/reference/block-kit/blocks/context-actions-block */
  z.strictObject({
    type: z.literal('context_actions'),
    ...blockId,
    elements: z.array(FeedbackButtons).min(1).max(5),
  }),
  DataTable,
  RichText,
  Plan,
  TaskCard,
  z.strictObject({ type: z.literal('markdown'), ...blockId, text: z.string().min(1).max(12_000) }),
  z.strictObject({ type: z.literal('divider'), ...blockId }),
  z.strictObject({ type: z.literal('header'), ...blockId, text: plainText(150) }),
]);
export type Block = z.infer<typeof Block>;

/** All blocks together; seen, not documented (slackapi/bolt-js issue 2509). */
const ALL_BLOCKS = 13_200;

/** The error code with which Slack would turn a message down, or undefined where it takes it. */
export function refusalOf(text: string | undefined, blocks: unknown): string | undefined {
  if (blocks === undefined) return text ? undefined : 'no_text';
  const parsed = z.array(Block).max(50).safeParse(blocks);
  if (!parsed.success) return 'invalid_blocks';
  const markdown = parsed.data.reduce(
    (sum, block) => sum + (block.type === 'markdown' ? block.text.length : 0),
    0,
  );
  if (markdown > 12_000) return 'msg_too_long';
  const tables = parsed.data.flatMap((block) => (block.type === 'data_table' ? block.rows : []));
  if (cellCharacters(tables) > ALL_CELLS) return 'invalid_blocks';
  if (textLength(parsed.data) > ALL_BLOCKS) return 'msg_blocks_too_long';
  const isClear = parsed.data.every((block) => {
    const ids = block.type === 'actions' ? block.elements.map((element) => element.action_id) : [];
    return new Set(ids).size === ids.length;
  });
  return isClear ? undefined : 'invalid_blocks';
}

/** Characters of every text in a value. */
function textLength(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (value === null || typeof value !== 'object') return 0;
  return Object.values(value).reduce((sum: number, item) => sum + textLength(item), 0);
}

/** https://docs.slack.dev/reference/block-kit/blocks, "Available in surfaces": messages alone. */
const MESSAGES_ONLY: ReadonlySet<string> = new Set(['markdown', 'context_actions', 'plan', 'task_card']);
const NOT_IN_DIALOGS: ReadonlySet<string> = new Set([...MESSAGES_ONLY, 'data_table']);

/** https://docs.slack.dev/reference/views/modal-views */
const Modal = z.strictObject({
  type: z.literal('modal'),
  callback_id: z.string().max(255),
  private_metadata: z.string().max(3_000).optional(),
  title: plainText(24),
  submit: plainText(24).optional(),
  close: plainText(24).optional(),
  blocks: z
    .array(
      z.union([
        Block.refine(({ type }) => !NOT_IN_DIALOGS.has(type), 'not in a dialog'),
        z.strictObject({
          type: z.literal('input'),
          block_id: z.string().max(255),
          optional: z.boolean().optional(),
          label: plainText(2_000),
          hint: plainText(2_000).optional(),
          element: z.union([TextInput, Select, MultiSelect, UsersSelect]),
        }),
      ]),
    )
    .min(1)
    .max(100),
});
export type Modal = z.infer<typeof Modal>;

/** The dialog, or undefined where Slack would turn it down. */
export const parseModal = (view: unknown): Modal | undefined => Modal.safeParse(view).data;

/** https://docs.slack.dev/reference/views/home-tab-views */
const Home = z.strictObject({
  type: z.literal('home'),
  blocks: z
    .array(Block.refine(({ type }) => !MESSAGES_ONLY.has(type), 'not in a Home tab'))
    .min(1)
    .max(100),
});

/** The blocks of a Home tab, or undefined where Slack would turn it down. */
export const parseHome = (view: unknown): Block[] | undefined => Home.safeParse(view).data?.blocks;

export const parseBlocks = (blocks: unknown): Block[] => z.array(Block).catch([]).parse(blocks);

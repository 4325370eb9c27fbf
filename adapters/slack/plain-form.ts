import type { KnownBlock } from '@slack/types';
import { z } from 'zod';
import { plainerForms } from '../shared/plain-forms.ts';
import { textOfBlocks } from './block-words.ts';
import { SLACK_LIMITS } from './limits.ts';
import { cutPrinted, escaped } from './text.ts';

/*
 * Plainer forms of a message, for a workspace that does not take it as it is: first its text in plain
 * sections above its buttons and menus, then the text alone.
 */

/** Anything that has text in Block Kit, as far as it matters what the text is. */
const Text = z.object({ text: z.string() });
const Block = z.looseObject({
  type: z.string(),
  text: z.union([z.string(), Text]).optional().catch(undefined),
  fields: z.array(Text).optional().catch(undefined),
  elements: z.array(z.looseObject({})).optional().catch(undefined),
});
type Block = z.infer<typeof Block>;

const Message = z.looseObject({ text: z.string(), blocks: z.array(Block) });

/** What a message of blocks says, as text. */
export const plainText = (message: object): string => {
  const { text, blocks } = Message.parse(message);
  return blocks.flatMap(linesOf).join('\n') || text;
};

/** Blocks as plain sections above their buttons and menus. */
export function plainBlocks(given: readonly unknown[]): KnownBlock[] {
  const blocks = z.array(Block).parse(given);
  const controls = blocks.filter(({ type }) => type === 'actions') as KnownBlock[];
  return [...sectionsOf(blocks.flatMap(linesOf).join('\n')), ...controls];
}

const NO_CONTROLS = 'The buttons that belong here can’t be shown: write in this thread what I should do.';

/** Characters of a section, with room for what is escaped. */
const SECTION = SLACK_LIMITS.sectionText - 100;

/**
 * https://docs.slack.dev/reference/methods/chat.update: a text that takes the place of another is at most
 * 4,000.
 */
const TEXT = 3_800;

const SECTIONS = 4;

/** The text of a message in plain sections above its buttons and menus; then the text alone. */
export const PLAIN_BLOCKS = plainerForms<Block>(
  (body) => {
    const { text, blocks } = Message.parse(body);
    return {
      text: blocks.flatMap(linesOf).join('\n') || text,
      controls: blocks.filter(({ type }) => type === 'actions'),
    };
  },
  [
    {
      room: SECTIONS * SECTION,
      bodyOf: ({ text, controls }, body) => ({ ...body, blocks: [...sectionsOf(text), ...controls] }),
    },
    {
      room: TEXT,
      bodyOf({ text, controls }, body) {
        const lost = controls.length > 0 ? `\n${NO_CONTROLS}` : '';
        return { ...body, text: `${cutPrinted(text, TEXT)}${lost}`, blocks: [] };
      },
    },
  ],
);

/** Text as plain text, which needs no marks to be right. */
function sectionsOf(text: string): KnownBlock[] {
  const parts: string[] = [];
  for (let from = 0; from < text.length && parts.length < SECTIONS; ) {
    const part = cutPrinted(text.slice(from), SECTION);
    parts.push(part);
    from += Math.max(1, part.length);
  }
  return parts.map((part) => ({ type: 'section', text: { type: 'mrkdwn', text: part } }));
}

const Tasks = z.object({
  title: z.string(),
  tasks: z.array(z.object({ title: z.string(), status: z.string() })),
});

/** The signs of a task of a plan, where it is told in words. */
const SIGNS: Readonly<Record<string, string>> = { complete: '☑', in_progress: '▶', error: '✗' };

function planLines(block: Block): string[] {
  const { title, tasks } = Tasks.parse(block);
  return [title, ...tasks.map((task) => `${SIGNS[task.status] ?? '☐'} ${task.title}`)].map(escaped);
}

const Rows = z.object({ rows: z.array(z.array(z.looseObject({ text: z.string().optional() }))) });

const rowText = (cells: z.infer<typeof Rows>['rows'][number]): string =>
  cells.map((cell) => (cell.text === undefined ? textOfBlocks([cell]) : escaped(cell.text))).join(' · ');

/** What a block says, a line for each of its texts. Markdown is no mrkdwn: it is escaped. */
function linesOf(block: Block): string[] {
  const { type, text, fields = [], elements = [] } = block;
  if (type === 'actions' || type === 'context_actions') return [];
  if (type === 'plan') return planLines(block);
  if (type === 'rich_text') return [textOfBlocks([block])];
  if (type === 'data_table') return Rows.parse(block).rows.map(rowText);
  const own = typeof text === 'string' ? text : text?.text;
  const said = own === undefined ? [] : [type === 'markdown' ? escaped(own) : own];
  const others = [...fields, ...elements].flatMap((part) => Text.safeParse(part).data?.text ?? []);
  return [...said, ...others];
}

import { joinedLines, unseen } from '../shared/reading.ts';
import { listOf, nameOfKind, Part, richTextOf, slackLink, wordOf } from './rich-text.ts';
import { filesInWords } from './seen-files.ts';
import { chartOf, tableOf } from './seen-tables.ts';
import { escaped, escapedOnce } from './text.ts';

/*
 * What blocks of a message say, in Slack's own form for text (mrkdwn, escaped), whoever has written them:
 * https://docs.slack.dev/reference/block-kit/blocks. What is not known is read as far as there are texts in
 * it.
 */

/** All blocks of a message, each from a line of its own. */
export const textOfBlocks = (blocks: unknown): string => joinedLines(listOf(blocks).map(textOfBlock));

/** Blocks of prose, whose words Slack puts into the text of a message too. */
const PROSE: ReadonlySet<string> = new Set(['rich_text', 'section', 'header', 'markdown']);

/**
 * The same in two: the prose, which the text of a message may say as well, and what it never says: tables,
 * pictures, buttons and whatever is not known.
 */
export function partsOfBlocks(blocks: unknown): { prose: string; others: readonly string[] } {
  const all = listOf(blocks);
  return {
    prose: joinedLines(all.map((block) => (PROSE.has(block.type) ? wordsOfBlock(block) : ''))),
    others: all
      .map((block) => (PROSE.has(block.type) ? textOfElement(block.accessory) : textOfBlock(block)))
      .filter((text) => text.trim() !== ''),
  };
}

/** A block of prose without what stands beside it. */
const wordsOfBlock = ({ accessory: _beside, ...block }: Part): string => textOfBlock(block);

function textOfBlock(block: Part): string {
  const words = BLOCKS[block.type]?.(block) ?? joinedLines(textsIn(block));
  const isSilent = words === '' && block.type !== '' && !SILENT.has(block.type);
  return isSilent ? `[a ${nameOfKind(block)}, which I can’t read]` : words;
}

/** Blocks that may say nothing. */
const SILENT: ReadonlySet<string> = new Set([...PROSE, 'context', 'actions', 'context_actions', 'divider']);

/** How a kind of block is read; one that is not here is read as far as there are texts in it. */
const BLOCKS: Readonly<Partial<Record<string, (block: Part) => string>>> = {
  rich_text: richTextOf,
  header: sectionOf,
  section: sectionOf,
  context: rowOf,
  actions: rowOf,
  context_actions: rowOf,
  markdown: (block) => escaped(wordOf(block.text)),
  table: (block) => tableOf(block, cellOf),
  data_table: (block) => joinedLines([wordsOnce(block.caption), tableOf(block, cellOf)]),
  data_visualization: (block) => joinedLines([wordsOnce(block.title), chartOf(block.chart)]),
  image: pictureOf,
  video: (block) =>
    joinedLines([
      unseen('a video', slackLink(block.title_url, nameOf(block) || wordsOnce(block.alt_text))),
      [block.provider_name, block.author_name].map(wordsOnce).filter(Boolean).join(' · '),
      textOf(block.description),
    ]),
  alert: (block) =>
    [isPlain(block.level) ? '' : `[${wordsOnce(block.level)}]`, textOf(block.text)].join(' ').trim(),
  call: (block) => callToJoin(block),
  file: ({ file }) => joinedLines(filesInWords(file === undefined ? [] : [file])),
  input: (block) => joinedLines([textOf(block.label), textOf(block.hint), textOfElement(block.element)]),
  plan: (block) => joinedLines([textOf(block.title), ...listOf(block.tasks).map(taskOf)]),
  task_card: taskOf,
  divider: () => '',
};

function sectionOf(block: Part): string {
  const words = [textOf(block.text), ...listOf(block.fields).map(textOf), textOfElement(block.accessory)];
  return words.filter(Boolean).join('\n');
}

function rowOf(block: Part): string {
  return listOf(block.elements).map(textOfElement).filter(Boolean).join(' ');
}

const isPlain = (level: unknown): boolean => ['', 'default', 'info'].includes(wordOf(level));

/** A task with how it stands: https://docs.slack.dev/reference/block-kit/blocks/task-card-block. */
function taskOf(task: Part): string {
  const status = wordOf(task.status).replaceAll('_', ' ');
  const title = wordsOnce(task.title);
  const sources = listOf(task.sources).map(textOfElement).join(' ');
  return joinedLines([
    status && title ? `${title} (${status})` : title,
    ...[task.details, task.output].map(textOf),
    sources,
  ]);
}

/** A call of another app, which one can join: https://docs.slack.dev/apis/web-api/using-the-calls-api. */
function callToJoin(block: Part): string {
  const call = Part.safeParse(Part.safeParse(block.call).data?.v1).data;
  const named = slackLink(call?.join_url, wordsOnce(call?.name));
  return named ? `[a call, which I can’t hear: ${named}]` : '[a call, which I can’t hear]';
}

/** Text that may be escaped already. */
const wordsOnce = (given: unknown): string => escapedOnce(wordOf(given));

/** A text object, or the words themselves. Slack tells plain text escaped (bolt-python#513). */
function textOf(given: unknown): string {
  if (typeof given === 'string') return escapedOnce(given);
  const part = Part.safeParse(given).data;
  if (part === undefined) return '';
  if (part.type === 'mrkdwn') return wordOf(part.text);
  if (part.type === 'rich_text') return richTextOf(part);
  return wordsOnce(part.text);
}

const nameOf = (part: Part): string => textOf(part.title) || textOf(part.name);

function pictureOf(part: Part): string {
  const alt = wordsOnce(part.alt_text);
  const title = nameOf(part);
  return unseen('a picture', title && alt && title !== alt ? `${title}: ${alt}` : title || alt);
}

/** Something within a context, a row of buttons, or beside a section. */
function textOfElement(given: unknown): string {
  const part = Part.safeParse(given).data;
  if (part === undefined) return '';
  const { type } = part;
  if (type === 'image') return pictureOf(part);
  if (type === 'mrkdwn' || type === 'plain_text' || type === 'rich_text') return textOf(part);
  if (type === 'url') return slackLink(part.url, wordsOnce(part.text));
  if (type === 'feedback_buttons') {
    return [part.positive_button, part.negative_button].map(textOfElement).filter(Boolean).join(' ');
  }
  if (type === 'checkboxes' || type === 'radio_buttons') return boxesOf(part);
  const label = textOf(part.text) || textOf(part.placeholder);
  const choices = choicesOf(part).map(optionOf).filter(Boolean).join(', ');
  const chosen = chosenIn(part);
  const said = [label, choices].filter(Boolean).join(': ') || (chosen ? nameOfKind(part) : '');
  return said ? `[${slackLink(part.url, said)}${chosen ? `; chosen: ${chosen}` : ''}]` : '';
}

/** Most choices of a menu that are told. */
const CHOICES = 50;

const choicesOf = (part: Part): Part[] =>
  [...listOf(part.options), ...listOf(part.option_groups).flatMap(({ options }) => listOf(options))].slice(
    0,
    CHOICES,
  );

const optionOf = ({ text, description }: Part): string =>
  [textOf(text), textOf(description)].filter(Boolean).join(' – ');

/** Boxes that people see with their labels, and which of them are ticked at first. */
function boxesOf(part: Part): string {
  const initial = [...listOf(part.initial_options), ...listOf([part.initial_option])];
  const ticked = new Set(initial.map(({ text }) => textOf(text)));
  return choicesOf(part)
    .map((option) => `[${ticked.has(textOf(option.text)) ? '☑' : '☐'} ${optionOf(option)}]`)
    .join(' ');
}

/** What stands in a menu or a field before anybody has changed it. */
function chosenIn(part: Part): string {
  const options = [part.initial_option, ...listOf(part.initial_options)].map((one) =>
    textOf(listOf([one])[0]?.text),
  );
  const people = [part.initial_user, ...itemsOf(part.initial_users)].map(wordOf).filter(Boolean);
  const channels = [
    part.initial_channel,
    part.initial_conversation,
    ...itemsOf(part.initial_channels),
    ...itemsOf(part.initial_conversations),
  ];
  const values = [part.initial_date, part.initial_time, part.initial_value].map(textOf);
  const ids = channels.map(wordOf).filter(Boolean);
  const all = [...options, ...people.map((id) => `<@${id}>`), ...ids.map((id) => `<#${id}>`), ...values];
  return all.filter(Boolean).join(', ');
}

const itemsOf = (given: unknown): unknown[] => (Array.isArray(given) ? given : []);

function cellOf(cell: unknown): string {
  const part = Part.safeParse(cell).data;
  if (part === undefined) return wordsOnce(cell);
  return textOf(part) || wordsOnce(part.value) || textsIn(part).join(' ');
}

/** How deep and how many texts are looked for in what is not known. */
const DEEPEST = 8;
const MOST = 200;

/** Every text that stands somewhere in a part of another kind, in order. */
export function textsIn(given: unknown, depth = 0): string[] {
  if (depth > DEEPEST || given === null || typeof given !== 'object') return [];
  const part = Array.isArray(given) ? undefined : Part.safeParse(given).data;
  if (part !== undefined && depth > 0) {
    if (BLOCKS[part.type] !== undefined) return [textOfBlock(part)];
    if (ELEMENTS.has(part.type)) return [textOfElement(part)];
  }
  if (part !== undefined && typeof part.label === 'string' && wordOf(part.value) !== '') {
    return [`${wordsOnce(part.label)}: ${wordsOnce(part.value)}`];
  }
  const isText = part !== undefined && typeof part.text === 'string';
  const own = isText ? [slackLink(part.url, textOf(part))] : [];
  const inner = Object.entries(given)
    .filter(([key]) => !(isText && key === 'text') && key !== 'icon')
    .flatMap(([key, value]) =>
      SHOWN.has(key) && typeof value === 'string' ? [escapedOnce(value)] : textsIn(value, depth + 1),
    );
  return [...own, ...inner].filter((text) => text.trim() !== '').slice(0, MOST);
}

/** What stands in blocks, and is read with what it shows besides its text. */
const ELEMENTS: ReadonlySet<string> = new Set([
  ...['button', 'workflow_button', 'icon_button', 'feedback_buttons', 'checkboxes', 'radio_buttons'],
  ...['static_select', 'multi_static_select', 'url', 'overflow'],
]);

/** Keys whose words people see. */
const SHOWN: ReadonlySet<string> = new Set([
  ...['title', 'subtitle', 'description', 'label', 'alt_text', 'body', 'caption', 'fallback'],
]);

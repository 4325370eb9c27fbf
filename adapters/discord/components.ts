import {
  type APIActionRowComponent,
  type APIButtonComponentWithCustomId,
  type APIComponentInContainer,
  type APIContainerComponent,
  type APIMessageTopLevelComponent,
  type APIStringSelectComponent,
  ButtonStyle,
  ComponentType,
  MessageFlags,
} from 'discord.js';
import { ACTIONS, ALL, offerValue } from '../../src/controller/actions.ts';
import { batchDigest } from '../../src/controller/batch-digest.ts';
import type { Control } from '../../src/controller/controls.ts';
import { cut, wholeBeginning } from '../../src/lib/cut.ts';
import { printMarkdown } from '../../src/lib/markdown/render.ts';
import { plainLines } from '../../src/lib/markdown/words.ts';
import { withTimes } from '../../src/lib/time-zones.ts';
import type { Menu, Table } from '../../src/session/tables.ts';
import type { AnswerForm } from '../../src/thread/delivery/answer-parts.ts';
import type { Outgoing, Payload } from '../../src/thread/delivery/outgoing.ts';
import type { Mood, ViewBody, ViewMessage } from '../../src/thread/view/view-message.ts';
import { printView } from '../shared/print-view.ts';
import type { Call, Printer, Rooms, Tone } from '../shared/printer.ts';
import { MARKDOWN } from './dialect.ts';
import { idOf, markOf } from './ids.ts';
import { ANSWER_CHARACTERS, DISCORD_LIMITS } from './limits.ts';
import { SESSION_MENU } from './session-menu.ts';
import { STYLE, UNMARKED } from './style.ts';
import { codeTables } from './tables.ts';
import { asCode, asLine, asText, shortened } from './text.ts';
import { threadName } from './threads.ts';

export type ComponentOptions = {
  /** Whether people are asked whether an answer helped. */
  asksFeedback: boolean;
};

/** A view's message in Components V2. Each part carries a number by which it is found again (`markOf`). */
export const inComponents = (message: ViewMessage, divisor: number, options: ComponentOptions): Outgoing[] =>
  printView(message, divisor, EVERYWHERE, printerWith(answersOf(options))).map((outgoing, i) =>
    outgoing.kind === 'message'
      ? { ...outgoing, body: numbered(outgoing.body, `${message.key}#${i}`) }
      : outgoing,
  );

const printerWith = (answers: AnswerForm): Printer<Piece> => ({
  ...COMPONENTS,
  answers,
  unmarked: { ...UNMARKED_PRINTER, answers },
});

/** Messages look the same in every channel. */
const EVERYWHERE = { channel: '' };

/** A message with its first component numbered by the key of the post. */
export function numbered(payload: Payload, key: string): Payload {
  if (!Array.isArray(payload.components)) return payload;
  const [first, ...rest]: Record<string, unknown>[] = payload.components;
  if (first === undefined) return payload;
  return { ...payload, components: [{ ...first, id: markOf(key) }, ...rest] };
}

const ROOMS: Rooms = {
  detail: 600,
  plan: 1_500,
  links: 600,
  timeline: 1_000,
  tail: 400,
  writing: 400,
  blocked: 600,
  factLine: 1_000,
  facts: 700,
  warnings: 700,
  warningLines: DISCORD_LIMITS.allText,
  preview: 1_000,
  previewBlock: 2_000,
  changed: 200,
  jobLinks: 800,
  jobMessage: 400,
  progress: 1_000,
  jobTail: 500,
  question: DISCORD_LIMITS.allText,
  file: 1_000,
};

const COLORS: Readonly<Record<Tone, number | undefined>> = {
  waiting: 0xf2a900,
  running: 0x4a90d9,
  good: 0x2eb67d,
  bad: 0xe01e5a,
  stopped: undefined,
};

type Piece = APIComponentInContainer;

const titled = (text: string, called = ''): string => `### ${called}${STYLE.plain(cut(text, 200))}`;

const display = (content: string): Piece[] =>
  content.trim() === '' ? [] : [{ type: ComponentType.TextDisplay, content }];

export const REACTIONS: Readonly<Record<Mood, string>> = {
  working: '👀',
  waiting: '⏳',
  done: '✅',
  failed: '⚠️',
  stopped: '⏹️',
};

/** Text that has no marks: what begins a line of it begins no block. */
const unmarkedLines = (text: string): Piece[] => display(text.split('\n').map(asLine).join('\n'));

/** How views are printed in Components V2. */
const COMPONENTS: Omit<Printer<Piece>, 'answers'> = {
  style: STYLE,
  rooms: ROOMS,
  reactions: REACTIONS,
  message(headline, pieces, tone, call) {
    const whole = container(COLORS[tone], pieces);
    const first = call && calling(headline, textBelow(call.unmarked ?? pieces), call);
    return first === undefined ? whole : { ...whole, first };
  },
  showsStanding: true,
  named: (text) => [{ kind: 'title', text: threadName(text) }],
  notice({ text, mentions, offered, picture, tables = [], menus = [], times = [] }, divisor, controls) {
    const called = mentions.map((id) => `${STYLE.person(id)} `).join('');
    const buttons = controls.length > 0 ? [row(controls.map(buttonOf))] : [];
    if (picture !== undefined) return [callingPicture(text, { called, people: mentions, buttons }, picture)];
    const limit = Math.max(300, Math.floor(ANSWER_CHARACTERS / divisor));
    const printed = printMarkdown(text, MARKDOWN, limit);
    const parts = withTables(printed, tables, limit);
    return parts.map((part, i) => {
      const content = i === 0 ? `${called}${part}` : part;
      const first = i > 0 ? [] : offered ? [offerRow(offered)] : buttons;
      const rows = [...first, ...(i < parts.length - 1 ? [] : menus.map((menu) => row([selectOf(menu)])))];
      const timed = withTimes(content, times, STYLE.moment);
      const said = { type: ComponentType.TextDisplay as const, content: timed };
      const whole = shown([said, ...rows], i === 0 ? mentions : []);
      if (i > 0 || mentions.length === 0) return whole;
      // Of tables a phone would show their frames: the sentence says the essential of them.
      const plain = calling(`${called}${unmarkedText(text)}`, '', {
        people: mentions,
        buttons: rows,
        isElsewhere: true,
      });
      return plain === undefined ? whole : { ...whole, first: plain };
    });
  },
  quoted: (text, limit) => STYLE.plain(cut(text, limit)),
  quotedLines: (lines) => lines.map(STYLE.plain).join('\n'),
  sessionTitle: titled,
  callTitle: titled,
  lead: (content, beside) =>
    beside === undefined
      ? display(content)
      : [
          {
            type: ComponentType.Section,
            components: [{ type: ComponentType.TextDisplay, content }],
            accessory: buttonOf(beside),
          },
        ],
  text: display,
  // Small print, each line of it.
  small: (content) => (content.trim() === '' ? [] : display(content.replace(/^/gm, '-# '))),
  code: (text, limit) => display(asCode(text, limit)),
  smallCode: (text, limit) => display(asCode(text, limit)),
  facts: (facts) =>
    display(
      facts.map(({ label, value }) => `${STYLE.bold(STYLE.plain(label))}: ${STYLE.plain(value)}`).join('\n'),
    ),
  buttons: (buttons) => (buttons.length === 0 ? [] : [row(buttons.map(buttonOf))]),
  foot: (_control, hasMenu, more) => [
    ...(more.length > 0 ? [row(more.map(buttonOf))] : []),
    ...(hasMenu ? [row([SESSION_MENU])] : []),
  ],
  decision: (toolCallId, buttons, choices) => [
    row(buttons.map(buttonOf)),
    ...choices.slice(0, 2).map(({ argument, label, options, names, value: current }) =>
      row([
        {
          type: ComponentType.StringSelect,
          custom_id: wholeBeginning(idOf(ACTIONS.choose, toolCallId, argument), DISCORD_LIMITS.customId),
          placeholder: cut(label, DISCORD_LIMITS.selectPlaceholder),
          options: options.slice(0, DISCORD_LIMITS.selectOptions).map((value) => ({
            label: cut(names?.[value] ?? value, DISCORD_LIMITS.optionLabel),
            value: wholeBeginning(value, DISCORD_LIMITS.optionLabel),
            default: value === current,
          })),
        },
      ]),
    ),
  ],
  scriptValue: ({ toolCallId }) => toolCallId,
  allValues: (open) => [ALL, batchDigest(open)],
  keepsChange: false,
};

const UNMARKED_PRINTER: Omit<Printer<Piece>, 'answers'> = {
  ...COMPONENTS,
  style: UNMARKED,
  quoted: (text, limit) => UNMARKED.plain(cut(text, limit)),
  quotedLines: (lines) => lines.map(UNMARKED.plain).join('\n'),
  sessionTitle: UNMARKED.plain,
  callTitle: (text, called) => `${called}${UNMARKED.plain(text)}`,
  text: unmarkedLines,
  small: unmarkedLines,
  facts: (facts) =>
    unmarkedLines(
      facts.map(({ label, value }) => `${UNMARKED.plain(label)}: ${UNMARKED.plain(value)}`).join('\n'),
    ),
};

/** Tables below the last part of a text, where that has room for them, or in a part of their own. */
function withTables(parts: string[], tables: readonly Table[], limit: number): string[] {
  if (tables.length === 0) return parts;
  const last = parts.at(-1) ?? '';
  if (last.length > limit / 2) return [...parts, codeTables(tables, limit)];
  return [...parts.slice(0, -1), `${last}\n${codeTables(tables, limit - last.length - 1)}`];
}

/**
 * A picture below words that call people: a plain message, because phones show no words of one that is made
 * of components.
 */
function callingPicture(
  said: string,
  { called, people, buttons }: { called: string; people: readonly string[]; buttons: readonly ActionRow[] },
  { fileId: id, name, alt }: NonNullable<Extract<ViewBody, { kind: 'notice' }>['picture']>,
): Outgoing {
  const [part = ''] = printMarkdown(said, MARKDOWN, DISCORD_LIMITS.content - called.length);
  const text = shortened(`${called}${part}`, DISCORD_LIMITS.content);
  const content = shortened(`${called}${unmarkedText(said)}`, DISCORD_LIMITS.content);
  const flags = MessageFlags.SuppressEmbeds;
  const components = buttons.map((one) => ({ ...one }));
  const without = { content, flags, components, allowed_mentions: { parse: [], users: [...people] } };
  return { kind: 'upload', file: { id, name }, text, alt, calling: { people, without } };
}

/** What markdown says, with nothing that marks it: a phone shows marks as they are. */
const unmarkedText = (markdown: string): string =>
  plainLines(markdown)
    .split('\n')
    .map((line) => asLine(asText(line)))
    .join('\n');

/**
 * What a message is first, so that it calls somebody: a phone's notification shows the content of a message,
 * and Components V2 have none (https://docs.discord.com/developers/components/reference). It has all of the
 * message's text where there is room. Undefined where there is none, and people could act on what they do not
 * see: then the message is there as it is from the first.
 */
function calling(
  headline: string,
  below: string,
  { people, buttons, isElsewhere }: Call<Piece>,
): Payload | undefined {
  const whole = below === '' ? headline : `${headline}\n${below}`;
  const fits = whole.length <= DISCORD_LIMITS.content;
  if (!fits && !isElsewhere) return undefined;
  return {
    content: shortened(fits ? whole : headline, DISCORD_LIMITS.content),
    flags: MessageFlags.SuppressEmbeds,
    components: buttons.filter(({ type }) => type === ComponentType.ActionRow),
    allowed_mentions: { parse: [], users: [...people] },
  };
}

/** The text of a card without its first line, which its headline stands for. */
const textBelow = (pieces: readonly Piece[]): string =>
  pieces
    .flatMap((piece) => (piece.type === ComponentType.TextDisplay ? piece.content : []))
    .join('\n')
    .replace(/^[^\n]*\n?/, '');

const FLAGS = MessageFlags.IsComponentsV2 | MessageFlags.SuppressEmbeds;

/** A message of one container; what is too much of its text is cut, the last parts first. */
function container(color: number | undefined, pieces: readonly Piece[]): Outgoing {
  const made: APIContainerComponent = {
    type: ComponentType.Container,
    components: fitted(pieces),
    ...(color === undefined ? {} : { accent_color: color }),
  };
  return shown([made]);
}

/** `mentions` are the people that are notified; nobody else ever is. */
export function bodyOf(components: APIMessageTopLevelComponent[], mentions: readonly string[] = []): Payload {
  return { flags: FLAGS, components, allowed_mentions: { parse: [], users: [...mentions] } };
}

const shown = (...parts: Parameters<typeof bodyOf>): Outgoing => ({
  kind: 'message',
  body: bodyOf(...parts),
});

function fitted(parts: readonly APIComponentInContainer[]): APIComponentInContainer[] {
  let room: number = DISCORD_LIMITS.allText;
  return parts.flatMap((part): APIComponentInContainer[] => {
    if (part.type === ComponentType.Section) {
      room -= part.components.reduce((sum, { content }) => sum + content.length, 0); // these are short
      return [part];
    }
    if (part.type !== ComponentType.TextDisplay) return [part];
    const content = room < 20 ? '' : shortened(part.content, room);
    room -= content.length;
    return content === '' ? [] : [{ ...part, content }];
  });
}

type Button = APIButtonComponentWithCustomId;
type ActionRow = APIActionRowComponent<Button | APIStringSelectComponent>;

const STYLES = {
  primary: ButtonStyle.Primary,
  success: ButtonStyle.Success,
  danger: ButtonStyle.Danger,
} as const;

export const buttonOf = ({ label, name, values, style }: Control): Button => ({
  type: ComponentType.Button,
  label: cut(label, DISCORD_LIMITS.buttonLabel),
  custom_id: idOf(name, ...values),
  style: style === undefined ? ButtonStyle.Secondary : STYLES[style],
});

/** A menu; what is picked comes back of it. */
export const selectOf = ({ name, prompt, options, most }: Menu): APIStringSelectComponent => {
  const listed = options.slice(0, DISCORD_LIMITS.selectOptions);
  return {
    type: ComponentType.StringSelect,
    custom_id: idOf(name),
    placeholder: cut(prompt, DISCORD_LIMITS.selectPlaceholder),
    min_values: Math.min(most, 2, listed.length),
    max_values: Math.min(most, listed.length),
    options: listed.map(({ label, value }) => ({
      label: cut(label, DISCORD_LIMITS.optionLabel),
      value: wholeBeginning(value, DISCORD_LIMITS.optionLabel),
    })),
  };
};

export const row = (components: ActionRow['components']): ActionRow => ({
  type: ComponentType.ActionRow,
  components: components.slice(0, DISCORD_LIMITS.buttonsInRow),
});

const answersOf = ({ asksFeedback }: ComponentOptions): AnswerForm => ({
  characters: ANSWER_CHARACTERS,
  least: 300,
  shownParts: 4,
  isStreamed: false,
  asksFeedback,
  dialect: MARKDOWN,
  message: (content, ratable) =>
    shown([
      { type: ComponentType.TextDisplay, content },
      ...(ratable === undefined ? [] : [feedbackRow(ratable)]),
    ]),
});

const feedbackRow = (messageId: number): APIMessageTopLevelComponent => ({
  type: ComponentType.ActionRow,
  components: (['good', 'bad'] as const).map((verdict) => ({
    type: ComponentType.Button,
    style: ButtonStyle.Secondary,
    emoji: { name: verdict === 'good' ? '👍' : '👎' },
    custom_id: idOf(ACTIONS.feedback, verdict, String(messageId)),
  })),
});

const offerRow = ({ id, labels }: { id: number; labels: readonly string[] }): ActionRow =>
  row(labels.map((label, i) => buttonOf({ label, name: ACTIONS.offer, values: [offerValue(id, i)] })));

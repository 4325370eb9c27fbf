import {
  type APIButtonComponentWithCustomId,
  type APIComponentInContainer,
  type APIContainerComponent,
  type APIMessageTopLevelComponent,
  type APIStringSelectComponent,
  ButtonStyle,
  ComponentType,
  MessageFlags,
} from 'discord.js';
import { ACTIONS, ALL, offerValue, questionValue, seenValue } from '../../src/controller/actions.ts';
import { batchMark } from '../../src/controller/batch-mark.ts';
import { cut, printedWithin } from '../../src/lib/cut.ts';
import { type AnswerForm, answerParts } from '../../src/thread/delivery/answer-parts.ts';
import type { Outgoing, Payload } from '../../src/thread/delivery/outgoing.ts';
import { splitMarkdown } from '../../src/thread/delivery/split.ts';
import type {
  ApprovalView,
  BatchView,
  JobView,
  Mood,
  QuestionView,
  StatusView,
  ViewMessage,
} from '../../src/thread/view/view-message.ts';
import {
  batchText,
  costText,
  decisionText,
  factsText,
  factValues,
  jobControls,
  jobLines,
  jobLinks,
  jobTail,
  linksText,
  planText,
  previewShown,
  progressText,
  questionText,
  statusLine,
  tailsOf,
  timelineText,
  warningLines,
} from '../../src/thread/view/words.ts';
import { idOf, markOf } from './ids.ts';
import { ANSWER_CHARACTERS, DISCORD_LIMITS } from './limits.ts';
import { SESSION_MENU } from './session-menu.ts';
import { codeBlock, harmless, plain, STYLE } from './style.ts';
import { tablesAsText } from './tables.ts';
import { threadName } from './threads.ts';

export type ComponentOptions = {
  /** Whether people are asked whether an answer helped. */
  asksFeedback: boolean;
};

/**
 * A view's message in Components V2. `divisor` makes the parts smaller, where Discord found them too long.
 * Each part carries a number by which it is found again (`markOf`).
 */
export function translate(message: ViewMessage, divisor: number, options: ComponentOptions): Outgoing[] {
  return unmarked(message, divisor, options).map((outgoing, i) =>
    outgoing.kind === 'message'
      ? { ...outgoing, body: marked(outgoing.body, `${message.key}#${i}`) }
      : outgoing,
  );
}

/** A message with its first component numbered by the key of the post. */
export function marked(payload: Payload, key: string): Payload {
  if (!Array.isArray(payload.components)) return payload;
  const [first, ...rest]: Record<string, unknown>[] = payload.components;
  if (first === undefined) return payload;
  return { ...payload, components: [{ ...first, id: markOf(key) }, ...rest] };
}

function unmarked({ body }: ViewMessage, divisor: number, options: ComponentOptions): Outgoing[] {
  switch (body.kind) {
    case 'status':
      return [card(COLORS[body.phase], status(body))];
    case 'answer':
      return answerParts(body, divisor, answerForm(options));
    case 'title':
      return [{ kind: 'title', text: threadName(body.text) }];
    case 'approval':
      return [card(body.decision === undefined ? AMBER : undefined, approval(body, divisor))];
    case 'batch':
      return [card(body.open.length > 0 ? AMBER : undefined, batch(body))];
    case 'job':
      return [card(JOB_COLORS[body.tone], job(body))];
    case 'question':
      return [card(AMBER, question(body))];
    case 'notice':
      return notice(body, divisor);
    case 'reaction':
      return [{ kind: 'reaction', on: body.on, name: REACTIONS[body.mood] }];
    case 'file':
      return [
        {
          kind: 'upload',
          file: { id: body.fileId, name: body.name },
          text: printedWithin(body.text, 1_000, plain),
        },
      ];
    default:
      return body satisfies never;
  }
}

const AMBER = 0xf2a900;
const GREEN = 0x2eb67d;
const RED = 0xe01e5a;
const BLUE = 0x4a90d9;

const COLORS: Readonly<Record<StatusView['phase'], number | undefined>> = {
  working: BLUE,
  needs_approval: AMBER,
  waiting_for_job: BLUE,
  done: GREEN,
  failed: RED,
  paused: AMBER,
  stopped: undefined,
  undone: undefined,
  closed: undefined,
};

const JOB_COLORS: Readonly<Record<JobView['tone'], number | undefined>> = {
  waiting: AMBER,
  running: BLUE,
  good: GREEN,
  bad: RED,
  stopped: undefined,
};

const REACTIONS: Readonly<Record<Mood, string>> = {
  working: '👀',
  waiting: '⏳',
  done: '✅',
  failed: '⚠️',
  stopped: '⏹️',
};

/** Every reaction that the bot puts on messages. */
export const REACTION_NAMES: readonly string[] = Object.values(REACTIONS);

const FLAGS = MessageFlags.IsComponentsV2 | MessageFlags.SuppressEmbeds;

/** A message of one container; what is too much of its text is cut, the last parts first. */
function card(color: number | undefined, parts: readonly (APIComponentInContainer | undefined)[]): Outgoing {
  const components = fitted(parts.filter((part) => part !== undefined));
  const container: APIContainerComponent = {
    type: ComponentType.Container,
    components,
    ...(color === undefined ? {} : { accent_color: color }),
  };
  return message([container]);
}

/** `mentions` are the people that are notified; nobody else ever is. */
export function bodyOf(components: APIMessageTopLevelComponent[], mentions: readonly string[] = []): Payload {
  return { flags: FLAGS, components, allowed_mentions: { parse: [], users: [...mentions] } };
}

const message = (...shown: Parameters<typeof bodyOf>): Outgoing => ({
  kind: 'message',
  body: bodyOf(...shown),
});

function fitted(parts: readonly APIComponentInContainer[]): APIComponentInContainer[] {
  let room: number = DISCORD_LIMITS.allText;
  return parts.flatMap((part): APIComponentInContainer[] => {
    if (part.type === ComponentType.Section) {
      room -= part.components.reduce((sum, { content }) => sum + content.length, 0); // these are short
      return [part];
    }
    if (part.type !== ComponentType.TextDisplay) return [part];
    const content = part.content.length <= room ? part.content : cutMarkdown(part.content, room);
    room -= content.length;
    return content === '' ? [] : [{ ...part, content }];
  });
}

/** Cuts text without leaving a code block open. */
function cutMarkdown(content: string, room: number): string {
  if (room < 20) return '';
  const isCode = content.startsWith('```');
  return isCode ? `${cut(content, room - 6)}\n\`\`\`` : cut(content, room);
}

const text = (content: string): APIComponentInContainer | undefined =>
  content.trim() === '' ? undefined : { type: ComponentType.TextDisplay, content };

/** Small print, each line of it. */
const small = (content: string): APIComponentInContainer | undefined =>
  text(content.trim() === '' ? '' : content.replace(/^/gm, '-# '));

/** Text with a button beside it. */
const withButton = (content: string, accessory: Button | undefined): APIComponentInContainer | undefined =>
  accessory === undefined
    ? text(content)
    : { type: ComponentType.Section, components: [{ type: ComponentType.TextDisplay, content }], accessory };

type Button = APIButtonComponentWithCustomId;

function button(label: string, customId: string, style: Button['style'] = ButtonStyle.Secondary): Button {
  return {
    type: ComponentType.Button,
    label: cut(label, DISCORD_LIMITS.buttonLabel),
    custom_id: customId,
    style,
  };
}

const buttons = (list: readonly Button[]): APIComponentInContainer | undefined =>
  list.length === 0
    ? undefined
    : { type: ComponentType.ActionRow, components: list.slice(0, DISCORD_LIMITS.buttonsInRow) };

const menu = (select: APIStringSelectComponent): APIComponentInContainer => ({
  type: ComponentType.ActionRow,
  components: [select],
});

const CONTROLS = {
  stop: button('Stop', ACTIONS.stop),
  retry: button('Retry', ACTIONS.retry, ButtonStyle.Primary),
  continue: button('Continue', ACTIONS.retry, ButtonStyle.Primary),
};

const SECTION = 1_500;

function status(view: StatusView): (APIComponentInContainer | undefined)[] {
  const title = view.title ? `### ${plain(cut(view.title, 200))}\n` : '';
  return [
    withButton(`${title}${statusLine(view, STYLE)}`, view.control ? CONTROLS[view.control] : undefined),
    text(view.detail ? plain(cut(view.detail, 600)) : ''),
    text(planText(view, STYLE, SECTION)),
    small(linksText(view.links, STYLE, 600)),
    small(timelineText(view, STYLE, 1_000)),
    ...tailsOf(view).map((tail) => text(codeBlock(tail, 400))),
    small(view.writing ? `✍️ ${plain(cut(view.writing, 400))}` : ''),
    view.hasMenu ? menu(SESSION_MENU) : undefined,
  ];
}

const answerForm = ({ asksFeedback }: ComponentOptions): AnswerForm => ({
  characters: ANSWER_CHARACTERS,
  least: 300,
  shownParts: 4,
  isStreamed: false,
  asksFeedback,
  clean: (markdown) => harmless(tablesAsText(markdown)),
  message: (content, ratable) =>
    message([
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

const offerRow = ({
  id,
  labels,
}: {
  id: number;
  labels: readonly string[];
}): APIMessageTopLevelComponent => ({
  type: ComponentType.ActionRow,
  components: labels
    .slice(0, DISCORD_LIMITS.buttonsInRow)
    .map((label, i) => button(label, idOf(ACTIONS.offer, offerValue(id, i)))),
});

function notice(
  { text: said, mentions, offered }: Extract<ViewMessage['body'], { kind: 'notice' }>,
  divisor: number,
): Outgoing[] {
  const called = mentions.map((id) => `${STYLE.person(id)} `).join('');
  const limit = Math.max(300, Math.floor(ANSWER_CHARACTERS / divisor));
  return splitMarkdown(harmless(tablesAsText(said)), limit).map((part, i) =>
    message(
      [
        { type: ComponentType.TextDisplay, content: i === 0 ? `${called}${part}` : part },
        ...(offered && i === 0 ? [offerRow(offered)] : []),
      ],
      i === 0 ? mentions : [],
    ),
  );
}

function approval(view: ApprovalView, divisor: number): (APIComponentInContainer | undefined)[] {
  const { request, decision, edit, first } = view;
  const preview = previewShown(view, Math.floor(1_000 / divisor));
  const title = text(`### ${plain(cut(request.title, 200))}\n${costText(view, STYLE)}`);
  if (decision !== undefined) {
    return [title, small(cut(factsText(view, STYLE), 1_000)), small(decisionText(decision, STYLE))];
  }
  const facts = factValues(view, 700).map(
    ({ label, value }) => `${STYLE.bold(plain(label))}: ${plain(value)}`,
  );
  return [
    title,
    text(request.blocked ? `⛔ ${plain(cut(request.blocked, 600))}` : ''),
    text(facts.join('\n')),
    small(warningLines(view, 700).map(plain).join('\n')),
    ...(preview ? [text(codeBlock(preview.text, 2_000)), small(plain(preview.note))] : []),
    small(edit ? `✏️ Changed by ${STYLE.person(edit.by.id)} · ${plain(cut(edit.changed, 200))}` : ''),
    small(
      first ? `1 of 2: approved by ${STYLE.person(first.id)}. A second person has to approve this cost.` : '',
    ),
    ...controls(view),
  ];
}

function controls({ toolCallId, revision, request }: ApprovalView): (APIComponentInContainer | undefined)[] {
  const seen = seenValue({ toolCallId, revision });
  return [
    buttons([
      button(request.blocked ? 'Retry' : 'Approve', idOf(ACTIONS.approve, seen), ButtonStyle.Success),
      button('Reject', idOf(ACTIONS.reject, seen), ButtonStyle.Danger),
      ...(request.editable ? [button('View / edit script', idOf(ACTIONS.edit, toolCallId))] : []),
    ]),
    ...(request.choices ?? []).slice(0, 2).map(({ argument, label, options }) => {
      const current = request.facts.find((fact) => fact.label === label)?.value;
      return menu({
        type: ComponentType.StringSelect,
        custom_id: idOf(ACTIONS.choose, toolCallId, argument).slice(0, DISCORD_LIMITS.customId),
        placeholder: cut(label, DISCORD_LIMITS.selectPlaceholder),
        options: options.slice(0, DISCORD_LIMITS.selectOptions).map((value) => ({
          label: cut(value, DISCORD_LIMITS.optionLabel),
          value: value.slice(0, DISCORD_LIMITS.optionLabel),
          default: value === current,
        })),
      });
    }),
  ];
}

function batch(view: BatchView): (APIComponentInContainer | undefined)[] {
  const line = batchText(view, STYLE);
  if (view.open.length === 0) return [small(line)];
  const mark = batchMark(view.open);
  const both = [
    button('Approve all', idOf(ACTIONS.approve, ALL, mark), ButtonStyle.Success),
    button('Reject all', idOf(ACTIONS.reject, ALL, mark), ButtonStyle.Danger),
  ];
  return [text(line), buttons(view.open.length > 1 ? both : [])];
}

function question(view: QuestionView): (APIComponentInContainer | undefined)[] {
  const value = questionValue(view);
  return [
    text(questionText(view, STYLE)),
    buttons([
      button(view.fields.length > 0 ? 'Answer' : 'Accept', idOf(ACTIONS.answer, value), ButtonStyle.Primary),
      button('Decline', idOf(ACTIONS.decline, value)),
    ]),
  ];
}

const JOB_BUTTONS = {
  log: ['Logs', ButtonStyle.Secondary],
  curve: ['Curve', ButtonStyle.Secondary],
  rerun: ['Re-run', ButtonStyle.Secondary],
  cancel: ['Cancel', ButtonStyle.Danger],
} as const;

function job(view: JobView): (APIComponentInContainer | undefined)[] {
  const tail = jobTail(view);
  return [
    text(jobLines(view, STYLE)),
    small(cut(jobLinks(view, STYLE), 800)),
    small(view.message ? plain(cut(view.message, 400)) : ''),
    small(cut(progressText(view, STYLE), 1_000)),
    tail ? text(codeBlock(tail, 500)) : undefined,
    buttons(
      jobControls(view).map((control) => {
        const [label, style] = JOB_BUTTONS[control];
        return button(label, idOf(ACTIONS[control], view.watchId), style);
      }),
    ),
  ];
}

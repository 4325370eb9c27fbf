import type { ContextActionsBlock, KnownBlock } from '@slack/types';
import type { ThreadAddress } from '../../src/session/address.ts';
import type { Verdict } from '../../src/session/feedback.ts';
import { ACTIONS } from '../../src/thread/actions.ts';
import { LONG_ANSWER, wholeAnswer } from '../../src/thread/answer-file.ts';
import type { Payload } from '../../src/thread/outbound.ts';
import { splitMarkdown } from '../../src/thread/split.ts';
import type { Mood, StatusView, ViewMessage } from '../../src/thread/view-message.ts';
import {
  cut,
  jobHeadline,
  linksText,
  planText,
  questionText,
  statusLine,
  tailsOf,
  timelineText,
} from '../../src/thread/words.ts';
import { approvalBlocks, approvalHeadline, batchBlocks, batchHeadline } from './approval-blocks.ts';
import { jobBlocks } from './job-blocks.ts';
import { actions, button, context, message, section } from './kit.ts';
import { ANSWER_CHARACTERS, SLACK_LIMITS } from './limits.ts';
import { questionBlocks } from './questions.ts';
import { SESSION_MENU } from './session-menu.ts';
import { tasksOf } from './stream-tasks.ts';
import { STYLE } from './style.ts';
import { codeBlock, escaped, harmless, plain } from './text.ts';

export type BlockOptions = {
  /** Whether answers that are being written are streamed in Slack's own way. */
  isStreamed: boolean;
  /** Whether people are asked whether an answer helped. */
  asksFeedback: boolean;
};

/**
 * A view's message in Block Kit. `divisor` makes the parts smaller, where Slack found them too long. Only direct messages
 * have threads with names: those of the assistant panel.
 */
export function translate(
  { body }: ViewMessage,
  divisor: number,
  { channel }: Pick<ThreadAddress, 'channel'>,
  options: BlockOptions,
): Payload[] {
  switch (body.kind) {
    case 'status':
      return [message(statusLine(body, STYLE), statusBlocks(body))];
    case 'answer':
      return answer(body, divisor, options);
    case 'title':
      return channel.startsWith('D') ? [{ title: cut(body.text, SLACK_LIMITS.threadTitle) }] : [];
    case 'approval':
      return [message(approvalHeadline(body), approvalBlocks(body, divisor))];
    case 'batch':
      return [message(batchHeadline(body), batchBlocks(body))];
    case 'job':
      return [message(jobHeadline(body, STYLE), jobBlocks(body))];
    case 'question':
      return [message(questionText(body, STYLE), questionBlocks(body))];
    case 'notice':
      return notice(body, divisor);
    case 'reaction':
      return [{ reaction: { on: body.on, name: REACTIONS[body.mood] } }];
    case 'file':
      return [{ file: { id: body.fileId, name: body.name }, text: cut(plain(body.text), 1_000) }];
    default:
      return body satisfies never;
  }
}

function answer(body: AnswerView, divisor: number, { isStreamed, asksFeedback }: BlockOptions): Payload[] {
  const limit = Math.max(400, Math.floor(ANSWER_CHARACTERS / divisor));
  const isLong = body.text.length > LONG_ANSWER;
  const isGrowing = body.isDraft && isStreamed && !isLong;
  const hasCursor = body.isDraft && !isStreamed && !isLong;
  const parts = markdownParts(hasCursor ? `${body.text} ▍` : body.text, limit, isGrowing);
  const shown = isLong ? parts.slice(0, SHOWN_PARTS * divisor) : parts;
  const payloads = shown.map((text, i) => {
    const isLast = i === shown.length - 1;
    const isRatable = isLast && asksFeedback && !body.isDraft && body.isEnd;
    const below = isRatable ? [feedbackButtons(body.id)] : [];
    const payload = message(escaped(text), [{ type: 'markdown', text }, ...below]);
    if (!isGrowing || !isLast) return payload;
    return { ...payload, stream: { text, to: body.askedBy, tasks: tasksOf(body.plan) } };
  });
  return isLong && !body.isDraft ? [...payloads, wholeAnswer(body.id)] : payloads;
}

const SHOWN_PARTS = 2;

const markdownParts = (text: string, limit: number, isGrowing: boolean): string[] =>
  splitMarkdown(harmless(text), limit, { isGrowing });

type Distributed<Union> = Union extends unknown ? Omit<Union, 'kind'> : never;
type AnswerView = Distributed<Extract<ViewMessage['body'], { kind: 'answer' }>>;

/** https://docs.slack.dev/reference/block-kit/block-elements/feedback-buttons-element */
function feedbackButtons(messageId: number): ContextActionsBlock {
  const one = (label: string, verdict: Verdict, description: string) => ({
    text: { type: 'plain_text' as const, text: label },
    value: `${verdict}:${messageId}`,
    accessibility_label: description,
  });
  return {
    type: 'context_actions',
    elements: [
      {
        type: 'feedback_buttons',
        action_id: ACTIONS.feedback,
        positive_button: one('👍', 'good', 'This answer helped'),
        negative_button: one('👎', 'bad', 'This answer did not help'),
      },
    ],
  };
}

function notice(
  { text, mentions }: Extract<ViewMessage['body'], { kind: 'notice' }>,
  divisor: number,
): Payload[] {
  if (mentions.length === 0) {
    return answer({ text, isDraft: false, id: 0, isEnd: false }, divisor, {
      isStreamed: false,
      asksFeedback: false,
    });
  }
  const called = mentions.map((id) => `<@${id}>`).join(' ');
  return [message(`${called} ${plain(text)}`, [section(`${called} ${cut(plain(text), 2_500)}`)])];
}

const REACTIONS: Readonly<Record<Mood, string>> = {
  working: 'eyes',
  waiting: 'hourglass_flowing_sand',
  done: 'white_check_mark',
  failed: 'warning',
  stopped: 'black_square_for_stop',
};

/** Every reaction that the bot puts on messages. */
export const MARK_NAMES: readonly string[] = Object.values(REACTIONS);

function statusBlocks(status: StatusView): KnownBlock[] {
  const title = status.title ? `*${cut(plain(status.title.replaceAll('*', '')), 200)}*\n` : '';
  return [
    section(`${title}${statusLine(status, STYLE)}`),
    ...(status.detail ? [section(cut(plain(status.detail), SLACK_LIMITS.sectionText))] : []),
    ...(status.plan.length > 0 ? [section(planText(status, STYLE, SLACK_LIMITS.sectionText))] : []),
    ...(status.links.length > 0 ? [context(linksText(status.links, STYLE, SLACK_LIMITS.contextText))] : []),
    ...(status.timeline.length > 0 ? [context(timelineText(status, STYLE, SLACK_LIMITS.contextText))] : []),
    ...tailsOf(status).map((tail) => context(codeBlock(tail, TAIL_CHARACTERS))),
    ...(status.writing ? [context(`✍️ ${cut(plain(status.writing), 600)}`)] : []),
    ...controls(status),
  ];
}

const CONTROLS = {
  stop: button('Stop', ACTIONS.stop, 'stop'),
  retry: button('Retry', ACTIONS.retry, 'retry', 'primary'),
  continue: button('Continue', ACTIONS.retry, 'retry', 'primary'),
};

function controls({ control, hasMenu }: StatusView): KnownBlock[] {
  const elements = [...(control ? [CONTROLS[control]] : []), ...(hasMenu ? [SESSION_MENU] : [])];
  return elements.length > 0 ? [actions(elements)] : [];
}

const TAIL_CHARACTERS = 500;

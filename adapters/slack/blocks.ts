import type { ContextActionsBlock, KnownBlock } from '@slack/types';
import { ACTIONS, offerValue } from '../../src/controller/actions.ts';
import type { Verdict } from '../../src/intake/feedback.ts';
import { cut } from '../../src/lib/cut.ts';
import type { ThreadAddress } from '../../src/session/address.ts';
import { type AnswerForm, answerParts } from '../../src/thread/delivery/answer-parts.ts';
import type { Outgoing } from '../../src/thread/delivery/outgoing.ts';
import type { Mood, StatusView, ViewMessage } from '../../src/thread/view/view-message.ts';
import {
  jobHeadline,
  linksText,
  planText,
  questionText,
  statusLine,
  tailsOf,
  timelineText,
} from '../../src/thread/view/words.ts';
import { approvalBlocks, approvalHeadline, batchBlocks, batchHeadline } from './approval-blocks.ts';
import { jobBlocks } from './job-blocks.ts';
import { actions, button, context, message, section } from './kit.ts';
import { ANSWER_CHARACTERS, SLACK_LIMITS } from './limits.ts';
import { questionBlocks } from './questions.ts';
import { SESSION_MENU } from './session-menu.ts';
import { tasksOf } from './stream-tasks.ts';
import { STYLE } from './style.ts';
import { codeBlock, escaped, harmless, plain, plainWithin } from './text.ts';

export type BlockOptions = {
  /** Whether answers that are being written are streamed in Slack's own way. */
  isStreamed: boolean;
  /** Whether people are asked whether an answer helped. */
  asksFeedback: boolean;
};

/**
 * A view's message in Block Kit. `divisor` makes the parts smaller, where Slack found them too long. Only
 * direct messages have threads with names: those of the assistant panel.
 */
export function translate(
  { body }: ViewMessage,
  divisor: number,
  { channel }: Pick<ThreadAddress, 'channel'>,
  options: BlockOptions,
): Outgoing[] {
  switch (body.kind) {
    case 'status':
      return [message(statusLine(body, STYLE), statusBlocks(body))];
    case 'answer':
      return answerParts(body, divisor, answerForm(options));
    case 'title':
      return channel.startsWith('D')
        ? [{ kind: 'title', text: cut(body.text, SLACK_LIMITS.threadTitle) }]
        : [];
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
      return [{ kind: 'reaction', on: body.on, name: REACTIONS[body.mood] }];
    case 'file':
      return [
        {
          kind: 'upload',
          file: { id: body.fileId, name: body.name },
          text: plainWithin(body.text, 1_000),
        },
      ];
    default:
      return body satisfies never;
  }
}

const answerForm = ({ isStreamed, asksFeedback }: BlockOptions): AnswerForm => ({
  characters: ANSWER_CHARACTERS,
  least: 400,
  shownParts: 2,
  isStreamed,
  asksFeedback,
  clean: harmless,
  message(text, ratable, growing) {
    const below = ratable === undefined ? [] : [feedbackButtons(ratable)];
    const whole = message(escaped(text), [{ type: 'markdown', text }, ...below]);
    if (growing === undefined) return whole;
    return { ...whole, stream: { text, to: growing.askedBy, tasks: tasksOf(growing.plan) } };
  },
});

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
  { text, mentions, offered }: Extract<ViewMessage['body'], { kind: 'notice' }>,
  divisor: number,
): Outgoing[] {
  if (offered !== undefined) {
    const buttons = offered.labels.map((label, i) =>
      button(cut(label, SLACK_LIMITS.buttonLabel), `${ACTIONS.offer}:${i}`, offerValue(offered.id, i)),
    );
    const said = cut(harmless(text), 2_000) || '…';
    return [message(escaped(said), [{ type: 'markdown', text: said }, actions(buttons)])];
  }
  if (mentions.length === 0) {
    const said = { kind: 'answer' as const, text, isDraft: false as const, id: 0, isEnd: false };
    return answerParts(said, divisor, answerForm({ isStreamed: false, asksFeedback: false }));
  }
  const called = mentions.map(STYLE.person).join(' ');
  return [message(`${called} ${plain(text)}`, [section(`${called} ${plainWithin(text, 2_500)}`)])];
}

const REACTIONS: Readonly<Record<Mood, string>> = {
  working: 'eyes',
  waiting: 'hourglass_flowing_sand',
  done: 'white_check_mark',
  failed: 'warning',
  stopped: 'black_square_for_stop',
};

/** Every reaction that the bot puts on messages. */
export const REACTION_NAMES: readonly string[] = Object.values(REACTIONS);

function statusBlocks(status: StatusView): KnownBlock[] {
  const title = status.title ? `*${plainWithin(status.title.replaceAll('*', ''), 200)}*\n` : '';
  return [
    section(`${title}${statusLine(status, STYLE)}`),
    ...(status.detail ? [section(plainWithin(status.detail, SLACK_LIMITS.sectionText))] : []),
    ...(status.plan.length > 0 ? [section(planText(status, STYLE, SLACK_LIMITS.sectionText))] : []),
    ...(status.links.length > 0 ? [context(linksText(status.links, STYLE, SLACK_LIMITS.contextText))] : []),
    ...(status.timeline.length > 0 ? [context(timelineText(status, STYLE, SLACK_LIMITS.contextText))] : []),
    ...tailsOf(status).map((tail) => context(codeBlock(tail, TAIL_CHARACTERS))),
    ...(status.writing ? [context(`✍️ ${plainWithin(status.writing, 600)}`)] : []),
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

import type { ContextActionsBlock, KnownBlock, PlainTextOption, StaticSelect } from '@slack/types';
import { ACTIONS, offerValue, seenValue, type Verdict } from '../../src/controller/actions.ts';
import { cut } from '../../src/lib/cut.ts';
import { printMarkdown } from '../../src/lib/markdown/render.ts';
import { withTimes } from '../../src/lib/time-zones.ts';
import type { ThreadAddress } from '../../src/session/address.ts';
import { type AnswerForm, answerParts } from '../../src/thread/delivery/answer-parts.ts';
import type { Outgoing } from '../../src/thread/delivery/outgoing.ts';
import type { Mood, ViewMessage } from '../../src/thread/view/view-message.ts';
import { printView } from '../shared/print-view.ts';
import type { Printer, Rooms } from '../shared/printer.ts';
import { callBlock, callsValue } from './actions.ts';
import { dataTables } from './data-table.ts';
import { MARKDOWN, MRKDWN } from './dialect.ts';
import { actions, buttonOf, context, fields, messageOf, section, selectBlock } from './kit.ts';
import { ANSWER_CHARACTERS, SLACK_LIMITS } from './limits.ts';
import { planBlocks } from './plan.ts';
import { codeBlocks, markdownBlocks, needsRichText } from './rich-print.ts';
import { SESSION_MENU } from './session-menu.ts';
import { spoken } from './spoken.ts';
import { tasksOf } from './stream-tasks.ts';
import { STYLE } from './style.ts';
import { plain, plainWithin } from './text.ts';

export type BlockOptions = {
  /** Whether answers that are being written are streamed in Slack's own way. */
  isStreamed: boolean;
  /** Whether people are asked whether an answer helped. */
  asksFeedback: boolean;
};

/** A view's message in Block Kit. */
export const inBlocks = (
  message: ViewMessage,
  divisor: number,
  address: Pick<ThreadAddress, 'channel'>,
  options: BlockOptions,
): Outgoing[] => printView(message, divisor, address, { ...BLOCKS, answers: answersIn(options) });

const ROOMS: Rooms = {
  detail: SLACK_LIMITS.sectionText,
  plan: SLACK_LIMITS.sectionText,
  links: SLACK_LIMITS.contextText,
  timeline: SLACK_LIMITS.contextText,
  tail: 500,
  writing: 600,
  blocked: 2_000,
  factLine: SLACK_LIMITS.contextText,
  /** Of all facts together: what is longer stands in the file. */
  facts: 2_000,
  warnings: 1_500,
  warningLines: SLACK_LIMITS.contextText,
  preview: 2_300,
  previewBlock: SLACK_LIMITS.sectionText,
  changed: 500,
  jobLinks: SLACK_LIMITS.contextText,
  jobMessage: SLACK_LIMITS.contextText,
  progress: SLACK_LIMITS.contextText,
  jobTail: 700,
  question: SLACK_LIMITS.sectionText - 100,
  file: 1_000,
};

export const REACTIONS: Readonly<Record<Mood, string>> = {
  working: 'eyes',
  waiting: 'hourglass_flowing_sand',
  done: 'white_check_mark',
  failed: 'warning',
  stopped: 'black_square_for_stop',
};

/** Characters of a notice with buttons, or that calls people: it is one message. */
const NOTICE = 2_500;

/** How views are printed in Block Kit. */
const BLOCKS: Omit<Printer<KnownBlock>, 'answers'> = {
  style: STYLE,
  rooms: ROOMS,
  reactions: REACTIONS,
  message: (headline, blocks) => messageOf(headline, [...blocks]),
  showsStanding: true,
  named: (text) => [{ kind: 'title', text: cut(text, SLACK_LIMITS.threadTitle) }],
  notice({ text, mentions, offered, picture, tables, menus = [], times = [] }, divisor, controls) {
    const timed = (said: string) => withTimes(said, times, STYLE.moment);
    if (tables !== undefined) {
      const called = mentions.map((id) => `${STYLE.person(id)} `).join('');
      const [said = '…'] = printMarkdown(text, MRKDWN, NOTICE);
      const headline = `${called}${spoken(text.split('\n', 1)[0] ?? '')}`;
      const below = [...dataTables(tables, divisor), ...menus.map(selectBlock)];
      return [messageOf(headline, [section(`${called}${timed(said)}`), ...below])];
    }
    if (offered !== undefined) {
      const buttons = offered.labels.map((label, i) =>
        buttonOf({ label, name: `${ACTIONS.offer}:${i}`, values: [offerValue(offered.id, i)] }),
      );
      const [said = '…'] = printMarkdown(text, MARKDOWN, NOTICE);
      return [messageOf(spoken(text), [{ type: 'markdown', text: said }, actions(buttons)])];
    }
    if (mentions.length === 0 && times.length === 0 && controls.length === 0) {
      const said = { kind: 'answer' as const, text, isDraft: false as const, id: 0, isEnd: false };
      return answerParts(said, divisor, answersIn({ isStreamed: false, asksFeedback: false }));
    }
    const called = mentions.map(STYLE.person);
    const [said = ''] = printMarkdown(text, MRKDWN, NOTICE);
    const headline = [...called, spoken(text)].join(' ');
    const below = controls.length > 0 ? [actions(controls.map(buttonOf))] : [];
    const shown = needsRichText(text)
      ? [...(called.length > 0 ? [section(called.join(' '))] : []), ...markdownBlocks(cut(text, NOTICE))]
      : [section([...called, timed(said)].join(' '))];
    const whole = messageOf(headline, [...shown, ...below]);
    if (picture === undefined) return [whole];
    const { fileId: id, name, alt } = picture;
    const calling = { people: mentions, without: whole.body };
    const buttons = below.map((block) => ({ ...block }));
    return [{ kind: 'upload', file: { id, name }, text: [...called, said].join(' '), alt, buttons, calling }];
  },
  quoted: plainWithin,
  quotedLines: (lines, limit) => plainWithin(lines.join('\n'), limit),
  sessionTitle: (text) => STYLE.bold(plainWithin(text, 200)),
  callTitle: (text, called) => `${called}${STYLE.bold(plain(cut(text, 300)))}`,
  lead: (text) => [section(text)],
  plan: planBlocks,
  text: (text) => [section(text)],
  small: (text) => [context(text)],
  code: (text, limit) => codeBlocks(text, limit, section),
  smallCode: (text, limit) => codeBlocks(text, limit, context),
  facts: fields,
  buttons: (buttons) => [actions(buttons.map(buttonOf))],
  foot(control, hasMenu, more) {
    const buttons = [...(control ? [control] : []), ...more].map(buttonOf);
    const elements = [...buttons, ...(hasMenu ? [SESSION_MENU] : [])];
    return elements.length > 0 ? [actions(elements)] : [];
  },
  decision(toolCallId, buttons, choices) {
    const menus = choices.map(({ argument, label, options, names, value }): StaticSelect => {
      const listed = options
        .slice(0, SLACK_LIMITS.selectOptions)
        .map((option) => choiceOption(option, names?.[option]));
      const initial = listed.find((option) => option.value === value);
      return {
        type: 'static_select',
        action_id: `${ACTIONS.choose}:${argument}`,
        placeholder: { type: 'plain_text', text: cut(label, 75) },
        options: listed,
        ...(initial ? { initial_option: initial } : {}),
      };
    });
    return [{ ...actions([...buttons.map(buttonOf), ...menus]), block_id: callBlock(toolCallId) }];
  },
  scriptValue: seenValue,
  allValues(open) {
    const value = callsValue(open);
    return value.length <= SLACK_LIMITS.buttonValue ? [value] : undefined;
  },
  keepsChange: true,
};

const choiceOption = (value: string, name = value): PlainTextOption => ({
  text: { type: 'plain_text', text: cut(name, 75) },
  value: cut(value, 150),
});

const answersIn = ({ isStreamed, asksFeedback }: BlockOptions): AnswerForm => ({
  characters: ANSWER_CHARACTERS,
  least: 400,
  shownParts: 2,
  isStreamed,
  asksFeedback,
  dialect: MARKDOWN,
  message(text, ratable, growing) {
    const below = ratable === undefined ? [] : [feedbackButtons(ratable)];
    const whole = messageOf(spoken(text), [{ type: 'markdown', text }, ...below]);
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

import type { ActionsBlock, KnownBlock, PlainTextOption, StaticSelect } from '@slack/types';
import { ACTIONS, seenValue } from '../../src/controller/actions.ts';
import { cut } from '../../src/lib/cut.ts';
import type { ApprovalView, BatchView } from '../../src/thread/view/view-message.ts';
import {
  batchText,
  costText,
  decisionText,
  factsText,
  factValues,
  previewShown,
  warningLines,
} from '../../src/thread/view/words.ts';
import { callBlock, callsValue } from './actions.ts';
import { actions, button, context, fields, section } from './kit.ts';
import { SLACK_LIMITS } from './limits.ts';
import { STYLE } from './style.ts';
import { codeBlock, plain, plainWithin } from './text.ts';

export function approvalHeadline({ request, decision }: ApprovalView): string {
  return plain(decision === undefined ? `Approval needed: ${request.title}` : request.title);
}

export function approvalBlocks(approval: ApprovalView, divisor: number): KnownBlock[] {
  const { request, decision, edit } = approval;
  const preview = previewShown(approval, Math.floor(2_300 / divisor));
  return [
    section(`*${plain(cut(request.title, 300))}*\n${costText(approval, STYLE)}`),
    ...(request.blocked && decision === undefined
      ? [section(`⛔ ${plainWithin(request.blocked, 2_000)}`)]
      : []),
    ...(decision === undefined
      ? fields(factValues(approval, FACTS_CHARACTERS))
      : request.facts.length > 0
        ? [context(cut(factsText(approval, STYLE), SLACK_LIMITS.contextText))]
        : []),
    ...(request.warnings.length > 0 && decision === undefined
      ? [
          context(
            plainWithin(warningLines(approval, WARNINGS_CHARACTERS).join('\n'), SLACK_LIMITS.contextText),
          ),
        ]
      : []),
    ...(preview && decision === undefined
      ? [section(codeBlock(preview.text, SLACK_LIMITS.sectionText)), context(plain(preview.note))]
      : []),
    ...(edit
      ? [context(`✏️ Changed by ${STYLE.person(edit.by.id)} · ${plainWithin(edit.changed, 500)}`)]
      : []),
    ...(approval.first && decision === undefined
      ? [
          context(
            `1 of 2: approved by ${STYLE.person(approval.first.id)}. A second person has to approve this cost.`,
          ),
        ]
      : []),
    decision === undefined ? controls(approval) : context(decisionText(decision, STYLE)),
  ];
}

/** Of all facts together: what is longer stands in the file. */
const FACTS_CHARACTERS = 2_000;
const WARNINGS_CHARACTERS = 1_500;

function controls({ toolCallId, revision, request }: ApprovalView): ActionsBlock {
  const value = seenValue({ toolCallId, revision });
  const elements = [
    button(request.blocked ? 'Retry' : 'Approve', ACTIONS.approve, value, 'primary'),
    button('Reject', ACTIONS.reject, value, 'danger'),
    ...(request.editable ? [button('View / edit script', ACTIONS.edit, value)] : []),
    ...(request.choices ?? []).map(({ argument, label, options }) =>
      choice(argument, label, options, request),
    ),
  ];
  return { ...actions(elements), block_id: callBlock(toolCallId) };
}

/** A menu with the present value chosen; picking another changes the call. */
function choice(
  argument: string,
  label: string,
  options: readonly string[],
  request: ApprovalView['request'],
): StaticSelect {
  const current = request.facts.find((fact) => fact.label === label)?.value;
  const listed = options.slice(0, SLACK_LIMITS.selectOptions).map((value) => option(value));
  const initial = listed.find(({ value }) => value === current);
  return {
    type: 'static_select',
    action_id: `${ACTIONS.choose}:${argument}`,
    placeholder: { type: 'plain_text', text: cut(label, 75) },
    options: listed,
    ...(initial ? { initial_option: initial } : {}),
  };
}

const option = (value: string): PlainTextOption => ({
  text: { type: 'plain_text', text: cut(value, 75) },
  value: cut(value, 150),
});

export function batchHeadline({ open }: BatchView): string {
  return open.length > 0 ? `${open.length} calls wait for approval` : 'All calls are decided';
}

export function batchBlocks(batch: BatchView): KnownBlock[] {
  const { open } = batch;
  const text = batchText(batch, STYLE);
  if (open.length === 0) return [context(text)];
  const value = callsValue(open);
  return [
    section(text),
    ...(open.length > 1 && value.length <= SLACK_LIMITS.buttonValue
      ? [
          actions([
            button('Approve all', ACTIONS.approve, value, 'primary'),
            button('Reject all', ACTIONS.reject, value, 'danger'),
          ]),
        ]
      : []),
  ];
}

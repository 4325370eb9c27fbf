import type { ActionsBlock, KnownBlock, PlainTextOption, StaticSelect } from '@slack/types';
import type { ApprovalView, BatchView } from '../../src/thread/view-message.ts';
import { ACTIONS, callBlock, seenValue } from './actions.ts';
import { actions, button, context, dollars, fields, section } from './kit.ts';
import { SLACK_LIMITS } from './limits.ts';
import { codeBlock, cut, plain } from './text.ts';

export function approvalHeadline({ request, decision }: ApprovalView): string {
  return plain(decision === undefined ? `Approval needed: ${request.title}` : request.title);
}

export function approvalBlocks(approval: ApprovalView, divisor: number): KnownBlock[] {
  const { request, decision, edit } = approval;
  const preview = request.preview;
  return [
    section(`*${plain(cut(request.title, 300))}*\n${costText(approval)}`),
    ...(request.blocked && decision === undefined
      ? [section(`⛔ ${cut(plain(request.blocked), 2_000)}`)]
      : []),
    ...(decision === undefined ? [fields(request.facts)] : folded(request.facts)),
    ...(request.warnings.length > 0 && decision === undefined
      ? [
          context(
            cut(request.warnings.map((text) => `⚠️ ${plain(text)}`).join('\n'), SLACK_LIMITS.contextText),
          ),
        ]
      : []),
    ...(preview && decision === undefined
      ? [section(codeBlock(preview.text, Math.floor(2_400 / divisor))), context(previewNote(preview))]
      : []),
    ...(edit ? [context(`✏️ Changed by <@${edit.by.id}> · ${cut(plain(edit.changed), 500)}`)] : []),
    ...(approval.first && decision === undefined
      ? [context(`1 of 2: approved by <@${approval.first.id}>. A second person has to approve this cost.`)]
      : []),
    decision === undefined ? controls(approval) : context(decisionText(decision)),
  ];
}

/** What was decided on, in one line: the thread goes on below. */
function folded(facts: ApprovalView['request']['facts']): KnownBlock[] {
  const text = facts
    .map(({ label, value }) => `${label}: ${cut(value.replace(/\s+/g, ' '), 120)}`)
    .join(' · ');
  return text === '' ? [] : [context(cut(plain(text), SLACK_LIMITS.contextText))];
}

function controls({ toolCallId, revision, request }: ApprovalView): ActionsBlock {
  const value = seenValue([{ toolCallId, revision }]);
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
  const { open, usd } = batch;
  const counts = [
    ...(batch.approved > 0 ? [`${batch.approved} approved`] : []),
    ...(batch.rejected > 0 ? [`${batch.rejected} rejected`] : []),
    ...(batch.other > 0 ? [`${batch.other} set aside`] : []),
  ].join(', ');
  if (open.length === 0) return [context(`🗂️ All decided: ${counts}`)];
  const cost = usd === undefined ? 'cost *not known*' : `at most *${dollars(usd)}* together`;
  const value = seenValue(open);
  return [
    section(
      `🗂️ *${open.length} call${open.length === 1 ? '' : 's'} wait${open.length === 1 ? 's' : ''} for approval* · ${cost}${counts ? ` · ${counts}` : ''}`,
    ),
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

function previewNote({ text, lines, language }: NonNullable<ApprovalView['request']['preview']>): string {
  const shown = text.split('\n').length;
  const count = shown < lines ? `First ${shown} of ${lines} lines` : `${lines} line${lines === 1 ? '' : 's'}`;
  return `${count} of ${plain(language)}`;
}

function costText({ request: { estimate } }: ApprovalView): string {
  if (estimate.usd === undefined) return `Cost: *not known* (${plain(estimate.reason ?? 'no price')})`;
  const hourly = estimate.hourlyUsd === undefined ? '' : ` (${dollars(estimate.hourlyUsd)} an hour)`;
  return estimate.usd === 0 ? 'Costs nothing' : `Costs at most *${dollars(estimate.usd)}*${hourly}`;
}

const VERDICTS = {
  approved: '✅ Approved',
  rejected: '❌ Rejected',
  abandoned: '💬 Set aside by a new message',
} as const;

function decisionText({
  verdict,
  by,
  second,
  isAutomatic,
  at,
  feedback,
}: NonNullable<ApprovalView['decision']>): string {
  const unix = Math.floor(at.getTime() / 1000);
  const when = `<!date^${unix}^{date_short_pretty} {time}|${at.toISOString()}>`;
  const said = feedback ? ` · “${cut(plain(feedback.replace(/\s+/g, ' ')), 400)}”` : '';
  if (isAutomatic && by) return `⚡ Approved automatically, as <@${by.id}> allowed · ${when}`;
  const who = by ? ` by <@${by.id}>${second ? ` and <@${second.id}>` : ''}` : '';
  return `${VERDICTS[verdict]}${who} · ${when}${said}`;
}

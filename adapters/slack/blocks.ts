import type { ActionsBlock, Button, ContextBlock, KnownBlock, SectionBlock } from '@slack/types';
import type { Payload } from '../../src/thread/outbound.ts';
import { splitMarkdown } from '../../src/thread/split.ts';
import type {
  ApprovalView,
  JobView,
  StatusView,
  TimelineLine,
  ViewMessage,
} from '../../src/thread/view-message.ts';
import { ANSWER_CHARACTERS, SLACK_LIMITS } from './limits.ts';
import { codeBlock, cut, escaped, harmless, plain } from './text.ts';

/** What the buttons are called in the payloads that come back. */
export const ACTIONS = { approve: 'approve', reject: 'reject', stop: 'stop', retry: 'retry' } as const;

/** A view's message in Block Kit. `divisor` makes the parts smaller, where Slack found them too long. */
export function translate({ body }: ViewMessage, divisor: number): Payload[] {
  switch (body.kind) {
    case 'status':
      return [message(statusLine(body), statusBlocks(body))];
    case 'answer':
      return answer(body.isDraft ? `${body.text} ▍` : body.text, divisor);
    case 'approval':
      return [message(approvalHeadline(body), approvalBlocks(body, divisor))];
    case 'job':
      return [message(jobHeadline(body), jobBlocks(body))];
    case 'notice':
      return answer(body.text, divisor);
    default:
      return body satisfies never;
  }
}

/** `text` is what notifications and screen readers get. */
function message(text: string, blocks: KnownBlock[]): Payload {
  return { text: cut(text, 3_000), blocks, unfurl_links: false, unfurl_media: false };
}

function answer(markdown: string, divisor: number): Payload[] {
  const limit = Math.max(400, Math.floor(ANSWER_CHARACTERS / divisor));
  return splitMarkdown(harmless(markdown), limit).map((text) =>
    message(escaped(text), [{ type: 'markdown', text }]),
  );
}

const PHASES: Record<StatusView['phase'], string> = {
  working: '⏳ *Working*',
  needs_approval: '✋ *Waiting for approval*',
  waiting_for_job: '🚂 *Waiting for the job*',
  done: '✅ *Done*',
  failed: '⚠️ *Stuck*',
  stopped: '⏹️ *Stopped*',
  undone: '↩️ *Undone*',
  closed: '🔒 *Closed*',
};

function statusLine(status: StatusView): string {
  const facts = [
    ...(status.phase === 'undone' ? [] : [duration(status.elapsedSeconds)]),
    ...(status.tokens > 0 ? [`${compact(status.tokens)} tokens`] : []),
    ...(status.usd === undefined ? [] : [dollars(status.usd)]),
  ];
  return [PHASES[status.phase], ...facts].join(' · ');
}

function statusBlocks(status: StatusView): KnownBlock[] {
  const control = status.control;
  return [
    section(statusLine(status)),
    ...(status.detail ? [section(cut(plain(status.detail), SLACK_LIMITS.sectionText))] : []),
    ...(status.plan.length > 0 ? [section(planText(status))] : []),
    ...(status.timeline.length > 0 ? [context(timelineText(status))] : []),
    ...(status.writing ? [context(`✍️ ${cut(plain(status.writing), 600)}`)] : []),
    ...(control === 'stop' ? [actions([button('Stop', ACTIONS.stop, 'stop')])] : []),
    ...(control === 'retry' ? [actions([button('Retry', ACTIONS.retry, 'retry', 'primary')])] : []),
  ];
}

const CHECKS = { completed: '☑', in_progress: '▶', pending: '☐' } as const;

function planText({ plan }: StatusView): string {
  const lines = plan.map(({ status, content }) => {
    const text = plain(cut(content, 160));
    return `${CHECKS[status]} ${status === 'in_progress' ? `*${text.replaceAll('*', '')}*` : text}`;
  });
  return fitting(lines, SLACK_LIMITS.sectionText, (left) => `… and ${left} more`);
}

function timelineText({ timeline, earlier }: StatusView): string {
  const lines = [...(earlier > 0 ? [`… ${earlier} earlier`] : []), ...timeline.map(timelineLine)];
  return fitting(lines, SLACK_LIMITS.contextText, (left) => `… ${left} more`);
}

const MARKS = { running: '⏳', waiting: '⏸', done: '✓', failed: '✗', skipped: '–', unknown: '?' } as const;

function timelineLine(line: TimelineLine): string {
  if (line.kind === 'said')
    return `_${plain(cut(line.text.replace(/\s+/g, ' '), 280)).replaceAll('_', ' ')}_`;
  const time = line.seconds === undefined || line.seconds < 1 ? '' : ` · ${duration(line.seconds)}`;
  const about = line.summary ? ` ${plain(cut(line.summary, 100))}` : '';
  return `${MARKS[line.outcome]} \`${plain(line.name).replaceAll('`', "'")}\`${about}${time}`;
}

function approvalHeadline({ request, decision }: ApprovalView): string {
  return plain(decision === undefined ? `Approval needed: ${request.title}` : request.title);
}

function approvalBlocks(approval: ApprovalView, divisor: number): KnownBlock[] {
  const { request, decision, toolCallId } = approval;
  const preview = request.preview;
  return [
    section(`*${plain(cut(request.title, 300))}*\n${costText(approval)}`),
    fields(request.facts),
    ...(request.warnings.length > 0
      ? [
          context(
            cut(request.warnings.map((text) => `⚠️ ${plain(text)}`).join('\n'), SLACK_LIMITS.contextText),
          ),
        ]
      : []),
    ...(preview && decision === undefined
      ? [section(codeBlock(preview.text, Math.floor(2_400 / divisor))), context(previewNote(preview))]
      : []),
    decision === undefined
      ? actions([
          button('Approve', ACTIONS.approve, toolCallId, 'primary'),
          button('Reject', ACTIONS.reject, toolCallId, 'danger'),
        ])
      : context(decisionText(decision)),
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

function decisionText({ verdict, by, at }: NonNullable<ApprovalView['decision']>): string {
  const unix = Math.floor(at.getTime() / 1000);
  const when = `<!date^${unix}^{date_short_pretty} {time}|${at.toISOString()}>`;
  return `${VERDICTS[verdict]}${by ? ` by <@${by.id}>` : ''} · ${when}`;
}

const TONES: Record<JobView['tone'], string> = {
  waiting: '🟡',
  running: '🟢',
  good: '✅',
  bad: '❌',
  stopped: '⏹️',
};

function jobHeadline(job: JobView): string {
  return `${TONES[job.tone]} Job ${plain(job.jobId)} ${plain(job.stage)} · ${plain(job.flavor)}`;
}

function jobBlocks(job: JobView): KnownBlock[] {
  const elapsed =
    job.elapsedSeconds === undefined
      ? 'queued'
      : job.isFinal
        ? `ran ${duration(job.elapsedSeconds)}`
        : `${duration(job.elapsedSeconds)} of at most ${duration(job.timeoutSeconds)}`;
  const cost = job.usd === undefined ? [] : [`${dollars(job.usd)}${job.isFinal ? '' : ' so far'}`];
  const link = `<${encodeURI(job.url)}|Job ${plain(job.jobId)}>`;
  return [
    section(
      `${TONES[job.tone]} *${link}* · ${plain(job.stage)}\n${[plain(job.flavor), elapsed, ...cost].join(' · ')}`,
    ),
    ...(job.message ? [context(cut(plain(job.message), SLACK_LIMITS.contextText))] : []),
    ...(job.lastLogLine && !job.isFinal ? [context(codeBlock(job.lastLogLine, 300))] : []),
  ];
}

const section = (text: string): SectionBlock => ({ type: 'section', text: { type: 'mrkdwn', text } });
const context = (text: string): ContextBlock => ({ type: 'context', elements: [{ type: 'mrkdwn', text }] });
const actions = (elements: Button[]): ActionsBlock => ({ type: 'actions', elements });

function fields(facts: readonly { label: string; value: string }[]): SectionBlock {
  return {
    type: 'section',
    fields: facts.slice(0, SLACK_LIMITS.sectionFields).map(({ label, value }) => ({
      type: 'mrkdwn',
      text: `*${plain(label)}*\n${cut(plain(cut(value, 600)), SLACK_LIMITS.fieldText - 100)}`,
    })),
  };
}

function button(label: string, action: string, value: string, style?: 'primary' | 'danger'): Button {
  return {
    type: 'button',
    text: { type: 'plain_text', text: label },
    action_id: action,
    value,
    ...(style ? { style } : {}),
  };
}

/** As many lines as fit, then how many are left. */
function fitting(lines: readonly string[], limit: number, rest: (left: number) => string): string {
  let text = '';
  for (const [i, line] of lines.entries()) {
    const next = text === '' ? line : `${text}\n${line}`;
    if (next.length > limit - 30) return cut(`${text}\n${rest(lines.length - i)}`, limit);
    text = next;
  }
  return text;
}

function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  return minutes < 60
    ? `${minutes} min ${whole % 60} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

const dollars = (usd: number) => `$${usd === 0 || usd >= 0.1 ? usd.toFixed(2) : usd.toFixed(4)}`;

const compact = (n: number) => (n < 1_000 ? String(n) : `${(n / 1_000).toFixed(n < 10_000 ? 1 : 0)}k`);

import { cut, printedWithin } from '../../lib/cut.ts';
import { dollarsAtMost, exactDollars } from '../../lib/dollars.ts';
import { counted } from '../../lib/numbers.ts';
import { type Deciders, deciderNames, either } from '../../session/deciders.ts';
import type { ApprovalView, BatchView } from './view-message.ts';
import type { Style } from './words.ts';

/*
 * What cards of calls that wait for approval say, the same on every platform.
 */

/**
 * What a card is about, in one sentence: what is asked and what it costs, or, once it is decided, what it was
 * about. It is the card's first line, and what a notification of it says.
 */
export function approvalTitle({ request, decision }: ApprovalView): string {
  if (decision !== undefined) return request.title;
  const { blocked, estimate } = request;
  const about = request.brief ?? request.title;
  if (blocked !== undefined) return `Try again? ${about}`;
  if (estimate.usd === undefined) return `Approve at a cost that is not known? ${about}`;
  return estimate.usd === 0 ? `Approve? ${about}` : `Approve up to ${dollarsAtMost(estimate.usd)}? ${about}`;
}

/** Characters of what a notification says after whom it calls. */
const HEADLINE = 300;

/** What a notification of a card says, with whom it calls. */
export const approvalHeadline = (approval: ApprovalView, style: Style): string =>
  calledBy(approval)
    .map(style.person)
    .concat(style.sentence(cut(approvalTitle(approval), HEADLINE)))
    .join(' ');

/** Whom a card calls (platform ids): nobody once it is decided, or by one of two. */
export const calledBy = ({ deciders, decision, first }: ApprovalView): readonly string[] =>
  decision === undefined && first === undefined ? (deciders?.called ?? []) : [];

/**
 * Who decides, and until when; '' where that is not known, or it waits for a second person, who is called by
 * a message of their own. It names only whom the card calls anyway: on some platforms a name is a call.
 */
export function decidersText({ deciders, first }: ApprovalView, style: Style): string {
  if (deciders === undefined || first !== undefined) return '';
  const { approvers, called, until } = deciders;
  const who = either([...new Set(approvers.flatMap((one) => decider(one, deciders, style)))]);
  const by = called.length === 0 ? 'the same people as the other calls of this step' : who;
  return `Decided by ${by}${until ? ` until ${style.moment(until)}` : ''}`;
}

function decider(who: string, deciders: Deciders, style: Style): string[] {
  const { called, known = {} } = deciders;
  switch (who) {
    case 'requester': // comes first among whom it calls
      return [called[0] === undefined ? 'whoever asked for it' : style.person(called[0])];
    case 'thread':
      return ['whoever wrote in this thread'];
    case 'anyone':
      return ['anyone here'];
    default:
      if (called.includes(who)) return [style.person(who)];
      return known[who]?.people?.some(({ id }) => called.includes(id))
        ? known[who].people.map(({ id }) => style.person(id))
        : deciderNames({ called, known, approvers: [who] }, NOBODY).map(style.plain);
  }
}

const NOBODY = { id: '', name: '' };

export const batchHeadline = ({ open }: BatchView): string =>
  open.length > 0 ? `${open.length} calls wait for approval` : 'All calls are decided';

/** That somebody has changed a call before it was decided; `changed` is plain already. */
export const changedText = (by: string, changed: string, style: Style): string =>
  `✏️ Changed by ${style.person(by)} · ${changed}`;

/** That a second person has to approve. */
export const firstText = (first: string, style: Style): string =>
  `1 of 2: approved by ${style.person(first)}. A second person has to approve this cost.`;

/** What a call costs; what it does before that, where the line above calls it by a name. */
export function callText(approval: ApprovalView, style: Style): string {
  const { request, decision } = approval;
  const isNamed = decision === undefined && request.brief !== undefined;
  const what = isNamed ? `${style.plain(cut(request.title, HEADLINE))} · ` : '';
  return `${what}${costText(approval, style)}`;
}

function costText({ request: { estimate } }: ApprovalView, style: Style): string {
  if (estimate.usd === undefined) {
    return `Cost: ${style.bold('not known')} (${style.plain(estimate.reason ?? 'no price')})`;
  }
  const hourly = estimate.hourlyUsd === undefined ? '' : ` (${exactDollars(estimate.hourlyUsd)} an hour)`;
  if (estimate.usd === 0) {
    return estimate.reason ? `Costs nothing here; ${style.plain(estimate.reason)}` : 'Costs nothing';
  }
  return `Costs at most ${style.bold(dollarsAtMost(estimate.usd))}${hourly}`;
}

/** What was decided on, in one line: the thread goes on below. */
export function factsText({ request: { facts } }: ApprovalView, style: Style, limit = 3_000): string {
  const lines = facts.map(({ label, value }) => `${label}: ${cut(value.replace(/\s+/g, ' '), 120)}`);
  return printedWithin(lines.join(' · '), limit, style.plain);
}

const VERDICTS = {
  approved: '✅ Approved',
  rejected: '❌ Rejected',
  message: '💬 Set aside by a new message',
  lapsed: '⌛ Lapsed: nobody decided',
  replaced: '🔁 Another call was proposed instead',
  closed: '⏹️ No longer needed',
} as const;

export function decisionText(
  { verdict, by, second, isAutomatic, at, feedback }: NonNullable<ApprovalView['decision']>,
  style: Style,
): string {
  const when = style.moment(at);
  const said = feedback ? ` · “${printedWithin(feedback.replace(/\s+/g, ' '), 400, style.plain)}”` : '';
  if (isAutomatic && by) return `⚡ Approved automatically, as ${style.person(by.id)} allowed · ${when}`;
  const who = by ? ` by ${style.person(by.id)}${second ? ` and ${style.person(second.id)}` : ''}` : '';
  return `${VERDICTS[verdict]}${who} · ${when}${said}`;
}

/** A value of each fact where all of them have only so much room: none is left out, long ones are marked. */
export function factValues(
  { request: { facts }, isWhole }: ApprovalView,
  limit: number,
): ApprovalView['request']['facts'] {
  if (isWhole) return facts;
  const each = Math.max(40, Math.floor(limit / Math.max(1, facts.length)));
  return facts.map(({ label, value }) => ({ label: cut(label, 80), value: cut(value, each) }));
}

const WARNINGS = 8;

/** Warnings, each on a line of its own, in so much room: where there are more, that is said. */
export function warningLines({ request: { warnings }, isWhole }: ApprovalView, limit: number): string[] {
  if (isWhole) return warnings.map((warning) => `⚠️ ${warning}`);
  const shown = warnings.slice(0, WARNINGS);
  const each = Math.max(60, Math.floor(limit / Math.max(1, shown.length)));
  const left = warnings.length - shown.length;
  return [
    ...shown.map((warning) => `⚠️ ${cut(warning, each)}`),
    ...(left > 0 ? [`⚠️ … and ${left} more: all are in the file above`] : []),
  ];
}

const PREVIEW_LINES = 8;

/**
 * What a card shows of what would run, and how much of it that is, in words. All of it where the card is the
 * one place that does; else as much as there is room for.
 */
export function previewShown(
  { request: { preview }, isWhole }: ApprovalView,
  limit: number,
): { text: string; note: string } | undefined {
  if (preview === undefined) return undefined;
  const { lines, language, shows } = preview;
  const count = (n: number) => `${counted(n)} line${n === 1 ? '' : 's'}`;
  if (isWhole) return { text: preview.text, note: `${count(lines)} of ${language}` };
  const all = preview.text.trimEnd().split('\n');
  const head = all.slice(0, PREVIEW_LINES).join('\n');
  const text = cut(head, limit);
  if (text === preview.text.trimEnd() && shows === 'all')
    return { text, note: `${count(lines)} of ${language}` };
  const shown = text.split('\n').length;
  const part = text === head ? `First ${shown} of ${count(lines)}` : `First ${text.length - 1} characters`;
  return {
    text,
    note: `${part} of ${language}; the file above has ${shows === 'all' ? 'all of it' : 'more'}`,
  };
}

/** The batch as a line, or, once all is decided, what was. */
export function batchText({ open, usd, approved, rejected, other }: BatchView, style: Style): string {
  const counts = [
    ...(approved > 0 ? [`${approved} approved`] : []),
    ...(rejected > 0 ? [`${rejected} rejected`] : []),
    ...(other > 0 ? [`${other} set aside`] : []),
  ].join(', ');
  if (open.length === 0) return `🗂️ All decided: ${counts}`;
  const cost =
    usd === undefined
      ? `cost ${style.bold('not known')}`
      : `at most ${style.bold(dollarsAtMost(usd))} together`;
  const wait = `${open.length} call${open.length === 1 ? '' : 's'} wait${open.length === 1 ? 's' : ''} for approval`;
  return `🗂️ ${style.bold(wait)} · ${cost}${counts ? ` · ${counts}` : ''}`;
}

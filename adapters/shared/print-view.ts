import { ACTIONS, questionValue, seenValue } from '../../src/controller/actions.ts';
import type { Control } from '../../src/controller/controls.ts';
import { printedWithin } from '../../src/lib/cut.ts';
import type { ThreadAddress } from '../../src/session/address.ts';
import { type JobControl, jobName } from '../../src/session/watches.ts';
import { answerParts } from '../../src/thread/delivery/answer-parts.ts';
import type { Outgoing } from '../../src/thread/delivery/outgoing.ts';
import { alarmLines, letRunText } from '../../src/thread/view/alarm-words.ts';
import {
  approvalHeadline,
  approvalTitle,
  batchHeadline,
  batchText,
  calledBy,
  callText,
  changedText,
  decidersText,
  decisionText,
  factsText,
  factValues,
  firstText,
  previewShown,
  warningLines,
} from '../../src/thread/view/approval-words.ts';
import type {
  AlarmView,
  ApprovalView,
  BatchView,
  JobView,
  QuestionView,
  StatusView,
  ViewBody,
  ViewMessage,
} from '../../src/thread/view/view-message.ts';
import {
  jobControls,
  jobForecast,
  jobHeadline,
  jobLines,
  jobLinks,
  jobTail,
  linksText,
  planText,
  progressText,
  questionText,
  type Style,
  statusLine,
  tailsOf,
  timelineText,
} from '../../src/thread/view/words.ts';
import { remedyLabel } from '../../src/thread/words/remedies.ts';
import type { Call, Printer, Tone } from './printer.ts';

/*
 * Which parts the messages of a thread have, and in which order: the same on every platform, which prints
 * each part in its own form.
 */

/**
 * What a platform is sent for one message of a view. `divisor` makes the parts smaller, where the platform
 * found them too long.
 */
export function printView<Piece>(
  { body }: ViewMessage,
  divisor: number,
  address: Pick<ThreadAddress, 'channel'>,
  printer: Printer<Piece>,
): Outgoing[] {
  const { style, message } = printer;
  switch (body.kind) {
    case 'status':
      return [message(statusLine(body, unmarkedIn(style)), statusPieces(body, printer), TONES[body.phase])];
    case 'answer':
      return answerParts(body, divisor, printer.answers);
    case 'title':
      return printer.named(body.text, address);
    case 'approval': {
      const tone = body.decision === undefined ? 'waiting' : 'stopped';
      const headline = approvalHeadline(body, style);
      const people = calledBy(body);
      const call = calling(people, printer, {
        buttons: decisionPieces(body, printer),
        isElsewhere: !body.isWhole,
        print: (plain) => approvalPieces(body, divisor, plain),
      });
      return [message(headline, approvalPieces(body, divisor, printer), tone, call)];
    }
    case 'batch':
      return [message(batchHeadline(body), batchPieces(body, printer), waitingWhile(body.open.length > 0))];
    case 'job':
      return [message(jobHeadline(body, style), jobPieces(body, printer), body.tone)];
    case 'alarm':
      return [alarmMessage(body, printer)];
    case 'question':
      return [questionMessage(body, printer)];
    case 'notice':
      return printer.notice(body, divisor, noticeControls(body));
    case 'standing':
      return printer.showsStanding ? [body] : [];
    case 'reaction':
      return [{ kind: 'reaction', on: body.on, name: printer.reactions[body.mood] }];
    case 'file': {
      const text = printedWithin(body.text, printer.rooms.file, style.plain);
      const { alt } = body;
      return [{ kind: 'upload', file: { id: body.fileId, name: body.name }, text, ...(alt ? { alt } : {}) }];
    }
    default:
      return body satisfies never;
  }
}

/** Whom a message calls, and what it is then; undefined where it calls nobody. */
function calling<Piece>(
  people: readonly string[],
  { unmarked }: Printer<Piece>,
  { print, ...call }: Omit<Call<Piece>, 'people' | 'unmarked'> & { print(plain: Printer<Piece>): Piece[] },
): Call<Piece> | undefined {
  if (people.length === 0) return undefined;
  return { people, ...call, ...(unmarked ? { unmarked: print(unmarked) } : {}) };
}

function noticeControls({ control, job }: ViewBody & { kind: 'notice' }): Control[] {
  return [
    ...(control === undefined ? [] : [CONTROLS[control]]),
    ...(job === undefined ? [] : job.controls.map((one) => jobButton(one, job))),
  ];
}

/** How a style writes what is only read aloud. */
const unmarkedIn = (style: Style): Style => ({ ...style, bold: (text) => text, italic: (text) => text });

const waitingWhile = (isOpen: boolean): Tone => (isOpen ? 'waiting' : 'stopped');

const TONES: Readonly<Record<StatusView['phase'], Tone>> = {
  working: 'running',
  needs_approval: 'waiting',
  waiting_for_job: 'running',
  done: 'good',
  failed: 'bad',
  paused: 'waiting',
  waiting_for_model: 'waiting',
  stopped: 'stopped',
  undone: 'stopped',
  closed: 'stopped',
};

const CONTROLS: Readonly<Record<NonNullable<StatusView['control']>, Control>> = {
  stop: { label: 'Stop', name: ACTIONS.stop, values: [] },
  retry: { label: 'Retry', name: ACTIONS.retry, values: [], style: 'primary' },
  continue: { label: 'Continue', name: ACTIONS.retry, values: [], style: 'primary' },
};

function statusPieces<Piece>(status: StatusView, printer: Printer<Piece>): Piece[] {
  const { style, rooms, quoted } = printer;
  const { title, detail, writing, hasMenu, links, stepsOf } = status;
  const control = status.control && CONTROLS[status.control];
  const first = title ? `${printer.sessionTitle(title)}\n` : '';
  return [
    ...printer.lead(`${first}${statusLine(status, style)}`, control),
    ...given(detail, (text) => printer.text(`${quoted(text, rooms.detail)}${nextTry(status, style)}`)),
    ...(printer.plan?.(status) ?? given(planText(status, style, rooms.plan), printer.text)),
    ...given(linksText(links, style, rooms.links), printer.small),
    ...given(status.opensAt && style.link(status.opensAt, ON_PAGE), printer.small),
    ...given(timelineText(status, style, rooms.timeline), printer.small),
    ...tailsOf(status).flatMap((tail) => printer.smallCode(tail, rooms.tail)),
    ...given(writing, (text) => printer.small(`✍️ ${quoted(text, rooms.writing)}`)),
    ...printer.foot(control, hasMenu, stepsOf === undefined ? [] : [stepsButton(status, stepsOf)]),
  ];
}

const ON_PAGE = 'Open on the page';

const stepsButton = ({ earlier, timeline }: StatusView, exchange: number): Control => ({
  label: `All ${earlier + timeline.length} steps`,
  name: ACTIONS.steps,
  values: [String(exchange)],
});

const nextTry = ({ retryAt }: StatusView, style: Style): string =>
  retryAt === undefined ? '' : ` I try again by myself ${style.moment(retryAt)}.`;

/** A part where there is something to show. */
const given = <Piece>(text: string | undefined, print: (text: string) => Piece[]): Piece[] =>
  text ? print(text) : [];

function approvalPieces<Piece>(approval: ApprovalView, divisor: number, printer: Printer<Piece>): Piece[] {
  const { style, rooms, quoted } = printer;
  const { request, decision, edit, first } = approval;
  const called = calledBy(approval)
    .map((id) => `${style.person(id)} `)
    .join('');
  const title = printer.text(
    `${printer.callTitle(approvalTitle(approval), called)}\n${callText(approval, style)}`,
  );
  const changed = edit && printer.small(changedText(edit.by.id, quoted(edit.changed, rooms.changed), style));
  if (decision !== undefined) {
    return [
      ...title,
      ...given(factsText(approval, style, rooms.factLine), printer.small),
      ...((printer.keepsChange && changed) || []),
      ...printer.small(decisionText(decision, style)),
    ];
  }
  const preview = previewShown(approval, Math.floor(rooms.preview / divisor));
  const warnings = warningLines(approval, rooms.warnings);
  return [
    ...title,
    ...given(request.blocked, (text) => printer.text(`⛔ ${quoted(text, rooms.blocked)}`)),
    ...printer.facts(factValues(approval, rooms.facts)),
    ...given(printer.quotedLines(warnings, rooms.warningLines), printer.small),
    ...(changed ?? []),
    ...(first ? printer.small(firstText(first.id, style)) : []),
    ...given(decidersText(approval, style), printer.small),
    ...decisionPieces(approval, printer),
    // Below the buttons, which a long script would push out of sight.
    ...(preview
      ? [...printer.code(preview.text, rooms.previewBlock), ...printer.small(style.plain(preview.note))]
      : []),
  ];
}

function decisionPieces<Piece>(
  { toolCallId, revision, request }: ApprovalView,
  printer: Printer<Piece>,
): Piece[] {
  const seen = { toolCallId, revision };
  const values = [seenValue(seen)];
  const script = [printer.scriptValue(seen)];
  const buttons: Control[] = [
    { label: request.blocked ? 'Retry' : 'Approve', name: ACTIONS.approve, values, style: 'success' },
    { label: 'Reject', name: ACTIONS.reject, values, style: 'danger' },
    ...(request.editable ? [{ label: 'View / edit script', name: ACTIONS.edit, values: script }] : []),
  ];
  const choices = (request.choices ?? []).map((choice) => ({
    ...choice,
    value: choice.value ?? request.facts.find(({ label }) => label === choice.label)?.value,
  }));
  return printer.decision(toolCallId, buttons, choices);
}

function batchPieces<Piece>(batch: BatchView, printer: Printer<Piece>): Piece[] {
  const text = batchText(batch, printer.style);
  const { open } = batch;
  if (open.length === 0) return printer.small(text);
  const values = open.length > 1 ? printer.allValues(open) : undefined;
  if (values === undefined) return printer.text(text);
  return [
    ...printer.text(text),
    ...printer.buttons([
      { label: 'Approve all', name: ACTIONS.approve, values, style: 'success' },
      { label: 'Reject all', name: ACTIONS.reject, values, style: 'danger' },
    ]),
  ];
}

function questionMessage<Piece>(question: QuestionView, printer: Printer<Piece>): Outgoing {
  const { called, fields } = question;
  const { style, rooms } = printer;
  const values = [questionValue(question)];
  const label = fields.length > 0 ? 'Answer' : 'Accept';
  const text = questionText(question, style, rooms.question);
  const buttons = printer.buttons([
    { label, name: ACTIONS.answer, values, style: 'primary' },
    { label: 'Decline', name: ACTIONS.decline, values },
  ]);
  const call = calling(called, printer, {
    buttons,
    isElsewhere: false,
    print: (plain) => plain.text(questionText(question, plain.style, rooms.question)),
  });
  const [firstLine = ''] = question.text.split('\n'); // the others stand below it
  const begins = { ...question, text: firstLine, fields: [] };
  const headline = questionText(begins, { ...style, plain: style.sentence }, rooms.question);
  return printer.message(headline, [...printer.text(text), ...buttons], 'waiting', call);
}

const joinedLines = (...lines: readonly string[]): string => lines.filter(Boolean).join('\n');

function jobPieces<Piece>(job: JobView, printer: Printer<Piece>): Piece[] {
  const { style, rooms, quoted } = printer;
  return [
    ...printer.text(joinedLines(jobLines(job, style), jobForecast(job, style))),
    ...given(jobLinks(job, style, rooms.jobLinks), printer.small),
    ...given(job.cause === undefined ? job.message : undefined, (text) =>
      printer.small(quoted(text, rooms.jobMessage)),
    ),
    ...given(progressText(job, style, rooms.progress), printer.small),
    ...given(jobTail(job), (tail) => printer.smallCode(tail, rooms.jobTail)),
    ...printer.buttons(jobControls(job).map((control) => jobButton(control, job))),
  ];
}

const JOB_LABELS: Readonly<Partial<Record<JobControl, string>>> = {
  log: 'Logs',
  curve: 'Curve',
  rerun: 'Re-run',
  cancel: 'Cancel',
};

function jobButton(
  control: JobControl,
  { remedies = [], ...job }: Pick<JobView, 'watchId' | 'name' | 'jobId' | 'remedies'>,
): Control {
  const remedy = remedies.find(({ kind }) => kind === control);
  const label = remedy === undefined ? (JOB_LABELS[control] ?? control) : remedyLabel(remedy);
  const button: Control = { label, name: ACTIONS[control], values: [job.watchId] };
  if (control !== 'cancel') return button;
  const sure = `${jobName(job)} is stopped, and what it has not pushed is lost.`;
  return { ...button, style: 'danger', sure };
}

function alarmMessage<Piece>(alarm: AlarmView, printer: Printer<Piece>): Outgoing {
  const { style, message } = printer;
  const { mentions, letRunBy, watchId, cause, isOver } = alarm;
  const { headline } = alarmLines(alarm, style);
  const buttons =
    letRunBy !== undefined || isOver
      ? []
      : printer.buttons([
          jobButton('cancel', alarm),
          { label: 'Let it run', name: ACTIONS.letRun, values: [watchId, cause] },
        ]);
  const print = (of: Printer<Piece>) => {
    const { title, below } = alarmLines(alarm, of.style);
    const said = letRunBy && letRunText(letRunBy.id, of.style);
    return [...of.text(title), ...given(below, of.small), ...given(said, of.small)];
  };
  const call = calling(mentions, printer, { buttons, isElsewhere: true, print });
  return message(headline, [...print(printer), ...buttons], isOver || letRunBy ? 'stopped' : 'bad', call);
}

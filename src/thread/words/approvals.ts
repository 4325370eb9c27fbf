import { cut } from '../../lib/cut.ts';
import { dollarsAtMost, exactDollars } from '../../lib/dollars.ts';
import { durationText } from '../../lib/duration.ts';
import type { Person } from '../../session/address.ts';
import type { Mentions } from '../../session/mentions.ts';
import type { Settings } from '../../session/settings.ts';
import type { Question, QuestionAnswer, QuestionField, ToolCall } from '../../session/tool-calls.ts';

/* What people are told of decisions, budgets and questions. Cards are in `thread/view`. */

/** Said, in private, to somebody who may not decide. */
export function whoMay(approvers: readonly string[], requester: Person, mentions: Mentions): string {
  return `Only ${namesOf(approvers, requester, mentions)} may decide this. Nothing was changed.`;
}

/** Said to somebody who may stop the work, and not the jobs that are paid for. */
export const whoMayEndJobs = (approvers: readonly string[], requester: Person, mentions: Mentions): string =>
  `only ${namesOf(approvers, requester, mentions)} may end what is paid for`;

function namesOf(approvers: readonly string[], requester: Person, mentions: Mentions): string {
  const names = approvers.map((who) => {
    if (who === 'requester') return `${requester.name}, who asked for it,`;
    if (who === 'thread') return 'people who wrote in this thread';
    return called(who, mentions);
  });
  return names.join(' or ');
}

function called(who: string, mentions: Mentions): string {
  const kind = mentions.kindOf(who);
  switch (kind) {
    case 'person':
      return mentions.person(who);
    case 'group':
      return `members of ${mentions.group(who)}`;
    case undefined:
      return who;
    default:
      return kind satisfies never;
  }
}

export const GONE = 'This request no longer exists.';

/** Said where somebody means a thread that has no session. */
export const UNKNOWN_THREAD = 'I no longer know this thread, so nothing was changed.';

export const NOTHING_OPEN = 'Nothing waits for a decision here.';

export const UNSEEN =
  'What waits for a decision was asked or changed after you wrote this, or I can’t tell when you wrote it. Look at the cards, then decide. Nothing was done.';

/** Said where an approval would be of what nobody can have seen. */
export const ASKED_BY_OLDER =
  'A version of me before this one has asked for this, and did not show all of it. Nothing was done: reject it, and ask for it again.';

export const NOT_SHOWN =
  'The card has no room for all of this, and the file with all of it is not in this thread (yet). Nothing was done: wait until it is there, then decide; where it does not come, reject this and ask for something shorter.';

export const SECOND_WANTED = 'You have approved this already: now a second person has to.';

/** Calls the second of two who have to approve. */
export const secondWantedText = (titles: readonly string[], first: Person): string =>
  `A second approval is needed, after ${first.name}’s: ${titles.join(', ')}.`;

export const ownersOnly = ({ name }: Person): string =>
  `Only ${name} may approve this: it would run under their own Hugging Face account. Nothing was changed.`;

export const changedSince = (by: Person | undefined): string =>
  `${by?.name ?? 'Somebody'} changed this call a moment ago. Look at the card again, then decide. Nothing was done.`;

export function alreadyDecided(call: ToolCall): string {
  const decision = call.approval?.decision;
  if (decision !== undefined) {
    const verb = call.state.kind === 'rejected' ? 'rejected' : 'approved';
    return `${decision.by.name} has already ${verb} this. Your click changed nothing.`;
  }
  return 'This request is no longer open, so your click changed nothing.';
}

/** What came of a decision in words on everything that was open; calls by their titles. */
export function decidedText(
  verdict: 'approved' | 'rejected',
  { done, begun, refusals }: Readonly<Record<'done' | 'begun' | 'refusals', readonly string[]>>,
): string {
  const decided = verdict === 'approved' ? 'Approved' : 'Rejected';
  return [
    ...(done.length > 0 ? [`${decided}: ${done.join(', ')}.`] : []),
    ...(begun.length > 0
      ? [`Approved by one of two: ${begun.join(', ')}. A second person has to approve this cost.`]
      : []),
    ...refusals,
  ].join('\n');
}

export const mayNotSwitchOff = ({ name }: Person): string =>
  `${name} may not approve calls here, and so can't switch approvals off. Nothing was changed.`;

/** What the model is told where auto-approval is set: how far it goes is its to plan with. */
export function autoApprovalTold(yolo: Settings['yolo']): string {
  switch (yolo.kind) {
    case 'off':
      return 'Auto-approval is off: people are asked before anything that costs money.';
    case 'on':
      return 'Auto-approval is on, without a cap: jobs whose price is known run without anybody being asked.';
    case 'cap':
      return `Auto-approval is on: jobs whose price is known run without anybody being asked, as long as all of them together can cost at most ${exactDollars(yolo.usd)}. Plan with that, and stop there.`;
    default:
      return yolo satisfies never;
  }
}

/** How auto-approval stands in a session. */
export function autoApprovalText({ yolo }: Settings, usedUsd: number): string {
  const exceptions =
    'I still ask for scheduled jobs, where a price is not known, and where a budget would be passed.';
  switch (yolo.kind) {
    case 'off':
      return 'Auto-approval is off: I ask before anything that costs money.';
    case 'on':
      return `Auto-approval is on, without a cap (set by ${yolo.by.name}). ${exceptions}`;
    case 'cap':
      return `Auto-approval is on up to ${exactDollars(yolo.usd)} (set by ${yolo.by.name}; ${dollarsAtMost(usedUsd)} of it is spent or reserved). ${exceptions}`;
    default:
      return yolo satisfies never;
  }
}

const BUDGETS = {
  session: () => 'this session',
  person: ({ name }: Person) => `${name}’s day`,
  channel: () => 'this channel’s day',
  workspace: () => 'the day of all here',
  all: () => 'the day',
} satisfies Record<string, (requester: Person) => string>;

/** That a budget is passed, in USD. */
export const budgetPassed = (
  kind: keyof typeof BUDGETS,
  requester: Person,
  { limit, already }: { limit: number; already: number },
): string =>
  `The budget of ${BUDGETS[kind](requester)} is ${exactDollars(limit)}; ${dollarsAtMost(already)} of it is spent or reserved.`;

/** Brings an approval to mind; `first` is who has approved where a second person has to. */
export function reminderText(
  title: string,
  first: Person | undefined,
  lapsesInSeconds: number | undefined,
): string {
  const what = first ? `a second approval, after ${first.name}’s` : 'a decision';
  const lapse =
    lapsesInSeconds === undefined ? '' : ` Without one it lapses in ${durationText(lapsesInSeconds)}.`;
  return `This still waits for ${what}: ${title}.${lapse}`;
}

export const WHOLE_SCRIPT =
  'This is the whole script. To change it, post the changed file here: it takes the place of this one, and you approve on the card afterwards.';

export const NO_SCRIPT = 'There is no script to change here.';

export const LARGE_SCRIPT = 'This file is too large to be a script (200 kB at most).';

export const secretInChange = (where: string): string =>
  `This holds a secret, which everybody here would see: ${where}. Nothing was changed. Read it from the environment instead: secrets of jobs are set up under jobs.secrets in the config.`;

export const UNSEEN_CHANGE =
  'That holds thousands of characters that can’t be seen, so nobody could look at it. Nothing was changed.';

export const EMPTY_CHANGE = 'The changed text is empty, so nothing was changed. To stop the call, reject it.';

export const unchangeable = (argument: string): string =>
  `"${argument}" can't be changed to that here. Nothing was changed.`;

/** What a change of an argument comes to, in a few words for its card. */
export function changeText(name: string, before: unknown, after: unknown): string {
  const isText = typeof before === 'string' && typeof after === 'string';
  if (!isText || !`${before}${after}`.includes('\n')) return `${name} is now ${String(after)}`;
  const { added, removed } = lineChanges(before, after);
  return `${name}: ${added} line${added === 1 ? '' : 's'} added, ${removed} removed`;
}

/** How many lines one text has that the other has not, each way; order aside. */
function lineChanges(before: string, after: string): { added: number; removed: number } {
  const counts = new Map<string, number>();
  for (const line of before.split('\n')) counts.set(line, (counts.get(line) ?? 0) + 1);
  for (const line of after.split('\n')) counts.set(line, (counts.get(line) ?? 0) - 1);
  const values = [...counts.values()];
  return {
    added: values.filter((n) => n < 0).reduce((sum, n) => sum - n, 0),
    removed: values.filter((n) => n > 0).reduce((sum, n) => sum + n, 0),
  };
}

export const QUESTION_OVER = 'This question is over.';

export const answeredAlready = ({ name }: Person): string => `${name} has answered this already.`;

export const NOT_TAKEN = 'Some of it can’t be taken.';

export const NEEDED = 'This is needed.';

export const SECRET_ANSWER = 'This holds a secret, and everybody here would see it. It was not passed on.';

/** What stays in the thread of a question. */
export function answerText(
  { from, text, fields }: Question,
  { action, content, by }: QuestionAnswer,
): string {
  const asked = `${from} asked: “${cut(text, 300)}”`;
  if (action === 'decline') return `${asked}\n${by.name} declined.`;
  const values = fields.flatMap(({ name, label }) =>
    content[name] === undefined ? [] : [`${label}: ${cut([content[name]].flat().join(', '), 200)}`],
  );
  return [asked, `${by.name} answered${values.length > 0 ? `: ${values.join(', ')}` : '.'}`].join('\n');
}

const WRONG: Readonly<Record<QuestionField['type'], string>> = {
  text: 'This can’t be taken.',
  number: 'Write a number.',
  integer: 'Write a whole number.',
  yes_no: 'Say yes or no.',
  choice: 'Pick one of those that there are.',
  choices: 'Pick some of those that there are.',
};

/** What is wrong with what was given for a field. */
export function fieldProblem({ type, atLeast = 0, atMost }: QuestionField): string {
  if (type !== 'choices' || (atLeast === 0 && atMost === undefined)) return WRONG[type];
  return `Pick ${atMost === undefined ? `at least ${atLeast}` : `${atLeast} to ${atMost}`} of those that there are.`;
}

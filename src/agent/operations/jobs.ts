import { type EndReport, figuresLine } from '../../jobs/report.ts';
import { messageOf } from '../../lib/errors.ts';
import { literal } from '../../lib/markdown/common-mark.ts';
import type { Snapshot } from '../../session/snapshot.ts';
import { findToolCall } from '../../session/store/read-snapshot.ts';
import * as record from '../../session/store/record.ts';
import { effectiveArguments, type ToolCall } from '../../session/tool-calls.ts';
import { jobName, type Remedy, type Watch } from '../../session/watches.ts';
import { smokeFailedText } from '../../thread/words/job-ends.ts';
import { rerunText } from '../../thread/words/remedies.ts';
import { exchangeFor, goOn } from './exchange.ts';
import { letGo } from './open-calls.ts';
import { type Asked, type Change, notice, type OperationOf, type Scope, shareFile } from './scope.ts';

/**
 * Delivers the report of an ended job: to the call that started it or, as a note, to the model. People were
 * told when the end was seen (`jobs/claims.ts`).
 */
export async function jobEnded(
  { watchId }: OperationOf<'job_ended'>,
  { snapshot, outside }: Asked,
): Promise<Change> {
  const watch = watchIn(snapshot, watchId);
  if (watch === undefined) return async () => {};
  const report = await outside.jobReport(watch);
  return (scope) => tellOfEnd(scope, watch, report);
}

/**
 * Reports the end of a job about which nothing more can be found out; undefined where the job is not known.
 */
export function jobEndedUnseen(
  { watchId }: OperationOf<'job_ended'>,
  { snapshot, outside }: Asked,
  problem: string,
): Change | undefined {
  const watch = watchIn(snapshot, watchId);
  if (watch === undefined) return undefined;
  const more = `(More can't be found out: ${problem})`;
  const report = { figures: `${figuresLine(watch)}\n${more}`, whole: `${outside.jobStatus(watch)}\n${more}` };
  return (scope) => tellOfEnd(scope, watch, report);
}

async function tellOfEnd(scope: Scope, watch: Watch, report: EndReport): Promise<void> {
  const { tx, sessionId, snapshot, outside } = scope;
  if (watch.isSmoke && (await endOfSmokeTest(scope, watch, report))) return;
  const isFirst =
    watch.toolCallId !== undefined &&
    (await record.moveToolCall(tx, sessionId, watch.toolCallId, ['waiting'], {
      kind: 'done',
      output: report.whole,
      at: outside.now(),
    }));
  if (isFirst) return goOn(scope);
  if (snapshot.session.state.kind === 'closed' || isGone(snapshot, watch)) return;
  const exchange = await exchangeFor(scope);
  const whose =
    watch.toolCallId === undefined ? 'A job that you were asked to watch' : 'A job you started earlier';
  const text = `${whose} has ended. Tell people what came of it, and go on if work depends on it; \`hf_jobs\` logs has what it printed.\n${report.figures}`;
  await record.addMessage(tx, sessionId, exchange, { role: 'note', text });
}

/**
 * A smoke test has ended: the run that was approved with it begins where it passed, and else its approval
 * ends with it. False where the call no longer waits for it, because people have stopped it.
 */
async function endOfSmokeTest(scope: Scope, watch: Watch, report: EndReport): Promise<boolean> {
  const { tx, sessionId, outside } = scope;
  const call = watch.toolCallId === undefined ? undefined : await findToolCall(tx, watch.toolCallId);
  if (call?.approval === undefined || call.state.kind !== 'waiting') return false;
  const { stage, isEndUnknown } = watch.snapshot;
  if (stage === 'COMPLETED' && !isEndUnknown) {
    const state = { kind: 'approved' as const, ...call.approval };
    if (!(await record.moveToolCall(tx, sessionId, call.id, ['waiting'], state))) return false;
  } else {
    const output = `${NOT_BEGUN}\n${report.whole}`;
    const state = { kind: 'failed' as const, output, at: outside.now() };
    if (!(await record.moveToolCall(tx, sessionId, call.id, ['waiting'], state))) return false;
    await notice(scope, smokeFailedText(watch, report.whole));
  }
  if (scope.snapshot.session.state.kind === 'idle')
    await record.continueExchange(tx, sessionId, call.exchange);
  await goOn(scope);
  return true;
}

const NOT_BEGUN =
  'The smoke test did not pass, so the run was not begun, and the approval of both has ended. Find the cause, mend it, and propose both again.';

/**
 * Tells the model what is wrong with a job that runs. A call that waits for the job gets an interim result,
 * as when a person writes.
 */
export async function jobAlarm(scope: Scope, { watchId, text }: OperationOf<'job_alarm'>): Promise<void> {
  const { tx, sessionId, snapshot, outside } = scope;
  const watch = watchIn(snapshot, watchId);
  if (watch === undefined || watch.endedAt !== undefined) return; // its end tells more
  if (snapshot.session.state.kind === 'closed' || isGone(snapshot, watch)) return;
  if (watch.toolCallId !== undefined && !watch.isSmoke) {
    await record.moveToolCall(tx, sessionId, watch.toolCallId, ['waiting'], {
      kind: 'done',
      at: outside.now(),
      output: `${outside.jobStatus(watch)}\nIt goes on running, and you will be told when it ends. Do not poll it.`,
    });
  }
  const exchange = await exchangeFor(scope);
  const told = `Something is wrong with a job that you started, and people were told so:\n${text}\nLook at its log. Propose to cancel it if it can come to nothing, else say why it may run on. It was told once, and nothing was changed.`;
  await record.addMessage(tx, sessionId, exchange, { role: 'note', text: told });
}

/** Nobody is told of a job whose exchange was interrupted or undone. */
function isGone(snapshot: Snapshot, watch: Watch): boolean {
  const exchange = snapshot.exchanges.find((item) => item.number === watch.exchange);
  if (watch.exchange === 0) return false;
  return exchange === undefined || exchange.undone || exchange.outcome?.kind === 'interrupted';
}

/** Cancels a job, and says in the thread whether that worked. */
export async function cancelJob(
  { watchId, by, mayNotEndJobs }: OperationOf<'cancel_job'>,
  { snapshot, outside }: Asked,
): Promise<Change> {
  if (mayNotEndJobs !== undefined) return (scope) => notice(scope, `${by.name}: ${mayNotEndJobs}.`);
  const watch = watchIn(snapshot, watchId);
  const outcome =
    watch === undefined || watch.endedAt !== undefined
      ? 'that job has already ended.'
      : await outside.cancelJob(watch).then(
          () => `cancelled the job ${literal(jobName(watch))}.`,
          (error: unknown) =>
            `the job ${literal(jobName(watch))} could not be cancelled (${messageOf(error)}).`,
        );
  return (scope) => notice(scope, `${by.name}: ${outcome}`);
}

/** Puts a job's log or curve into the thread. */
export async function jobFile(
  { watchId, what }: OperationOf<'job_file'>,
  { snapshot, outside }: Asked,
): Promise<Change> {
  const watch = watchIn(snapshot, watchId);
  const made = watch && (await outside.jobFile(watch, what));
  return (scope) => shareFile(scope, made);
}

/** Follows a job that was started elsewhere. */
export async function watchJob(
  { namespace, jobId }: OperationOf<'watch_job'>,
  { snapshot: { session }, outside }: Asked,
): Promise<Change> {
  const found = await outside.findJob(session.id, namespace, jobId);
  return async (scope) => {
    const { tx, sessionId, snapshot } = scope;
    if (!found.ok) return notice(scope, found.reason);
    if (snapshot.watches.some((watch) => watch.jobId === found.watch.jobId)) {
      return notice(scope, 'This job is followed here already.');
    }
    const id = `${found.watch.id}_${sessionId}`; // other threads may follow it, too
    await record.addWatch(tx, sessionId, snapshot.session.exchange, { ...found.watch, id });
  };
}

/**
 * Proposes a job's call once more, exactly as it was run, or with what a button has named: the transcript has
 * somebody ask for it and the model do so, and approval is asked for as for any call. What only the model can
 * change is asked of it.
 */
export async function runAgain(
  scope: Scope,
  { watchId, by, remedy: kind }: OperationOf<'rerun_job'>,
): Promise<void> {
  const { tx, sessionId, snapshot, outside } = scope;
  const watch = watchIn(snapshot, watchId);
  const call = watch?.toolCallId === undefined ? undefined : await findToolCall(tx, watch.toolCallId);
  if (watch === undefined || call === undefined) {
    return notice(scope, 'This job was not started here, so I can’t run it again.');
  }
  const remedy = watch.snapshot.remedies?.find((one) => one.kind === kind);
  if (kind !== undefined && remedy === undefined) {
    return notice(scope, 'I no longer know what would be changed, so nothing was run.');
  }
  await letGo(scope, by.name, 'replaced');
  const exchange = await exchangeFor(scope);
  const text = rerunText(watch, remedy);
  await record.addMessage(tx, sessionId, exchange, { role: 'user', text, author: by, messageId: '' });
  if (remedy?.kind === 'half_batch') return; // the script is the model's to change
  const messageId = await record.addMessage(tx, sessionId, exchange, { role: 'assistant', text: '' });
  const id = outside.nextId('c');
  const again = {
    id,
    providerId: id,
    name: call.name,
    ...changedBy(remedy, call, watch),
    timeline: call.timeline,
  };
  await record.addToolCalls(tx, sessionId, exchange, messageId, [again]);
}

/** A call with what a remedy changes, and the words for it. */
function changedBy(
  remedy: Exclude<Remedy, { kind: 'half_batch' }> | undefined,
  call: ToolCall,
  { flavor }: Watch,
): Pick<ToolCall, 'arguments' | 'summary' | 'step'> {
  const text = effectiveArguments(call);
  const { summary, step } = call;
  if (remedy === undefined) return { arguments: text, summary, step };
  const before: unknown = JSON.parse(text);
  if (remedy.kind === 'longer') {
    const timeout = `${remedy.timeoutSeconds}s`;
    return { arguments: JSON.stringify({ ...Object(before), timeout }), summary, step };
  }
  const on = (words: string) => words.replaceAll(flavor, remedy.flavor);
  return {
    arguments: JSON.stringify({ ...Object(before), hardware_flavor: remedy.flavor }),
    summary: on(summary),
    step: step && { todo: on(step.todo), doing: on(step.doing), did: on(step.did) },
  };
}

const watchIn = ({ watches }: Snapshot, id: string) => watches.find((watch) => watch.id === id);

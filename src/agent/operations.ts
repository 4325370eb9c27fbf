import { Effort } from '../config/effort.ts';
import { messageOf } from '../ops/errors.ts';
import type { Person } from '../session/address.ts';
import { addFile, type NewFile } from '../session/files.ts';
import type { PendingOperation } from '../session/inbox.ts';
import { takeOperation } from '../session/inbox.ts';
import { type Claim, fenced, type Tx } from '../session/lease.ts';
import type { Operation } from '../session/operations.ts';
import { findToolCall } from '../session/read-snapshot.ts';
import * as record from '../session/record.ts';
import { context, currentExchange, type Session, type Snapshot } from '../session/snapshot.ts';
import type { SessionState } from '../session/state.ts';
import { effectiveArguments, isSettled, type ToolCall } from '../session/tool-calls.ts';
import type { Watch } from '../session/watches.ts';
import { spentIn } from './spend.ts';

/** A file for the thread with a line about it, or why there is none. */
type Made = { ok: true; file: NewFile; text: string } | { ok: false; reason: string };

/** What applying an operation needs from outside the record; asked before the transaction. */
export type Outside = {
  /** The final report of a job, for the model. */
  jobReport(watch: Watch): Promise<string>;
  /** Where a running job stands, for the model. */
  jobStatus(watch: Watch): string;
  cancelJob(watch: Watch): Promise<void>;
  /** A job's whole log or the picture of its losses, with a line about it; or why there is none. */
  jobFile(watch: Watch, what: 'log' | 'curve'): Promise<Made>;
  nextId(kind: 'c'): string;
  /** A job to follow that was started elsewhere, or why it can't be. */
  findJob(
    namespace: string | undefined,
    jobId: string,
  ): Promise<{ ok: true; watch: record.NewWatch } | { ok: false; reason: string }>;
  /** Which model the session uses and what else there is, for people. */
  describeModels(session: Session): Promise<string>;
  /** Whether a model answers and takes tools. */
  checkModel(id: string): Promise<{ ok: true; note: string } | { ok: false; reason: string }>;
  /** The session with everything that was ever said in it. */
  whole(sessionId: string): Promise<Snapshot>;
  exportFile(snapshot: Snapshot, format: 'markdown' | 'jsonl'): Made;
  /** Uploads a session for the Hub's viewer of traces; says where it is, or why it could not be done. */
  share(snapshot: Snapshot): Promise<string>;
  /** Whether a message leaves an approval open that people have yet to decide. */
  keepsApprovals(text: string): boolean;
  now(): Date;
};

/**
 * Takes up one operation in one commit: what it changes and the mark that it is done. `snapshot` is the session just
 * before. Applying it again after a crash finds the mark and changes nothing.
 */
export async function applyOperation(
  held: Claim,
  snapshot: Snapshot,
  { id, operation }: PendingOperation,
  outside: Outside,
): Promise<void> {
  const change = await asked(snapshot, operation, outside);
  await fenced(held, async (tx) => {
    if (!(await takeOperation(tx, id))) return;
    await change({ tx, snapshot, sessionId: held.sessionId, outside });
  });
}

/** What an operation changes in the record, once everything that it needs from outside has been asked. */
async function asked(
  snapshot: Snapshot,
  operation: Operation,
  outside: Outside,
): Promise<(scope: Scope) => Promise<void>> {
  switch (operation.kind) {
    case 'user_input':
      return (scope) => userInput(scope, operation);
    case 'exec_approval':
      return (scope) => decided(scope, operation.decisions);
    case 'compact':
      return async () => {}; // made void by what was asked after it; otherwise it is a step of its own
    case 'job_ended': {
      const watch = watchIn(snapshot, operation.watchId);
      if (watch === undefined) return async () => {};
      const report = await outside.jobReport(watch);
      const curve = await outside.jobFile(watch, 'curve');
      return async (scope) => {
        if (curve.ok) await addFile(scope.tx, scope.sessionId, watch.exchange, curve.file, curve.text);
        await jobEnded(scope, watch, report);
      };
    }
    case 'watch_job': {
      const found = await outside.findJob(operation.namespace, operation.jobId);
      return (scope) => watchJob(scope, found);
    }
    case 'cancel_job': {
      const outcome = await cancelOne(snapshot, operation.watchId, outside);
      return (scope) => notice(scope, `${operation.by.name}: ${outcome}`);
    }
    case 'job_file': {
      const watch = watchIn(snapshot, operation.watchId);
      const made = watch && (await outside.jobFile(watch, operation.what));
      return (scope) => shareFile(scope, made);
    }
    case 'rerun_job':
      return (scope) => runAgain(scope, operation.watchId, operation.by);
    case 'interrupt':
      if (!operation.keepsJobs) await cancelJobs(snapshot, outside);
      return (scope) => interrupt(scope, operation.by.name);
    case 'undo':
      await cancelJobs(snapshot, outside);
      return (scope) => undo(scope, operation.by.name);
    case 'new':
      return (scope) => freshContext(scope, operation.by.name);
    case 'resume':
      return (scope) => resume(scope, operation);
    case 'shutdown':
      return (scope) => shutDown(scope, operation.by.name);
    case 'model': {
      const { id } = operation;
      if (id === undefined) {
        const text = await outside.describeModels(snapshot.session);
        return (scope) => notice(scope, text);
      }
      const check = id === 'default' ? { ok: true as const, note: '' } : await outside.checkModel(id);
      return (scope) => switchModel(scope, id, check);
    }
    case 'effort':
      return (scope) => setEffort(scope, operation.level);
    case 'export': {
      const file = outside.exportFile(await outside.whole(snapshot.session.id), operation.format);
      return (scope) => shareFile(scope, file);
    }
    case 'share': {
      const text = await outside.share(await outside.whole(snapshot.session.id));
      return (scope) => notice(scope, text);
    }
    default:
      return operation satisfies never;
  }
}

const watchIn = ({ watches }: Snapshot, id: string) => watches.find((watch) => watch.id === id);

/** Says what came of it. */
async function cancelOne(snapshot: Snapshot, watchId: string, outside: Outside): Promise<string> {
  const watch = watchIn(snapshot, watchId);
  if (watch === undefined || watch.endedAt !== undefined) return 'that job has already ended.';
  return outside.cancelJob(watch).then(
    () => `cancelled job ${watch.jobId}.`,
    (error: unknown) => `job ${watch.jobId} could not be cancelled (${messageOf(error)}).`,
  );
}

async function watchJob(scope: Scope, found: Awaited<ReturnType<Outside['findJob']>>): Promise<void> {
  const { tx, sessionId, snapshot } = scope;
  if (!found.ok) return notice(scope, found.reason);
  if (snapshot.watches.some((watch) => watch.jobId === found.watch.jobId)) {
    return notice(scope, 'This job is followed here already.');
  }
  const watch = { ...found.watch, id: `${found.watch.id}_${sessionId}` }; // other threads may follow it, too
  await record.addWatch(tx, sessionId, snapshot.session.exchange, watch);
  await record.emit(tx, sessionId, { type: 'job_update', data: { watchId: watch.id } });
}

/** Says something in the thread, and nothing to the model. */
async function notice({ tx, sessionId, snapshot }: Scope, text: string): Promise<void> {
  await record.addMessage(tx, sessionId, snapshot.session.exchange, { role: 'notice', text });
}

/** Puts a file into the thread, or says why there is none. */
async function shareFile(scope: Scope, made: Made | undefined): Promise<void> {
  if (!made?.ok) return notice(scope, made?.reason ?? 'I no longer know this job.');
  await addFile(scope.tx, scope.sessionId, scope.snapshot.session.exchange, made.file, made.text);
}

/**
 * Proposes a job's call once more, exactly as it was run: the transcript has somebody ask for it and the model do so,
 * and approval is asked for as for any call.
 */
async function runAgain(scope: Scope, watchId: string, by: Person): Promise<void> {
  const { tx, sessionId, snapshot, outside } = scope;
  const watch = watchIn(snapshot, watchId);
  const call = watch?.toolCallId === undefined ? undefined : await findToolCall(tx, watch.toolCallId);
  if (watch === undefined || call === undefined) {
    return notice(scope, 'This job was not started here, so I can’t run it again.');
  }
  await letGo(scope, by.name);
  const exchange = await exchangeFor(scope);
  const text = `Run job ${watch.jobId} again, unchanged.`;
  await record.addMessage(tx, sessionId, exchange, { role: 'user', text, author: by, messageId: '' });
  const messageId = await record.addMessage(tx, sessionId, exchange, { role: 'assistant', text: '' });
  const id = outside.nextId('c');
  const again = {
    id,
    providerId: id,
    name: call.name,
    arguments: effectiveArguments(call),
    summary: call.summary,
  };
  await record.addToolCalls(tx, sessionId, exchange, messageId, [again]);
}

type Scope = { tx: Tx; snapshot: Snapshot; sessionId: string; outside: Outside };

async function userInput(
  scope: Scope,
  {
    text,
    author,
    messageId,
    images,
    attached,
    isAside: isMeant = false,
  }: Extract<Operation, { kind: 'user_input' }>,
): Promise<void> {
  const { tx, sessionId } = scope;
  const { kind } = scope.snapshot.session.state;
  const isAside =
    (kind === 'parked' || kind === 'running') && (isMeant || scope.outside.keepsApprovals(text));
  await letGo(scope, author.name, isAside);
  await acknowledge(scope);
  await nameSession(scope, text);
  const exchange = await exchangeFor(scope);
  await record.addMessage(tx, sessionId, exchange, {
    role: 'user',
    text: attached ? `${text}\n\n${attached}` : text,
    author,
    messageId,
    ...(images ? { images } : {}),
  });
  await record.emit(tx, sessionId, { type: 'processing', data: { exchange } });
}

/**
 * A message that comes while calls are open steers the work: open approvals are abandoned (unless it is an aside), and
 * calls whose job runs on get an interim result, so that the model can answer now and hears of the job's end later.
 */
async function letGo(scope: Scope, author: string, isAside = false): Promise<void> {
  const { tx, sessionId, snapshot, outside } = scope;
  for (const call of open(snapshot)) {
    if (call.state.kind === 'awaiting_approval' && isAside) continue;
    if (call.state.kind === 'awaiting_approval') {
      await record.moveToolCall(tx, sessionId, call.id, ['awaiting_approval'], {
        kind: 'abandoned',
        request: call.state.request,
        at: outside.now(),
        output: `${author} wrote a message instead of approving, so this call was not run. Read the message first; propose the call again if it is still wanted.`,
      });
    } else if (call.state.kind === 'waiting') {
      const watch = snapshot.watches.find((item) => item.toolCallId === call.id);
      const status = watch ? outside.jobStatus(watch) : 'The job is still running.';
      await record.moveToolCall(tx, sessionId, call.id, ['waiting'], {
        kind: 'done',
        at: outside.now(),
        output: `${status}\nIt goes on running, and you will be told when it ends. ${author} has just written: answer that now, and do not poll the job.`,
      });
    }
  }
}

/**
 * Goes on after a decision, which was itself committed with the click. Where an aside was answered in between, the
 * model is told, because the result stands further up than what it said last.
 */
async function decided(
  scope: Scope,
  decisions: Extract<Operation, { kind: 'exec_approval' }>['decisions'],
): Promise<void> {
  const { tx, sessionId, snapshot } = scope;
  const exchange = currentExchange(snapshot);
  if (exchange === undefined || exchange.undone || snapshot.session.state.kind === 'closed') return;
  const last = context(snapshot).findLast(({ entry }) => entry.role !== 'notice');
  const words = decisions.flatMap(({ toolCallId, verdict }) => {
    const call = snapshot.toolCalls.find((item) => item.id === toolCallId);
    return call && last && call.messageId < last.id ? [`${call.name} (${call.summary}) was ${verdict}`] : [];
  });
  if (words.length > 0) {
    const text = `The call that had been waiting for approval has been decided meanwhile: ${words.join('; ')}. Its result stands in its place above. Go on from there.`;
    await record.addMessage(tx, sessionId, exchange.number, { role: 'note', text });
  }
  if (exchange.outcome !== undefined) await record.reopenExchange(tx, sessionId, exchange.number);
  await goOn(scope);
}

async function jobEnded(scope: Scope, watch: Watch, report: string): Promise<void> {
  const { tx, sessionId, snapshot, outside } = scope;
  const isFirst =
    watch.toolCallId !== undefined &&
    (await record.moveToolCall(tx, sessionId, watch.toolCallId, ['waiting'], {
      kind: 'done',
      output: report,
      at: outside.now(),
    }));
  if (isFirst) return goOn(scope);
  if (snapshot.session.state.kind === 'closed' || isGone(snapshot, watch)) return;
  const exchange = await exchangeFor(scope);
  const whose =
    watch.toolCallId === undefined ? 'A job that you were asked to watch' : 'A job you started earlier';
  const text = `${whose} has ended. Tell people what came of it, and go on if work depends on it.\n${report}`;
  await record.addMessage(tx, sessionId, exchange, { role: 'note', text });
}

/** Nobody is told of a job whose exchange was interrupted or undone. */
function isGone(snapshot: Snapshot, watch: Watch): boolean {
  const exchange = snapshot.exchanges.find((item) => item.number === watch.exchange);
  if (watch.exchange === 0) return false;
  return exchange === undefined || exchange.undone || exchange.outcome?.kind === 'interrupted';
}

async function interrupt(scope: Scope, by: string): Promise<void> {
  const { tx, sessionId, snapshot } = scope;
  const kind = snapshot.session.state.kind;
  if (kind !== 'running' && kind !== 'parked') return;
  await cancelOpen(scope, by);
  await end(scope, { kind: 'interrupted', by });
  await record.emit(tx, sessionId, { type: 'interrupted', data: { by } });
}

/** What is left of the open calls is not run any more. */
async function cancelOpen({ tx, sessionId, snapshot, outside }: Scope, by: string): Promise<void> {
  for (const call of open(snapshot)) {
    await record.moveToolCall(tx, sessionId, call.id, [call.state.kind], {
      kind: 'cancelled',
      at: outside.now(),
      output: `${by} stopped the work before this call was finished.`,
    });
  }
}

async function undo(scope: Scope, by: string): Promise<void> {
  const { tx, sessionId, snapshot } = scope;
  const { kind } = snapshot.session.state;
  const newest = snapshot.messages.findLast(({ entry }) => entry.role !== 'notice');
  if (newest?.entry.role === 'summary' && kind !== 'running' && kind !== 'parked') {
    await record.undoMessage(tx, sessionId, newest.id);
    await record.emit(tx, sessionId, { type: 'undo_complete', data: { message: newest.id, by } });
    return;
  }
  const last = snapshot.exchanges.findLast((exchange) => !exchange.undone);
  if (last === undefined) return;
  await cancelOpen(scope, by);
  await record.undoExchange(tx, sessionId, last.number);
  const isLast = snapshot.exchanges.every(({ number, undone }) => undone || number === last.number);
  if (isLast) await record.changeSettings(tx, sessionId, { title: null, isTitleFound: null });
  await end(scope, { kind: 'interrupted', by });
  await record.emit(tx, sessionId, { type: 'undo_complete', data: { exchange: last.number, by } });
}

async function freshContext(scope: Scope, by: string): Promise<void> {
  const { tx, sessionId, snapshot } = scope;
  await letGo(scope, by);
  await cancelOpen(scope, by);
  await end(scope, { kind: 'idle' });
  const text = 'Fresh context: from here on I no longer take what was said above into account.';
  const id = await record.addMessage(tx, sessionId, snapshot.session.exchange, { role: 'notice', text });
  await record.startContextAfter(tx, sessionId, id);
}

async function resume(
  scope: Scope,
  { by, mayPassBudgets }: Extract<Operation, { kind: 'resume' }>,
): Promise<void> {
  const { tx, sessionId, snapshot } = scope;
  const { state } = snapshot.session;
  const { kind } = state;
  if (kind === 'failed' && state.failure.isOverBudget) {
    if (!mayPassBudgets) return notice(scope, `${by.name} may not let me go on past the budget.`);
    const overBudget = { by, exchange: snapshot.session.exchange };
    await record.changeSettings(tx, sessionId, { overBudget });
  }
  await acknowledge(scope);
  if (kind === 'running' || kind === 'parked' || kind === 'idle') return; // there is nothing to go on with
  const exchange = currentExchange(snapshot);
  if (exchange === undefined || exchange.undone) {
    await record.setState(tx, sessionId, { kind: 'idle' });
    return;
  }
  if (kind === 'interrupted') {
    const text = 'Somebody asked you to go on with what was stopped.';
    await record.addMessage(tx, sessionId, exchange.number, { role: 'note', text });
  }
  await record.reopenExchange(tx, sessionId, exchange.number);
  await goOn(scope);
}

async function shutDown(scope: Scope, by: string): Promise<void> {
  const { kind } = scope.snapshot.session.state;
  const isQuiet = kind !== 'running' && kind !== 'parked'; // then no status message changes
  if (isQuiet && kind !== 'closed') await notice(scope, `Closed by ${by}. Write here to go on.`);
  await letGo(scope, by);
  await cancelOpen(scope, by);
  await end(scope, { kind: 'closed', by });
  await record.emit(scope.tx, scope.sessionId, { type: 'shutdown', data: { by } });
}

async function switchModel(
  scope: Scope,
  id: string,
  check: Awaited<ReturnType<Outside['checkModel']>>,
): Promise<void> {
  if (!check.ok) return notice(scope, `${check.reason} Nothing was changed.`);
  await record.changeSettings(scope.tx, scope.sessionId, { model: id === 'default' ? null : id });
  const name = id === 'default' ? 'the default model' : `**${id}**`;
  await notice(scope, `From here on I use ${name}.${check.note}`);
}

async function setEffort(
  scope: Scope,
  level: Extract<Operation, { kind: 'effort' }>['level'],
): Promise<void> {
  const now = scope.snapshot.session.settings.effort ?? 'the default';
  if (level === undefined) {
    const levels = [...Effort.options, 'default'].map((item) => `\`effort ${item}\``).join(', ');
    return notice(scope, `Effort is ${now}. ${levels} changes it.`);
  }
  await record.changeSettings(scope.tx, scope.sessionId, { effort: level === 'default' ? null : level });
  await notice(
    scope,
    `Effort is ${level === 'default' ? 'the default' : level} from here on. A model that does not know a level gets the next lower one.`,
  );
}

/** Whoever writes or presses Continue lets the session spend on. */
async function acknowledge({ tx, sessionId, snapshot }: Scope): Promise<void> {
  const { state } = snapshot.session;
  if (state.kind !== 'failed' || state.failure.pause !== 'spend') return;
  await record.changeSettings(tx, sessionId, { acknowledgedUsd: spentIn(snapshot) });
}

/** A session is known by its first words until somebody finds better ones. */
async function nameSession({ tx, sessionId, snapshot }: Scope, text: string): Promise<void> {
  if (snapshot.session.settings.title !== undefined) return;
  const [first = ''] = text.trim().split('\n');
  const title = first.length > TITLE_CHARACTERS ? `${first.slice(0, TITLE_CHARACTERS - 1)}…` : first;
  if (title !== '') await record.changeSettings(tx, sessionId, { title, isTitleFound: false });
}

const TITLE_CHARACTERS = 70;

/** The exchange that something new belongs to: the current one while work is going on, else the next. */
async function exchangeFor(scope: Scope): Promise<number> {
  const { tx, sessionId, snapshot } = scope;
  const { state, exchange } = snapshot.session;
  if (exchange > 0 && (state.kind === 'running' || state.kind === 'parked')) {
    await goOn(scope);
    return exchange;
  }
  const plan = currentExchange(snapshot)?.plan ?? [];
  const isUnfinished = plan.some((item) => item.status !== 'completed') && context(snapshot).length > 0;
  await record.openExchange(tx, sessionId, exchange + 1, isUnfinished ? plan : []);
  await goOn(scope);
  return exchange + 1;
}

const goOn = ({ tx, sessionId }: Scope) => record.setState(tx, sessionId, { kind: 'running' });

async function end({ tx, sessionId, snapshot }: Scope, state: SessionState): Promise<void> {
  const { exchange } = snapshot.session;
  await record.setDraft(tx, sessionId, undefined);
  await record.setState(tx, sessionId, state);
  if (exchange > 0 && currentExchange(snapshot)?.outcome === undefined) {
    await record.closeExchange(tx, sessionId, exchange, state);
  }
}

const open = (snapshot: Snapshot): ToolCall[] => snapshot.toolCalls.filter((call) => !isSettled(call.state));

/** Stopping stops what costs money, too. A job that can't be cancelled is shown as it is by its watch. */
async function cancelJobs(snapshot: Snapshot, outside: Outside): Promise<void> {
  const running = snapshot.watches.filter(
    (watch) =>
      watch.endedAt === undefined &&
      watch.toolCallId !== undefined && // one that was started elsewhere is not this request's
      watch.exchange === snapshot.session.exchange,
  );
  await Promise.allSettled(running.map((watch) => outside.cancelJob(watch)));
}

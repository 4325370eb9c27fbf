import { context, currentExchange, type Snapshot } from '../session/snapshot.ts';
import { isSettled, type ToolCall } from '../session/tool-calls.ts';
import type { TranscriptMessage } from '../session/transcript.ts';
import { doomLoop, malformedTwice } from './guards.ts';

/** What a turn does next. Derived from the record alone, so that any worker can go on where another stopped. */
export type Action =
  | { kind: 'call_model' }
  | { kind: 'advance_calls'; calls: ToolCall[] }
  | { kind: 'recover_calls'; calls: ToolCall[] }
  | { kind: 'park'; on: 'approval' | 'job' }
  /** A message of the product's to the model; `isPlanReminder` ones are counted. */
  | { kind: 'correct'; text: string; isPlanReminder: boolean }
  | { kind: 'out_of_steps' }
  | { kind: 'finish' };

/** How often an answer that leaves the plan unfinished is sent back. */
const MAX_CORRECTIONS = 2;

/**
 * Decides on the next action of a running session. `maxModelCalls` bounds one exchange; -1 is no bound. A call that
 * is `running` here belongs to a worker that died: this worker runs its own calls to their end before it asks again.
 */
export function nextAction(snapshot: Snapshot, maxModelCalls: number): Action {
  const calls = openCalls(snapshot);
  const inState = (...kinds: ToolCall['state']['kind'][]) =>
    calls.filter((call) => kinds.includes(call.state.kind));

  const running = inState('running');
  if (running.length > 0) return { kind: 'recover_calls', calls: running };
  const ready = inState('proposed', 'approved');
  if (ready.length > 0) return { kind: 'advance_calls', calls: ready };
  const last = lastSpoken(snapshot);
  const isAnswer =
    last?.entry.role === 'assistant' && !snapshot.toolCalls.some((call) => call.messageId === last.id);
  const awaiting = inState('awaiting_approval');
  // A side question is answered while the approval that it is about stays open.
  const isAside = last?.entry.role === 'user' || (last?.entry.role === 'assistant' && !isAnswer);
  if (awaiting.length > 0 && !(isAside && awaiting.every((call) => call.messageId < (last?.id ?? 0)))) {
    return { kind: 'park', on: 'approval' };
  }
  if (inState('waiting').length > 0) return { kind: 'park', on: 'job' };

  if (last === undefined) return { kind: 'finish' };
  if (isAnswer) return afterAnswer(snapshot);
  const used = currentExchange(snapshot)?.modelCalls ?? 0;
  if (maxModelCalls !== -1 && used >= maxModelCalls) return { kind: 'out_of_steps' };
  const text = last.entry.role === 'assistant' ? guardMessage(snapshot) : undefined;
  return text === undefined ? { kind: 'call_model' } : { kind: 'correct', text, isPlanReminder: false };
}

/** What the guards say of the calls so far. Once said, it is the last entry, and the model is called. */
function guardMessage(snapshot: Snapshot): string | undefined {
  const calls = snapshot.toolCalls.filter((call) => call.exchange === snapshot.session.exchange);
  return malformedTwice(calls) ?? doomLoop(calls);
}

/** An answer in words ends the exchange, unless the plan says that there is more to do. */
function afterAnswer(snapshot: Snapshot): Action {
  const exchange = currentExchange(snapshot);
  const open = exchange?.plan.filter((item) => item.status !== 'completed') ?? [];
  const isWaiting = snapshot.watches.some((watch) => watch.endedAt === undefined);
  if (exchange === undefined || open.length === 0 || isWaiting) return { kind: 'finish' };
  if (exchange.corrections >= MAX_CORRECTIONS) return { kind: 'finish' };
  const items = open.map((item) => `- [${item.status}] ${item.content}`).join('\n');
  return {
    kind: 'correct',
    isPlanReminder: true,
    text: `Your plan still has unfinished items:\n${items}\nGo on with them now. If they are done or no longer apply, update the plan with plan_tool; if you need something from people, ask for it plainly.`,
  };
}

function openCalls(snapshot: Snapshot): ToolCall[] {
  return snapshot.toolCalls.filter((call) => !isSettled(call.state));
}

/** The newest entry that the model is told of. */
function lastSpoken(snapshot: Snapshot): TranscriptMessage | undefined {
  return context(snapshot).findLast((message) => message.entry.role !== 'notice');
}

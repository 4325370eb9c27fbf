import { context, currentExchange, type Snapshot } from '../session/snapshot.ts';
import { isSettled, type ToolCall } from '../session/tool-calls.ts';
import type { TranscriptMessage } from '../session/transcript.ts';
import { compactable } from './compactable.ts';
import { doomLoop, malformedTwice, nothingWorks, spendPause } from './guards.ts';
import { spentIn } from './spend.ts';
import { trimmable } from './trimming.ts';

/**
 * What a turn does next. Derived from the record alone, so that any worker can go on where another stopped.
 */
export type Action =
  | { kind: 'call_model' }
  | { kind: 'advance_calls'; calls: ToolCall[] }
  | { kind: 'recover_calls'; calls: ToolCall[] }
  | { kind: 'park'; on: 'approval' | 'job' }
  /**
   * Tells the model, in the product's name, that something is wrong. How often `plan` did so in an exchange
   * is counted.
   */
  | { kind: 'correct'; text: string; guard: Guard }
  /** From now on the results of calls up to this entry are shortened. */
  | { kind: 'trim'; upTo: number }
  | { kind: 'summarise' }
  /** Nothing more can be left out, and the conversation still does not fit. */
  | { kind: 'too_large' }
  | { kind: 'ask_to_go_on'; spentUsd: number }
  | { kind: 'out_of_steps' }
  | { kind: 'finish' };

/** What made the product correct the model. */
type Guard = 'plan' | 'arguments' | 'circle' | 'failures';

export type StepLimits = {
  /** The most model calls in one exchange; -1 for no limit. */
  maxModelCalls: number;
  /** The spend in USD at which people are first asked whether to go on; 0 for never. */
  warnUsd: number;
  /**
   * In tokens: the size of the next request, the size at which it is shortened, and what the model can take.
   */
  tokens: number;
  tokenLimit: number;
  windowTokens: number;
};

/** How many times an answer that leaves the plan unfinished is sent back to the model. */
const MAX_CORRECTIONS = 2;

/**
 * Decides on the next action of a running session. A call that is `running` here belongs to a worker that
 * died: this worker runs its own calls to their end before it asks again.
 */
export function nextAction(snapshot: Snapshot, limits: StepLimits): Action {
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
  // What people write is answered while approvals stay open.
  const isAside = last?.entry.role === 'user' || (last?.entry.role === 'assistant' && !isAnswer);
  if (awaiting.length > 0 && !(isAside && awaiting.every((call) => call.messageId < (last?.id ?? 0)))) {
    return { kind: 'park', on: 'approval' };
  }
  const waiting = inState('waiting');
  const isBeside = waiting.every(
    ({ state, messageId }) =>
      state.kind === 'waiting' && state.follows !== undefined && messageId < (last?.id ?? 0),
  );
  if (waiting.length > 0 && !(isAside && isBeside)) return { kind: 'park', on: 'job' };

  if (last === undefined) return { kind: 'finish' };
  if (isAnswer) return afterAnswer(snapshot);
  const used = currentExchange(snapshot)?.modelCalls ?? 0;
  if (limits.maxModelCalls !== -1 && used >= limits.maxModelCalls) return { kind: 'out_of_steps' };
  const spentUsd = spentIn(snapshot);
  const { acknowledgedUsd = 0 } = snapshot.session.settings;
  if (spendPause(spentUsd, acknowledgedUsd, limits.warnUsd) !== undefined) {
    return { kind: 'ask_to_go_on', spentUsd };
  }
  return (
    (last.entry.role === 'assistant' ? guardMessage(snapshot) : undefined) ??
    (limits.tokens >= limits.tokenLimit ? shorter(snapshot, limits) : { kind: 'call_model' })
  );
}

/** The mildest way of shortening the conversation that is still possible. */
function shorter(snapshot: Snapshot, { tokens, windowTokens }: StepLimits): Action {
  const upTo = trimmable(snapshot);
  if (upTo !== undefined) return { kind: 'trim', upTo };
  if (compactable(snapshot)) return { kind: 'summarise' };
  return tokens >= windowTokens ? { kind: 'too_large' } : { kind: 'call_model' };
}

/**
 * What the guards object to in the calls so far. Once said, it is the last entry, so the model is called
 * next.
 */
function guardMessage(snapshot: Snapshot): Action | undefined {
  const calls = snapshot.toolCalls.filter((call) => call.exchange === snapshot.session.exchange);
  for (const [guard, look] of GUARDS) {
    const text = look(calls);
    if (text !== undefined) return { kind: 'correct', text, guard };
  }
  return undefined;
}

const GUARDS: readonly (readonly [Guard, (calls: readonly ToolCall[]) => string | undefined])[] = [
  ['arguments', malformedTwice],
  ['circle', doomLoop],
  ['failures', nothingWorks],
];

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
    guard: 'plan',
    text: `Your plan still has unfinished items:\n${items}\nGo on with them now. If they are done or no longer apply, update the plan with plan_tool; if you need something from people, ask for it plainly.`,
  };
}

function openCalls(snapshot: Snapshot): ToolCall[] {
  return snapshot.toolCalls.filter((call) => !isSettled(call.state));
}

/** The newest entry that the model sees and that either asks for something or answers. */
function lastSpoken(snapshot: Snapshot): TranscriptMessage | undefined {
  return context(snapshot).findLast(
    ({ entry }) => entry.role !== 'notice' && !(entry.role === 'note' && entry.isBackground),
  );
}

import type { Exchange, Snapshot } from '../../session/snapshot.ts';
import type { SessionState } from '../../session/state.ts';
import { madeBy, type ToolCall, type ToolCallKind } from '../../session/tool-calls.ts';
import { costSoFar } from '../../session/watches.ts';
import { COMMENTARY_CHARACTERS, isOwnMessage } from './commentary.ts';
import type { Mood, Standing, StatusView, TimelineLine } from './view-message.ts';

/** Lines of the timeline that are shown; the rest is counted. */
const TIMELINE_LINES = 6;

/** The status message of one exchange. */
export function statusOf(snapshot: Snapshot, exchange: Exchange): StatusView {
  const isCurrent = exchange.number === snapshot.session.exchange;
  const state = stateOf(snapshot, exchange);
  const end = exchange.finishedAt ?? snapshot.session.updatedAt;
  const isQuiet = snapshot.session.rules.verbosity === 'quiet';
  const lines = exchange.undone || isQuiet ? [] : stepsOf(snapshot, exchange);
  return {
    title: isCurrent ? snapshot.session.settings.title : undefined,
    ...(exchange.undone ? UNDONE : phaseOf(state)),
    retryAt: !exchange.undone && state.kind === 'failed' ? state.failure.outage?.retryAt : undefined,
    hasMenu: isCurrent && !exchange.undone,
    plan: exchange.undone ? [] : exchange.plan,
    links: exchange.undone ? [] : linksOf(snapshot, exchange),
    timeline: lines.slice(-TIMELINE_LINES),
    earlier: Math.max(0, lines.length - TIMELINE_LINES),
    ...(lines.length > TIMELINE_LINES ? { stepsOf: exchange.number } : {}),
    writing: isCurrent && !isQuiet && state.kind === 'running' ? shortDraft(snapshot) : undefined,
    elapsedSeconds: Math.max(0, Math.round((end.getTime() - exchange.startedAt.getTime()) / 1000)),
    tokens: exchange.usage.inputTokens + exchange.usage.outputTokens,
    usd: spend(snapshot, exchange),
    autoApproval: isCurrent ? autoApproval(snapshot) : undefined,
  };
}

/** How an exchange ended, or how it stands. */
function stateOf({ session }: Snapshot, { number, outcome }: Exchange): SessionState {
  return outcome ?? (number === session.exchange ? session.state : { kind: 'idle' });
}

function autoApproval({ session, autoApprovedUsd: usedUsd }: Snapshot): StatusView['autoApproval'] {
  const { yolo } = session.settings;
  if (yolo.kind === 'off') return undefined;
  return { capUsd: yolo.kind === 'cap' ? yolo.usd : undefined, usedUsd };
}

const MOODS: Readonly<Record<StatusView['phase'], Mood | undefined>> = {
  working: 'working',
  needs_approval: 'waiting',
  waiting_for_job: 'waiting',
  paused: 'waiting',
  waiting_for_model: 'waiting',
  done: 'done',
  failed: 'failed',
  stopped: 'stopped',
  closed: 'done',
  undone: undefined,
};

/** The reaction on the message that began an exchange. */
export function reactionOf(snapshot: Snapshot, exchange: Exchange): { on: string; mood: Mood } | undefined {
  const first = snapshot.messages.find(
    (message) => message.exchange === exchange.number && message.entry.role === 'user',
  )?.entry;
  const mood = exchange.undone ? undefined : MOODS[phaseOf(stateOf(snapshot, exchange)).phase];
  if (first?.role !== 'user' || first.messageId === '' || mood === undefined) return undefined;
  return { on: first.messageId, mood };
}

/**
 * Messages (platform ids) that were heard while a request was worked on: those that steered it, and those
 * that wait to be read.
 */
export function heardIn({ session, messages, unread }: Snapshot, exchange: Exchange): string[] {
  const read = messages
    .filter((message) => message.exchange === exchange.number)
    .flatMap(({ entry }) => (entry.role === 'user' ? [entry.messageId] : []));
  const isWorkedOn = session.state.kind === 'running' || session.state.kind === 'parked';
  const waiting = isWorkedOn && exchange.number === session.exchange ? unread : [];
  return [...new Set([...read.slice(1), ...waiting])].filter((id) => id !== '' && id !== read[0]);
}

const STANDINGS: Readonly<Record<Mood, Standing>> = {
  working: 'working',
  waiting: 'waiting',
  done: 'idle',
  failed: 'idle',
  stopped: 'idle',
};

/** How a thread stands as a whole, by what its session is doing. */
export function standingOf(state: SessionState): Standing {
  const { phase } = phaseOf(state);
  const mood = MOODS[phase];
  return phase === 'closed' ? 'closed' : mood === undefined ? 'idle' : STANDINGS[mood];
}

type Phase = Pick<StatusView, 'phase' | 'detail' | 'control'>;

const UNDONE: Phase = { phase: 'undone', detail: undefined, control: undefined };

/**
 * What goes on with a session that has stopped by itself; undefined for any other, and where nothing does.
 */
export function waysOn(state: SessionState): 'retry' | 'continue' | undefined {
  const control = state.kind === 'failed' ? phaseOf(state).control : undefined;
  return control === 'stop' ? undefined : control;
}

function phaseOf(state: SessionState): Phase {
  switch (state.kind) {
    case 'running':
      return { phase: 'working', detail: undefined, control: 'stop' };
    case 'parked':
      return {
        phase: state.on === 'approval' ? 'needs_approval' : 'waiting_for_job',
        detail: undefined,
        control: 'stop',
      };
    case 'idle':
      return { phase: 'done', detail: undefined, control: undefined };
    case 'interrupted':
      return { phase: 'stopped', detail: `Stopped by ${state.by}.`, control: undefined };
    case 'failed':
      if (state.failure.outage !== undefined) {
        return { phase: 'waiting_for_model', detail: state.failure.message, control: 'retry' };
      }
      if (state.failure.pause !== undefined) {
        return { phase: 'paused', detail: state.failure.message, control: 'continue' };
      }
      return {
        phase: 'failed',
        detail: state.failure.message,
        control: state.failure.retryable ? 'retry' : undefined,
      };
    case 'closed':
      return { phase: 'closed', detail: `Closed by ${state.by}.`, control: undefined };
    default:
      return state satisfies never;
  }
}

/** All that was done for a request, in order. */
export function stepsOf(snapshot: Snapshot, exchange: Pick<Exchange, 'number'>): TimelineLine[] {
  const calls = Map.groupBy(snapshot.toolCalls, (call) => call.messageId);
  return snapshot.messages
    .filter((message) => message.exchange === exchange.number)
    .flatMap((message): TimelineLine[] => {
      if (message.entry.role === 'note') return guardLine(message.entry.guard);
      if (message.entry.role !== 'assistant') return [];
      const own = calls.get(message.id) ?? [];
      const text = message.entry.text.trim();
      const isLine = text !== '' && !isOwnMessage(text, own.length > 0);
      return [...(isLine ? [{ kind: 'said' as const, text }] : []), ...own.filter(isNews).map(callLine)];
    });
}

/** What the guards said, calmly: the model was told, and goes on. */
const GUARDED: Readonly<Record<string, string>> = {
  plan: 'went back to the plan',
  arguments: 'was asked for smaller calls',
  circle: 'was asked to try another way',
  failures: 'was asked to look at what goes wrong',
  output: 'was asked for smaller pieces',
};

function guardLine(guard: string | undefined): TimelineLine[] {
  const text = guard && GUARDED[guard];
  return text ? [{ kind: 'guarded', text }] : [];
}

const isNews = (call: ToolCall) => call.timeline === 'every_call' || call.state.kind === 'failed';

const OUTCOMES: Record<ToolCallKind, Extract<TimelineLine, { kind: 'call' }>['outcome']> = {
  proposed: 'running',
  awaiting_approval: 'asked',
  approved: 'running',
  running: 'running',
  waiting: 'waiting',
  rejected: 'skipped',
  abandoned: 'skipped',
  cancelled: 'skipped',
  done: 'done',
  failed: 'failed',
  unknown: 'unknown',
};

function callLine(call: ToolCall): TimelineLine {
  const seconds =
    call.startedAt && call.finishedAt
      ? Math.max(0, (call.finishedAt.getTime() - call.startedAt.getTime()) / 1000)
      : undefined;
  return {
    kind: 'call',
    name: call.name,
    summary: call.summary,
    step: call.step,
    outcome: OUTCOMES[call.state.kind],
    seconds,
    tail: call.state.kind === 'running' ? call.state.tail : undefined,
    note: call.state.kind === 'running' ? call.state.note : undefined,
  };
}

const MAX_LINKS = 6;

function linksOf({ session, toolCalls, watches }: Snapshot, { number }: Exchange): string[] {
  const own = watches.filter((watch) => watch.exchange === number);
  const links = own.flatMap(({ dashboardUrl, snapshot }) => [
    ...(snapshot.pushed ?? []),
    ...(dashboardUrl ? [dashboardUrl] : []),
  ]);
  const made = madeBy(toolCalls.filter(({ exchange }) => exchange === number));
  const all = [...new Set([...made, ...links])];
  const { collection } = session.settings;
  const isCollected = collection !== undefined && number === session.exchange && all.length > 0;
  return [...all.slice(0, MAX_LINKS - 1), ...(isCollected ? [collection.url] : [])];
}

function shortDraft({ session }: Snapshot): string | undefined {
  const text = session.draft?.text.trim() ?? '';
  return text !== '' && text.length <= COMMENTARY_CHARACTERS ? text : undefined;
}

function spend(snapshot: Snapshot, exchange: Exchange): number | undefined {
  const costs = snapshot.watches
    .filter((watch) => watch.exchange === exchange.number && watch.toolCallId !== undefined)
    .map(costSoFar);
  const known = [exchange.usage.usd, ...costs].filter((usd) => usd !== undefined);
  return known.length === 0 ? undefined : known.reduce((sum, usd) => sum + usd, 0);
}

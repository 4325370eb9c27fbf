import type { Requester, ThreadAddress } from './address.ts';
import type { ChannelRules } from './channel-rules.ts';
import type { Settings } from './settings.ts';
import type { Draft, PlanItem, SessionState } from './state.ts';
import { isSettled, type ToolCall } from './tool-calls.ts';
import type { TranscriptMessage } from './transcript.ts';
import type { Watch } from './watches.ts';

export type Session = {
  id: string;
  address: ThreadAddress;
  requester: Requester;
  state: SessionState;
  draft: Draft | undefined;
  settings: Settings;
  /** What people have set for its channel. */
  rules: ChannelRules;
  /** Number of the current exchange; 0 before the first. */
  exchange: number;
  /** Transcript entries up to this id are no longer told to the model (`new`). */
  contextStart: number;
  /** Grows with everything that a thread could show. */
  rev: number;
  createdAt: Date;
  /** What its model calls have cost, in USD, where prices are known. */
  modelUsd: number;
  /** Exchanges up to this one are shown as they will stay; -1 before the first. */
  settledExchange: number;
  updatedAt: Date;
};

/** What one exchange has used. `usd` is undefined where the model's price is not configured. */
type ExchangeUsage = { inputTokens: number; outputTokens: number; usd: number | undefined };

export type Exchange = {
  number: number;
  plan: PlanItem[];
  /** How it ended, once it has. */
  outcome: SessionState | undefined;
  modelCalls: number;
  /** How often its answer was sent back because the plan was unfinished. */
  corrections: number;
  undone: boolean;
  startedAt: Date;
  finishedAt: Date | undefined;
  usage: ExchangeUsage;
};

/** A session and everything in it that is not undone: all that a decision or a view is made from. */
export type Snapshot = {
  session: Session;
  exchanges: Exchange[];
  messages: TranscriptMessage[];
  toolCalls: ToolCall[];
  watches: Watch[];
  /** The platform's ids of messages that no turn has read yet, where a thread is shown. */
  unread: readonly string[];
  /** Since when people have waited for a worker, where a thread is shown and nobody works on its session. */
  waitsSince: Date | undefined;
  /** What auto-approval has let through since it was set, in USD. */
  autoApprovedUsd: number;
};

export function currentExchange(snapshot: Snapshot): Exchange | undefined {
  return snapshot.exchanges.find((exchange) => exchange.number === snapshot.session.exchange);
}

/**
 * What the model is told of: everything since the last `new`, a summary in the place of what it stands for.
 */
export function context(snapshot: Snapshot): TranscriptMessage[] {
  const told = snapshot.messages.filter((message) => message.id > snapshot.session.contextStart);
  const summaries = told.flatMap(({ id, entry }) => (entry.role === 'summary' ? [{ id, entry }] : []));
  if (summaries.length === 0) return told;
  const isCovered = (message: TranscriptMessage) =>
    summaries.some(
      ({ id, entry }) => id > message.id && placeOf(message) > entry.after && placeOf(message) <= entry.upTo,
    );
  return told.filter((message) => !isCovered(message)).sort((a, b) => placeOf(a) - placeOf(b) || b.id - a.id);
}

/** A summary stands where the last entry that it replaces stood. */
export const placeOf = ({ id, entry }: TranscriptMessage) => (entry.role === 'summary' ? entry.upTo : id);

/** The last exchange before which nothing in a thread will change by itself any more. */
export function settledThrough({ session, exchanges, toolCalls, watches }: Snapshot): number {
  const open = [
    session.exchange,
    ...exchanges
      .filter(({ outcome, undone }) => outcome === undefined && !undone)
      .map(({ number }) => number),
    ...toolCalls.filter(({ state }) => !isSettled(state)).map(({ exchange }) => exchange),
    ...watches.filter(({ endedAt }) => endedAt === undefined).map(({ exchange }) => exchange),
  ];
  return Math.min(...open) - 1;
}

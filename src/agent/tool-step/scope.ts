import type { ApproverPolicy } from '../../approvals/approvers.ts';
import type { Budgets } from '../../approvals/budget.ts';
import type { Clock, Ids } from '../../lib/clock.ts';
import type { Snapshot } from '../../session/snapshot.ts';
import type { Claim } from '../../session/store/lease.ts';
import type { Registry } from '../../tools/registry.ts';
import type { TurnKeeper } from '../turn-keeper.ts';

export type ToolStepDeps = {
  keeper: TurnKeeper;
  registry: Registry;
  clock: Clock;
  ids: Ids;
  maxOutputCharacters: number;
  timeoutMs: number;
  budgets: Budgets;
  /** Who may decide on what is asked. */
  policy: Pick<ApproverPolicy, 'approversOf' | 'mentionsOf'>;
  /** The time zone of people whose own is not known. */
  timeZone: string;
  /** After how long what nobody decides on lapses; 0 is never. */
  lapseAfterSeconds: number;
  /** Operations that auto-approval covers, besides its own (`tools/unasked.ts`). */
  autoApproved: readonly string[];
  render(sessionId: string): Promise<void>;
  renderProgress(sessionId: string): Promise<void>;
  /** Starts to follow a job that has just been noted down. */
  startWatch(watchId: string): Promise<void>;
};

/** What a call of a step is advanced in. */
export type Scope = { deps: ToolStepDeps; held: Claim; snapshot: Snapshot; signal: AbortSignal };

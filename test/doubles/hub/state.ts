import type { ServerResponse } from 'node:http';
import { PublicPages } from '../pages.ts';
import type { DoubleJob, JobCourse } from './job.ts';
import { HubOAuth } from './oauth.ts';
import { HubRepos } from './repos/repos.ts';
import type { DoubleScheduledJob } from './scheduled-jobs.ts';
import type { ViewedDataset } from './viewed-dataset.ts';

/**
 * Parts of a request that a test may want to fail: each entry is used once. 'drop' does the work and cuts the
 * answer, 'hang' does it and never answers.
 */
export type HubFault = {
  path: RegExp;
  method?: string;
  status: number | 'drop' | 'hang';
  error?: string;
  code?: string;
};

/** What a token may: a fine-grained one, so much of its owner's account. */
export type TokenAccess =
  | { role: 'read' | 'write' }
  | { role: 'fineGrained'; permissions: readonly string[] };

/** What the Hub knows and how the double behaves. */
export abstract class HubState {
  readonly jobs: DoubleJob[] = [];
  readonly scheduled: DoubleScheduledJob[] = [];
  readonly repos = new HubRepos(() => this.url);
  readonly pages = new PublicPages();
  /** Signing in with Hugging Face. */
  readonly oauth = new HubOAuth(() => this.url);
  /** Datasets that the viewer has besides the one that it always knows. */
  readonly viewed: ViewedDataset[] = [];
  /** Accounts by their token; any other token is ada's. What runs in one is for it alone. */
  readonly identities = new Map<string, string>();
  /** What tokens may, where that is told; and those that are revoked. */
  readonly tokens = new Map<string, TokenAccess | 'revoked'>();
  /** Organisations of the token's user. */
  orgs: string[] = [];
  readonly faults: HubFault[] = [];
  readonly requests: { method: string; path: string }[] = [];
  /** Asked for every request that no fault is set for. */
  disturb: (method: string, path: string) => HubFault['status'] | undefined = () => undefined;
  course: (spec: DoubleJob['spec']) => JobCourse = () => ({ queueMs: 0, runMs: 0, lines: [] });
  /** How often a stream looks for something new to send. */
  streamMs = 50;
  readonly streams = new Set<ServerResponse>();
  /** Which were opened before; of those a log has so many of its last lines again. */
  readonly streamed = new Set<string>();
  replayedLines = Infinity;

  /** Where it answers. */
  abstract get url(): string;

  /** Breaks off every stream that is open. */
  cutStreams(): void {
    for (const stream of this.streams) stream.destroy();
  }

  /** The Hub no longer knows a job, as after its time in a list. */
  forget(job: DoubleJob): void {
    this.jobs.splice(this.jobs.indexOf(job), 1);
    this.cutStreams();
  }

  /** The Hub ends a job by itself, such as for `NO_CREDITS`. */
  stop(job: DoubleJob, cancelReason: string): void {
    job.ended ??= { stage: 'CANCELED', at: Date.now(), cancelReason };
  }

  /** Ends a running job. */
  finish(job: DoubleJob, stage: 'COMPLETED' | 'ERROR', message?: string): void {
    job.ended ??= { stage, at: Date.now(), ...(message ? { message } : {}) };
  }
}

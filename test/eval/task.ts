import type { Config } from '../../src/config/load.ts';
import type { JobCourse } from '../doubles/hub/job.ts';
import type { HubDouble } from '../doubles/hub/server.ts';
import type { Proposal, Ran, SentJob } from './ran.ts';

/** What one thing that was done is held against. It looks at what was done, never at words alone. */
export type Grader = {
  /** As a failure is called; within a task no two are called alike. */
  name: string;
  /** What there should be, in one line. */
  expects: string;
  /** What there was instead, in one line; undefined where it was as it should be. */
  look(ran: Ran): string | undefined;
};

/** What people do with a request for approval. */
export type Decision = 'approve' | { reject: string };

/** How people were asked before, in order. */
type Asked = { proposal: Proposal | undefined; tool: string; before: readonly Decision[] };

/** A piece of an ML engineer’s week: a world, what people say and decide, and what has to come of it. */
export type Task = {
  /** A short name, by which `--task` knows it. */
  name: string;
  /** What it is about, in one line: docs/AGENT.md lists it. */
  about: string;
  /** Puts into the doubles, and into the config, what there is in this world. */
  arrange?(hub: HubDouble, config: Config): void;
  /** How a job goes; `nth` counts from 0. Without it no job is to be run, and one that is run fails. */
  job?(job: SentJob, nth: number): JobCourse;
  /** Its jobs are run for real, confined to a sandbox: they are plain Python. */
  runsForReal?: true;
  /** What Ada asks for, the files that she attaches, and what she writes right behind it. */
  says: string;
  files?: readonly { name: string; text: string }[];
  opens?: readonly string[];
  /** What Ada decides; she approves by default. */
  decides?(asked: Asked): Decision;
  /** What she writes each time that the agent has come to an end, in order. */
  answers?: readonly string[];
  /** The most model calls of one request; 40 by default. */
  modelCalls?: number;
  /** Whether code has to be tried out: where there is no sandbox, it is left out. */
  needsSandbox?: true;
  graders: readonly Grader[];
};

/** What a grader found. */
export type Graded = { grader: string; expected: string; happened: string | undefined };

/** All findings about a run, those of every task first. */
export const gradedBy = (graders: readonly Grader[], ran: Ran): Graded[] =>
  graders.map(({ name, expects, look }) => ({ grader: name, expected: expects, happened: look(ran) }));

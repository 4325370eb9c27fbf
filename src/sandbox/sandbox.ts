import type { Places } from '../lib/places.ts';

/*
 * Where the agent's own code runs. A sandbox is one for a session; how it is confined is its own matter.
 */

export type RunOptions = {
  timeoutMs: number;
  /** Ends the command, and everything that it has started, within a second. */
  signal: AbortSignal;
  stdin?: Uint8Array;
  /** What the command prints, as it comes. */
  onOutput(chunk: Uint8Array): void;
  /** Leaves out what goes to standard error: for the contents of files. */
  isOnlyStdout?: boolean;
  /** It only reads: what it would write into the working directory fails, where that can be had. */
  isReading?: boolean;
};

/** Whoever prints without end is ended: others wait for this process, too. */
export const OUTPUT_BYTES = 100e6;
/** Said with the rules: what the index has first is for GPUs, and has gigabytes. */
export const CPU_WHEELS =
  'Without a GPU take builds for CPUs: pip install torch --index-url https://download.pytorch.org/whl/cpu.';

export const NO_SECRETS =
  'No secrets are in it, so no gated or private repository of the Hub can be read there: use hf_jobs for those.';

export const PRINTED_TOO_MUCH = `it printed more than ${OUTPUT_BYTES / 1e6} MB`;

/** How a command ended. `killed` names the limit that it ran into. */
export type RunEnd =
  | { kind: 'exited'; code: number }
  | { kind: 'timed_out' }
  | { kind: 'killed'; reason: string };

/** A command that runs on by itself. */
export type Background = {
  id: string;
  command: string;
  end: RunEnd | undefined;
  /** The newest part of what it has printed. */
  output: string;
};

export type Sandbox = {
  /** Runs a command to its end. Throws the signal's reason where it was broken off. */
  run(argv: readonly string[], options: RunOptions): Promise<RunEnd>;
  /** Starts a shell command that goes on by itself. */
  start(command: string): Promise<Background>;
  background(): Promise<Background[]>;
  /** Ends a command that runs by itself. False where there is none with this id, or it has ended. */
  kill(id: string): Promise<boolean>;
  /** What the model has to know of this sandbox first: that its files are gone. */
  notice?: string;
};

/** The sandboxes of all sessions. */
export type Sandboxes = {
  /** Finds out at the start whether there can be any here, and says in the log how. Never throws. */
  prepare(): Promise<void>;
  /**
   * The sandbox of a session, made where there is none. Throws SandboxUnavailable where there can't be one.
   */
  open(sessionId: string, signal: AbortSignal, show?: (text: string) => void): Promise<Sandbox>;
  /** Removes a session's sandbox with all that is in it. */
  remove(sessionId: string): Promise<void>;
  /** The sessions that have one, of this installation. */
  sessions(): Promise<string[]>;
  /** Ends what runs in them, when this process ends. */
  stop(): Promise<void>;
  /** What holds in each of them, in words for the model: limits, network, what lasts. */
  rules: string;
  /** Room for commands that may take long, where all sessions have one machine together. */
  places?: Places;
};

/** There can't be a sandbox; the message says why and what to do. */
export class SandboxUnavailable extends Error {}

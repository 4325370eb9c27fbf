import type { Tx } from '../../db/database.ts';
import type { Compared } from '../../jobs/compare.ts';
import type { EndReport } from '../../jobs/report.ts';
import type { Operation } from '../../session/operations.ts';
import type { Session, Snapshot } from '../../session/snapshot.ts';
import { addFile, type NewFile } from '../../session/store/files.ts';
import * as record from '../../session/store/record.ts';
import type { Watch } from '../../session/watches.ts';

/** A file for the thread with a line about it, or why there is none. */
export type Made = { ok: true; file: NewFile; text: string } | { ok: false; reason: string };

/** What applying an operation needs from outside the record; asked before the transaction. */
export type Outside = {
  /** The final report of a job, for the model. */
  jobReport(watch: Watch): Promise<EndReport>;
  /** Where a running job stands, for the model. */
  jobStatus(watch: Watch): string;
  cancelJob(watch: Watch): Promise<void>;
  /** A job's whole log or the picture of its losses, with a line about it; or why there is none. */
  jobFile(watch: Watch, what: 'log' | 'curve'): Promise<Made>;
  /** Runs of the session's channel side by side; undefined where it has them no more. */
  compareRuns(session: Session, watchIds: readonly string[]): Promise<Compared | undefined>;
  nextId(kind: 'c' | 'f'): string;
  /** A job to follow that was started elsewhere, or why it can't be. */
  findJob(
    sessionId: string,
    namespace: string | undefined,
    jobId: string,
  ): Promise<{ ok: true; watch: record.NewWatch } | { ok: false; reason: string }>;
  /** Which model the session uses and what else there is, for people. */
  describeModels(session: Session): Promise<string>;
  /** Whether a model answers and takes tools. */
  checkModel(id: string): Promise<{ ok: true; note: string } | { ok: false; reason: string }>;
  /** The session with everything that was ever said in it. */
  whole(sessionId: string): Promise<Snapshot>;
  exportFile(snapshot: Snapshot, format: 'markdown' | 'jsonl'): Promise<Made>;
  /** Uploads a session for the Hub's viewer of traces; says where it is, or why it could not be done. */
  share(snapshot: Snapshot): Promise<string>;
  /** Whether a message leaves an approval open that people have yet to decide. */
  keepsApprovals: boolean;
  now(): Date;
};

/** The transaction in which an operation changes the record, with the session as it was just before. */
export type Scope = { tx: Tx; snapshot: Snapshot; sessionId: string; outside: Outside };

/** What an operation may ask: the session as it was just before, and what lies outside the record. */
export type Asked = Pick<Scope, 'snapshot' | 'outside'>;

/** What an operation changes, once everything that it needs from outside has been asked. */
export type Change = (scope: Scope) => Promise<void>;

/** An operation by its kind. */
export type OperationOf<Kind extends Operation['kind']> = Extract<Operation, { kind: Kind }>;

/** Says something in the thread, and nothing to the model. */
export async function notice({ tx, sessionId, snapshot }: Scope, text: string): Promise<void> {
  await record.addMessage(tx, sessionId, snapshot.session.exchange, { role: 'notice', text });
}

/** Puts a file into the thread, or says why there is none. */
export async function shareFile(scope: Scope, made: Made | undefined): Promise<void> {
  if (!made?.ok) return notice(scope, made?.reason ?? 'I no longer know this job.');
  await addFile(scope.tx, scope.sessionId, scope.snapshot.session.exchange, made.file, made.text);
}

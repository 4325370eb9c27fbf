import { and, eq, isNull, sql } from 'drizzle-orm';
import { operations, sessions, toolCalls } from '../db/schema.ts';
import type { Db } from '../db/storage.ts';
import type { Clock, Ids } from '../ops/clock.ts';
import type { Redactor } from '../ops/redaction.ts';
import type { Person, ThreadAddress } from './address.ts';
import { commandOf, HELP_TEXT } from './commands.ts';
import { insertOperation } from './inbox.ts';
import type { Operation } from './operations.ts';
import { addMessage, emit, moveToolCall } from './record.ts';
import { readSnapshot, sessionOf, toolCallOf } from './snapshot.ts';
import type { SessionState } from './state.ts';
import { describeSession } from './status-text.ts';
import type { ToolCall } from './tool-calls.ts';

type IncomingMessage = {
  address: ThreadAddress;
  /** The platform's identity of what was said: two deliveries of one message have the same. */
  sourceId: string;
  text: string;
  author: Person;
  messageId: string;
};

type DecisionRequest = {
  toolCallId: string;
  decision: 'approved' | 'rejected';
  by: Person;
  sourceId: string;
};

/** What a click came to. A refusal is told to the one who clicked, in private. */
type DecisionResult = { ok: true } | { ok: false; reason: string };

export type IntakeDeps = {
  db: Db;
  ids: Ids;
  clock: Clock;
  redact: Redactor;
  /** Who may approve: "requester", "anyone", or platform user ids. */
  approvers: readonly string[];
  maxMessageCharacters: number;
  wake(sessionId: string): Promise<void>;
  render(sessionId: string): Promise<void>;
};

/** Where everything that people do comes in, whatever the platform. Each call is committed before it returns. */
export type Intake = {
  message(incoming: IncomingMessage): Promise<void>;
  /** Changes a message that no turn has read yet; later edits change nothing. */
  edited(sourceId: string, text: string): Promise<void>;
  /** Takes back a message that no turn has read yet. */
  deleted(sourceId: string): Promise<void>;
  decide(request: DecisionRequest): Promise<DecisionResult>;
  /** An operation from a button. False where the thread has no session. */
  operate(address: ThreadAddress, operation: Operation, sourceId: string): Promise<boolean>;
  hasSession(address: ThreadAddress): Promise<boolean>;
};

export function createIntake(deps: IntakeDeps): Intake {
  const { db, redact } = deps;

  async function message(incoming: IncomingMessage): Promise<void> {
    const text = redact(incoming.text).trim();
    const command = commandOf(text, incoming.author);
    if (text === '' || command?.kind === 'help') return notice(incoming, HELP_TEXT);
    if (command?.kind === 'status') return notice(incoming, await statusText(db, incoming.address));
    if (text.length > deps.maxMessageCharacters) return notice(incoming, tooLong(text.length));
    const { author, messageId } = incoming;
    await accept(incoming, command?.operation ?? { kind: 'user_input', text, author, messageId });
  }

  async function accept(incoming: IncomingMessage, operation: Operation): Promise<void> {
    const sessionId = await db.transaction(async (tx) => {
      const id = await findOrCreate(tx, deps, incoming.address, incoming.author);
      await insertOperation(tx, id, incoming.sourceId, operation);
      return id;
    });
    await deps.wake(sessionId);
  }

  /** Answers at once, without a turn; a second delivery finds the operation and adds nothing. */
  async function notice(incoming: IncomingMessage, text: string): Promise<void> {
    const sessionId = await db.transaction(async (tx) => {
      const id = await findOrCreate(tx, deps, incoming.address, incoming.author);
      const { author, messageId } = incoming;
      const operation: Operation = { kind: 'user_input', text: '', author, messageId };
      const isNew = await insertOperation(tx, id, incoming.sourceId, operation, deps.clock.now());
      const [row] = await tx
        .select({ exchange: sessions.exchange })
        .from(sessions)
        .where(eq(sessions.id, id));
      if (isNew) await addMessage(tx, id, row?.exchange ?? 0, { role: 'notice', text });
      return id;
    });
    await deps.render(sessionId);
  }

  async function edited(sourceId: string, text: string): Promise<void> {
    const clean = redact(text).trim();
    if (clean === '' || clean.length > deps.maxMessageCharacters) return;
    await db
      .update(operations)
      .set({ body: sql`jsonb_set(${operations.body}, '{text}', ${JSON.stringify(clean)}::jsonb)` })
      .where(unread(sourceId));
  }

  async function deleted(sourceId: string): Promise<void> {
    await db.update(operations).set({ appliedAt: deps.clock.now() }).where(unread(sourceId));
  }

  async function decide(request: DecisionRequest): Promise<DecisionResult> {
    const found = await readCall(db, request.toolCallId);
    if (found === undefined) return { ok: false, reason: 'This request no longer exists.' };
    const { call, sessionId, requester } = found;
    if (!mayApprove(deps.approvers, requester, request.by)) {
      return { ok: false, reason: whoMay(deps.approvers, requester) };
    }
    if (call.state.kind !== 'awaiting_approval') return { ok: false, reason: alreadyDecided(call) };
    const approval = call.state.request;
    const isFirst = await db.transaction(async (tx) => {
      const decision = { by: request.by, at: deps.clock.now() };
      const state =
        request.decision === 'approved'
          ? { kind: 'approved' as const, request: approval, decision }
          : { kind: 'rejected' as const, request: approval, decision, output: rejectionFor(request.by) };
      if (!(await moveToolCall(tx, sessionId, call.id, ['awaiting_approval'], state))) return false;
      const { toolCallId, decision: kind, by } = request;
      await insertOperation(tx, sessionId, request.sourceId, {
        kind: 'exec_approval',
        toolCallId,
        decision: kind,
        by,
      });
      await emit(tx, sessionId, {
        type: 'tool_state_change',
        data: { toolCallId, state: kind, by: by.id },
      });
      return true;
    });
    if (!isFirst) {
      const now = await readCall(db, request.toolCallId);
      return { ok: false, reason: alreadyDecided(now?.call ?? call) };
    }
    await deps.wake(sessionId);
    await deps.render(sessionId);
    return { ok: true };
  }

  async function operate(address: ThreadAddress, operation: Operation, sourceId: string): Promise<boolean> {
    const id = await find(db, address);
    if (id === undefined) return false;
    await insertOperation(db, id, sourceId, operation);
    await deps.wake(id);
    return true;
  }

  const hasSession = async (address: ThreadAddress) => (await find(db, address)) !== undefined;
  return { message, edited, deleted, decide, operate, hasSession };
}

const IDLE: SessionState = { kind: 'idle' };

async function findOrCreate(
  tx: Db,
  deps: IntakeDeps,
  address: ThreadAddress,
  requester: Person,
): Promise<string> {
  const id = deps.ids.next('s');
  await tx
    .insert(sessions)
    .values({ id, ...address, requester, state: IDLE })
    .onConflictDoNothing();
  const found = await find(tx, address);
  if (found === undefined) throw new Error('a session that was just inserted is not there');
  return found;
}

async function statusText(db: Db, address: ThreadAddress): Promise<string> {
  const id = await find(db, address);
  const snapshot = id === undefined ? undefined : await readSnapshot(db, id);
  return snapshot === undefined ? 'There is no session in this thread yet.' : describeSession(snapshot);
}

async function find(db: Db, address: ThreadAddress): Promise<string | undefined> {
  const [row] = await db
    .select({ id: sessions.id })
    .from(sessions)
    .where(
      and(
        eq(sessions.platform, address.platform),
        eq(sessions.workspace, address.workspace),
        eq(sessions.channel, address.channel),
        eq(sessions.thread, address.thread),
      ),
    );
  return row?.id;
}

const unread = (sourceId: string) =>
  and(eq(operations.sourceId, sourceId), isNull(operations.appliedAt), eq(operations.kind, 'user_input'));

async function readCall(db: Db, toolCallId: string) {
  const [row] = await db
    .select()
    .from(toolCalls)
    .innerJoin(sessions, eq(sessions.id, toolCalls.sessionId))
    .where(eq(toolCalls.id, toolCallId));
  if (row === undefined) return undefined;
  const session = sessionOf(row.sessions);
  return { call: toolCallOf(row.tool_calls), sessionId: session.id, requester: session.requester };
}

function mayApprove(approvers: readonly string[], requester: Person, by: Person): boolean {
  return (
    approvers.includes('anyone') ||
    approvers.includes(by.id) ||
    (approvers.includes('requester') && by.id === requester.id)
  );
}

function whoMay(approvers: readonly string[], requester: Person): string {
  const names = approvers.map((who) =>
    who === 'requester' ? `${requester.name}, who asked for it,` : `<@${who}>`,
  );
  return `Only ${names.join(' or ')} may decide this. Nothing was changed.`;
}

function alreadyDecided(call: ToolCall): string {
  const decision = call.approval?.decision;
  if (decision !== undefined) {
    const verb = call.approval !== undefined && call.state.kind === 'rejected' ? 'rejected' : 'approved';
    return `${decision.by.name} has already ${verb} this. Your click changed nothing.`;
  }
  return 'This request is no longer open, so your click changed nothing.';
}

function rejectionFor(by: Person): string {
  return `${by.name} rejected this call, so it was not run. Do not repeat it as it is: ask what they would prefer, or propose something else.`;
}

function tooLong(length: number): string {
  return `That message has ${length.toLocaleString('en')} characters, which is more than I can take in. Please send the essential part, or put the rest in a Hub repository or dataset and give me the link.`;
}

import { and, eq, isNull, sql } from 'drizzle-orm';
import { operations, sessions } from '../db/schema.ts';
import type { Db } from '../db/storage.ts';
import type { Clock, Ids } from '../ops/clock.ts';
import type { Redactor } from '../ops/redaction.ts';
import type { Person, Requester, ThreadAddress } from './address.ts';
import { type ApproverPolicy, isAmong } from './approvers.ts';
import { type Attachment, attachedNote, attachmentsIn, placed } from './attachments.ts';
import { commandOf, HELP_TEXT } from './commands.ts';
import { circleOf } from './decisions.ts';
import { keepFile, type NewFile } from './files.ts';
import { insertOperation } from './inbox.ts';
import type { Operation } from './operations.ts';
import { orderPings } from './pings.ts';
import { isAt } from './place.ts';
import { readSnapshot } from './read-snapshot.ts';
import { addMessage } from './record.ts';
import { sessionOf } from './rows.ts';
import type { SessionState } from './state.ts';
import { describeSession } from './status-text.ts';
import { toolServersText } from './tool-servers.ts';
import { usageText } from './usage-text.ts';
import { setYolo } from './yolo.ts';

type IncomingMessage = {
  address: ThreadAddress;
  /** The platform's identity of what was said: two deliveries of one message have the same. */
  sourceId: string;
  text: string;
  author: Person;
  messageId: string;
  /** Whether it leaves open approvals open, whatever it says. */
  isAside?: boolean;
  /** Pictures that came with it, for models that see. */
  images?: readonly NewFile[];
  /** Other files, for the agent's sandbox. */
  attachments?: readonly NewFile[];
};

export type IntakeDeps = {
  db: Db;
  ids: Ids;
  clock: Clock;
  redact: Redactor;
  /** Who may approve, and so set that nobody has to. */
  policy: ApproverPolicy;
  /** Who may let models go on past a budget. */
  budgetApprovers: readonly string[];
  /** Groups and roles that have budgets of their own. */
  budgetGroups: readonly string[];
  maxMessageCharacters: number;
  /** Asks for a turn; says whether that could be done. */
  wake(sessionId: string): Promise<boolean>;
  /** Told of a thread whose message is kept, or could not be, while storage is away. */
  delayed(address: ThreadAddress): void;
  render(sessionId: string): Promise<void>;
};

/** Where everything that people do comes in, whatever the platform. Each call is committed before it returns. */
export type Intake = {
  message(incoming: IncomingMessage): Promise<void>;
  /** Changes a message that no turn has read yet; later edits change nothing. */
  edited(sourceId: string, text: string): Promise<void>;
  /** Takes back a message that no turn has read yet. */
  deleted(sourceId: string): Promise<void>;
  /** An operation from a button. False where the thread has no session. */
  operate(address: ThreadAddress, operation: Operation, sourceId: string): Promise<boolean>;
  hasSession(address: ThreadAddress): Promise<boolean>;
};

export function createIntake(deps: IntakeDeps): Intake {
  const { db, redact } = deps;

  async function message(incoming: IncomingMessage): Promise<void> {
    try {
      await take(incoming);
    } catch (error) {
      deps.delayed(incoming.address); // who delivered it will do so again
      throw error;
    }
  }

  async function take(incoming: IncomingMessage): Promise<void> {
    const text = redact(incoming.text).trim();
    const command = commandOf(text, incoming.author);
    if (text === '' || command?.kind === 'help') return notice(incoming, HELP_TEXT);
    if (command?.kind === 'usage') {
      return notice(incoming, await usageText(db, incoming.address, incoming.author));
    }
    if (command?.kind === 'status') return notice(incoming, await statusText(db, incoming.address));
    if (command?.kind === 'yolo' || command?.kind === 'pings') {
      const requester = await requesterOf(incoming);
      await db.transaction((tx) => findOrCreate(tx, deps, incoming.address, requester));
      return notice(
        incoming,
        command.kind === 'yolo'
          ? await setYolo(deps, incoming, command.setting)
          : await orderPings(db, incoming.address, command.order),
      );
    }
    if (text.length > deps.maxMessageCharacters) return notice(incoming, tooLong(text.length));
    const { author, messageId, isAside, images = [] } = incoming;
    await accept(
      incoming,
      command?.operation ?? {
        kind: 'user_input',
        text,
        author,
        messageId,
        ...(isAside ? { isAside } : {}),
        ...(images.length > 0 ? { images: images.map(({ id }) => id) } : {}),
      },
    );
  }

  /** Who begins a session. The platform is asked for their groups only where it matters. */
  async function requesterOf({ address, author }: IncomingMessage): Promise<Requester> {
    if (deps.budgetGroups.length === 0 || (await hasSession(address))) return author;
    const isIn = await Promise.all(
      deps.budgetGroups.map((group) => deps.policy.isMember(address, group, author.id)),
    );
    return { ...author, groups: deps.budgetGroups.filter((_group, i) => isIn[i]) };
  }

  async function accept(incoming: IncomingMessage, operation: Operation): Promise<void> {
    const requester = await requesterOf(incoming);
    const sessionId = await db.transaction(async (tx) => {
      const id = await findOrCreate(tx, deps, incoming.address, requester);
      const attached = await attachedTo(tx, id, incoming.attachments ?? []);
      const asked = withNote(await checked(tx, id, operation), attached);
      const isNew = await insertOperation(tx, id, incoming.sourceId, asked);
      if (isNew) for (const file of [...(incoming.images ?? []), ...attached]) await keepFile(tx, id, file);
      return id;
    });
    if (!(await deps.wake(sessionId))) deps.delayed(incoming.address);
  }

  /** An operation with what only the server can say of it. */
  async function checked(tx: Db, sessionId: string, operation: Operation): Promise<Operation> {
    if (operation.kind !== 'resume') return operation;
    const [row] = await tx.select().from(sessions).where(eq(sessions.id, sessionId));
    const session = row && sessionOf(row);
    if (session?.state.kind !== 'failed' || !session.state.failure.isOverBudget) return operation;
    const circle = await circleOf(tx, session);
    const policy = { ...deps.policy, approvers: deps.budgetApprovers };
    return { ...operation, mayPassBudgets: await isAmong(policy, circle, operation.by) };
  }

  /** Answers at once, without a turn; a second delivery finds the operation and adds nothing. */
  async function notice(incoming: IncomingMessage, text: string): Promise<void> {
    const requester = await requesterOf(incoming);
    const sessionId = await db.transaction(async (tx) => {
      const id = await findOrCreate(tx, deps, incoming.address, requester);
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

  async function operate(address: ThreadAddress, operation: Operation, sourceId: string): Promise<boolean> {
    const id = await find(db, address);
    if (id === undefined) return false;
    await insertOperation(db, id, sourceId, await checked(db, id, operation));
    await deps.wake(id);
    return true;
  }

  /** Sessions are never deleted, so a thread that had one has one: known even while the record is away. */
  const known = new Set<string>();

  async function hasSession(address: ThreadAddress): Promise<boolean> {
    const key = JSON.stringify(address);
    if (known.has(key)) return true;
    const isFound = (await find(db, address)) !== undefined;
    if (known.size >= KNOWN_THREADS) known.clear();
    if (isFound) known.add(key);
    return isFound;
  }

  return { message, edited, deleted, operate, hasSession };
}

/** Files of a message, each where the agent will find it. */
async function attachedTo(tx: Db, sessionId: string, given: readonly NewFile[]): Promise<Attachment[]> {
  if (given.length === 0) return [];
  const there = await attachmentsIn(tx, sessionId);
  return placed(given, new Set(there.map(({ path }) => path)));
}

function withNote(operation: Operation, attached: readonly Attachment[]): Operation {
  if (operation.kind !== 'user_input' || attached.length === 0) return operation;
  return { ...operation, attached: attachedNote(attached) };
}

const KNOWN_THREADS = 20_000;

const IDLE: SessionState = { kind: 'idle' };

async function findOrCreate(
  tx: Db,
  deps: IntakeDeps,
  address: ThreadAddress,
  requester: Requester,
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
  if (snapshot === undefined) return 'There is no session in this thread yet.';
  const servers = await toolServersText(db);
  return [describeSession(snapshot), ...(servers ? [servers] : [])].join('\n\n');
}

async function find(db: Db, address: ThreadAddress): Promise<string | undefined> {
  const [row] = await db.select({ id: sessions.id }).from(sessions).where(isAt(address));
  return row?.id;
}

const unread = (sourceId: string) =>
  and(eq(operations.sourceId, sourceId), isNull(operations.appliedAt), eq(operations.kind, 'user_input'));

function tooLong(length: number): string {
  return `That message has ${length.toLocaleString('en')} characters, which is more than I can take in. Please send the essential part, or put the rest in a Hub repository or dataset and give me the link.`;
}

import type { ApproverPolicy, Known } from '../approvals/approvers.ts';
import type { Decisions } from '../approvals/decisions.ts';
import { setYolo } from '../approvals/yolo.ts';
import type { Db, Tx } from '../db/database.ts';
import { orderPings } from '../jobs/pings.ts';
import type { Clock } from '../lib/clock.ts';
import type { Isolation } from '../lib/isolation.ts';
import { describeSession } from '../reports/status.ts';
import { usageText } from '../reports/usage.ts';
import type { Person, ThreadAddress } from '../session/address.ts';
import type { Background } from '../session/background.ts';
import type { Operation } from '../session/operations.ts';
import { readSnapshot } from '../session/store/read-snapshot.ts';
import { sessionAt } from '../session/store/session-at.ts';
import { toolServersText } from '../session/store/tool-servers.ts';
import type { WrittenAt } from '../session/written-at.ts';
import { commandOf, HELP_TEXT } from './commands.ts';

/** Somebody's words in a thread, redacted. */
export type Words = {
  address: ThreadAddress;
  text: string;
  author: Person;
  messageId: string;
  sourceId: string;
  writtenAt?: WrittenAt | undefined;
  background?: Background | undefined;
  /** Whether they leave open approvals open, whatever they say. */
  isAside?: boolean | undefined;
};

/** What words ask for: something for a turn to take up, or what is answered at once, without one. */
export type Asked =
  | { kind: 'queued'; operation: Operation }
  /**
   * `answer` does what was asked, in the transaction that notes that it was, and returns what the thread is
   * told.
   */
  | {
      kind: 'answered';
      answer(tx: Tx, sessionId: string, known: Known): Promise<string>;
      /** Whether a turn may have something to take up after it. */
      wakes?: boolean;
    };

export type AskedDeps = {
  db: Db;
  clock: Clock;
  isolation: Isolation;
  policy: ApproverPolicy;
  decisions: Pick<Decisions, 'decideOpen'>;
  maxMessageCharacters: number;
};

export async function askedBy(deps: AskedDeps, words: Words): Promise<Asked> {
  const { db, isolation } = deps;
  const { text, author, address, background } = words;
  // Words about a message that somebody points at are no command, be they one by themselves.
  const command = background?.meant === undefined ? commandOf(text, author) : undefined;
  switch (text === '' ? 'help' : command?.kind) {
    case 'help':
      return answered(HELP_TEXT);
    case 'usage':
      return answered(await usageText(db, address, author));
    case 'status':
      return answered(await statusText(db, address));
  }
  if (command?.kind === 'wrong') return answered(command.problem);
  if (command?.kind === 'yolo') {
    const { setting } = command;
    const answer = (tx: Tx, id: string, known: Known) => setYolo(tx, deps, id, { author, known }, setting);
    return { kind: 'answered', answer };
  }
  if (command?.kind === 'decision') {
    const { verdict, feedback } = command;
    const spoken = {
      verdict,
      ...(feedback ? { feedback } : {}),
      by: author,
      sourceId: `${words.sourceId}:decision`,
      writtenAt: words.writtenAt?.at,
    };
    const answer = (tx: Tx, id: string, known: Known) => deps.decisions.decideOpen(tx, id, spoken, known);
    return { kind: 'answered', answer, wakes: true };
  }
  if (command?.kind === 'pings') {
    const { order } = command;
    return { kind: 'answered', answer: (tx, id) => orderPings(tx, isolation, id, order) };
  }
  if (text.length > deps.maxMessageCharacters) return answered(tooLong(text.length));
  if (command?.kind === 'operation') return { kind: 'queued', operation: command.operation };
  const { messageId, writtenAt, isAside } = words;
  const operation = {
    kind: 'user_input' as const,
    text,
    author,
    messageId,
    ...(writtenAt ? { writtenAt } : {}),
    ...(background ? { background } : {}),
    ...(isAside ? { isAside } : {}),
  };
  return { kind: 'queued', operation };
}

const answered = (text: string): Asked => ({ kind: 'answered', answer: async () => text });

async function statusText(db: Db, address: ThreadAddress): Promise<string> {
  const id = await sessionAt(db, address);
  const snapshot = id === undefined ? undefined : await readSnapshot(db, id);
  if (snapshot === undefined) return 'There is no session in this thread yet.';
  const servers = await toolServersText(db);
  return [describeSession(snapshot), ...(servers ? [servers] : [])].join('\n\n');
}

function tooLong(length: number): string {
  return `That message has ${length.toLocaleString('en')} characters, which is more than I can take in. Please send the essential part, or put the rest in a Hub repository or dataset and give me the link.`;
}

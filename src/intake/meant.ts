import type { Decisions } from '../approvals/decisions.ts';
import type { Db } from '../db/database.ts';
import type { Person, ThreadAddress } from '../session/address.ts';
import { hasOpenCalls, lastAnswer } from '../session/store/last-said.ts';
import type { Offer } from '../session/transcript.ts';
import {
  decidedByOthers,
  FOR_THE_AGENT,
  heldText,
  OFFERED,
  UNDECIDED,
  WHETHER_APPROVED,
} from '../thread/words/intake.ts';
import { bareWords } from './bare-words.ts';
import { commandOf, type Exact } from './commands.ts';
import { saysYes } from './near-commands.ts';

/** What somebody's words are taken for, where they were written. */
export type Meant =
  | { kind: 'command'; command: Exact }
  /** For the agent; besides, what may have been meant is offered, and what it was not is said. */
  | { kind: 'message'; offers: readonly Offer[]; word?: string }
  /** Neither done nor told to the agent yet. */
  | { kind: 'held'; text: string; offers: readonly Offer[] };

/**
 * Tells a command from an answer: one word after a question that names it, or a sum after any, answers the
 * agent.
 */
export async function meantBy(
  { db, decisions }: { db: Db; decisions: Pick<Decisions, 'whoseToDecide'> },
  { address, text, author }: { address: ThreadAddress; text: string; author: Person },
): Promise<Meant> {
  const command = commandOf(text, author);
  /** What speaks of a decision is that of who may decide; of anybody else it is a message like any other. */
  const decided = async (held: Extract<Meant, { kind: 'held' }>): Promise<Meant> => {
    if (!(await hasOpenCalls(db, address))) return MESSAGE;
    const whose = await decisions.whoseToDecide(address, author);
    if (whose.kind === 'others') return { ...MESSAGE, word: decidedByOthers(whose.who) };
    return whose.kind === 'theirs' ? held : MESSAGE;
  };
  if (command === undefined) {
    if (!saysYes(text)) return MESSAGE;
    return decided({ kind: 'held', text: WHETHER_APPROVED, offers: [APPROVE, asMessage(text)] });
  }
  switch (command.kind) {
    case 'near': {
      const { offers, isHeld } = command;
      if (!isHeld || (await askedIn(db, address)) !== undefined) return { kind: 'message', offers };
      return { kind: 'held', text: heldText(offers), offers: [...offers, asMessage(text)] };
    }
    case 'near_decision':
      return decided({ kind: 'held', text: UNDECIDED, offers: [] });
    case 'decision': {
      const isAnswer = !(await hasOpenCalls(db, address)) && (await askedIn(db, address)) !== undefined;
      return isAnswer ? MESSAGE : { kind: 'command', command };
    }
    default:
      return (await isAnswer(db, address, command, text))
        ? { kind: 'message', offers: [{ text: bareWords(text).said, label: bareWords(text).said }] }
        : { kind: 'command', command };
  }
}

export const MESSAGE: Extract<Meant, { kind: 'message' }> = { kind: 'message', offers: [] };

/** Whether a command of one word is what the agent has just asked for. Who says stop always means it. */
async function isAnswer(db: Db, address: ThreadAddress, command: Exact, text: string): Promise<boolean> {
  const { words } = bareWords(text);
  const isStop = command.kind === 'operation' && ['interrupt', 'undo'].includes(command.operation.kind);
  if (isStop || command.kind === 'help' || /[^\p{L}]/u.test(words)) return false;
  const question = await askedIn(db, address);
  const isNamed = question?.match(/\p{L}+/gu)?.some((word) => bareWords(word).words === words) ?? false;
  return question !== undefined && (isNamed || command.kind === 'yolo');
}

/** What the agent has just asked in a thread, with all that it said besides. */
async function askedIn(db: Db, address: ThreadAddress): Promise<string | undefined> {
  const said = await lastAnswer(db, address);
  return said !== undefined && /[?？؟](?!\w)/.test(said) ? said : undefined;
}

export const APPROVE: Offer = { text: 'approve', label: OFFERED.approve };

export const asMessage = (text: string): Offer => ({ text, label: FOR_THE_AGENT, isMessage: true });

import type { ApproverPolicy, Known } from '../approvals/approvers.ts';
import type { Decisions } from '../approvals/decisions.ts';
import { setYolo } from '../approvals/yolo.ts';
import type { Db, Tx } from '../db/database.ts';
import { runsOfChannel } from '../jobs/channel-runs.ts';
import { createRunComparisons } from '../jobs/compare.ts';
import { orderMute } from '../jobs/mutes.ts';
import { orderPings } from '../jobs/pings.ts';
import type { Clock, Ids } from '../lib/clock.ts';
import type { Isolation } from '../lib/isolation.ts';
import { usageText } from '../reports/usage.ts';
import type { Person, Requester, ThreadAddress } from '../session/address.ts';
import type { Background } from '../session/background.ts';
import type { Order } from '../session/experiments/order.ts';
import type { Operation } from '../session/operations.ts';
import { readSnapshot } from '../session/store/read-snapshot.ts';
import { sessionAt } from '../session/store/session-at.ts';
import { toolServersText } from '../session/store/tool-servers.ts';
import type { Menu, Table } from '../session/tables.ts';
import type { Offer } from '../session/transcript.ts';
import type { WrittenAt } from '../session/written-at.ts';
import { catchUpText } from '../thread/words/catch-up.ts';
import { whichRun } from '../thread/words/comparison.ts';
import { experimentsText, menusOf } from '../thread/words/experiments.ts';
import { HELP_TEXT, messageTooLong, NO_SESSION_YET, offerText } from '../thread/words/intake.ts';
import { describeSession } from '../thread/words/status.ts';
import { ZONE_OFFERS } from '../thread/words/time-zones.ts';
import { branchOff, withGroups } from './branch.ts';
import type { Exact } from './commands.ts';
import { MESSAGE, meantBy } from './meant.ts';
import { orderTimeZone } from './time-zone-command.ts';

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
  /** Whether they are no command, whatever they look like. */
  isMessage?: boolean | undefined;
};

/** What words ask for: something for a turn to take up, or what is answered at once, without one. */
export type Asked =
  | { kind: 'queued'; operation: Operation; told?: Told }
  /**
   * `answer` does what was asked, in the transaction that notes that it was, and returns what the thread is
   * told.
   */
  | {
      kind: 'answered';
      answer(tx: Tx, sessionId: string, known: Known): Promise<Told | undefined>;
      /** Other sessions that it has changed, which are to be shown. */
      changed?(): readonly string[];
      /** Whether a turn may have something to take up after it. */
      wakes?: boolean;
    };

/** What the thread is told; what somebody may have meant, for them to press; tables and menus below it. */
export type Told =
  | string
  | { text: string; offered?: { to: Person; offers: Offer[] }; tables?: Table[]; menus?: Menu[] };

export type AskedDeps = {
  db: Db;
  clock: Clock;
  isolation: Isolation;
  policy: ApproverPolicy;
  decisions: Pick<Decisions, 'decideOpen' | 'whoseToDecide'>;
  maxMessageCharacters: number;
  /** The time zone of people whose own is not known. */
  timeZone: string;
  ids: Ids;
  /** Groups and roles that have budgets of their own. */
  budgetGroups: readonly string[];
};

export async function askedBy(deps: AskedDeps, words: Words): Promise<Asked> {
  const { text, author, background, isMessage = background?.meant !== undefined } = words;
  if (text === '') return answered(HELP_TEXT);
  // Words about a message that somebody points at are no command, be they one by themselves.
  const meant = isMessage ? MESSAGE : await meantBy(deps, words);
  if (meant.kind === 'held') return answered(told(meant.text, author, meant.offers));
  const command = meant.kind === 'command' ? meant.command : undefined;
  if (command?.kind === 'compare') {
    const asked = await comparisonOf(deps, words, command.names);
    if (asked !== undefined) return asked;
  } else if (command !== undefined) {
    return command.kind === 'operation'
      ? { kind: 'queued', operation: command.operation }
      : answerTo(deps, words, command);
  }
  if (text.length > deps.maxMessageCharacters) return answered(messageTooLong(text.length));
  const { offers, word } = meant.kind === 'message' ? meant : MESSAGE;
  const said = word ?? (offers.length > 0 ? offerText(offers) : undefined);
  return {
    kind: 'queued',
    operation: inputOf(words),
    ...(said === undefined ? {} : { told: told(said, author, offers) }),
  };
}

const told = (text: string, to: Person, offers: readonly Offer[]): Told =>
  offers.length === 0 ? text : { text, offered: { to, offers: [...offers] } };

function inputOf({ text, author, messageId, writtenAt, background, isAside }: Words): Operation {
  return {
    kind: 'user_input',
    text,
    author,
    messageId,
    ...(writtenAt ? { writtenAt } : {}),
    ...(background ? { background } : {}),
    ...(isAside ? { isAside } : {}),
  };
}

type Answered = Exclude<Exact, { kind: 'operation' | 'compare' }>;

/** Compares the runs that are named; undefined where none is, and the words are for the agent. */
async function comparisonOf(
  { db, isolation }: AskedDeps,
  { address, author }: Words,
  names: string,
): Promise<Asked | undefined> {
  const named = await createRunComparisons(db, isolation).named(address, names);
  if (named.kind === 'none') return undefined;
  if (named.kind === 'unsure') return answered(whichRun(named.name, named.candidates));
  const watchIds = named.runs.map(({ watch }) => watch.id);
  return { kind: 'queued', operation: { kind: 'compare_jobs', watchIds, by: author } };
}

/** Does what is answered without a turn. */
async function answerTo(deps: AskedDeps, words: Words, command: Answered): Promise<Asked> {
  const { author, address } = words;
  const ordering = { place: address, by: author, configZone: deps.timeZone };
  switch (command.kind) {
    case 'help':
      return answered(HELP_TEXT);
    case 'usage':
      return answered(await usageText(deps.db, address, author));
    case 'status':
      return answered(await statusText(deps.db, address));
    case 'catch_up':
      return answered(await catchUpHere(deps.db, address));
    case 'branch':
      return branching(deps, await withGroups(deps, address, author));
    case 'wrong':
      return answered(command.problem);
    case 'yolo': {
      const { setting } = command;
      const answer = (tx: Tx, id: string, known: Known) => setYolo(tx, deps, id, { author, known }, setting);
      return { kind: 'answered', answer };
    }
    case 'decision': {
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
    case 'pings': {
      const { order } = command;
      const answer = async (tx: Tx, id: string) => {
        const { text, isZoneAsked } = await orderPings(tx, deps.isolation, id, order, ordering);
        return told(text, author, isZoneAsked ? ZONE_OFFERS : []);
      };
      return { kind: 'answered', answer };
    }
    case 'experiments':
      return answered(await experimentsOf(deps, address, command.order));
    case 'mute': {
      const { order } = command;
      return { kind: 'answered', answer: (tx) => orderMute(tx, address, author, order) };
    }
    case 'time_zone': {
      const { order } = command;
      return { kind: 'answered', answer: (tx) => orderTimeZone(tx, deps.isolation, order, ordering) };
    }
    default:
      return command satisfies never;
  }
}

async function experimentsOf(
  { db, isolation }: AskedDeps,
  address: ThreadAddress,
  order: Order,
): Promise<Told> {
  const { runs, isCut } = await runsOfChannel(db, isolation, address, {
    kind: 'thread',
    thread: address.thread,
  });
  const { text, table } = experimentsText(runs, order, isCut);
  return { text, ...(table ? { tables: [table], menus: menusOf(runs) } : {}) };
}

/** The thread is told where it goes on once that is begun. */
function branching(deps: AskedDeps, by: Requester): Asked {
  let begun: string[] = [];
  return {
    kind: 'answered',
    async answer(tx, sessionId, known) {
      const branched = await branchOff(tx, deps, sessionId, by, known);
      begun = branched.ok ? [branched.sessionId] : [];
      return branched.ok ? undefined : branched.reason;
    },
    changed: () => begun,
  };
}

/** In the thread, where a platform has no way to tell one person alone. */
async function catchUpHere(db: Db, address: ThreadAddress): Promise<string> {
  const snapshot = await snapshotAt(db, address);
  return snapshot === undefined ? NO_SESSION_YET : catchUpText(snapshot).text;
}

const answered = (said: Told): Asked => ({ kind: 'answered', answer: async () => said });

async function statusText(db: Db, address: ThreadAddress): Promise<string> {
  const snapshot = await snapshotAt(db, address);
  if (snapshot === undefined) return NO_SESSION_YET;
  const servers = await toolServersText(db);
  return [describeSession(snapshot), ...(servers ? [servers] : [])].join('\n\n');
}

async function snapshotAt(db: Db, address: ThreadAddress) {
  const id = await sessionAt(db, address);
  return id === undefined ? undefined : readSnapshot(db, id);
}

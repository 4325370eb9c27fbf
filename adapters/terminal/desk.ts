import { randomUUID } from 'node:crypto';
import { ACTIONS } from '../../src/controller/actions.ts';
import type { Answer, Taken } from '../../src/controller/answers.ts';
import { commandNamed } from '../../src/controller/commands.ts';
import type { Given, Subject } from '../../src/controller/forms.ts';
import type { Lack } from '../../src/controller/platform.ts';
import type { BoardNews, BoardThread } from '../../src/controller/platform-definition.ts';
import type { Clock } from '../../src/lib/clock.ts';
import type { BytesOf } from '../../src/thread/delivery/outgoing.ts';
import { clicked } from '../shared/answers.ts';
import { createBell } from '../shared/bell.ts';
import {
  type BoardInbound,
  beginnerOn,
  fromOnePerson,
  type OnePerson,
  sayOnBoard,
  type Told,
} from '../shared/board-inbound.ts';
import { OWNER } from '../shared/one-person.ts';
import { addressOf, PLATFORM } from './traits.ts';

/** What somebody can do who sits at the terminal. Everything is in the record once it resolves. */
export type Desk = {
  lacks: readonly Lack[];
  /** Says something in a thread, which begins with what is said there first. */
  say(thread: string, text: string): Promise<Told>;
  /** Presses a button. */
  press(
    thread: string,
    button: { name: string; values: readonly string[]; chosen?: string },
  ): Promise<Answer>;
  /** Sends off a form. */
  submit(thread: string, subject: Subject, values: Given['values']): Promise<Taken>;
  /** Answers what is asked besides any thread, or in one, as `/ml-intern …` is elsewhere. */
  command(text: string, thread: string | undefined): Promise<Answer>;
  /** The threads, the newest first. */
  threads(): Promise<readonly BoardThread[]>;
  /** Stops what goes on in a thread, and its jobs. */
  stop(thread: string): Promise<Answer>;
  /** Tells of all that changes in a thread from `after` on, as it changes, until the signal aborts. */
  follow(thread: string, after: number, signal: AbortSignal): AsyncGenerator<BoardNews>;
};

type Parts = BoardInbound & { clock: Pick<Clock, 'every'>; bytesOf: BytesOf; lacks: readonly Lack[] };

const SITTER: OnePerson = {
  platform: PLATFORM,
  person: { id: OWNER, name: 'You' },
  isAdmin: true,
  addressOf,
};

/** Other processes change the board as well: it is looked at this often. */
const LOOK_MS = 500;

export function createDesk(parts: Parts): Desk {
  const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const press: Desk['press'] = (thread, { name, values, chosen }) => {
    const from = fromOnePerson(SITTER, { id: randomUUID(), thread, timeZone }, false);
    return clicked(parts.controller, { name, values, chosen, from });
  };
  return {
    lacks: parts.lacks,
    say: (thread, text) => sayOnBoard(parts, SITTER, { id: randomUUID(), thread, text, timeZone, files: [] }),
    press,
    submit(thread, subject, values) {
      const from = fromOnePerson(SITTER, { id: randomUUID(), thread, timeZone }, false);
      return parts.controller.submit(subject, { values, files: [] }, from);
    },
    command(text, thread) {
      const id = randomUUID();
      const from = fromOnePerson(SITTER, { id, thread, timeZone }, true);
      return parts.controller.command(commandNamed(text), from, beginnerOn(parts.board, SITTER, id));
    },
    threads: async () => (await parts.board.since(0, undefined)).threads,
    stop: (thread) => press(thread, { name: ACTIONS.stop, values: [] }),
    follow: (thread, after, signal) => follow(parts, thread, after, signal),
  };
}

async function* follow(
  { board, clock }: Parts,
  thread: string,
  after: number,
  signal: AbortSignal,
): AsyncGenerator<BoardNews> {
  const bell = createBell();
  const stops = [board.onChange(bell.ring), clock.every(LOOK_MS, bell.ring)];
  signal.addEventListener('abort', bell.end, { once: true });
  try {
    for (let version = after; !signal.aborted; await bell.rung()) {
      const news = await board.since(version, thread);
      if (news.version <= version) continue;
      version = news.version;
      yield news;
    }
  } finally {
    for (const stop of stops) stop();
    signal.removeEventListener('abort', bell.end);
  }
}

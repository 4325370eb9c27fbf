import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import type { Controller } from '../../src/controller/controller.ts';
import type { Clock } from '../../src/lib/clock.ts';
import type { Logger } from '../../src/lib/log.ts';
import type { ThreadAddress } from '../../src/session/address.ts';
import type { Failed } from '../../src/thread/delivery/outbound.ts';
import { newestLines } from '../../src/thread/view/newest-lines.ts';
import { EARLIER_LEFT_OUT, LINKED, linkedMessage, TOLD, WAS_DELETED } from '../shared/reading.ts';
import { WEB_API } from './delivery.ts';
import { withWholeFiles } from './files.ts';
import type { People } from './people.ts';
import { whyNot } from './private-answers.ts';
import { SeenMessage, slackReader } from './reading.ts';
import { type Known, newerThan, nextRange, nothingRead, withPage } from './thread-window.ts';

/** What was said in a thread, for the model. */
type Before = {
  text: string;
  /** Reads what Slack does not let the app read yet, once it does, and tells of each part that it reads. */
  rest?: Rest;
};

export type Rest = (tell: (text: string) => Promise<void>, signal: AbortSignal) => Promise<void>;

/**
 * What a thread says besides the message that the bot is called with, quoted as what it is: other people's
 * words.
 */
export type ThreadReader = {
  /**
   * What was said in a thread before somebody called the bot, by a message that is left out; undefined where
   * that is nothing.
   */
  before(address: ThreadAddress, called: { ts: string; at?: string }): Promise<Before | undefined>;
  /**
   * The messages of this channel that a text links to. Those of other channels are not read: who asks may not
   * be allowed to. What is in `known` is not read again.
   */
  linked(channel: string, text: string, known?: readonly Linked[]): Promise<Linked[]>;
};

type Linked = { key: string; text: string };

/** One more may be what the bot is called with. */
const WANTED = TOLD.messages + 1;

/** Messages a page, and pages that are read while somebody waits. */
const PAGE = 999;
const PAGES = 15;

/** What is read later: so many pages, so long after. Apps that may read one page a minute get as many. */
const LATER_PAGES = 15;
const LATER_MS = 30 * 60_000;
const RETRY_MS = 5_000;

const Replies = z.object({
  messages: z.array(SeenMessage),
  has_more: z.boolean().nullish(),
});
type Said = z.infer<typeof Replies>['messages'][number];

export type ReaderDeps = {
  client: WebClient;
  people: Pick<People, 'name'>;
  botUserId: string;
  clock: Pick<Clock, 'monotonic' | 'sleep'>;
};

export function createThreadReader(deps: ReaderDeps): ThreadReader {
  return {
    before: (address, called) => before(deps, address, called),
    linked: (channel, text, known = []) => linked(deps, channel, text, known),
  };
}

/** What was read, and why not more where that is so. */
type Reading = { known: Known<Said>; refused?: Failed | undefined };

async function repliesOf(
  { client }: ReaderDeps,
  options: Record<string, unknown>,
): Promise<z.infer<typeof Replies> | Failed> {
  try {
    return Replies.parse(await client.apiCall('conversations.replies', options));
  } catch (error) {
    return WEB_API.failureOf(error);
  }
}

/** Reads on until the newest messages are there, or Slack refuses. */
async function readOn(
  deps: ReaderDeps,
  channel: string,
  known: Known<Said>,
  pages: number,
): Promise<Reading> {
  let now = known;
  for (let page = 0; page < pages; page++) {
    const range = nextRange(now, WANTED);
    if (range === undefined) break;
    const { after, before } = range;
    const answer = await repliesOf(deps, {
      channel,
      ts: known.thread,
      latest: before,
      ...(after ? { oldest: after } : {}),
      limit: PAGE,
    });
    if ('ok' in answer) return { known: now, refused: answer };
    const { messages, has_more } = answer;
    const replies = messages.find(({ ts }) => ts === known.thread)?.reply_count ?? undefined;
    const hasMore = has_more ?? false;
    now = withPage(now, range, { messages, hasMore, ...(replies === undefined ? {} : { replies }) });
  }
  return { known: now };
}

async function before(
  deps: ReaderDeps,
  { channel, thread }: ThreadAddress,
  { ts, at = ts }: { ts: string; at?: string },
): Promise<Before | undefined> {
  const reading = await readOn(deps, channel, nothingRead(thread, at), PAGES);
  const { known, refused } = reading;
  const told = sayingOf(deps, known, ts);
  const lines = await linesOf(deps, told);
  const rest = refused && isPassing(refused) ? later(deps, channel, ts, reading) : undefined;
  const notes = notesOf(known, refused, { told: told.length, lines: lines.length });
  if (lines.length === 0 && notes.length === 0) return undefined;
  const text = [`What was said in this thread before${notes}:`, ...lines].join('\n');
  return { text, ...(rest ? { rest } : {}) };
}

const isPassing = ({ reason }: Failed): boolean => reason === 'rate_limited' || reason === 'unavailable';

/** Messages that say something: what was deleted says nothing any more. */
const sayingOf = (deps: ReaderDeps, { read }: Known<Said>, ts: string): Said[] =>
  read.filter(
    (said) => said.ts !== ts && said.subtype !== 'tombstone' && slackReader(deps).saysSomething(said),
  );

const linesOf = (deps: ReaderDeps, said: readonly Said[]): Promise<string[]> =>
  newestLines(said.slice(-TOLD.messages).reverse(), (one) => quoted(deps, one), TOLD.characters);

const quoted = async (deps: ReaderDeps, said: Said): Promise<string> =>
  slackReader(deps).quoted(await withWholeFiles(deps.client, said));

/** What a model has to know of what it is not told, in brackets; nothing where it is told all. */
function notesOf(
  { read, unread, total }: Known<Said>,
  refused: Failed | undefined,
  { told, lines }: { told: number; lines: number },
): string {
  const left = told - lines;
  if (refused === undefined) {
    if (unread.length === 0) return left > 0 ? ` (${left} earlier messages are left out)` : '';
    const most = total === undefined ? left : Math.max(left, total - read.length + left);
    return most > 0 ? ` (about ${most} earlier messages are left out)` : EARLIER_LEFT_OUT;
  }
  const count = total === undefined ? 'messages' : `about ${Math.max(1, total - read.length)} messages`;
  const [gap] = unread;
  const isNewest = gap !== undefined && newerThan(read, gap.before).length === 0;
  const which = isNewest ? `${count}, the newest ones among them,` : `${count}, earlier ones,`;
  const when = isPassing(refused)
    ? 'can’t be read yet, and follow as soon as Slack lets me read them'
    : `can’t be read: ${whyNot(refused)}`;
  return ` (${which} ${when})`;
}

/** Waits as long as Slack asks for, and reads what was missing at first, the newest first. */
const later =
  (deps: ReaderDeps, channel: string, ts: string, { known: first, refused: why }: Reading): Rest =>
  async (tell, signal) => {
    const { clock } = deps;
    const end = clock.monotonic() + LATER_MS;
    let known = first;
    let refused = why;
    for (let page = 0; page < LATER_PAGES && clock.monotonic() < end; ) {
      await clock.sleep(refused?.reason === 'rate_limited' ? refused.retryAfterMs : RETRY_MS, signal);
      const had = new Set(known.read.map((said) => said.ts));
      const before = known;
      ({ known, refused } = await readOn(deps, channel, known, 1));
      if (known !== before) {
        page++;
        const fresh = sayingOf(deps, known, ts).slice(-TOLD.messages);
        const lines = await linesOf(
          deps,
          fresh.filter((said) => !had.has(said.ts)),
        );
        if (lines.length > 0) await tell([FOUND, ...lines].join('\n'));
      }
      const isOver = refused === undefined ? nextRange(known, WANTED) === undefined : !isPassing(refused);
      if (isOver) return;
    }
  };

const FOUND = 'What was said in this thread before I was called, and could not be read then:';

/** Reads what a session is missing of its thread, and has it told. Never rejects. */
export async function tellLater(
  controller: Pick<Controller, 'foundLater'>,
  {
    address,
    sourceId,
    rest,
    signal,
    log,
  }: {
    address: ThreadAddress;
    sourceId: string;
    rest: Rest;
    signal: AbortSignal;
    log: Logger;
  },
): Promise<void> {
  let parts = 0;
  const tell = (text: string) => controller.foundLater(address, text, `${sourceId}:before${++parts}`);
  try {
    await rest(tell, signal);
  } catch (error) {
    if (!signal.aborted) log.warn({ err: error, ...address }, 'the rest of a thread could not be read');
  }
}

async function linked(
  deps: ReaderDeps,
  channel: string,
  text: string,
  known: readonly Linked[],
): Promise<Linked[]> {
  const links = [...text.matchAll(/https:\/\/[\w.-]+\/archives\/([A-Z0-9]+)\/p(\d{10})(\d{6})/g)].filter(
    ([, linkedChannel]) => linkedChannel === channel,
  );
  return Promise.all(
    links.slice(0, LINKED.messages).map(async ([, , seconds, micros]) => {
      const key = `${seconds}.${micros}`;
      const read = known.find((one) => one.key === key);
      return read ?? linkedMessage(key, await quoteAt(deps, channel, key));
    }),
  );
}

/** One message, as it is quoted; where there is none, that. */
async function quoteAt(deps: ReaderDeps, channel: string, ts: string): Promise<string> {
  const range = { oldest: ts, latest: ts, inclusive: true };
  const answer = await repliesOf(deps, { channel, ts, ...range, limit: 2 });
  if ('ok' in answer) {
    const why = isPassing(answer) ? 'Slack does not let me read it now' : whyNot(answer);
    return `> [It can’t be read: ${why}.]`;
  }
  const message = answer.messages.find((one) => one.ts === ts);
  if (message === undefined || message.subtype === 'tombstone') return WAS_DELETED;
  return quoted(deps, message);
}

import { type Logger, WebClient } from '@slack/web-api';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { UNNAMED_WAIT_MS } from '../../../adapters/slack/delivery.ts';
import { ANY, ERROR_CODES, type Row } from '../../../adapters/slack/error-codes.ts';
import { createSlackOutbound } from '../../../adapters/slack/outbound.ts';
import type { Db } from '../../../src/db/database.ts';
import { withRetryAfter } from '../../../src/lib/retry-after.ts';
import { bytesOf } from '../../../src/session/store/files.ts';
import type { Delivery, Outbound } from '../../../src/thread/delivery/outbound.ts';
import { SlackDouble } from '../../doubles/slack/server.ts';
import { BOT, type SlackMessage } from '../../doubles/slack/workspace.ts';
import { shown } from '../world.ts';
import { RefusedThread } from './refused-thread.ts';

type Slack = { slack: SlackDouble; client: WebClient };

/** For a file of tests: a Slack double that each test finds willing, and a client that never waits. */
export function useRefusingSlack(remember: (made: Slack) => void): void {
  let slack: SlackDouble;
  beforeAll(async () => {
    slack = await SlackDouble.start({ rateScale: 10_000 });
    slack.isAgent = false; // where it is one, no reactions are sent
    const client = new WebClient('xoxb-test', {
      slackApiUrl: slack.apiUrl,
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
      fetch: withRetryAfter(fetch, UNNAMED_WAIT_MS / 1000),
      logger: SILENT,
    });
    remember({ slack, client });
  });
  afterAll(() => slack.close());
  afterEach(() => {
    slack.refusals.lift();
    slack.calls.length = 0;
    slack.ephemerals.length = 0;
  });
}

const SILENT: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  setLevel() {},
  getLevel: () => 'error' as never,
  setName() {},
};

/** Slack's adapter. `bytes` are what files have in them. */
export const slackOutbound = (
  client: WebClient,
  {
    isStreamed = false,
    bytes = async (_id: string): Promise<Uint8Array | undefined> => Buffer.from('bytes'),
  } = {},
): Outbound =>
  createSlackOutbound(async () => client, bytes, {
    rateFactor: 10_000,
    streaming: isStreamed ? 'native' : 'edits',
    asksFeedback: false,
  });

/** A thread in #ml. */
export class RefusedSlackThread extends RefusedThread<SlackMessage> {
  readonly first: SlackMessage;
  readonly #slack: SlackDouble;
  readonly #toldBefore: number;

  constructor({ slack, client }: Slack, db: Db) {
    const first = slack.say('U0ADA', 'C0ML', 'what is it?');
    super({
      db,
      outbound: slackOutbound(client, { bytes: (id) => bytesOf(db, id) }),
      address: { platform: 'slack', channel: 'C0ML', thread: first.ts },
      messageId: first.ts,
      requester: { id: 'U0ADA', name: 'Ada' },
    });
    this.first = first;
    this.#slack = slack;
    this.#toldBefore = this.#words().length;
  }

  replies(): SlackMessage[] {
    return this.#slack.workspace.thread('C0ML', this.first.ts).filter(({ bot_id }) => bot_id !== undefined);
  }

  textOf(message: SlackMessage): string {
    return shown(message);
  }

  told(): string[] {
    return this.#words().slice(this.#toldBefore);
  }

  /** The oldest first. */
  #words(): string[] {
    const texts = this.#slack.workspace.topLevel('D0ADA').map(({ text }) => text);
    return texts.filter((text) => text.includes('About our thread')).reverse();
  }
}

/** A thread that is in no record, for what is delivered by itself. */
export const ADDRESS = { platform: 'slack' as const, workspace: 'T1', channel: 'C0ML', thread: '1.1' };

/** A message of the bot's that stands in it. */
export const ownMessage = (slack: SlackDouble): SlackMessage =>
  slack.workspace.add({
    channel: ADDRESS.channel,
    thread_ts: ADDRESS.thread,
    user: BOT.user_id,
    bot_id: BOT.bot_id,
    text: 'own',
    blocks: undefined,
    metadata: undefined,
  });

/**
 * What a thread is delivered with, by the method that does it; a message of the bot's is there for what
 * changes one.
 */
export const ACTS: Readonly<Record<string, (outbound: Outbound, own: string) => Promise<Delivery>>> = {
  'chat.postMessage': (outbound) => outbound.post(ADDRESS, 'k#0', HELLO),
  'chat.update': (outbound, own) => outbound.edit(ADDRESS, 'k#0', own, HELLO, LIVE),
  'chat.delete': (outbound, own) => outbound.remove(ADDRESS, own),
  'reactions.add': (outbound, own) =>
    outbound.post(ADDRESS, 'k#0', { kind: 'reaction', on: own, name: 'eyes' }),
  'reactions.remove': (outbound, own) => outbound.remove(ADDRESS, `reaction:${own}:eyes`),
  'files.getUploadURLExternal': (outbound) => outbound.post(ADDRESS, 'k#0', FILE),
  'files.completeUploadExternal': (outbound) => outbound.post(ADDRESS, 'k#0', FILE),
  'assistant.threads.setTitle': (outbound) =>
    outbound.post({ ...ADDRESS, channel: 'D0ADA' }, 'k#0', { kind: 'title', text: 'A name' }),
};
const LIVE = { streamed: undefined, isPaced: false };
const HELLO = { kind: 'message' as const, body: { text: 'hello', blocks: [] } };
const FILE = { kind: 'upload' as const, file: { id: 'f1', name: 'log.txt' }, text: '' };

export const ROWS: readonly [code: string, row: Row][] = [...ERROR_CODES];

/** The methods of `ACTS` that a row is about. */
export const methodsOf = ({ methods }: Row): string[] =>
  Object.keys(ACTS).filter((name) => methods.includes(name) || methods.includes(ANY));

import type { ChatCompletionRequest } from '@copilotkit/aimock';
import { HubDouble } from '../doubles/hub/server.ts';
import { lastText, type Reply, startModelDouble } from '../doubles/model.ts';
import { parseBlocks } from '../doubles/slack/rules.ts';
import { SlackDouble } from '../doubles/slack/server.ts';
import { BOT, type SlackMessage } from '../doubles/slack/workspace.ts';
import type { Asked, ToGround, Told } from './ground.ts';

/*
 * The doubles of Slack, a model and the Hub in a process of their own, which is told what people do and tells
 * when it was answered. The only argument is the factor on Slack's limits.
 */

const CHANNELS = Array.from({ length: 100 }, (_, i) => `C0BENCH${i}`);

/** What is not shown by then counts as so late. */
const LONGEST_MS = 300_000;

const JOB = {
  name: 'hf_jobs',
  arguments: {
    operation: 'run',
    script: 'print("one")\n',
    hardware_flavor: 'cpu-basic',
    timeout: '24h',
  },
};

const slack = await SlackDouble.start({ rateScale: Number(process.argv[2] ?? 1) });
for (const channel of CHANNELS) slack.workspace.channels.add(channel);
const model = await startModelDouble(reply);
const hub = await HubDouble.start();
const lines = Array.from(
  { length: 10 },
  (_, i) => `step ${(i + 1) * 100}/1000 loss ${(2 / (i + 2)).toFixed(3)}`,
);
hub.course = () => ({ queueMs: 0, runMs: 0, lines });
hub.streamMs = 1_000;

const LOOKS = Array.from({ length: 2 }, () => ({
  name: 'hf_inspect_dataset',
  arguments: { dataset: 'stanfordnlp/imdb' },
}));

/** Answers at once, or asks first for what the request is about. */
function reply(request: ChatCompletionRequest): Reply {
  const isAsked = request.messages.at(-1)?.role === 'user';
  const [, what] = /#\d+ (\w+)/.exec(isAsked ? lastText(request) : '') ?? [];
  if (what === 'job') return { calls: [JOB] };
  if (what === 'look') return { calls: LOOKS };
  return { text: `Answer. ${'Some words of it. '.repeat(10)}` };
}

/** By thread: what is waited for there, and whom to tell. */
const waiting = new Map<string, { isDone(message: SlackMessage): boolean; done(): void }>();

slack.workspace.on('change', (message) => {
  const thread = `${message.channel}/${message.thread_ts}`;
  const waits = waiting.get(thread);
  if (message.bot_id === undefined || !waits?.isDone(message)) return;
  waiting.delete(thread);
  waits.done();
});

function seen(message: SlackMessage, isDone: (message: SlackMessage) => boolean): Promise<number> {
  const began = performance.now();
  return new Promise((resolve) => {
    const done = () => resolve(performance.now() - began);
    setTimeout(done, LONGEST_MS).unref();
    waiting.set(`${message.channel}/${message.thread_ts ?? message.ts}`, { isDone, done });
  });
}

function approveButton({ blocks }: SlackMessage) {
  const found = parseBlocks(blocks)
    .flatMap((block) => (block.type === 'actions' ? block.elements : []))
    .find((element) => element.action_id === 'approve');
  return found?.type === 'button' ? found : undefined;
}

/** Answers, which people may rate, or a card that waits for a decision. */
const isAnswer = ({ blocks }: SlackMessage) =>
  parseBlocks(blocks).some(({ type }) => type === 'context_actions');
const isCard = (message: SlackMessage) => approveButton(message) !== undefined;

let asked = 0;
let last: SlackMessage | undefined;
const cards: SlackMessage[] = [];

/** Somebody asks, in a thread of its own; resolves with how long it took until that was shown. */
async function ask(what: Asked): Promise<number> {
  const id = asked++;
  const message = slack.mention('U0ADA', CHANNELS[id % CHANNELS.length] ?? '', `#${id} ${what}: please`);
  last = message;
  return seen(message, (shown) => {
    if (what !== 'job') return isAnswer(shown);
    if (isCard(shown)) cards.push(shown);
    return isCard(shown);
  });
}

/** Somebody approves of a card; resolves with how long it took until the card showed it. */
async function click(): Promise<number> {
  const card = cards.shift();
  if (card === undefined) throw new Error('there is no card left');
  const shown = seen(card, (message) => message.ts === card.ts && !isCard(message));
  slack.click('U0ADA', card, 'approve');
  return shown;
}

/** Runs all at once, or one after another, or so many a second. */
async function paced(count: number, pace: number | 'together' | 'in turn', one: () => Promise<number>) {
  const all: Promise<number>[] = [];
  for (let i = 0; i < count; i++) {
    const each = one();
    all.push(each);
    if (pace === 'in turn') await each;
    if (typeof pace === 'number') await new Promise((resolve) => setTimeout(resolve, 1000 / pace));
  }
  return Promise.all(all);
}

/** As many threads that look as the newest one does: by the timestamps there, those of each copy. */
function copies(count: number): Told {
  if (last === undefined) throw new Error('there is no thread yet');
  const { channel, ts: root } = last;
  const thread = slack.workspace.thread(channel, root);
  return {
    kind: 'copied',
    root,
    threads: Array.from({ length: count }, () => {
      const ts: Record<string, string> = {};
      for (const message of thread) {
        const thread_ts = message.thread_ts && ts[message.thread_ts];
        ts[message.ts] = slack.workspace.add({ ...message, thread_ts }).ts;
      }
      return ts;
    }),
  };
}

async function doWhatIsAsked(message: ToGround): Promise<Told> {
  const began = performance.now();
  switch (message.kind) {
    case 'ask':
      return {
        kind: 'times',
        each: await paced(message.count, message.pace, () => ask(message.what)),
        all: performance.now() - began,
      };
    case 'click':
      return {
        kind: 'times',
        each: await paced(message.count, message.pace, click),
        all: performance.now() - began,
      };
    case 'copy':
      return copies(message.count);
    case 'calls':
      return {
        kind: 'calls',
        count: slack.calls.length,
        refused: slack.calls.filter(({ error }) => error === 'ratelimited').length,
      };
    default:
      return message satisfies never;
  }
}

process.on('message', (message: ToGround) => {
  void doWhatIsAsked(message).then((told) => process.send?.(told));
});
process.on('disconnect', () => process.exit(0));
const environment = {
  SLACK_API_URL: slack.apiUrl,
  SLACK_BOT_TOKEN: `xoxb-${BOT.team_id}-bench-bench`,
  SLACK_APP_TOKEN: 'xapp-bench-bench-bench',
  HF_ENDPOINT: hub.url,
  HF_DATASETS_SERVER: hub.url,
  MODEL_BASE_URL: model.baseUrl,
};
const ready: Told = { kind: 'ready', environment };
process.send?.(ready);

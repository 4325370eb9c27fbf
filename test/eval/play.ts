import { asc } from 'drizzle-orm';
import { sessions } from '../../src/db/schema/sessions.ts';
import type { Snapshot } from '../../src/session/snapshot.ts';
import { readSnapshot } from '../../src/session/store/read-snapshot.ts';
import type { ToolCall } from '../../src/session/tool-calls.ts';
import { sleep } from '../doubles/http.ts';
import { parseBlocks } from '../doubles/slack/rules.ts';
import type { SlackMessage } from '../doubles/slack/workspace.ts';
import { type Bot, type Ground, startBot } from './bot.ts';
import { runConfined } from './confined-jobs.ts';
import { type Ran, ranOf, sentOf } from './ran.ts';
import type { ModelSettings } from './settings.ts';
import type { Decision, Task } from './task.ts';

/** How long a run may take before it is broken off, in milliseconds. */
export type PlayLimits = { mostMs: number };

/** The most approvals that people look at in one run: whoever asks for more has lost the thread. */
const MOST_ASKED = 12;
const MODEL_CALLS = 40;

/**
 * Plays a task with the real bot: Ada asks, decides and writes again, until the agent has nothing left to do.
 * What was done is the result, also where it did not come to an end by itself.
 */
export async function play(
  ground: Ground,
  task: Task,
  model: ModelSettings,
  limits: PlayLimits,
): Promise<Ran> {
  const bounded = {
    ...model,
    limits: { ...model.limits, model_calls_per_turn: task.modelCalls ?? MODEL_CALLS },
  };
  const bot = await startBot(ground, task, bounded);
  try {
    const { hub, slack } = bot;
    let jobs = 0;
    hub.course = (spec) => {
      const unborn = { id: '', namespace: '', createdAt: Date.now(), course: NOTHING, ended: undefined };
      const sent = sentOf({ ...unborn, spec });
      if (task.runsForReal) return runConfined(ground, hub, sent);
      return task.job?.(sent, jobs++) ?? NOTHING;
    };
    const words = `<@UBOT00001> ${task.says}`;
    const first = task.files
      ? slack.share('U0ADA', 'C0ML', task.files, words)
      : slack.say('U0ADA', 'C0ML', words);
    for (const text of task.opens ?? []) slack.say('U0ADA', 'C0ML', text, first.ts);
    const { snapshot, broken } = await followed(bot, task, first, limits);
    return ranOf(snapshot, hub, broken);
  } finally {
    await bot.close();
  }
}

const NOTHING = { queueMs: 0, runMs: 0, lines: ['Job image not found'], stage: 'ERROR' as const };

type Followed = { snapshot: Snapshot; broken: string | undefined };

/** How often the record is looked at. */
const LOOK_MS = 40;

/** Decides and writes for Ada until it is over. */
async function followed(
  bot: Bot,
  task: Task,
  first: SlackMessage,
  { mostMs }: PlayLimits,
): Promise<Followed> {
  const ada = new Ada(bot, task, first);
  const deadline = performance.now() + mostMs;
  let last: Snapshot | undefined;
  for (;;) {
    const snapshot = await sessionIn(bot);
    last = snapshot ?? last;
    const isLate = performance.now() > deadline;
    if (last !== undefined && isLate) {
      return { snapshot: last, broken: `it was still ${last.session.state.kind} after ${mostMs / 1000} s` };
    }
    if (isLate) throw new Error('the bot has not begun a session');
    const end = snapshot === undefined ? 'goes on' : await ada.looksAt(snapshot);
    if (snapshot !== undefined && end !== 'goes on') return { snapshot, broken: end.broken };
    await sleep(LOOK_MS);
  }
}

async function sessionIn({ storage: { db } }: Bot): Promise<Snapshot | undefined> {
  const [row] = await db.select({ id: sessions.id }).from(sessions).orderBy(asc(sessions.createdAt)).limit(1);
  return row === undefined ? undefined : readSnapshot(db, row.id);
}

type End = 'goes on' | { broken: string | undefined };

/** After so long a click that had no effect is made again: its card may have been drawn anew meanwhile. */
const CLICK_AGAIN_MS = 3_000;

/** The person who asked: she decides as the task says, and has more to say when the agent is done. */
class Ada {
  readonly #bot: Bot;
  readonly #task: Task;
  readonly #first: SlackMessage;
  readonly #decided = new Map<string, { decision: Decision; clickedAt: number }>();
  #written = 0;
  /** How many requests there were when she wrote last: what she writes begins another. */
  #exchange = 0;

  constructor(bot: Bot, task: Task, first: SlackMessage) {
    this.#bot = bot;
    this.#task = task;
    this.#first = first;
  }

  async looksAt(snapshot: Snapshot): Promise<End> {
    const { state, exchange } = snapshot.session;
    if (state.kind === 'failed') return { broken: `it failed: ${state.failure.message}` };
    if (state.kind === 'interrupted' || state.kind === 'closed') return { broken: `it was ${state.kind}` };
    for (const call of snapshot.toolCalls) {
      if (call.state.kind === 'awaiting_approval') await this.#decide(snapshot, call);
    }
    const isOpen =
      state.kind !== 'idle' ||
      exchange <= this.#exchange ||
      snapshot.unread.length > 0 ||
      snapshot.watches.some(({ endedAt }) => endedAt === undefined);
    if (isOpen) return 'goes on';
    const next = this.#task.answers?.[this.#written];
    if (next === undefined) return { broken: undefined };
    this.#written++;
    this.#exchange = exchange;
    this.#bot.slack.say('U0ADA', 'C0ML', next, this.#first.ts);
    return 'goes on';
  }

  async #decide(snapshot: Snapshot, call: ToolCall): Promise<void> {
    const card = this.#cardOf(call.id);
    const known = this.#decided.get(call.id);
    const now = performance.now();
    if (card === undefined || (known !== undefined && now - known.clickedAt < CLICK_AGAIN_MS)) return;
    const decision = known?.decision ?? this.#decisionOn(snapshot, call);
    this.#decided.set(call.id, { decision, clickedAt: now });
    const { slack } = this.#bot;
    if (decision === 'approve') return slack.click('U0ADA', card, 'approve');
    slack.click('U0ADA', card, 'reject');
    await slack.submit('U0ADA', decision.reject);
  }

  #decisionOn(snapshot: Snapshot, call: ToolCall): Decision {
    const before = [...this.#decided.values()].map(({ decision }) => decision);
    if (before.length >= MOST_ASKED) return { reject: 'That is enough for today: tell me how it stands.' };
    const { proposals } = ranOf(snapshot, this.#bot.hub, undefined);
    const proposal = proposals.find(({ id }) => id === call.id);
    return this.#task.decides?.({ proposal, tool: call.name, before }) ?? 'approve';
  }

  /** The newest message with a button for a call. */
  #cardOf(callId: string): SlackMessage | undefined {
    const { workspace } = this.#bot.slack;
    return workspace
      .thread(this.#first.channel, this.#first.ts)
      .findLast(
        ({ bot_id, blocks }) =>
          bot_id !== undefined &&
          parseBlocks(blocks).some(
            (block) =>
              block.type === 'actions' &&
              block.elements.some(
                (element) =>
                  element.type === 'button' &&
                  element.action_id === 'approve' &&
                  (element.value ?? '').includes(callId),
              ),
          ),
      );
  }
}

import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { HubDouble } from '../doubles/hub/server.ts';
import { type ModelDouble, startModelDouble } from '../doubles/model.ts';
import { SlackDouble } from '../doubles/slack/server.ts';
import type { SlackMessage } from '../doubles/slack/workspace.ts';
import { type Backend, createBackend } from '../support/backends.ts';
import { ROOT } from '../support/root.ts';
import { story } from '../support/story.ts';
import { until } from '../support/until.ts';

/**
 * The same as the crash points, with real processes on a real data folder: what is lost is all that is lost
 * then.
 */

const MOST_STARTS = 60;

let child: ChildProcess | undefined;
let slack: SlackDouble;
let hub: HubDouble;
let model: ModelDouble;
let backend: Backend;
afterEach(async () => {
  child?.kill('SIGKILL');
  await Promise.all([slack.close(), hub.close(), model.close()]);
  await backend.remove();
});

/** Ada approves what she sees, once the bot listens. Says whether there was anything to approve. */
function approve(asked: SlackMessage): boolean {
  const card = repliesTo(asked).find(({ blocks }) =>
    JSON.stringify(blocks ?? []).includes('"action_id":"approve"'),
  );
  if (card === undefined || slack.connections === 0) return false;
  slack.click('U0ADA', card, 'approve');
  return true;
}

/** Starts a process that ends itself with SIGKILL at its n-th transaction. Resolves when it is gone. */
function live(n: number, moment: 'before' | 'after'): Promise<void> {
  const started = spawn(process.execPath, [join(ROOT, 'test/chaos/bot.ts')], {
    env: {
      PATH: process.env.PATH,
      ML_INTERN_CONFIG: join(ROOT, 'configs/main_agent_config.json'),
      TIME: JSON.stringify({ startedAt: Date.now(), factor: 1, ahead: 0 }),
      DIES: `${moment} ${n}`,
      DATA_DIR: backend.settings.dataDir,
      SLACK_API_URL: slack.apiUrl,
      SLACK_BOT_TOKEN: 'xoxb-killed-killed',
      SLACK_APP_TOKEN: 'xapp-killed-killed',
      SLACK_RATE_FACTOR: '20',
      HF_TOKEN: 'hf_killedkilledkilled',
      HF_MCP: 'false',
      HF_ENDPOINT: hub.url,
      HF_DATASETS_SERVER: hub.url,
      MODEL_ID: 'scripted/model',
      MODEL_BASE_URL: model.baseUrl,
      LEASE_SECONDS: '2',
      SWEEP_SECONDS: '0.5',
      LOG_LEVEL: 'silent',
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  child = started;
  return new Promise((resolve) => started.once('exit', () => resolve()));
}

/** What the bot has in the story's thread. */
const repliesTo = (asked: SlackMessage): SlackMessage[] =>
  slack.workspace.thread('C0ML', asked.ts).filter(({ bot_id }) => bot_id !== undefined);

/** The story's thread as far as it has come. */
function look(asked: SlackMessage): { isOver: boolean; shown: string } {
  const replies = repliesTo(asked);
  const shown = replies.map(({ text }) => text).join('\n---\n');
  return {
    isOver: shown.includes('92.8 %') && shown.includes('✅ Done') && /✅ [^✅\n]+ done · /.test(shown),
    shown,
  };
}

test.each(['before', 'after'] as const)(
  'a process that is killed just %s a commit, a later one each time it is started again, brings the story to its end',
  async (moment) => {
    [backend, slack, hub, model] = await Promise.all([
      createBackend('embedded'),
      // As often as there are starts: Slack's own last attempt is an hour after the first.
      SlackDouble.start({ rateScale: 20, retryWaitsMs: Array.from({ length: MOST_STARTS }, () => 3_000) }),
      HubDouble.start(),
      startModelDouble(story),
    ]);
    hub.course = () => ({ queueMs: 0, runMs: 0, lines: ["{'eval_accuracy': 0.9284}"], stage: 'COMPLETED' });
    const asked = slack.mention('U0ADA', 'C0ML', 'fine-tune a small model on stanfordnlp/imdb');
    let starts = 0;
    let isOver = false;
    while (!isOver) {
      if (++starts > MOST_STARTS) throw new Error(`no end after ${MOST_STARTS} starts: ${look(asked).shown}`);
      let isGone = false;
      let isApproved = false; // once in each life: a click that nobody took is made again in the next
      // Even ones and odd ones: all of them would be twice as many starts.
      const gone = live(2 * starts - (moment === 'after' ? 1 : 0), moment).then(() => {
        isGone = true;
      });
      await until(
        () => `the process dies or the story ends: ${look(asked).shown}`,
        () => {
          isOver = look(asked).isOver;
          if (!isApproved) isApproved = approve(asked);
          return isOver || isGone;
        },
        60_000,
      );
      if (!isOver) await gone;
    }
    child?.kill('SIGKILL');
    expect(starts).toBeGreaterThan(6);
    expect(hub.jobs).toHaveLength(1);
    expect(model.refusals).toEqual([]);
    const replies = repliesTo(asked);
    const keys = replies.map(({ metadata }) => metadata?.event_payload.key);
    expect(new Set(keys).size).toBe(keys.length);
    expect(replies.filter(({ text }) => text.includes('92.8 %'))).toHaveLength(1);
  },
  600_000,
);

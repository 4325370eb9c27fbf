import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PLATFORMS } from '../../src/app/platforms.ts';
import { start } from '../../src/app/start.ts';
import type { Storage } from '../../src/db/storage.ts';
import { type Clock, randomIds } from '../../src/lib/clock.ts';
import { HubDouble } from '../doubles/hub/server.ts';
import { SlackDouble } from '../doubles/slack/server.ts';
import { hasty } from '../support/clocks.ts';
import { FAST_FOLDER } from '../support/fast-folder.ts';
import { lenderAt } from '../support/lent-database.ts';
import { lentParseApart } from '../support/parse-apart.ts';
import { embeddedTemplate } from '../support/template.ts';
import { until } from '../support/until.ts';
import { amongDoubles, type ModelSettings } from './settings.ts';
import type { Task } from './task.ts';

/** What runs of one process share: databases, which take long to make, and a folder that is removed. */
export type Ground = {
  lender: ReturnType<typeof lenderAt>;
  /** One that sandboxes of another user can pass through. */
  folder: string;
  hasSandbox: boolean;
  close(): Promise<void>;
};

export async function prepareGround(hasSandbox: boolean): Promise<Ground> {
  const template = await embeddedTemplate();
  const scratch = await mkdtemp(join(FAST_FOLDER, 'ml-intern-eval-'));
  const folder = await mkdtemp(join(tmpdir(), 'ml-intern-eval-'));
  await chmod(folder, 0o755);
  return {
    lender: lenderAt(() => ({ scratch, template })),
    folder,
    hasSandbox,
    async close() {
      await Promise.all([scratch, folder].map((path) => rm(path, { recursive: true, force: true })));
    },
  };
}

/** The bot at work on one task, among doubles of everything but, where a real one is measured, the model. */
export type Bot = {
  slack: SlackDouble;
  hub: HubDouble;
  /** The bot's own record, while it runs. */
  storage: Storage;
  close(): Promise<void>;
};

/** Starts it, with the product's own start, and waits until it is connected to the chat. */
export async function startBot(ground: Ground, task: Task, model: ModelSettings): Promise<Bot> {
  const [slack, hub] = await Promise.all([SlackDouble.start({ rateScale: RATES }), HubDouble.start()]);
  const loan = await ground.lender.borrow();
  const directory = await mkdtemp(join(ground.folder, 'run-'));
  await chmod(directory, 0o755);
  const sandboxes = join(directory, 'sandboxes');
  await mkdir(sandboxes);
  const places = { slack, hub, directory, sandboxes: ground.hasSandbox ? sandboxes : undefined };
  const config = amongDoubles(model, places, RATES);
  task.arrange?.(hub, config);
  let opened: Storage | undefined;
  const running = await start(config, new Set(['chat', 'worker']), {
    ids: randomIds,
    apart: lentParseApart,
    platforms: PLATFORMS,
    connects: PLATFORMS.filter(({ name }) => name === 'slack'),
    ...(model.isScripted ? { timed: (record: Clock) => hasty(record, SHORT_WAIT_MS) } : {}),
    async openStorage({ redaction, timed }) {
      opened = await loan.open({ redaction, timed });
      return opened;
    },
  });
  await until('the bot is connected', () => slack.connections > 0, START_MS);
  if (opened === undefined) throw new Error('the bot has started without a record');
  return {
    slack,
    hub,
    storage: opened,
    async close() {
      await running.stop();
      await Promise.all([slack.close(), hub.close()]);
      await loan.giveBack();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Wide: how fast a chat takes messages is measured elsewhere. */
const RATES = 100;
const START_MS = 60_000;
/** A scripted model has no limits that have to be waited for. */
const SHORT_WAIT_MS = 50;

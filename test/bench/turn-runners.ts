import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../support/root.ts';
import { until } from '../support/until.ts';
import type { Servers } from './turn-servers.ts';

const PEERS = join(ROOT, 'test/bench/peers');

/** Somebody whose steps are measured: a program that is sent requests. */
export type Runner = {
  name: string;
  isPeer: boolean;
  /** Starts its process on a database of its own. */
  start(servers: Servers): Promise<Started>;
};

type Started = {
  /** Undefined where its record is not on the server. */
  databaseUrl: string | undefined;
  ask(request: string): void;
  pid: number;
  end(): Promise<void>;
};

/** A program, once it is ready for requests. */
async function launch(
  file: string,
  words: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Promise<{ child: ChildProcess; pid: number }> {
  const child = fork(file, words, {
    env: { ...process.env, ...environment },
    execArgv: [],
    cwd: ROOT,
  });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`${file} has ended with ${code}`);
  });
  ended.catch(() => {}); // it is ended once it has been measured
  await Promise.race([once(child, 'message'), ended]);
  if (child.pid === undefined) throw new Error(`${file} did not start`);
  return { child, pid: child.pid };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  if (child.connected) child.disconnect();
  await ended;
}

const peer = (name: string, file: string, ...words: string[]): Runner => ({
  name,
  isPeer: true,
  async start(servers) {
    const databaseUrl = await servers.database();
    const environment = { MODEL_BASE_URL: servers.modelUrl, DATABASE_URL: databaseUrl };
    const { child, pid } = await launch(join(PEERS, file), words, environment);
    const ask = (request: string) => void child.send({ request });
    return { databaseUrl, ask, pid, end: () => end(child) };
  },
});

type Storage = 'postgres+redis' | 'postgres' | 'embedded';

/** What the program is told, as an operator would. */
function environmentFor(servers: Servers, storage: Storage, databaseUrl: string, dataDir: string) {
  const secret = randomBytes(16).toString('hex');
  return {
    SLACK_BOT_TOKEN: `xoxb-${secret}`,
    SLACK_APP_TOKEN: `xapp-${secret}`,
    SLACK_SIGNING_SECRET: secret,
    SLACK_API_URL: servers.slack.apiUrl,
    HF_TOKEN: `hf_${secret}`,
    HF_ENDPOINT: servers.hubUrl,
    HF_DATASETS_SERVER: servers.hubUrl,
    MODEL_ID: 'scripted/model',
    MODEL_BASE_URL: servers.modelUrl,
    LOG_LEVEL: 'silent',
    DATA_DIR: dataDir,
    ML_INTERN_QUEUE_PREFIX: `bench-${secret}`,
    DATABASE_URL: storage === 'embedded' ? '' : databaseUrl,
    REDIS_URL: storage === 'postgres+redis' ? servers.redisUrl : '',
  };
}

const product = (name: string, storage: Storage, isShown: boolean): Runner => ({
  name,
  isPeer: false,
  async start(servers) {
    const dataDir = mkdtempSync(join(tmpdir(), 'ml-intern-bench-'));
    const databaseUrl = await servers.database();
    const environment = environmentFor(servers, storage, databaseUrl, dataDir);
    const file = join(ROOT, 'test/bench/turn-product.ts');
    const { child, pid } = await launch(file, isShown ? ['chat'] : [], environment);
    if (isShown) await until('it is connected', () => servers.slack.connections > 0);
    return {
      databaseUrl: storage === 'embedded' ? undefined : databaseUrl,
      ask(request) {
        if (isShown) servers.slack.mention('U0ADA', 'C0ML', request);
        else child.send({ request });
      },
      pid,
      async end() {
        await end(child);
        rmSync(dataDir, { recursive: true, force: true });
      },
    };
  },
});

export const BARE = 'a bare loop';
export const DBOS = 'DBOS';
export const LANGGRAPH = 'LangGraph, Postgres';
export const ON_REDIS = 'this, Postgres and Redis';
export const ON_POSTGRES = 'this, Postgres';
export const EMBEDDED = 'this, embedded';

/** All that are measured, in the order of the table. */
export const RUNNERS: readonly Runner[] = [
  peer(BARE, 'bare.ts'),
  peer('pi', 'pi.ts'),
  peer('AI SDK', 'ai-sdk.ts'),
  peer('OpenAI Agents', 'openai-agents.ts'),
  peer(DBOS, 'dbos.ts'),
  peer(LANGGRAPH, 'langgraph.ts', 'sync'),
  peer(`${LANGGRAPH}, going on meanwhile`, 'langgraph.ts', 'async'),
  product(ON_REDIS, 'postgres+redis', false),
  product(ON_POSTGRES, 'postgres', false),
  product(EMBEDDED, 'embedded', false),
  product(`${ON_REDIS}, shown on Slack`, 'postgres+redis', true),
  product(`${ON_POSTGRES}, shown on Slack`, 'postgres', true),
  product(`${EMBEDDED}, shown on Slack`, 'embedded', true),
];

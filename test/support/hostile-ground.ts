import { researchTool } from '../../src/agent/research/tool.ts';
import { PLATFORMS } from '../../src/app/platforms.ts';
import { toolsOf } from '../../src/app/tool-catalogue.ts';
import { createHardwareList } from '../../src/hub/hardware.ts';
import { createHubJobs } from '../../src/hub/jobs.ts';
import { hubToken } from '../../src/hub/token.ts';
import { randomIds, systemClock } from '../../src/lib/clock.ts';
import { createLogger } from '../../src/lib/log.ts';
import { cappedClean } from '../../src/lib/output.ts';
import { createRedaction } from '../../src/lib/redaction.ts';
import { refusalOfArguments } from '../../src/lib/secret-arguments.ts';
import type { TimedAnswer } from '../../src/llm/answer.ts';
import { tokensOf } from '../../src/llm/tokens.ts';
import { BOUNDS } from '../../src/parse-apart/bounds.ts';
import { createParseApart } from '../../src/parse-apart/parse-apart.ts';
import { chooseSandboxes } from '../../src/sandbox/choose.ts';
import type { Tool, ToolContext, ToolResult } from '../../src/tools/tool.ts';
import { createFetcher } from '../../src/web/fetcher.ts';
import { hastyClock } from './clocks.ts';
import { HOSTILE_CALLS } from './hostile-calls.ts';
import { loadConfig } from './load-config.ts';
import { quickestTurn } from './longest-turn.ts';
import { ROOT } from './root.ts';
import { localSandboxes, shell } from './sandboxes.ts';
import { type SwollenHub, startSwollenHub } from './swollen-hub.ts';
import { toolContext } from './tool-context.ts';
import { webAt } from './web.ts';

/** Every tool of the agent, over a Hub and a web whose answers are as large as they may be. */
export type HostileGround = {
  hub: SwollenHub;
  tools: readonly Tool[];
  /** The calls of a tool, with what they name put in. */
  callsOf(tool: string): object[];
  /** What the research assistant's model answers next. */
  answer: { next: Partial<TimedAnswer>[] };
  close(): Promise<void>;
};

/** Parsers are given up early: what is right takes a tenth of it. */
const SHORT = Object.fromEntries(Object.keys(BOUNDS.withinMs).map((name) => [name, 1_500]));

export async function createHostileGround(): Promise<HostileGround> {
  const hub = await startSwollenHub();
  const config = loadConfig({ HF_ENDPOINT: hub.url, HF_DATASETS_SERVER: hub.url, HF_TOKEN: 'hf_test' }, ROOT);
  config.web = webAt(hub.url);
  const token = hubToken('hf_test');
  const clock = { ...hastyClock(100), now: systemClock.now };
  const fetcher = createFetcher({
    cache: { find: async () => undefined, keep: async () => {} },
    clock,
    trusted: [hub.url],
  });
  const apart = createParseApart({ ...BOUNDS, withinMs: { ...BOUNDS.withinMs, ...SHORT } });
  const jobs = createHubJobs(hub.url, token);
  const sandboxes = localSandboxes();
  const log = createLogger('silent', (text) => text);
  const parts = {
    config,
    platforms: PLATFORMS,
    clock,
    token,
    jobs,
    hardware: createHardwareList(hub.url, clock.monotonic),
    attached: { list: async () => [], bytesOf: async () => undefined },
    readFiles: { hashOf: async () => undefined, note: async () => {} },
    runs: {
      named: async () => ({ kind: 'none' as const }),
      ofSession: async () => ({ kind: 'none' as const }),
      compare: async () => undefined,
      compareIn: async () => undefined,
    },
    ownership: { of: async (_sessionId: string, all: readonly unknown[]) => all.map(() => 'here' as const) },
    fetcher,
    apart,
  };
  const spaces = chooseSandboxes(
    { ...config, sandbox: { ...config.sandbox, kind: 'space' } },
    { clock, ids: randomIds, log, token, account: jobs.whoAmI, installation: async () => 'x' },
  );
  const local = toolsOf({ ...parts, sandboxes: { kind: 'local', sandboxes } });
  const [create] = toolsOf({ ...parts, sandboxes: spaces }).filter(({ name }) => name === 'sandbox_create');
  const answer: HostileGround['answer'] = { next: [] };
  const own = [...local, ...(create ? [create] : [])];
  const research = researchOver(own, answer);
  const named = await prepare(own, sandboxes);
  return {
    hub,
    answer,
    tools: [...own, research],
    callsOf: (tool) =>
      (HOSTILE_CALLS[tool] ?? []).map((args) =>
        Object.fromEntries(
          Object.entries(args).map(([key, value]) => [key, withNames(value, { ...named, hub: hub.url })]),
        ),
      ),
    async close() {
      await sandboxes.stop();
      await Promise.all([fetcher.close(), apart.close()]);
      await hub.close();
    },
  };
}

function researchOver(tools: readonly Tool[], answer: HostileGround['answer']): Tool {
  return researchTool({
    tools,
    model: {
      complete: async ({ model }) => ({
        text: 'That is all.',
        reasoning: '',
        calls: [],
        isTruncated: false,
        usage: { inputTokens: 1, cachedTokens: 0, outputTokens: 1 },
        model,
        firstTokenMs: 1,
        totalMs: 1,
        ...answer.next.shift(),
      }),
    },
    modelOf: async () => 'm',
    factsOf: async () => ({ contextTokens: 200_000, price: undefined, seesImages: false, takesTools: true }),
    isOverBudget: async () => false,
    prompt: 'Look it up.',
    maxOutputCharacters: 25_000,
    maxReportCharacters: 40_000,
    maxSteps: 5,
    maxUsd: 1,
  });
}

const NOISE = 'password: -----END PRIVATE KEY-----\\nabcd curl -u token=\\" ';

/** Makes a job, a scheduled one and files in the sandbox, for calls to name. */
async function prepare(tools: readonly Tool[], sandboxes: ReturnType<typeof localSandboxes>) {
  const { signal } = toolContext;
  const sandbox = await sandboxes.open(toolContext.sessionId, signal);
  const files = [
    `yes '${NOISE}' | head -c 4900000 > noise.txt`,
    '(echo a,b; yes 1,2 | head -c 3000000) > big.csv',
    `head -c 4000000 /dev/zero | tr '\\0' '[' > deep.json`,
    `yes '# ${NOISE}' | head -c 199000 > big.py`,
    'mkdir many; cd many; for i in $(seq 1 3000); do : > $(printf "%0200d" $i); done',
  ];
  await shell(sandbox, files.join('; '));
  const run = async (args: object) => {
    const call = tools.find(({ name }) => name === 'hf_jobs')?.prepare(JSON.stringify(args));
    if (!call?.ok) throw new Error(call?.error);
    const approved = await call.call.approval(toolContext);
    return call.call.run({ ...toolContext, approved });
  };
  const job = await run({ operation: 'run', script: 'print(1)' });
  const scheduled = await run({ operation: 'scheduled run', script: 'print(1)', schedule: '@hourly' });
  if (job.kind !== 'waiting' || scheduled.kind !== 'done') throw new Error(JSON.stringify([job, scheduled]));
  return {
    job: job.watch.jobId,
    scheduled: /\b5c\d+\b/.exec(scheduled.output)?.[0] ?? '',
    noise: 'token words behind a colon: '.repeat(40_000).slice(0, 999_000),
  };
}

function withNames(value: unknown, names: Readonly<Record<string, string>>): unknown {
  return typeof value === 'string' ? value.replace(/<(\w+)>/g, (_all, name) => names[name] ?? '') : value;
}

/**
 * A call as the agent takes it: its arguments are looked through and read, people are asked, it is run, and
 * what it puts out is made ready for the record. Tells what came of it, and the longest turn meanwhile.
 */
export async function takenCall(
  tool: Tool,
  text: string,
): Promise<{ kind: string; output: string; ms: number }> {
  const { value, ms } = await quickestTurn(
    async (context) => {
      const result = await taken(tool, text, context);
      const output = 'output' in result ? cappedClean(context.redaction, result.output, 25_000) : '';
      tokensOf(output);
      return { kind: result.kind, output };
    },
    () => ({ ...toolContext, redaction: createRedaction() }), // one remembers what it has looked through
  );
  return { ...value, ms };
}

async function taken(tool: Tool, text: string, context: ToolContext): Promise<ToolResult> {
  const refused = await refusalOfArguments(text, context.redaction);
  if (refused !== undefined) return { kind: 'failed', output: refused };
  tool.summary(text);
  const prepared = tool.prepare(text);
  if (!prepared.ok) return { kind: 'failed', output: prepared.error };
  try {
    const approved = await prepared.call.approval(context);
    return await prepared.call.run({ ...context, approved });
  } catch (error) {
    return { kind: 'failed', output: error instanceof Error ? error.message : String(error) };
  }
}

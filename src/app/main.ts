import { type Checked, checkSettings } from '../config/check.ts';
import type { Config } from '../config/load.ts';
import type { Role } from '../config/roles.ts';
import { randomIds } from '../lib/clock.ts';
import { ConfigError } from '../lib/config-error.ts';
import { messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';
import { useNetwork } from '../lib/network.ts';
import { createRedactor, type Redactor } from '../lib/redaction.ts';
import { watchForUnhandled } from '../lib/unhandled.ts';
import { awayReason } from '../lib/unreachable.ts';
import { type Base, createBase } from './base.ts';
import { withFoundModel } from './found-model.ts';
import { PLATFORMS } from './platforms.ts';
import { ask, probesFor, refusalsIn, waitFor } from './preflight/preflight.ts';
import type { Running, Seams } from './start.ts';

/**
 * The program: roles from the command line (`chat`, `worker`; none is both), until it is asked to stop.
 * Resolves once it runs. Where it is given what it lacks (`set-up.ts`), all of it is ended in order and
 * started anew, as a new process would be.
 */
export async function main(seams: Omit<Seams, 'platforms'> = { ids: randomIds }): Promise<void> {
  const stopping = stoppedBySignal();
  const carried = new Map<string, string>();
  let unwatch = () => {};
  const watch = (log: Logger): void => {
    unwatch();
    unwatch = watchForUnhandled(process, log, () => void stopping.fail());
  };
  async function run(): Promise<void> {
    const checked = readSettings();
    redact = createRedactor(Object.values(checked.readable.secrets).filter((value) => value !== undefined));
    for (const warning of checked.warnings) tell(`Warning: ${warning}`);
    useNetwork(checked.readable.network);
    for (const platform of PLATFORMS) platform.prepare?.();
    const settingUp = { directory: process.cwd(), read: readSettings, startAnew };
    const running = await begin(checked, { ...seams, platforms: PLATFORMS, settingUp, carried }, watch);
    stopping.ends(running.stop);
  }
  const startAnew = (): void => void stopping.end().then(run).catch(fail);
  await run();
}

const readSettings = (): Checked =>
  checkSettings(process.argv.slice(2), process.env, process.cwd(), PLATFORMS);

/**
 * With settings that are wrong, others get this long to be refused as well: whoever is away keeps nothing
 * from being told.
 */
const REFUSALS_WITHIN_MS = 3_000;

/**
 * Asks everybody who is needed, tells all that is wrong and refused together, waits for who is away, and
 * starts. Should somebody be away again by then, it waits again. `watch` is given the log as soon as there is
 * one.
 */
async function begin(checked: Checked, seams: Seams, watch: (log: Logger) => void): Promise<Running> {
  const { roles, readable } = checked;
  const { needed, wanted } = await probesFor(readable, roles, seams.platforms);
  const asking = checked.faults ? AbortSignal.timeout(REFUSALS_WITHIN_MS) : undefined;
  const asked = await ask([...needed, ...wanted], asking);
  const faults = [...(checked.faults ?? []), ...refusalsIn(asked)];
  if (checked.faults || faults.length > 0) throw new ConfigError(faults);
  const { config } = checked;
  const unheard = asked.filter(({ probe, finding }) => wanted.includes(probe) && finding.kind === 'away');
  const given = await withFoundModel(config);
  let waiting = asked.filter(({ probe }) => needed.includes(probe));
  for (let isFirst = true; ; isFirst = false) {
    const base = await createBase(config, roles);
    if (isFirst) watch(base.log);
    for (const { finding } of unheard.splice(0)) {
      base.log.warn(
        finding,
        'the bot starts though the Hub does not answer; what needs it fails until it does',
      );
    }
    const refusals = await waitFor(waiting, base.log);
    if (refusals.length > 0) throw new ConfigError(refusals);
    const running = await startOrTell(given.config, roles, { ...seams, base, lacks: given.lacks });
    if (running !== undefined) return running;
    waiting = await ask(needed);
  }
}

/** Undefined where somebody could not be reached, who had answered just before. */
async function startOrTell(
  config: Config,
  roles: ReadonlySet<Role>,
  seams: Seams & { base: Base },
): Promise<Running | undefined> {
  // Late, because it takes seconds to load: what is wrong is told before.
  const { start } = await import('./start.ts');
  try {
    return await start(config, roles, seams);
  } catch (error) {
    const why = awayReason(error);
    if (error instanceof ConfigError || why === undefined) throw error;
    seams.base.log.warn(
      { why },
      'the start was broken off because something does not answer; it is tried again',
    );
    return undefined;
  }
}

/** Knows the shapes of secrets, and once the settings are read their values. */
let redact: Redactor = createRedactor([]);

const tell = (line: string): void => void process.stderr.write(`${redact(line)}\n`);

type Stopping = {
  /** What ends all that runs, which is done once. */
  ends(work: () => Promise<void>): void;
  /** Ends that, and not the process. */
  end(): Promise<void>;
  fail(): Promise<void>;
};

/**
 * Ends the process when it is asked to: in order where it has started, with code 0; at once while it is
 * starting, when there is nothing yet that a crash would not leave as well, and on a second signal.
 */
function stoppedBySignal(): Stopping {
  let end = async (): Promise<void> => {};
  let isStopping = false;
  async function stop(code: number): Promise<void> {
    if (isStopping) process.exit(1);
    isStopping = true;
    try {
      await end();
    } catch (error) {
      fail(error);
    }
    process.exit(code);
  }
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => void stop(0));
  return {
    ends(work) {
      let ended: Promise<void> | undefined;
      end = () => (ended ??= work());
    },
    end: () => end(),
    fail: () => stop(1),
  };
}

/** A line for each thing that a person can mend; of anything else what it says, down to what caused it. */
function describeFailure(error: unknown): string {
  if (error instanceof ConfigError) return error.message;
  const said: string[] = [];
  for (
    let one = error;
    one !== undefined && said.length < 5;
    one = one instanceof Error ? one.cause : undefined
  ) {
    const [line = ''] = messageOf(one).split('\n', 1);
    if (!said.includes(line)) said.push(line);
  }
  return `The bot can't start: ${said.join(': ')}. With LOG_LEVEL=debug it says where.`;
}

/** Ends the process with what a failure to start comes down to. */
export function fail(error: unknown): never {
  tell(describeFailure(error));
  const isDebugging = /^(debug|trace)$/.test(process.env.LOG_LEVEL ?? '');
  if (isDebugging && error instanceof Error && !(error instanceof ConfigError)) tell(error.stack ?? '');
  process.exit(1);
}

if (import.meta.main) main().catch(fail);

import { join } from 'node:path';
import type { Config } from '../config/load.ts';
import type { HubToken } from '../hub/token.ts';
import type { Clock, Ids } from '../lib/clock.ts';
import type { Logger } from '../lib/log.ts';
import { refuseInTransaction } from '../lib/transaction-scope.ts';
import { createLocalSandboxes } from './local.ts';
import type { Sandboxes } from './sandbox.ts';
import { createSpaceSandboxes, type SpaceSandboxes } from './space.ts';

/** Where the agent's own code runs; undefined where the config says nowhere. */
export type ChosenSandboxes =
  | { kind: 'local'; sandboxes: Sandboxes }
  | { kind: 'space'; sandboxes: SpaceSandboxes }
  | undefined;

export type SandboxParts = {
  clock: Clock;
  ids: Ids;
  log: Logger;
  token: HubToken;
  /** The account that Spaces belong to, where the config names none. */
  account(signal: AbortSignal): Promise<string>;
  installation(): Promise<string>;
};

/**
 * The one place that knows the kinds of sandboxes there are: another kind is a file of its own, and a case
 * here.
 */
export function chooseSandboxes(config: Config, parts: SandboxParts): ChosenSandboxes {
  const { sandbox, data_dir, jobs, mount } = config;
  const { namespace = jobs.namespace } = sandbox;
  switch (sandbox.kind) {
    case 'local':
      return {
        kind: 'local',
        sandboxes: createLocalSandboxes({
          directory: sandbox.directory ?? join(data_dir, 'sandboxes'),
          limits: {
            cpuSeconds: sandbox.cpu_seconds,
            memoryMb: sandbox.memory_mb,
            processes: sandbox.processes,
            diskMb: sandbox.disk_mb,
            files: sandbox.files,
          },
          commands: sandbox.commands,
          allowedHosts: sandbox.allowed_hosts,
          hidden: [data_dir, process.cwd()],
          mounted: mount,
          ids: parts.ids,
          log: parts.log,
        }),
      };
    case 'space':
      return {
        kind: 'space',
        sandboxes: createSpaceSandboxes({
          hubUrl: jobs.hub_url,
          token: parts.token,
          installation: remembered(parts.installation),
          namespace: namespace === undefined ? remembered(parts.account) : async () => namespace,
          idleSeconds: sandbox.idle_minutes * 60,
          clock: parts.clock,
        }),
      };
    case 'none':
      return undefined;
    default:
      return sandbox.kind satisfies never;
  }
}

/** Asks once; again where asking failed. */
function remembered<Args extends unknown[], T>(
  ask: (...args: Args) => Promise<T>,
): (...args: Args) => Promise<T> {
  let known: { value: T } | undefined;
  return async (...args) => {
    refuseInTransaction(() => 'a question to the Hub');
    known ??= { value: await ask(...args) };
    return known.value;
  };
}

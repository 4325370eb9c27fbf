import { type ApproverNames, createApproverNames } from '../access/approver-names.ts';
import type { ApproverPolicy } from '../approvals/approvers.ts';
import type { Membership } from '../controller/people.ts';
import type { Platform, PlatformPorts } from '../controller/platform.ts';
import type { PlatformDefinition } from '../controller/platform-definition.ts';
import { endAll } from '../lib/ending.ts';
import type { Health } from '../lib/health.ts';
import { runRenders } from '../runtime/renders.ts';
import { createOutage } from '../thread/delivery/outage.ts';
import type { RenderDeps } from '../thread/delivery/send.ts';
import { approversOf } from './channel-settings.ts';
import { connectPlatforms } from './connect-platforms.ts';
import { mentionsOn } from './mentions.ts';
import type { Parts } from './parts.ts';
import { platformPorts } from './platform-ports.ts';

/** How long a platform may take to end what people have clicked and said, and then threads to show it. */
const PLATFORM_MS = 4_000;
const RENDER_MS = 2_000;

/**
 * Threads that a process brings up to date at once, at most: most of the time each waits for its platform.
 */
const RENDERS_AT_ONCE = 256;

/** Starts the role that talks to people. Resolves, once it listens, with what stops it. */
export async function startChat(
  parts: Parts,
  connects: readonly PlatformDefinition[],
): Promise<() => Promise<void>> {
  const { config, storage, log, engine, clock } = parts;
  const { platforms, http } = await connectPlatforms(parts, connects);
  const outboundOf = (platform: string) => platforms.get(platform)?.outbound;
  const outage = createOutage({
    outboundOf,
    isReachable: async () => (await storage.isReachable()) && (await engine.isReachable()),
    hasTrouble: () => engine.trouble() !== undefined,
    onTrouble: engine.onTrouble,
    clock,
    log,
    everyMs: 2_000,
    timeZone: config.prompts.time_zone,
  });
  const rendering = {
    db: storage.db,
    clock,
    log,
    outboundOf,
    leaseMs: config.durability.lease_seconds * 1000,
    show: parts.renders.request,
    opens: opening(platforms),
  };
  runRenders(engine, rendering, RENDERS_AT_ONCE);

  async function stop(): Promise<void> {
    await endAll(log, [
      ...[...platforms].map(([what, platform]) => ({ what, withinMs: PLATFORM_MS, work: platform.stop })),
      { what: 'HTTP', withinMs: PLATFORM_MS, work: http.stop },
    ]);
    await endAll(log, [
      { what: 'renders', withinMs: RENDER_MS + 1_000, work: () => engine.stopWorkers(RENDER_MS) },
      { what: 'note on an outage', withinMs: RENDER_MS, work: outage.stop },
    ]);
  }

  try {
    const mentionsOf = mentionsOn(parts.platforms);
    const policy = { approversOf: approversOf(config), mentionsOf, isMember: membersOn(platforms) };
    const approvers = approverNamesOf(parts, platforms);
    await startAll(platforms, platformPorts(parts, policy, outage, approvers, platforms), parts.health);
  } catch (error) {
    await stop(); // it may be tried again, and then finds the port free
    throw error;
  }
  return stop;
}

/** Where sessions can be opened besides their own threads, where a platform shows those of others. */
function opening(platforms: ReadonlyMap<string, Platform>): NonNullable<RenderDeps['opens']> {
  const [name, platform] = [...platforms].find(([, { opens }]) => opens !== undefined) ?? [];
  return ({ id, address }) => (address.platform === name ? undefined : platform?.opens?.(id));
}

/** Tells of each platform how it stands, and has it take what people say. */
async function startAll(
  platforms: ReadonlyMap<string, Platform>,
  handed: PlatformPorts,
  health: Health,
): Promise<void> {
  for (const [name, { link }] of platforms) {
    health.part(name, () =>
      link.isUp() ? { state: 'up' } : { state: 'down', trouble: link.trouble?.() ?? 'is not connected' },
    );
  }
  for (const [name, platform] of platforms) {
    await platform.start(handed);
    await handed.reopened({ platform: name }); // a new token, or what was changed while nobody listened
  }
}

/** Notes who may decide in a channel, as its platform tells it. */
function approverNamesOf(
  { config, platforms: known, storage, clock, log, channelRules }: Parts,
  platforms: ReadonlyMap<string, Membership>,
): ApproverNames {
  const { approvals, budgets } = config;
  return createApproverNames({
    db: storage.db,
    clock,
    log,
    mentionsOf: mentionsOn(known),
    directory: {
      membersOf: async ({ platform, workspace }, ...of) =>
        platforms.get(platform)?.membersOf?.(workspace, ...of),
      nameOf: async ({ platform, workspace }, who) => platforms.get(platform)?.nameOf?.(workspace, who),
    },
    async approversIn(place) {
      const { rules } = await channelRules.of(place);
      return [...approversOf(config)(place, rules), ...budgets.approvers, ...approvals.second_approvers];
    },
  });
}

/** Who is in a group is the platform's to say. */
const membersOn =
  (platforms: ReadonlyMap<string, Membership>): ApproverPolicy['isMember'] =>
  async ({ platform, workspace }, group, person) =>
    (await platforms.get(platform)?.isMember?.(workspace, group, person)) ?? false;

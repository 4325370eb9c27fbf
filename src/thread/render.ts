import type { Clock } from '../ops/clock.ts';
import type { Logger } from '../ops/log.ts';
import type { ThreadAddress } from '../session/address.ts';
import type { Tx } from '../session/lease.ts';
import { type Bucket, reserve, slowDown } from '../session/pace.ts';
import {
  beginPost,
  beginStreaming,
  claimRender,
  distrustPost,
  doubtPost,
  fencedRender,
  forgetPost,
  type Grants,
  Lane,
  type Post,
  placePosts,
  type RenderClaim,
  type RenderEnd,
  RenderLost,
  readPosts,
  releaseRender,
  savePost,
} from '../session/posts.ts';
import { readSnapshot } from '../session/read-snapshot.ts';
import { settledThrough } from '../session/snapshot.ts';
import type { Delivery, Outbound } from './outbound.ts';
import { type Change, changes, messageKeyOf } from './reconcile.ts';
import { view } from './view.ts';
import type { ViewMessage } from './view-message.ts';

export type RenderDeps = {
  db: Tx;
  clock: Clock;
  log: Logger;
  outboundOf(platform: ThreadAddress['platform']): Outbound | undefined;
  /** Least time between two paced edits of one thread. */
  editIntervalMs: number;
  leaseMs: number;
};

/** `later` asks to be called again in that many milliseconds; nothing is lost meanwhile. */
export type Rendered = { kind: 'done' } | { kind: 'later'; inMs: number };

const BUSY_MS = 300;
const UNAVAILABLE_MS = 3_000;
const MAX_DIVISOR = 16;

/**
 * Brings one thread up to what its session should show now. One renderer a thread works at a time; every delivery is
 * noted before and after it is made, so that a crash between the two is resolved by looking, never by posting twice.
 */
export async function renderThread(deps: RenderDeps, sessionId: string): Promise<Rendered> {
  const held = await claimRender(deps.db, sessionId, deps.leaseMs);
  if (held === undefined) return { kind: 'later', inMs: BUSY_MS };
  try {
    return await renderHeld(deps, held);
  } catch (error) {
    if (error instanceof RenderLost) return { kind: 'later', inMs: BUSY_MS };
    await releaseRender(held, {});
    throw error;
  }
}

async function renderHeld(deps: RenderDeps, held: RenderClaim): Promise<Rendered> {
  const snapshot = await readSnapshot(deps.db, held.sessionId, 'thread');
  const outbound = snapshot && deps.outboundOf(snapshot.session.address.platform);
  if (snapshot === undefined || outbound === undefined) return end(held, { kind: 'done' });
  const { address, rev, settledExchange } = snapshot.session;

  const now = deps.clock.now();
  const blockedMs = (held.blockedUntil?.getTime() ?? 0) - now.getTime();
  if (held.blockedUntil && blockedMs > 0) {
    return end(held, { kind: 'later', inMs: blockedMs }, { blockedUntil: held.blockedUntil });
  }

  const posts = await readPosts(deps.db, held.sessionId, settledExchange);
  const messages = view(snapshot);
  const translate = (message: ViewMessage, divisor: number) => outbound.translate(message, divisor, address);
  const todo = changes(messages, posts, translate, held.divisor);
  const sent = await inLanes({ deps, held, outbound, address }, todo);
  if (sent.stopped !== undefined) return sent.stopped;
  const { grants, notBefore } = sent;
  if (sent.waitMs !== undefined) {
    return end(held, { kind: 'later', inMs: sent.waitMs }, { grants, notBefore });
  }
  await placePosts(deps.db, held.sessionId, unplaced(posts, messages));
  return end(
    held,
    { kind: 'done' },
    { renderedRev: rev, notBefore, grants, settledExchange: settledThrough(snapshot) },
  );
}

type Scope = { deps: RenderDeps; held: RenderClaim; outbound: Outbound; address: ThreadAddress };

type Sent = {
  grants: Grants;
  notBefore: Date | undefined;
  /** When the rest is due; undefined where there is none. */
  waitMs: number | undefined;
  /** Set where a delivery failed in a way that ends this render. */
  stopped?: Rendered;
};

/**
 * Delivers what is due, in lanes: new messages, edits that matter, progress. Each lane's deliveries are reserved with the
 * workspace's pace, over all processes; what has to wait is looked at anew when it is its turn, so the newest state wins.
 */
async function inLanes(scope: Scope, todo: readonly Change[]): Promise<Sent> {
  const { deps, held } = scope;
  const now = deps.clock.now().getTime();
  const grants: Grants = {};
  const waits: number[] = [];
  let { notBefore } = held;
  for (const lane of Lane.options) {
    const waiting = todo.filter((change) => laneOf(change) === lane);
    if (waiting.length === 0) continue;
    const grant = held.grants[lane] ?? (await reserved(scope, lane, waiting.length, now));
    if (grant.at > now) {
      grants[lane] = grant;
      waits.push(grant.at - now);
      continue;
    }
    for (const change of waiting.slice(0, grant.count)) {
      const delivery = await deliver(deps, scope.outbound, held, scope.address, change);
      const stopped = delivery.ok ? undefined : await afterFailure(scope, change, delivery);
      if (stopped !== undefined) return { grants, notBefore, waitMs: undefined, stopped };
    }
    if (waiting.length > grant.count) waits.push(0);
    if (UNHURRIED.has(lane)) notBefore = new Date(now + deps.editIntervalMs);
  }
  return { grants, notBefore, waitMs: waits.length > 0 ? Math.min(...waits) : undefined };
}

/** What grows and moves: a thread shows it no more often than its interval says. */
const UNHURRIED: ReadonlySet<Lane> = new Set(['progress', 'stream']);

/** Edits of progress at once, of all the messages of a thread that change by themselves. */
const PROGRESS_AT_ONCE = 3;

async function reserved(
  scope: Scope,
  lane: Lane,
  wanted: number,
  now: number,
): Promise<Grants[Lane] & object> {
  const { deps, held } = scope;
  const count = lane === 'progress' ? Math.min(wanted, PROGRESS_AT_ONCE) : wanted;
  const waitMs = await reserve(deps.db, bucketOf(scope, lane), count);
  const earliest = UNHURRIED.has(lane) ? (held.notBefore?.getTime() ?? 0) : 0;
  return { at: Math.max(now + waitMs, earliest), count };
}

/** What matters may use all of the burst that the platform allows, progress half of it: something is left for what matters. */
function bucketOf({ outbound, address }: Scope, lane: Lane): Bucket {
  const kind = lane === 'progress' ? 'edit' : lane;
  const { perMinute, burst, per } = outbound.rates[kind];
  return {
    platform: address.platform,
    workspace: address.workspace,
    name: per === 'workspace' ? kind : `${kind}:${address[per]}`,
    perMinute,
    burst: lane === 'progress' ? Math.floor(burst / 2) : burst,
  };
}

function laneOf(change: Change): Lane {
  if (change.kind !== 'remove' && change.isMark) return 'mark';
  if (change.kind === 'post') return change.isStream ? 'streamEnd' : 'post';
  if (change.kind === 'edit' && change.streamed !== undefined)
    return change.isStream ? 'stream' : 'streamEnd';
  return change.isPaced ? 'progress' : 'edit';
}

/** Posts of an older version, which noted no exchange. */
function unplaced(
  posts: readonly Post[],
  messages: readonly ViewMessage[],
): { key: string; exchange: number }[] {
  const exchanges = new Map(messages.map(({ key, exchange }) => [key, exchange]));
  return posts.flatMap(({ key, exchange }) => {
    const found = exchanges.get(messageKeyOf(key));
    return exchange === undefined && found !== undefined ? [{ key, exchange: found }] : [];
  });
}

async function end(held: RenderClaim, rendered: Rendered, changed: RenderEnd = {}): Promise<Rendered> {
  await releaseRender(held, changed);
  return rendered;
}

/** Nothing is sent to this thread for a while. */
function blocked(held: RenderClaim, clock: Clock, waitMs: number): Promise<Rendered> {
  const inMs = Math.ceil(waitMs);
  const blockedUntil = new Date(clock.now().getTime() + inMs);
  return end(held, { kind: 'later', inMs }, { blockedUntil, grants: {} });
}

/** What to do about a delivery that failed: call again later, or (undefined) go on with the next change. */
async function afterFailure(
  scope: Scope,
  change: Change,
  delivery: Exclude<Delivery, { ok: true }>,
): Promise<Rendered | undefined> {
  const { held } = scope;
  const { log, clock, db } = scope.deps;
  switch (delivery.reason) {
    case 'rate_limited':
      if (!delivery.isForeseen) await slowDown(db, bucketOf(scope, laneOf(change)), delivery.retryAfterMs);
      return blocked(held, clock, delivery.retryAfterMs);
    case 'unavailable':
      log.warn(
        { session: held.sessionId, key: change.key, detail: delivery.detail },
        'the platform is unavailable',
      );
      return blocked(held, clock, UNAVAILABLE_MS);
    case 'too_long':
      if (held.divisor >= MAX_DIVISOR) return undefined;
      return end(held, { kind: 'later', inMs: 0 }, { divisor: held.divisor * 2, grants: {} });
    case 'gone':
      return end(held, { kind: 'later', inMs: 0 }, { grants: {} });
    case 'refused':
      log.error(
        { session: held.sessionId, key: change.key, detail: delivery.detail },
        'the platform refused a message',
      );
      return undefined;
    default:
      return delivery satisfies never;
  }
}

async function deliver(
  deps: RenderDeps,
  outbound: Outbound,
  held: RenderClaim,
  address: ThreadAddress,
  change: Change,
): Promise<Delivery> {
  const { sessionId } = held;
  await fencedRender(held, async (tx) => {
    if (change.kind === 'post') await beginPost(tx, sessionId, change.key, change.exchange);
    if (change.kind === 'edit' && change.isMark) await doubtPost(tx, sessionId, change.key);
    if (change.kind === 'edit' && change.streamed !== undefined)
      await beginStreaming(tx, sessionId, change.key);
  });
  const delivery = await send(outbound, address, change);
  try {
    await fencedRender(held, (tx) => note(tx, sessionId, change, delivery));
  } catch (error) {
    if (error instanceof RenderLost) await yieldThread(deps, outbound, held, address, change, delivery);
    throw error;
  }
  return delivery;
}

/**
 * Another renderer took the thread over while ours was delivering, and ours may have come last: a message that the
 * other has posted as well is taken back, and the next render looks again at what it shows. Tried until it is done,
 * because nobody else knows of it.
 */
async function yieldThread(
  deps: RenderDeps,
  outbound: Outbound,
  { sessionId }: RenderClaim,
  address: ThreadAddress,
  change: Change,
  delivery: Delivery,
): Promise<void> {
  const { clock, log } = deps;
  const giveUpAt = clock.now().getTime() + YIELD_MS;
  while (clock.now().getTime() < giveUpAt) {
    const isDone = await yieldOnce(deps, outbound, sessionId, address, change, delivery).catch(
      (error: unknown) => {
        log.warn({ err: error, session: sessionId, key: change.key }, 'a late delivery is checked again');
        return false;
      },
    );
    if (isDone) return;
    await clock.sleep(BUSY_MS);
  }
  log.error({ session: sessionId, key: change.key }, 'a delivery that came too late could not be checked');
}

/** Under a claim of its own: what the other one is delivering now is noted before anything is judged by the notes. */
async function yieldOnce(
  { db, leaseMs }: RenderDeps,
  outbound: Outbound,
  sessionId: string,
  address: ThreadAddress,
  change: Change,
  delivery: Delivery,
): Promise<boolean> {
  const held = await claimRender(db, sessionId, leaseMs);
  if (held === undefined) return false;
  try {
    const noted = (await readPosts(db, sessionId, -1)).find((post) => post.key === change.key);
    const isDouble =
      change.kind === 'post' &&
      delivery.ok &&
      noted?.platformId !== undefined &&
      noted.platformId !== delivery.platformId;
    const removed = isDouble ? await outbound.remove(address, delivery.platformId) : undefined;
    const isOpen = removed?.ok === false && ['unavailable', 'rate_limited'].includes(removed.reason);
    if (isOpen) return false;
    // A mark that came late stands beside the other's: which are there is looked up anew.
    if (change.kind !== 'remove' && change.isMark) await doubtPost(db, sessionId, change.key);
    await distrustPost(db, sessionId, change.key);
    return true;
  } finally {
    await releaseRender(held, {});
  }
}

/** How long a thread is waited for that another renderer has, and a platform or a record that is away. */
const YIELD_MS = 120_000;

async function send(outbound: Outbound, address: ThreadAddress, change: Change): Promise<Delivery> {
  switch (change.kind) {
    case 'post': {
      const found = change.isOutcomeOpen
        ? await outbound.find(address, change.key, change.payload)
        : undefined;
      if (found === undefined) return outbound.post(address, change.key, change.payload);
      return found.ok ? outbound.edit(address, found.platformId, change.payload, undefined) : found;
    }
    case 'edit':
      return outbound.edit(address, change.platformId, change.payload, change.streamed);
    case 'remove':
      return change.platformId === undefined
        ? { ok: true, platformId: '' }
        : outbound.remove(address, change.platformId);
    default:
      return change satisfies never;
  }
}

/** What the record remembers of a delivery. */
async function note(tx: Tx, sessionId: string, change: Change, delivery: Delivery): Promise<void> {
  const { key } = change;
  if (delivery.ok) {
    if (change.kind === 'remove') return forgetPost(tx, sessionId, key);
    const { hash, exchange } = change;
    const { platformId, streamed } = delivery;
    return savePost(tx, sessionId, { key, platformId, hash, exchange, streamed });
  }
  if (change.kind === 'remove') {
    if (delivery.reason === 'gone' || delivery.reason === 'refused') await forgetPost(tx, sessionId, key);
    return;
  }
  const platformId = change.kind === 'edit' ? change.platformId : undefined;
  switch (delivery.reason) {
    case 'gone':
      return forgetPost(tx, sessionId, key); // somebody deleted it: it is posted again
    case 'refused':
      return savePost(tx, sessionId, {
        key,
        platformId,
        hash: change.hash, // not tried again as it is
        exchange: change.exchange,
        streamed: undefined,
      });
    case 'rate_limited':
    case 'too_long':
      // Nothing of a post was made; a mark may have been taken away and not been put again, and stays in doubt.
      if (change.kind === 'post' && !change.isOutcomeOpen) await forgetPost(tx, sessionId, key);
      return;
    case 'unavailable':
      return; // a post stays begun: the next render looks for it
    default:
      return delivery satisfies never;
  }
}

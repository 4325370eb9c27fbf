import { jittered } from '../../lib/backoff.ts';
import { wholeBeginning } from '../../lib/cut.ts';
import { messageOf } from '../../lib/errors.ts';
import { isUnbegun } from '../../session/address.ts';
import { type Snapshot, settledThrough } from '../../session/snapshot.ts';
import { slowDown } from '../../session/store/pace.ts';
import { readThread } from '../../session/store/read-snapshot.ts';
import { view } from '../view/view.ts';
import type { ViewMessage } from '../view/view-message.ts';
import { announceAll } from './announce.ts';
import { beginThread } from './begin-thread.ts';
import { limitOf } from './buckets.ts';
import {
  claimChanged,
  type Grants,
  Lane,
  LONGEST_WAIT_MS,
  type RenderClaim,
  type RenderEnd,
  RenderLost,
  releaseRender,
} from './claim.ts';
import { inTurn, laneOf, reserved, UNHURRIED, untilSpare } from './lanes.ts';
import type { Failed } from './outbound.ts';
import type { Outgoing } from './outgoing.ts';
import { placePosts } from './post-writes.ts';
import { postOf } from './posts.ts';
import { type Change, changes, unplaced } from './reconcile.ts';
import {
  type Decision,
  heldBack,
  isForPeople,
  isNote,
  LEAST_MS,
  notesOf,
  outagePause,
  pauseAfter,
  toldOf,
} from './refusals.ts';
import { deliver, type RenderDeps, type Scope } from './send.ts';

/**
 * `later` asks to be called again in that many milliseconds. `held`: what is left is noted in the record with
 * when it is due, and the sweep asks for it then. Nothing is lost meanwhile.
 */
export type Rendered = { kind: 'done' } | { kind: 'later'; inMs: number } | { kind: 'held' };

const BUSY_MS = 300;
const SOON_MS = 2_000;

/**
 * What waits for longer than this is left to the sweep: a job that waits would keep progress from being asked
 * for.
 */
const LONGEST_JOB_MS = 60_000;

/**
 * Brings one thread up to what its session should show now. One renderer a thread works at a time; every
 * delivery is noted before and after it is made, so that a crash between the two is resolved by looking,
 * never by posting twice.
 */
export async function renderThread(deps: RenderDeps, sessionId: string): Promise<Rendered> {
  const held = await claimChanged(deps.db, sessionId, deps.leaseMs);
  if (held === undefined) return { kind: 'later', inMs: BUSY_MS };
  if (held === 'as_shown') return { kind: 'done' };
  try {
    const announceInMs = held.announces ? await announceAll(deps, held) : undefined;
    return sooner(await renderHeld(deps, held), announceInMs);
  } catch (error) {
    if (error instanceof RenderLost) return { kind: 'later', inMs: BUSY_MS };
    // Where the record itself is away, the claim runs out.
    await outage(deps, held, messageOf(error)).catch(() => {});
    throw error;
  }
}

/**
 * Looked at again when there is something to say elsewhere, where that is soon: what waits for longer is left
 * to the sweep, and keeps nothing of the thread waiting.
 */
function sooner(rendered: Rendered, inMs: number | undefined): Rendered {
  if (inMs === undefined || inMs > SOON_MS) return rendered;
  return { kind: 'later', inMs: rendered.kind === 'later' ? Math.min(rendered.inMs, inMs) : inMs };
}

async function renderHeld(deps: RenderDeps, held: RenderClaim): Promise<Rendered> {
  const blockedMs = (held.blockedUntil?.getTime() ?? 0) - deps.clock.now().getTime();
  if (blockedMs > 0 && !isWorthTrying(held, blockedMs)) {
    return end(held, waiting(blockedMs), { blockedUntil: held.blockedUntil });
  }
  const thread = await readThread(deps.db, held.sessionId);
  const outbound = thread && deps.outboundOf(thread.snapshot.session.address.platform);
  if (thread === undefined || outbound === undefined) return end(held, { kind: 'done' }, { due: null });
  const { snapshot } = thread;
  const { address, rev } = snapshot.session;
  const scope = { deps, held, outbound, address };
  if (isUnbegun(address)) return end(held, ...(await beginThread(scope, snapshot.session)));

  const posts = thread.posts.map(postOf);
  const opensAt = deps.opens?.(snapshot.session);
  const queuedInMs = untilQueued(snapshot, deps.clock.now());
  const shown = view(snapshot, queuedInMs === 0).map((message) => openedAt(message, opensAt));
  const messages = [...shown, ...notesOf(posts, snapshot.session.requester.id)];
  const wanted = changes(
    messages,
    posts,
    (message, divisor) => translated(scope, message, divisor),
    held.divisor,
  );
  const { todo, waits } = withoutHeld(wanted, deps.clock.now().getTime());
  const sent = await inLanes(scope, snapshot, todo);
  if (sent.stopped !== undefined) return sent.stopped;
  const { grants, notBefore } = sent;
  if (sent.waitMs !== undefined) {
    return end(held, { kind: 'later', inMs: sent.waitMs }, { grants, notBefore });
  }
  await placePosts(deps.db, held.sessionId, unplaced(posts, messages));
  const settled = Math.min(settledThrough(snapshot), ...waits.map(({ exchange }) => exchange - 1));
  return end(
    held,
    queuedInMs ? { kind: 'later', inMs: queuedInMs } : { kind: waits.length > 0 ? 'held' : 'done' },
    {
      renderedRev: rev,
      notBefore,
      grants,
      settledExchange: settled,
      refused: null,
      due: waits.length > 0 ? new Date(Math.min(...waits.map(({ at }) => at))) : null,
    },
  );
}

/** So long a request may wait for a worker before people are told that it does. */
const QUEUED_MS = 4_000;

/** In how many milliseconds people are to be told that a request waits; undefined where none does. */
function untilQueued({ waitsSince }: Snapshot, now: Date): number | undefined {
  if (waitsSince === undefined) return undefined;
  return Math.min(QUEUED_MS, Math.max(0, waitsSince.getTime() + QUEUED_MS - now.getTime()));
}

/** The newest status says where the thread can be opened besides. */
function openedAt(message: ViewMessage, opensAt: string | undefined): ViewMessage {
  const { body } = message;
  if (opensAt === undefined || body.kind !== 'status' || !body.hasMenu) return message;
  return { ...message, body: { ...body, opensAt } };
}

/**
 * Somebody has asked for something since the thread was refused: that may be a sign that it is taken again. A
 * wait that is longer than any is was noted before a clock was set back.
 */
const isWorthTrying = ({ refused, exchange }: RenderClaim, blockedMs: number): boolean =>
  refused?.kind === 'closed' ? exchange > refused.exchange : blockedMs > LONGEST_WAIT_MS;

/** A message that can't be put in the platform's form by a fault of ours is named; the others are shown. */
function translated(
  { deps, held, outbound, address }: Pick<Scope, 'deps' | 'held' | 'outbound' | 'address'>,
  message: ViewMessage,
  divisor: number,
): readonly Outgoing[] {
  try {
    return outbound.translate(message, divisor, address);
  } catch (error) {
    deps.log.error(
      { err: error, session: held.sessionId, key: message.key },
      'a message could not be put in form',
    );
    const text = 'I could not show something here, by a fault of mine. Whoever runs me finds it in the log.';
    return outbound.translate({ ...message, body: { kind: 'notice', text, mentions: [] } }, divisor, address);
  }
}

type Wait = { at: number; exchange: number };

/** What is to be done now, and when what was refused is due. */
function withoutHeld(wanted: readonly Change[], now: number): { todo: Change[]; waits: Wait[] } {
  const todo: Change[] = [];
  const waits: Wait[] = [];
  for (const change of wanted) {
    const held = heldBack(change.noted.refused, change, now);
    if (held === undefined) todo.push(change);
    else if (held.at !== undefined) {
      waits.push({ at: held.at, exchange: change.noted.exchange ?? 0 });
    }
  }
  return { todo, waits };
}

type Sent = {
  grants: Grants;
  notBefore: Date | undefined;
  /** When the rest is due; undefined where there is none. */
  waitMs: number | undefined;
  /** Set where a delivery failed in a way that ends this render. */
  stopped?: Rendered;
};

/**
 * Delivers what is due, in lanes: new messages, edits that matter, progress. Each lane's deliveries are
 * reserved with the workspace's pace, over all processes; what has to wait is looked at anew when it is its
 * turn, so the newest state wins.
 */
async function inLanes(scope: Scope, snapshot: Snapshot, todo: readonly Change[]): Promise<Sent> {
  const { deps, held, outbound } = scope;
  const now = deps.clock.now().getTime();
  const grants: Grants = {};
  const waits: number[] = [];
  /** What had been refused and is taken now: nobody need be told of it any more. */
  const taken = new Set<string>();
  let { notBefore } = held;
  for (const lane of Lane.options) {
    const waiting = todo.filter((change) => laneOf(change) === lane);
    if (waiting.length === 0) continue;
    const kept = held.grants[lane];
    const isKept = kept !== undefined && (kept.since ?? now) <= now; // else the clock has been set back
    const grant = isKept ? kept : await reserved(scope, lane, waiting, now);
    const count = Math.min(waiting.length, grant.count);
    const waitMs = grant.at > now ? grant.at - now : await untilSpare(scope, lane, count);
    if (waitMs > 0) {
      grants[lane] = { ...grant, at: now + waitMs };
      waits.push(waitMs);
      continue;
    }
    for (const change of inTurn(waiting, grant).slice(0, count)) {
      if (isNote(change.key) && taken.has(toldOf(change.key))) continue;
      const { decision, isFirst } = await deliver(scope, change);
      if (isFirst) waits.push(0); // what it should be is an edit of it
      if (decision === undefined) {
        if (held.refused?.kind === 'outage') held.refused = undefined; // a later one is another
        if (change.noted.refused === undefined) continue;
        taken.add(change.key);
        waits.push(0);
        continue;
      }
      const stopped = await afterFailure(scope, snapshot, change, decision);
      if (stopped !== undefined) return { grants, notBefore, waitMs: undefined, stopped };
      waits.push(0); // the thread tells of it, and other changes are due by now
    }
    if (waiting.length > count) waits.push(0);
    if (UNHURRIED.has(lane)) notBefore = new Date(now + outbound.editIntervalMs);
  }
  return { grants, notBefore, waitMs: waits.length > 0 ? Math.min(...waits) : undefined };
}

/**
 * Gives the thread back. What has changed while it was brought up to date is looked at in its time: a draft
 * that grows asks for no render where the thread is behind already.
 */
async function end(held: RenderClaim, rendered: Rendered, changed: RenderEnd = {}): Promise<Rendered> {
  const isBehind = await releaseRender(held, changed);
  if (!isBehind || rendered.kind === 'later') return rendered;
  const waitMs = (changed.notBefore?.getTime() ?? 0) - held.db.clock.now().getTime();
  return { kind: 'later', inMs: Math.max(0, waitMs) };
}

const waiting = (ms: number): Rendered =>
  ms > LONGEST_JOB_MS ? { kind: 'held' } : { kind: 'later', inMs: Math.ceil(ms) };

/** Nothing is sent to this thread for a while. */
function blocked({ deps, held }: Pick<Scope, 'deps' | 'held'>, waitMs: number, changed: RenderEnd = {}) {
  const blockedUntil = new Date(deps.clock.now().getTime() + Math.ceil(waitMs));
  return end(held, waiting(waitMs), { ...changed, blockedUntil, grants: {} });
}

/** What to do about a delivery that failed: call again later, or (undefined) go on with the next change. */
async function afterFailure(
  scope: Scope,
  snapshot: Snapshot,
  change: Change,
  decision: Decision,
): Promise<Rendered | undefined> {
  const { held, deps, outbound, address } = scope;
  const about = { session: held.sessionId, key: change.key };
  switch (decision.kind) {
    case 'wait':
      if (decision.slowsDown) await slowDown(deps.db, limitOf(scope, laneOf(change)), decision.ms);
      return blocked(scope, Math.min(decision.ms, LONGEST_WAIT_MS));
    case 'outage':
      deps.log.warn({ ...about, detail: decision.detail }, 'the platform is unavailable');
      return outage(deps, held, 'unavailable');
    case 'shorter':
      return end(held, { kind: 'later', inMs: 0 }, { divisor: held.divisor * 2, grants: {} });
    case 'anew': {
      const old = change.kind === 'edit' && decision.removesOld ? change.platformId : undefined;
      const removed = old && (await outbound.remove(address, old));
      if (removed && !removed.ok)
        deps.log.warn({ ...about, ...removed }, 'a message that was replaced stays');
      return end(held, { kind: 'later', inMs: 0 }, { grants: {} });
    }
    case 'again':
      return blocked(scope, Math.min(decision.ms, LONGEST_WAIT_MS));
    case 'hold':
    case 'drop': {
      const { code, why, what } = decision.refused;
      const isNew = change.noted.refused?.kind !== 'held';
      const isForLog = isNew && isForPeople(change);
      deps.log[isForLog ? 'error' : 'info']({ ...about, code, why }, 'a message can not be shown');
      if (isNew && isNote(change.key)) {
        await tellRequester(scope, snapshot, `I could not show ${what} in our thread: ${why}.`);
      }
      return undefined;
    }
    case 'close':
      return close(scope, snapshot, change, decision);
    default:
      return decision satisfies never;
  }
}

function outage(deps: RenderDeps, held: RenderClaim, code: string): Promise<Rendered> {
  const now = deps.clock.now().getTime();
  const since = held.refused?.kind === 'outage' ? held.refused.since : now;
  const refused = {
    kind: 'outage' as const,
    code: wholeBeginning(code, 100),
    since,
    exchange: held.exchange,
    isTold: false,
  };
  return blocked({ deps, held }, jittered(outagePause(since, now)), { refused });
}

/**
 * After this a thread that takes nothing is tried again only when something changes there, or somebody asks.
 */
const DORMANT_MS = 30 * 24 * 60 * 60_000;
const NEVER_MS = 100 * 365 * 24 * 60 * 60_000;

/**
 * The thread takes nothing until somebody acts: who asked is told once, and it is tried again more and more
 * seldom.
 */
async function close(
  scope: Scope,
  snapshot: Snapshot,
  change: Change,
  { code, why }: { code: string; why: string },
): Promise<Rendered> {
  const { deps, held } = scope;
  const now = deps.clock.now().getTime();
  const before = held.refused?.kind === 'closed' ? held.refused : undefined;
  const since = before?.since ?? now;
  const about = { session: held.sessionId, key: change.key, code, why };
  deps.log[before === undefined ? 'error' : 'info'](about, 'a thread takes nothing until somebody acts');
  let isTold = before?.isTold ?? false;
  if (!isTold && isForPeople(change)) {
    const text = `I can't write in our thread any more: ${why}. What I have to say there is kept, and comes as soon as it is taken.`;
    isTold = await tellRequester(scope, snapshot, text);
  }
  const pause = now - since > DORMANT_MS ? NEVER_MS : pauseAfter(since, now, LEAST_MS.thread);
  const refused = {
    kind: 'closed' as const,
    code: wholeBeginning(code, 100),
    since,
    exchange: held.exchange,
    isTold,
  };
  return blocked(scope, pause, { refused });
}

/** Says whether that is done with: told, or not to be told at all. */
async function tellRequester(
  { deps, held, outbound, address }: Scope,
  { session }: Snapshot,
  text: string,
): Promise<boolean> {
  const told = (await outbound.privateReply?.(address, session.requester.id, text)) ?? NO_PRIVATE_REPLY;
  if (!told.ok) deps.log.error({ session: held.sessionId, ...told, text }, 'nobody could be told');
  return told.ok || (told.reason !== 'rate_limited' && told.reason !== 'unavailable');
}

const NO_PRIVATE_REPLY: Failed = {
  ok: false,
  reason: 'final',
  code: 'no_private_reply',
  why: 'the platform has no place where one person alone is told something',
};

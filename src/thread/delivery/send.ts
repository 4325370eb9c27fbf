import type { Db } from '../../db/database.ts';
import { createBackoff } from '../../lib/backoff.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/log.ts';
import type { ThreadAddress } from '../../session/address.ts';
import type { Session } from '../../session/snapshot.ts';
import { claimRender, fencedRender, notePosts, type RenderClaim, releaseRender } from './claim.ts';
import type { Delivery, Failed, Outbound } from './outbound.ts';
import type { Outgoing } from './outgoing.ts';
import {
  begun,
  distrustPost,
  doubted,
  forgotten,
  type PostWrite,
  refusedPost,
  renewed,
  saved,
  streaming,
  unbegun,
} from './post-writes.ts';
import { isElsewhere, readPosts, readPostsElsewhere } from './posts.ts';
import { type Change, type First, firstOf, platformKey } from './reconcile.ts';
import { type Decision, decide, decorates, isWorn } from './refusals.ts';

export type RenderDeps = {
  db: Db;
  clock: Clock;
  log: Logger;
  outboundOf(platform: ThreadAddress['platform']): Outbound | undefined;
  leaseMs: number;
  /** Asks for a render of another thread. */
  show?(sessionId: string): Promise<void>;
  /** Where a session's thread can be opened by who may read it, whatever its platform. */
  opens?(session: Pick<Session, 'id' | 'address'>): string | undefined;
};

/** One thread, and what delivers to it. */
export type Scope = { deps: RenderDeps; held: RenderClaim; outbound: Outbound; address: ThreadAddress };

const MAX_DIVISOR = 16;

/**
 * From here on a plainer form may leave out text that it has no room for; before, there are smaller parts.
 */
const CUT_DIVISOR = 4;

/**
 * Makes one change, in the richest form that the platform takes, and notes it before and after: that it was
 * taken is noted with what is written next, which is before anything else is delivered. Returns what is to be
 * done where it was not taken, and whether the message is only there as what it is first. Throws RenderLost.
 */
export async function deliver(
  scope: Scope,
  change: Change,
): Promise<{ decision: Decision | undefined; isFirst: boolean }> {
  const { held, deps } = scope;
  await notePosts(held, before(change));
  const { delivery, form, lastForm, first } = await sendInForms(scope, change);
  const decision = delivery.ok
    ? undefined
    : decide(delivery, {
        change,
        refused: change.noted.refused,
        form,
        lastForm,
        isSplittable: held.divisor < MAX_DIVISOR,
        now: deps.clock.now().getTime(),
      });
  if (!delivery.ok && delivery.reason === 'unclear') {
    const { code, detail, isBug } = delivery;
    deps.log.error(
      { session: held.sessionId, key: change.key, code, detail, isBug },
      'a delivery failed, unclear why',
    );
  }
  const writes = after(change, { delivery, form, first }, decision);
  held.unnoted.push({ writes, onLost: () => yieldThread(scope, change, delivery) });
  if (decision !== undefined) await notePosts(held);
  return { decision, isFirst: delivery.ok && first !== undefined };
}

/** What is noted of a change that is about to be made. */
function before(change: Change): PostWrite[] {
  if (change.kind === 'post') return [begun(change.key, change.exchange)];
  if (change.kind === 'remove') return [];
  return [
    ...(decorates(change) ? [doubted(change.key)] : []),
    ...(change.streamed === undefined ? [] : [streaming(change.key)]),
  ];
}

/** `first`: what was posted, where that is not yet what the message should show. */
type Sent = { delivery: Delivery; form: number; lastForm: number; first?: First | undefined };

/** Sends a change in the form that was taken last, or from the richest one on, until one is taken. */
async function sendInForms({ outbound, address, held }: Scope, change: Change): Promise<Sent> {
  if (change.kind === 'remove') {
    const { platformId } = change;
    const delivery: Delivery =
      platformId === undefined ? { ok: true, platformId: '' } : await outbound.remove(address, platformId);
    return { delivery, form: 0, lastForm: 0 };
  }
  const forms = formsOf(outbound, change.outgoing);
  const lastForm = forms.length - 1;
  const isAsBefore = change.kind === 'post' || change.isPaced;
  let form = Math.min(lastForm, isAsBefore ? change.noted.form : 0);
  let tried: Change = change;
  for (;;) {
    const { outgoing, isCut }: SentForm = forms[form] ?? { outgoing: change.outgoing, isCut: false };
    const { delivery, first }: Pick<Sent, 'delivery' | 'first'> =
      isCut && held.divisor < CUT_DIVISOR
        ? { delivery: TOO_LONG }
        : await send(outbound, address, { ...tried, outgoing }, change.outgoing);
    if (delivery.ok || form === lastForm || !isOfForm(delivery, { change, outgoing, held })) {
      return { delivery, form, lastForm, first };
    }
    if (tried.kind === 'post' && delivery.reason === 'unclear') tried = { ...tried, isOutcomeOpen: true };
    form++;
  }
}

type SentForm = { outgoing: Outgoing; isCut: boolean };

/** From the richest form on; what is no message has one, but a file that calls people has them without it. */
function formsOf(outbound: Outbound, outgoing: Outgoing): SentForm[] {
  const whole = { outgoing, isCut: false };
  const without = outgoing.kind === 'upload' ? outgoing.calling?.without : undefined;
  if (without !== undefined) {
    return [whole, { outgoing: { kind: 'message', body: without }, isCut: false }];
  }
  if (outgoing.kind !== 'message') return [whole];
  const plainer = outbound.plainer(outgoing.body);
  return [
    whole,
    ...plainer.map((plain) => ({
      outgoing: { kind: 'message' as const, body: plain.body },
      isCut: plain.isCut,
    })),
  ];
}

const TOO_LONG: Delivery = { ok: false, reason: 'too_long', code: 'plain_form', why: 'it is too long' };

/**
 * Whether people are called without the file. What has trouble is tried once more before, and then looked
 * for, so that nobody is called twice.
 */
function isOfFile(delivery: Failed, change: Change): boolean {
  const isTriedAgain = change.kind === 'post' && change.isOutcomeOpen;
  switch (delivery.reason) {
    case 'rate_limited':
      return false;
    case 'unavailable':
      return isTriedAgain;
    case 'unclear':
      return isTriedAgain || delivery.isBug;
    default:
      return true;
  }
}

/** Whether a plainer form may be taken. */
function isOfForm(
  delivery: Failed,
  { change, outgoing, held }: { change: Change; outgoing: Outgoing; held: RenderClaim },
): boolean {
  if (outgoing.kind === 'upload') return isOfFile(delivery, change);
  if (delivery.reason === 'form') return true;
  if (delivery.reason === 'too_long') return held.divisor >= MAX_DIVISOR;
  return delivery.reason === 'unclear' && (delivery.isBug || isWorn(change.noted.refused));
}

async function send(
  outbound: Outbound,
  address: ThreadAddress,
  change: Exclude<Change, { kind: 'remove' }>,
  whole: Outgoing,
): Promise<Pick<Sent, 'delivery' | 'first'>> {
  const key = platformKey(change);
  const { outgoing, isPaced } = change;
  if (change.kind === 'edit') {
    const { platformId, streamed } = change;
    return { delivery: await outbound.edit(address, key, platformId, outgoing, { streamed, isPaced }) };
  }
  const found = change.isOutcomeOpen
    ? await outbound.find(address, key, withFirstOf(whole, outgoing))
    : undefined;
  if (found === undefined) {
    // What takes the place of a message that could not be edited is not left to an edit.
    const first = change.noted.generation === 0 ? firstOf(outgoing) : undefined;
    return { delivery: await outbound.post(address, key, first?.outgoing ?? outgoing), first };
  }
  if (!found.ok) return { delivery: found };
  const how = { streamed: undefined, isPaced };
  return { delivery: await outbound.edit(address, key, found.platformId, outgoing, how) };
}

/** A plainer form of a message, with what the message may be there as: its richest form is that first. */
function withFirstOf(whole: Outgoing, outgoing: Outgoing): Outgoing {
  if (outgoing.kind !== 'message' || whole.kind !== 'message' || whole.first === undefined) return outgoing;
  return { ...outgoing, first: whole.first };
}

/** What the record remembers of a delivery. What was refused is not noted as shown. */
function after(
  change: Change,
  { delivery, form, first }: Pick<Sent, 'delivery' | 'form' | 'first'>,
  decision: Decision | undefined,
): PostWrite[] {
  const { key } = change;
  if (delivery.ok) {
    if (change.kind === 'remove') return [forgotten(key)];
    const { exchange } = change;
    const { hash } = first ?? change;
    const { platformId, streamed } = delivery;
    return [saved({ key, platformId, hash, exchange, streamed, form })];
  }
  switch (decision?.kind) {
    case undefined:
    case 'outage': // a post stays begun: the next render looks for it
      return [];
    case 'wait':
    case 'shorter':
    case 'close':
      // Nothing of a post was made; a reaction may have been taken away and not been put again, and stays in
      // doubt.
      return change.kind === 'post' && !change.isOutcomeOpen ? [unbegun(key)] : [];
    case 'anew':
      return [renewed(key, decision.form)];
    case 'drop':
      return [change.kind === 'remove' ? forgotten(key) : refusedPost(key, decision.refused)];
    case 'again':
    case 'hold':
      return [refusedPost(key, decision.refused)];
    default:
      return decision satisfies never;
  }
}

/**
 * Another renderer took the thread over while ours was delivering, and ours may have come last: a message
 * that the other has posted as well is taken back, and the next render looks again at what it shows. Tried
 * until it is done, because nobody else knows of it.
 */
async function yieldThread(scope: Scope, change: Change, delivery: Delivery): Promise<void> {
  const { clock, log } = scope.deps;
  const { sessionId } = scope.held;
  const giveUpAt = clock.monotonic() + YIELD_MS;
  const backoff = createBackoff(WAITS);
  while (clock.monotonic() < giveUpAt) {
    const isDone = await yieldOnce(scope, change, delivery).catch((error: unknown) => {
      log.warn({ err: error, session: sessionId, key: change.key }, 'a late delivery is checked again');
      return false;
    });
    if (isDone) return;
    await clock.sleep(backoff.next());
  }
  log.error({ session: sessionId, key: change.key }, 'a delivery that came too late could not be checked');
}

/**
 * Under a claim of its own: what the other one is delivering now is noted before anything is judged by the
 * notes.
 */
async function yieldOnce(
  { deps: { db, leaseMs }, held: { sessionId }, outbound, address }: Scope,
  change: Change,
  delivery: Delivery,
): Promise<boolean> {
  const held = await claimRender(db, sessionId, leaseMs);
  if (held === undefined) return false;
  try {
    const read = isElsewhere(change.key) ? readPostsElsewhere : readPosts;
    const noted = (await read(db, sessionId)).find((post) => post.key === change.key);
    const isDouble =
      change.kind === 'post' &&
      delivery.ok &&
      noted?.platformId !== undefined &&
      noted.platformId !== delivery.platformId;
    const removed = isDouble ? await outbound.remove(address, delivery.platformId) : undefined;
    const isOpen = removed?.ok === false && ['unavailable', 'rate_limited'].includes(removed.reason);
    if (isOpen) return false;
    // A reaction that came late stands beside the other's: which are there is looked up anew.
    await fencedRender(held, (tx) => distrustPost(tx, sessionId, change.key, decorates(change)));
    return true;
  } finally {
    await releaseRender(held, { blockedUntil: held.blockedUntil });
  }
}

/** How long a thread is waited for that another renderer has, and a platform or a record that is away. */
const YIELD_MS = 120_000;

const WAITS = { firstMs: 300, longestMs: 10_000 };

import { later } from '../../lib/clock.ts';
import type { AnnouncementOutcome } from '../../session/announcements.ts';
import type { Session } from '../../session/snapshot.ts';
import {
  delayAnnouncement,
  type OpenAnnouncement,
  openAnnouncements,
  settleAnnouncement,
} from '../../session/store/announcements.ts';
import { insertOperation } from '../../session/store/inbox.ts';
import { reserve, slowDown } from '../../session/store/pace.ts';
import { readSession } from '../../session/store/read-snapshot.ts';
import { addMessage } from '../../session/store/record.ts';
import { announcedLater, announcementText, notAnnouncedText } from '../words/announcements.ts';
import { bucketOf } from './buckets.ts';
import { fencedRender, LONGEST_WAIT_MS, type RenderClaim, RenderLost } from './claim.ts';
import { elsewhereKey, type Post, readPostsElsewhere } from './posts.ts';
import { changes, messageKeyOf } from './reconcile.ts';
import type { Decision } from './refusals.ts';
import { deliver, type RenderDeps, type Scope } from './send.ts';

/** What has trouble for longer than this is given up: nobody waits for it any more. */
const GIVEN_UP_MS = 60 * 60_000;

/** How long a platform that has trouble, or a fault of ours, is left alone. */
const TROUBLE_MS = 5_000;

/** No pace keeps anything waiting for longer: what is due later was noted before a clock was set back. */
const LONGEST_DUE_MS = 20 * 60_000;

/**
 * Posts what a session has to say in other channels, as messages of its thread are posted: noted before and
 * after, and looked for after a crash, so that none is there twice. One that can't be posted keeps neither
 * the others nor the thread. Returns in how many milliseconds something is due again, undefined where all is
 * settled. Throws RenderLost.
 */
export async function announceAll(deps: RenderDeps, held: RenderClaim): Promise<number | undefined> {
  const session = await readSession(deps.db, held.sessionId);
  const outbound = session && deps.outboundOf(session.address.platform);
  if (session === undefined || outbound === undefined) return undefined;
  const open = await openAnnouncements(deps.db, held.sessionId);
  const posts = await readPostsElsewhere(deps.db, held.sessionId);
  const waits: number[] = [];
  for (const announced of open) {
    const { channel } = announced;
    const address = { ...session.address, channel, thread: channel };
    const scope = { deps, held, address, outbound: { ...outbound, ...outbound.channels } };
    const waitMs = await announce(scope, session, announced, posts).catch((error: unknown) => {
      if (error instanceof RenderLost) throw error;
      deps.log.error({ session: session.id, err: error }, 'something could not be said in another channel');
      return putOff(scope, session, announced, TROUBLE_MS);
    });
    if (waitMs !== undefined) waits.push(waitMs);
  }
  return waits.length > 0 ? Math.min(...waits) : undefined;
}

/** Returns in how many milliseconds it is due again; undefined once it is settled. */
async function announce(
  scope: Scope,
  session: Session,
  announced: OpenAnnouncement,
  posts: readonly Post[],
): Promise<number | undefined> {
  const { deps, held } = scope;
  const now = deps.clock.now();
  const key = elsewhereKey(announced.id);
  const begun = posts.filter((post) => messageKeyOf(post.key) === key);
  const settled = (outcome: AnnouncementOutcome) => settle(scope, session, announced, outcome);
  if (announced.isStopped && begun.length === 0) return settled({ kind: 'withdrawn' });
  if (scope.outbound.channels === undefined) return settled(refused('this platform has no other channels'));
  if (announced.said === undefined) return settled(refused('it can’t be read any more'));
  const waitMs = (announced.due ?? now).getTime() - now.getTime();
  if (waitMs > 0 && waitMs < LONGEST_DUE_MS) return waitMs;
  if (announced.due === undefined) {
    const reservedMs = await reserve(deps.db, bucketOf(scope, 'post'), 1);
    await fencedRender(held, (tx) => delayAnnouncement(tx, announced.id, later(now, reservedMs)));
    if (reservedMs > 0) return reservedMs;
  }
  const { requester, settings, address } = session;
  const url = await scope.outbound.threads?.url(address);
  const text = announcementText(announced.said, {
    title: settings.title ?? 'a thread',
    by: requester.name,
    url,
  });
  const body = { kind: 'notice' as const, text, mentions: [] };
  const wanted = changes(
    [{ key, exchange: announced.exchange, body }],
    begun,
    (message, divisor) => scope.outbound.translate(message, divisor, scope.address),
    1,
  );
  for (const change of wanted) {
    const { decision } = await deliver(scope, change);
    const after = decision && afterFailure(decision);
    if (after === undefined) continue;
    if (after.kind === 'refused') return settled(after);
    if (decision?.kind === 'wait' && decision.slowsDown)
      await slowDown(deps.db, bucketOf(scope, 'post'), decision.ms);
    return putOff(scope, session, announced, after.inMs);
  }
  return settled({ kind: 'posted' });
}

/** It is tried again, unless it has been tried for long enough. */
async function putOff(
  scope: Scope,
  session: Session,
  announced: OpenAnnouncement,
  inMs: number,
): Promise<number | undefined> {
  const { deps, held } = scope;
  const now = deps.clock.now();
  if (now.getTime() - announced.createdAt.getTime() > GIVEN_UP_MS)
    return settle(scope, session, announced, refused(GIVEN_UP));
  await fencedRender(held, (tx) => delayAnnouncement(tx, announced.id, later(now, inMs)));
  return inMs;
}

const GIVEN_UP = 'it could not be posted for an hour, and is given up';

const refused = (why: string) => ({ kind: 'refused' as const, why });

/** What is done about a message that was not taken; undefined where it is there all the same. */
function afterFailure(
  decision: Decision,
): { kind: 'refused'; why: string } | { kind: 'later'; inMs: number } | undefined {
  switch (decision.kind) {
    case 'wait':
    case 'again':
      return { kind: 'later', inMs: Math.min(LONGEST_WAIT_MS, decision.ms) };
    case 'outage':
      return { kind: 'later', inMs: TROUBLE_MS };
    case 'shorter':
      return refused('it is too long');
    case 'anew':
      return undefined; // it was found, and may only not be changed any more
    case 'hold':
    case 'drop':
      return refused(decision.refused.why);
    case 'close':
      return refused(decision.why);
    default:
      return decision satisfies never;
  }
}

/** Notes how it went; where it was refused the thread is told, and the model where its call did not wait. */
async function settle(
  { deps, held }: Scope,
  { id: sessionId }: Session,
  { id, exchange, name, said }: OpenAnnouncement,
  outcome: AnnouncementOutcome,
): Promise<undefined> {
  const title = said?.title ?? 'a message';
  await fencedRender(held, async (tx) => {
    const settled = await settleAnnouncement(tx, id, outcome);
    if (settled === undefined) return;
    if (outcome.kind === 'refused') {
      const text = notAnnouncedText(name, title, outcome.why);
      await addMessage(tx, sessionId, exchange, { role: 'notice', text });
    }
    if (!settled.isLate) return;
    const text = announcedLater(name, title, outcome);
    await insertOperation(tx, sessionId, `announced:${id}`, { kind: 'background', text });
  });
  if (outcome.kind === 'refused') {
    deps.log.warn({ session: sessionId, channel: name, why: outcome.why }, 'a channel takes no message');
  }
  return undefined;
}

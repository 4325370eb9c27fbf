import { eq } from 'drizzle-orm';
import type { Tx } from '../../db/database.ts';
import { sessions } from '../../db/schema/sessions.ts';
import { messages } from '../../db/schema/transcript.ts';
import { later } from '../../lib/clock.ts';
import type { Session } from '../../session/snapshot.ts';
import { touch } from '../../session/store/lease.ts';
import { readSession } from '../../session/store/read-snapshot.ts';
import { addMessage, setState } from '../../session/store/record.ts';
import { sessionAt } from '../../session/store/session-at.ts';
import { branchedText, notBranchedText, withOrigin } from '../words/branch.ts';
import { fencedRender, notePosts, type RenderEnd } from './claim.ts';
import type { Delivery, Failed, Threads } from './outbound.ts';
import type { Outgoing, Payload } from './outgoing.ts';
import { begun, forgetPost } from './post-writes.ts';
import { readPosts } from './posts.ts';
import type { Scope } from './send.ts';

/** What the first message of a thread is noted by, while it is not known whether there is one. */
const OPENER = 'opener';

/** When the session is to be rendered (again), and what is noted of that. */
type Begun = [{ kind: 'done' } | { kind: 'later'; inMs: number }, RenderEnd];

/**
 * Begins the thread of a session that has none yet, and tells the thread that it was branched off. That it is
 * about to be begun is noted before; after a crash it is looked for, so that none is begun twice.
 */
export async function beginThread(scope: Scope, session: Session): Promise<Begun> {
  const { deps, held, outbound, address } = scope;
  const { branch, title = '' } = session.settings;
  const from = branch && (await readSession(deps.db, branch.from));
  if (branch === undefined || from === undefined || session.state.kind === 'closed') return over(session);
  const { threads } = outbound;
  if (threads === undefined)
    return giveUp(scope, session, from, 'this platform has no threads that I could begin');
  const posts = await readPosts(deps.db, session.id);
  const isOutcomeOpen = posts.some(({ key }) => key === OPENER);
  await notePosts(held, [begun(OPENER, 0)]);
  const text = withOrigin(branch.opener, await threads.url(from.address));
  const body = { kind: 'notice' as const, text, mentions: [] };
  const [outgoing] = outbound.translate({ key: OPENER, exchange: 0, body }, 1, address);
  const made = await inForms(scope, threads, outgoing, { title, isOutcomeOpen });
  if (made.ok) {
    const thread = { ...address, thread: made.platformId };
    const url = await threads.url(thread);
    await fencedRender(held, (tx) =>
      settle(tx, session, from, thread, branchedText(session.requester, title, url)),
    );
    await deps.show?.(from.id);
    return [{ kind: 'later', inMs: 0 }, {}];
  }
  deps.log.warn({ session: session.id, ...made }, 'a thread could not be begun');
  const wait = waitAfter(made, deps.clock.now().getTime() - session.createdAt.getTime());
  if (wait !== undefined)
    return [{ kind: 'later', inMs: wait }, { blockedUntil: later(deps.clock.now(), wait) }];
  return giveUp(scope, session, from, 'why' in made ? made.why : 'the channel does not take it');
}

/** In the richest form that the platform takes. */
async function inForms(
  { outbound, address, held }: Scope,
  threads: Threads,
  outgoing: Outgoing | undefined,
  how: { title: string; isOutcomeOpen: boolean },
): Promise<Delivery> {
  if (outgoing?.kind !== 'message') throw new Error('a notice is no message');
  const bodies: Payload[] = [outgoing.body, ...outbound.plainer(outgoing.body).map(({ body }) => body)];
  const key = `${OPENER}/${held.sessionId}`;
  let last: Delivery | undefined;
  for (const body of bodies) {
    last = await threads.begin(address, key, body, {
      ...how,
      isOutcomeOpen: how.isOutcomeOpen || last !== undefined,
    });
    if (last.ok || last.reason !== 'form') break;
  }
  if (last === undefined) throw new Error('a message has no form');
  return last;
}

/** Its session goes on in the thread, and the other one tells where. */
async function settle(
  tx: Tx,
  session: Session,
  from: Session,
  thread: Session['address'],
  told: string,
): Promise<void> {
  await forgetPost(tx, session.id, OPENER);
  const other = await sessionAt(tx, thread);
  if (other === undefined) {
    await tx.update(sessions).set({ thread: thread.thread }).where(eq(sessions.id, session.id));
    await touch(tx, session.id);
  } else {
    // Somebody has written there before this was known: what was said before is told to that session.
    await tx.update(messages).set({ sessionId: other }).where(eq(messages.sessionId, session.id));
    await setState(tx, session.id, CLOSED);
  }
  await addMessage(tx, from.id, from.exchange, { role: 'notice', text: told });
}

/** There is nothing (more) to begin. */
const over = ({ rev }: Session): Begun => [{ kind: 'done' }, { renderedRev: rev, due: null }];

const CLOSED = { kind: 'closed' as const, by: 'ML Intern' };

async function giveUp({ held, deps }: Scope, session: Session, from: Session, why: string): Promise<Begun> {
  await fencedRender(held, async (tx) => {
    await forgetPost(tx, session.id, OPENER);
    await setState(tx, session.id, CLOSED);
    const text = notBranchedText(session.requester, why);
    await addMessage(tx, from.id, from.exchange, { role: 'notice', text });
  });
  await deps.show?.(from.id);
  return over(session);
}

const WAIT_MS = 5_000;
const LONGEST_WAIT_MS = 60_000;

/** What has trouble for longer than this is given up, and asked for again by whoever still wants it. */
const GIVEN_UP_MS = 60 * 60_000;

/** When what was not taken is tried again; undefined where that is no use. */
function waitAfter(failed: Failed, sinceMs: number): number | undefined {
  if (sinceMs > GIVEN_UP_MS) return undefined;
  switch (failed.reason) {
    case 'rate_limited':
      return Math.min(LONGEST_WAIT_MS, failed.retryAfterMs);
    case 'unavailable':
      return WAIT_MS;
    case 'unclear':
      return failed.isBug ? undefined : WAIT_MS;
    default:
      return undefined;
  }
}

import type { Db } from '../../src/db/database.ts';
import { sessions } from '../../src/db/schema/sessions.ts';
import type { ThreadAddress } from '../../src/session/address.ts';
import type { Snapshot } from '../../src/session/snapshot.ts';
import { readSnapshot } from '../../src/session/store/read-snapshot.ts';
import { isDecoration, type Outgoing, type Reaction } from '../../src/thread/delivery/outgoing.ts';
import { changes } from '../../src/thread/delivery/reconcile.ts';
import { view } from '../../src/thread/view/view.ts';
import type { HubDouble } from '../doubles/hub/server.ts';
import type { ModelDouble } from '../doubles/model.ts';
import type { Ground } from './ground.ts';
import type { People } from './people.ts';
import { lapsedCalls, REMINDED } from './ran.ts';

type World = { ground: Ground; hub: HubDouble; model: ModelDouble; people: People; db: Db };

/** Everything that was promised and not kept, in words; nothing where all was. */
export async function violations(world: World): Promise<string[]> {
  const lapsed = await lapsedCalls(world.db);
  return [...answers(world), ...jobs(world, lapsed), ...model(world), ...(await threads(world, lapsed))];
}

/** Every request has exactly one answer. */
function answers({ ground, people }: World): string[] {
  return people.requests.flatMap(({ id, thread }) => {
    const found = ground.answers(thread).filter((text) => text.includes(`Answer to #${id}:`)).length;
    return found === 1 ? [] : [`request #${id} has ${found} answers in its thread`];
  });
}

/**
 * Every job belongs to one approved call, no call has two, and every approved call has one, unless it had
 * lapsed.
 */
function jobs({ hub, people }: World, lapsed: ReadonlySet<string>): string[] {
  const byCall = Map.groupBy(hub.jobs, (job) => job.spec.labels?.['ml-intern-call'] ?? '');
  const wrong = [...byCall].flatMap(([call, list]) => {
    const click = people.clicks.get(call);
    return [
      ...(list.length > 1 ? [`call ${call} was submitted ${list.length} times`] : []),
      ...(click?.verdict !== 'approve' ? [`call ${call} ran without approval`] : []),
      ...(lapsed.has(call) ? [`call ${call} ran although it had lapsed`] : []),
      ...(click && list.some((job) => job.createdAt < click.at)
        ? [`call ${call} ran before its approval`]
        : []),
    ];
  });
  const missing = [...people.clicks].filter(
    ([call, click]) => click.verdict === 'approve' && !byCall.has(call) && !lapsed.has(call),
  );
  return [...wrong, ...missing.map(([call]) => `approved call ${call} was never submitted`)];
}

/** The model's API was never sent a history that it refuses. */
function model({ model: { refusals } }: World): string[] {
  return refusals.map((problem) => `the model refused a history: ${problem}`);
}

/**
 * No session is stuck, every decision is the one that was clicked, and every thread shows what its session
 * has.
 */
async function threads(world: World, lapsed: ReadonlySet<string>): Promise<string[]> {
  const rows = await world.db.select({ id: sessions.id }).from(sessions);
  const found = await Promise.all(rows.map(({ id }) => thread(world, id, lapsed)));
  return found.flat();
}

async function thread(
  { ground, people, db }: World,
  sessionId: string,
  lapsed: ReadonlySet<string>,
): Promise<string[]> {
  const snapshot = await readSnapshot(db, sessionId);
  if (snapshot === undefined) return [`session ${sessionId} has vanished`];
  const { address, state } = snapshot.session;
  const wrong: string[] = [];
  const isAtRest = state.kind === 'idle' || (state.kind === 'closed' && wasUnused(snapshot));
  if (!isAtRest) wrong.push(`session ${sessionId} is ${state.kind}, not idle`);
  for (const call of snapshot.toolCalls) {
    if (lapsed.has(call.id)) continue;
    const clicked = people.clicks.get(call.id)?.verdict;
    const decided = call.approval && (call.state.kind === 'rejected' ? 'reject' : 'approve');
    if (clicked !== decided) wrong.push(`call ${call.id} is decided as ${decided}, clicked was ${clicked}`);
    if (call.state.kind === 'unknown') wrong.push(`call ${call.id} of ${call.name} is unknown`);
  }
  wrong.push(...lapses(snapshot, lapsed), ...reminders(snapshot));
  const wanted = changes(view(snapshot), [], ground.translate, 1);
  const shown = ground.posts(
    address,
    wanted.map(({ key }) => key),
  );
  const byKey = Map.groupBy(shown, ({ key }) => key);
  for (const change of wanted) {
    if (change.kind === 'post' && isDecoration(change.outgoing)) {
      wrong.push(...decorationOf(ground, address, sessionId, change.outgoing));
      continue;
    }
    const posts = byKey.get(change.key) ?? [];
    if (posts.length !== 1) wrong.push(`${sessionId} ${change.key} is shown ${posts.length} times`);
    const [post] = posts;
    if (post && change.kind === 'post' && !post.isSame(change.outgoing)) {
      wrong.push(`${sessionId} ${change.key} shows something else: ${post.text.slice(0, 80)}`);
    }
    byKey.delete(change.key);
  }
  for (const [key, posts] of byKey)
    wrong.push(`${sessionId} shows ${posts.length} of ${key}, which is not in its view`);
  return wrong;
}

const UNUSED_MS = 30 * 24 * 60 * 60_000;

/** Whether a session was closed after so long without a message and no sooner. */
function wasUnused({ messages }: Snapshot): boolean {
  const [before, note] = messages.slice(-2);
  return (
    before !== undefined &&
    note?.entry.role === 'notice' &&
    note.entry.text.startsWith('Closed after') &&
    note.createdAt.getTime() - before.createdAt.getTime() >= UNUSED_MS
  );
}

const REMIND_MS = 60 * 60_000;
const LAPSE_MS = 72 * 60 * 60_000;

/** A call lapses after so long and no sooner, and nobody has decided on it then. */
function lapses({ session, toolCalls, messages }: Snapshot, lapsed: ReadonlySet<string>): string[] {
  return toolCalls.flatMap(({ id, state, approval, messageId }) => {
    if (!lapsed.has(id)) return [];
    const askedAt = messages.find((message) => message.id === messageId)?.createdAt;
    if (state.kind !== 'abandoned' || approval) return [`call ${id} lapsed, and is ${state.kind}`];
    const isSoon = askedAt !== undefined && state.at.getTime() - askedAt.getTime() < LAPSE_MS;
    return isSoon ? [`call ${id} of ${session.id} lapsed too soon`] : [];
  });
}

/** A card is brought to mind once at most, after so long and no sooner. */
function reminders({ session, toolCalls, messages }: Snapshot): string[] {
  const notices = messages.filter(({ entry }) => entry.role === 'notice' && entry.text.startsWith(REMINDED));
  const asked = toolCalls.filter(({ name }) => name === 'hf_jobs');
  const soon = notices.filter(({ exchange, createdAt }) => {
    const began = messages.find((message) => message.exchange === exchange)?.createdAt ?? createdAt;
    return createdAt.getTime() - began.getTime() < REMIND_MS;
  });
  return [
    ...(notices.length > asked.length
      ? [`${session.id} was reminded ${notices.length} times of ${asked.length} calls`]
      : []),
    ...soon.map(() => `${session.id} was reminded too soon`),
  ];
}

/** How the thread stands is shown, or the reaction that says the same: both while Slack had trouble. */
function decorationOf(ground: Ground, address: ThreadAddress, sessionId: string, wanted: Outgoing): string[] {
  const shown = ground.standings(address);
  if (wanted.kind === 'standing' && !shown.includes(wanted.standing))
    return [`${sessionId} is shown as ${shown.join(' or ') || 'nothing'}, not as ${wanted.standing}`];
  if (wanted.kind !== 'reaction') return [];
  const isBare = shown.length === 1 && ground.reactions(address, wanted).length === 0;
  return isBare ? [] : reactionOf(ground, address, sessionId, wanted);
}

/** A reaction stands on the message that it belongs to, and no other one of the bot's does. */
function reactionOf(ground: Ground, address: ThreadAddress, sessionId: string, reaction: Reaction): string[] {
  const wanted = reaction.name;
  const found = ground.reactions(address, reaction);
  return found.length === 1 && found[0] === wanted
    ? []
    : [`${sessionId} shows the reactions ${found.join(', ') || 'none'}, not ${wanted}`];
}

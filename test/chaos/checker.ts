import { sessions } from '../../src/db/schema.ts';
import type { Db } from '../../src/db/storage.ts';
import type { ThreadAddress } from '../../src/session/address.ts';
import { readSnapshot } from '../../src/session/read-snapshot.ts';
import type { Payload } from '../../src/thread/outbound.ts';
import { changes } from '../../src/thread/reconcile.ts';
import { view } from '../../src/thread/view.ts';
import type { HubDouble } from '../doubles/hub.ts';
import type { ModelDouble } from '../doubles/model.ts';
import type { Ground } from './ground.ts';
import type { People } from './people.ts';

type World = { ground: Ground; hub: HubDouble; model: ModelDouble; people: People; db: Db };

/** Everything that was promised and not kept, in words; nothing where all was. */
export async function violations(world: World): Promise<string[]> {
  return [...answers(world), ...jobs(world), ...model(world), ...(await threads(world))];
}

/** Every request has exactly one answer. */
function answers({ ground, people }: World): string[] {
  return people.requests.flatMap(({ id, thread }) => {
    const found = ground.said(thread).filter((text) => text.includes(`Answer to #${id}:`)).length;
    return found === 1 ? [] : [`request #${id} has ${found} answers in its thread`];
  });
}

/** Every job belongs to one approved call, no call has two, and every approved call has one. */
function jobs({ hub, people }: World): string[] {
  const byCall = Map.groupBy(hub.jobs, (job) => job.spec.labels?.['ml-intern-call'] ?? '');
  const wrong = [...byCall].flatMap(([call, list]) => {
    const click = people.clicks.get(call);
    return [
      ...(list.length > 1 ? [`call ${call} was submitted ${list.length} times`] : []),
      ...(click?.verdict !== 'approve' ? [`call ${call} ran without approval`] : []),
      ...(click && list.some((job) => job.createdAt < click.at)
        ? [`call ${call} ran before its approval`]
        : []),
    ];
  });
  const missing = [...people.clicks].filter(
    ([call, click]) => click.verdict === 'approve' && !byCall.has(call),
  );
  return [...wrong, ...missing.map(([call]) => `approved call ${call} was never submitted`)];
}

/** The model's API was never sent a history that it refuses. */
function model({ model: { refusals } }: World): string[] {
  return refusals.map((problem) => `the model refused a history: ${problem}`);
}

/** No session is stuck, every decision is the one that was clicked, and every thread shows what its session has. */
async function threads(world: World): Promise<string[]> {
  const rows = await world.db.select({ id: sessions.id }).from(sessions);
  const found = await Promise.all(rows.map(({ id }) => thread(world, id)));
  return found.flat();
}

async function thread({ ground, people, db }: World, sessionId: string): Promise<string[]> {
  const snapshot = await readSnapshot(db, sessionId);
  if (snapshot === undefined) return [`session ${sessionId} has vanished`];
  const { address, state } = snapshot.session;
  const wrong: string[] = [];
  if (state.kind !== 'idle') wrong.push(`session ${sessionId} is ${state.kind}, not idle`);
  for (const call of snapshot.toolCalls) {
    const clicked = people.clicks.get(call.id)?.verdict;
    const decided = call.approval && (call.state.kind === 'rejected' ? 'reject' : 'approve');
    if (clicked !== decided) wrong.push(`call ${call.id} is decided as ${decided}, clicked was ${clicked}`);
    if (call.state.kind === 'unknown') wrong.push(`call ${call.id} of ${call.name} is unknown`);
  }
  const wanted = changes(view(snapshot), [], ground.translate, 1);
  const shown = ground.posts(
    address,
    wanted.map(({ key }) => key),
  );
  const byKey = Map.groupBy(shown, ({ key }) => key);
  for (const change of wanted) {
    if (change.kind === 'post' && change.isMark) {
      if (change.payload.reaction !== undefined)
        wrong.push(...mark(ground, address, sessionId, change.payload));
      continue;
    }
    const posts = byKey.get(change.key) ?? [];
    if (posts.length !== 1) wrong.push(`${sessionId} ${change.key} is shown ${posts.length} times`);
    const [post] = posts;
    if (post && change.kind === 'post' && !post.isSame(change.payload)) {
      wrong.push(`${sessionId} ${change.key} shows something else: ${post.text.slice(0, 80)}`);
    }
    byKey.delete(change.key);
  }
  for (const [key, posts] of byKey)
    wrong.push(`${sessionId} shows ${posts.length} of ${key}, which is not in its view`);
  return wrong;
}

/** A reaction stands on the message that it belongs to, and no other one of the bot's does. */
function mark(ground: Ground, address: ThreadAddress, sessionId: string, payload: Payload): string[] {
  const { found, wanted } = ground.marks(address, payload);
  return found.length === 1 && found[0] === wanted
    ? []
    : [`${sessionId} shows the reactions ${found.join(', ') || 'none'}, not ${wanted}`];
}

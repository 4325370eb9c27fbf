import type { Tx } from '../../db/database.ts';
import { cappedClean } from '../../lib/output.ts';
import { addFile, keepFile, uniqueName } from '../../session/store/files.ts';
import { fenced, keeping } from '../../session/store/lease.ts';
import * as record from '../../session/store/record.ts';
import type { ToolCall, ToolCallState } from '../../session/tool-calls.ts';
import type { ToolResult } from '../../tools/tool.ts';
import type { Scope } from './scope.ts';

/** Notes down what a call came to, with what belongs to it. */
export async function settle(
  scope: Scope,
  call: ToolCall,
  result: Exclude<ToolResult, { kind: 'blocked' }>,
): Promise<void> {
  const { held, deps, snapshot } = scope;
  const at = deps.clock.now();
  if (result.kind === 'waiting') {
    await fenced(held, async (tx) => {
      await record.addWatch(tx, held.sessionId, call.exchange, result.watch);
      const state: ToolCallState = {
        kind: 'waiting',
        since: at,
        watchId: result.watch.id,
        ...(result.follows ? { follows: result.follows } : {}),
      };
      await record.moveToolCall(tx, held.sessionId, call.id, ['running'], state);
    });
    await deps.startWatch(result.watch.id);
    return deps.render(held.sessionId);
  }
  if (!hasMore(result)) return settleAs(scope, call, plainStateOf(scope, result));
  const { plan, file, image } = result.kind === 'done' ? result : {};
  const imageId = image && deps.ids.next('f');
  const state = { ...plainStateOf(scope, result), ...(imageId ? { images: [imageId] } : {}) };
  await settleAs(scope, call, state, async (tx) => {
    if (image && imageId) await keepFile(tx, held.sessionId, { id: imageId, ...image });
    if (file !== undefined) {
      const { name, bytes, text } = file;
      const id = deps.ids.next('f');
      const named = { id, name: uniqueName(name, id), bytes };
      await addFile(tx, held.sessionId, snapshot.session.exchange, named, text);
    }
    if (plan === undefined) return;
    await record.setPlan(tx, held.sessionId, snapshot.session.exchange, plan);
  });
}

/** A result with an output, whatever comes with it. */
type Output = Exclude<ToolResult, { kind: 'blocked' | 'waiting' }>;

/** Whether something besides the call itself is written for it. */
const hasMore = (result: Output): boolean =>
  result.kind === 'done' && (result.plan ?? result.file ?? result.image) !== undefined;

/** Whether a result is an output and nothing else, so that it is all kept with its call. */
export const isPlain = (result: ToolResult): result is Output =>
  result.kind !== 'blocked' && result.kind !== 'waiting' && !hasMore(result);

/** What a call is once it has come to this output. */
export function plainStateOf({ deps, held }: Scope, result: Output): ToolCallState {
  const room = (result.kind === 'done' && result.room) || deps.maxOutputCharacters;
  const { made } = result.kind === 'done' ? result : {};
  return {
    kind: result.kind,
    output: cappedClean(held.db.redaction, result.output, room),
    at: deps.clock.now(),
    ...(made && made.length > 0 ? { made } : {}),
  };
}

/** Nobody knows whether a call had its effect whose process died. */
export function settleUnknown(scope: Scope, call: ToolCall): Promise<void> {
  const output = `The process that ran this call of ${call.name} died, and it is not known whether the call had its effect. Check what is there before you repeat it.`;
  return settleAs(scope, call, { kind: 'unknown', output, at: scope.deps.clock.now() });
}

/** Moves a call to how it ends, with what else comes of it, unless somebody else has settled it. */
export async function settleAs(
  { held, deps }: Scope,
  call: ToolCall,
  state: ToolCallState,
  also?: (tx: Tx) => Promise<void>,
): Promise<void> {
  const write = also === undefined ? keeping : fenced;
  await write(held, async (tx) => {
    const from = ['proposed', 'approved', 'running'] as const;
    const isMoved = await record.moveToolCall(tx, held.sessionId, call.id, from, state);
    if (isMoved) await also?.(tx);
  });
  await deps.render(held.sessionId);
}

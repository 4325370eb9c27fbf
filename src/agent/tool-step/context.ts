import { announcedBy, beginAnnouncements, leaveAnnouncements } from '../../session/store/announcements.ts';
import { addToJournal, journalOf } from '../../session/store/call-journal.ts';
import { assertHeld, fenced } from '../../session/store/lease.ts';
import * as record from '../../session/store/record.ts';
import { isSettled, type ToolCall } from '../../session/tool-calls.ts';
import { evidenceOf } from '../../tools/evidence.ts';
import type { Prepared, ToolContext } from '../../tools/tool.ts';
import { askPeople } from './question.ts';
import type { Scope } from './scope.ts';

/** A call as its tool takes it in the session's thread. */
export const preparedFor = (
  { deps, snapshot }: Pick<Scope, 'deps' | 'snapshot'>,
  { name }: ToolCall,
  argumentsText: string,
): Prepared => deps.registry.prepare(name, argumentsText, snapshot.session.address);

/** What a call is told of where it runs. */
export function contextOf(
  { deps, snapshot, held, signal }: Scope,
  call: ToolCall,
  own = signal,
  shown: Pick<ToolContext, 'show' | 'note'> = { show: () => {}, note: () => {} },
): ToolContext {
  let position: number | undefined;
  const entries = async () => {
    const found = await journalOf(held.db, call.id);
    position = found.length;
    return found;
  };
  return {
    sessionId: held.sessionId,
    address: snapshot.session.address,
    callId: call.id,
    approved: call.approval?.request,
    watches: snapshot.watches,
    signal: own,
    assertHeld: () => assertHeld(held),
    redaction: held.db.redaction,
    ...shown,
    ask: (question) => askPeople({ deps, snapshot, held, signal: own }, call, question),
    evidence: () => evidenceOf(snapshot.toolCalls, deps.registry.shows),
    wasTold: (text) =>
      snapshot.toolCalls.some(({ state }) => isSettled(state) && state.output.includes(text)),
    journal: {
      entries,
      async append(entry, used) {
        const at = position ?? (await entries()).length;
        await fenced(held, async (tx) => {
          await addToJournal(tx, call.id, at, entry);
          if (used !== undefined) await record.addUsage(tx, held.sessionId, call.exchange, used);
        });
        position = at + 1;
      },
    },
    announcements: announcementsOf({ deps, held }, call),
  };
}

function announcementsOf(
  { deps, held }: Pick<Scope, 'deps' | 'held'>,
  call: ToolCall,
): ToolContext['announcements'] {
  const of = { sessionId: held.sessionId, callId: call.id, exchange: call.exchange };
  return {
    async begin(what, most) {
      const begun = await fenced(held, (tx) => beginAnnouncements(tx, of, what, most));
      await deps.render(held.sessionId);
      return begun;
    },
    look: () => announcedBy(held.db, of),
    leave: () => fenced(held, (tx) => leaveAnnouncements(tx, of)),
  };
}

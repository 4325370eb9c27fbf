import type { Db } from '../../src/db/database.ts';
import { sessions } from '../../src/db/schema/sessions.ts';
import { messages, toolCalls } from '../../src/db/schema/transcript.ts';
import { randomIds } from '../../src/lib/clock.ts';
import type { ThreadAddress } from '../../src/session/address.ts';
import { ADA } from './snapshots.ts';

/** A session of Ada's in a channel of its own, whose one call waits for an approval. */
export async function openCall(db: Db, usd: number): Promise<{ id: string; address: ThreadAddress }> {
  const sessionId = randomIds.next('s');
  const id = randomIds.next('c');
  const address = { platform: 'slack', workspace: 'T1', channel: sessionId, thread: sessionId };
  await db
    .insert(sessions)
    .values({ id: sessionId, ...address, requester: ADA, state: { kind: 'parked', on: 'approval' } });
  const entry = { role: 'assistant', text: '' };
  const [message] = await db
    .insert(messages)
    .values({ sessionId, exchange: 1, entry })
    .returning({ id: messages.id });
  const request = { title: 'Run it', facts: [], warnings: [], estimate: { usd } };
  await db.insert(toolCalls).values({
    id,
    sessionId,
    messageId: message?.id ?? 0,
    exchange: 1,
    position: 0,
    providerId: id,
    name: 'hf_jobs',
    arguments: '{}',
    summary: 'run',
    state: { kind: 'awaiting_approval', since: new Date(), request, revision: 0 },
  });
  return { id, address };
}

import { z } from 'zod';
import type { Delivery } from '../../src/thread/delivery/outbound.ts';
import type { Payload } from '../../src/thread/delivery/outgoing.ts';
import { isUnreadable } from '../shared/calls.ts';
import { EVENT_TYPE, marked, type Thread, WEB_API } from './delivery.ts';

/** Messages of a channel that are read to find one again: the newest, in one page. */
const LOOKED_AT = 200;

/** Begins a thread by a message in the channel, whose time is the thread's id. */
export async function openByMessage(
  { client, channel }: Pick<Thread, 'client' | 'channel'>,
  key: string,
  body: Payload,
  { isOutcomeOpen }: { isOutcomeOpen: boolean },
): Promise<Delivery> {
  const found = isOutcomeOpen ? await findOpener({ client, channel }, key) : undefined;
  if (found !== undefined) return found;
  return WEB_API.delivered(async () => {
    const answer = await marked(key, (metadata) =>
      client.apiCall('chat.postMessage', { channel, ...body, ...metadata }),
    );
    return Posted.parse(answer).ts;
  });
}

/** The bot's message with this key among those of a channel itself, where there is one. */
export async function findOpener(
  { client, channel }: Pick<Thread, 'client' | 'channel'>,
  key: string,
): Promise<Delivery | undefined> {
  const asked = { channel, include_all_metadata: true, limit: LOOKED_AT };
  const read = await WEB_API.attempt(async () =>
    History.parse(await client.apiCall('conversations.history', asked)),
  );
  // Where nothing may be read, a message twice is better than none.
  if (!read.ok) return isUnreadable(read.failure) ? undefined : read.failure;
  const opener = read.value.messages.find(
    ({ metadata }) => metadata?.event_type === EVENT_TYPE && metadata.event_payload.key === key,
  );
  return opener && { ok: true, platformId: opener.ts };
}

const Posted = z.object({ ts: z.string() });

const History = z.object({
  messages: z.array(
    z.object({
      ts: z.string(),
      metadata: z
        .object({ event_type: z.string(), event_payload: z.object({ key: z.string().optional() }) })
        .optional()
        .catch(undefined),
    }),
  ),
});

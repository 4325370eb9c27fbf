import { ComponentType, MessageFlags } from 'discord.js';
import { z } from 'zod';
import type { Delivery, Payload } from '../../src/thread/outbound.ts';
import { cut } from '../../src/thread/words.ts';
import { DISCORD_LIMITS } from './limits.ts';

const Part: z.ZodType<Part> = z.lazy(() =>
  z.looseObject({
    type: z.number(),
    content: z.string().optional(),
    components: z.array(Part).optional(),
    accessory: z.looseObject({ type: z.number() }).optional(),
  }),
);
type Part = {
  [key: string]: unknown;
  type: number;
  content?: string | undefined;
  components?: Part[] | undefined;
  accessory?: { [key: string]: unknown; type: number } | undefined;
};

const Message = z.looseObject({ components: z.array(Part), allowed_mentions: z.unknown() });

/** Sends a payload, and where Discord refuses its components, the same as a plain message with its buttons. */
export async function orPlain(
  payload: Payload,
  send: (form: Payload) => Promise<Delivery>,
): Promise<Delivery> {
  const sent = await send(payload);
  if (sent.ok || sent.reason !== 'refused' || !sent.detail.startsWith(INVALID_FORM)) return sent;
  const message = Message.safeParse(payload);
  return message.success ? send(plainForm(message.data)) : sent;
}

/** https://docs.discord.com/developers/topics/opcodes-and-status-codes#json */
const INVALID_FORM = '50035';

const ROWS = 5;

function plainForm({ components, allowed_mentions }: z.infer<typeof Message>): Payload {
  const all = components.flatMap(nested);
  const rows = all.flatMap((part): Part[] => {
    if (part.type === ComponentType.ActionRow) return [part];
    return part.accessory ? [{ type: ComponentType.ActionRow, components: [part.accessory] }] : [];
  });
  const text = all.flatMap(({ content }) => content ?? []).join('\n');
  return {
    content: cut(text, DISCORD_LIMITS.content),
    components: rows.slice(0, ROWS),
    flags: MessageFlags.SuppressEmbeds,
    allowed_mentions,
  };
}

function nested(part: Part): Part[] {
  return [part, ...(part.type === ComponentType.ActionRow ? [] : (part.components ?? []).flatMap(nested))];
}

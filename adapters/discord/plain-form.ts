import { ComponentType, MessageFlags } from 'discord.js';
import { z } from 'zod';
import { cut } from '../../src/lib/cut.ts';
import type { Form } from '../../src/thread/delivery/outbound.ts';
import type { Payload } from '../../src/thread/delivery/outgoing.ts';
import { DISCORD_LIMITS } from './limits.ts';

/*
 * Plainer forms of a message, for a Discord that does not take it as it is: first its text and its buttons
 * without containers, pictures and files, then a message of the old kind. A message of components can't be
 * edited to the last one.
 */

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

const ROWS = 5;

export function plainerForms(body: Payload): readonly Form[] {
  const message = Message.parse(body);
  const { allowed_mentions } = message;
  const all = message.components.flatMap(nested);
  const rows = all
    .flatMap((part): Part[] => {
      if (part.type === ComponentType.ActionRow) return [part];
      return part.accessory ? [{ type: ComponentType.ActionRow, components: [part.accessory] }] : [];
    })
    .slice(0, ROWS);
  const text = all.flatMap(({ content }) => content ?? []).join('\n');
  const shown = { type: ComponentType.TextDisplay, content: cut(text, DISCORD_LIMITS.allText) || '…' };
  return [
    {
      body: {
        components: [shown, ...rows],
        flags: MessageFlags.IsComponentsV2 | MessageFlags.SuppressEmbeds,
        allowed_mentions,
      },
      isCut: text.length > DISCORD_LIMITS.allText,
    },
    {
      body: {
        content: cut(text, DISCORD_LIMITS.content) || '…',
        components: rows,
        flags: MessageFlags.SuppressEmbeds,
        allowed_mentions,
      },
      isCut: text.length > DISCORD_LIMITS.content,
    },
  ];
}

function nested(part: Part): Part[] {
  return [part, ...(part.type === ComponentType.ActionRow ? [] : (part.components ?? []).flatMap(nested))];
}

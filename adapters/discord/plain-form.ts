import { ComponentType, MessageFlags } from 'discord.js';
import { z } from 'zod';
import { plainerForms } from '../shared/plain-forms.ts';
import { DISCORD_LIMITS } from './limits.ts';
import { shortened } from './text.ts';

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

const Message = z.looseObject({ components: z.array(Part) });

const ROWS = 5;

/** The text of a message and its buttons without what holds them; then a message of the old kind. */
export const PLAIN_COMPONENTS = plainerForms<Part>(
  (body) => {
    const all = Message.parse(body).components.flatMap(nested);
    const rows = all.flatMap((part): Part[] => {
      if (part.type === ComponentType.ActionRow) return [part];
      return part.accessory ? [{ type: ComponentType.ActionRow, components: [part.accessory] }] : [];
    });
    return { text: all.flatMap(({ content }) => content ?? []).join('\n'), controls: rows.slice(0, ROWS) };
  },
  [
    {
      room: DISCORD_LIMITS.allText,
      bodyOf({ text, controls }, { allowed_mentions }) {
        const shown = {
          type: ComponentType.TextDisplay,
          content: shortened(text, DISCORD_LIMITS.allText) || '…',
        };
        const flags = MessageFlags.IsComponentsV2 | MessageFlags.SuppressEmbeds;
        return { components: [shown, ...controls], flags, allowed_mentions };
      },
    },
    {
      room: DISCORD_LIMITS.content,
      bodyOf: ({ text, controls }, { allowed_mentions }) => ({
        content: shortened(text, DISCORD_LIMITS.content) || '…',
        components: controls,
        flags: MessageFlags.SuppressEmbeds,
        allowed_mentions,
      }),
    },
  ],
);

function nested(part: Part): Part[] {
  return [part, ...(part.type === ComponentType.ActionRow ? [] : (part.components ?? []).flatMap(nested))];
}

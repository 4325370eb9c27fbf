import { z } from 'zod';

/** A button, as it is kept with its message and comes back of it. */
const Button = z.object({
  label: z.string(),
  name: z.string(),
  values: z.array(z.string()),
  style: z.enum(['primary', 'success', 'danger']).optional(),
  /** What somebody is asked before it is done. */
  sure: z.string().optional(),
});

/** What can be picked; what was picked is what `name` is done with. */
const Menu = z.object({
  kind: z.literal('menu'),
  label: z.string(),
  name: z.string(),
  values: z.array(z.string()),
  options: z.array(z.object({ label: z.string(), value: z.string() })),
  chosen: z.string().optional(),
  /** How many may be picked at once. */
  most: z.number().int().default(1),
});

/** A piece of a message. Texts are markdown; code is to the letter. */
export const Piece = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('text'), text: z.string() }),
  z.object({ kind: z.literal('small'), text: z.string() }),
  z.object({ kind: z.literal('markdown'), text: z.string() }),
  /** What runs, under the name that keeps it as it is in the record. */
  z.object({ kind: z.literal('code'), preview: z.string() }),
  z.object({ kind: z.literal('output'), text: z.string() }),
  z.object({
    kind: z.literal('facts'),
    facts: z.array(z.object({ label: z.string(), value: z.string() })),
  }),
  z.object({ kind: z.literal('buttons'), buttons: z.array(Button) }),
  Menu,
  /** A file that the thread has been given. */
  z.object({ kind: z.literal('file'), fileId: z.string(), name: z.string(), alt: z.string().optional() }),
]);
export type Piece = z.infer<typeof Piece>;

/** What a message of the bot holds. `kind` is what it looks like; `isCalling`: it waits for who reads it. */
export const Body = z.object({
  kind: z.enum(['card', 'answer', 'notice', 'file']),
  tone: z.enum(['waiting', 'running', 'good', 'bad', 'stopped']).optional(),
  headline: z.string(),
  isCalling: z.boolean().default(false),
  pieces: z.array(Piece),
});
export type Body = z.infer<typeof Body>;

/** What a person wrote, and the names of the files that they sent with it. */
export const Said = z.object({ text: z.string(), files: z.array(z.string()) });
export type Said = z.infer<typeof Said>;

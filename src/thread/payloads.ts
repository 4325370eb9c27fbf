import { z } from 'zod';
import type { Delivery } from './outbound.ts';

/*
 * Payloads that are no message of a platform's own form: a file, a reaction on a message, the name of a thread.
 */

/** What a file's bytes are read with; undefined once they are no longer kept. */
export type BytesOf = (fileId: string) => Promise<Uint8Array | undefined>;

/** The payload of a file. */
export const Upload = z.object({ file: z.object({ id: z.string(), name: z.string() }), text: z.string() });
export type Upload = z.infer<typeof Upload>;

/** The payload of a reaction: a mark on a message that somebody wrote. */
export const Mark = z.object({ reaction: z.object({ on: z.string(), name: z.string() }) });
export type Mark = z.infer<typeof Mark>;

const REACTION = 'reaction:';

/** What a reaction is known by: the message that it is on, and its name. */
export const markId = ({ on, name }: Mark['reaction']): string => `${REACTION}${on}:${name}`;

/** The reaction that is known by an id; undefined where the id is of something else. */
export function markOfId(platformId: string): Mark['reaction'] | undefined {
  if (!platformId.startsWith(REACTION)) return undefined;
  const [on = '', name = ''] = platformId.slice(REACTION.length).split(':');
  return { on, name };
}

/**
 * Takes away every other of our marks, where it is not known which are there; the one that is meant may be put twice.
 * Undefined where that is done.
 */
export async function takeOtherMarks(
  { reaction }: Mark,
  names: readonly string[],
  take: (platformId: string) => Promise<Delivery>,
): Promise<Delivery | undefined> {
  for (const name of names.filter((other) => other !== reaction.name)) {
    const taken = await take(markId({ on: reaction.on, name }));
    if (!taken.ok && taken.reason !== 'gone' && taken.reason !== 'refused') return taken;
  }
  return undefined;
}

/** What a thread's name is known by. */
export const TITLE = 'title';

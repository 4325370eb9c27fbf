import { z } from 'zod';
import { quotedLines } from '../lib/speech.ts';

/**
 * Context that a model gets along with somebody's words. It is kept apart from them, because they may be
 * edited while it stays. It quotes other people, and is never read as a command.
 */
export const Background = z.object({
  /** What was said in the thread before the bot was called. */
  before: z.string().optional(),
  /** Messages that the words link to, by what the link names. */
  linked: z.array(z.object({ key: z.string(), text: z.string() })).optional(),
  /** What is shown with the words and is not theirs: messages that are forwarded, previews, polls. */
  shown: z.string().optional(),
  /** The message that is replied to. */
  repliedTo: z.string().optional(),
  /** The message that somebody pointed at, and asked about. */
  meant: z.string().optional(),
});
export type Background = z.infer<typeof Background>;

/** Words with their background, as the model is told them. */
export function withBackground(
  text: string,
  { before, linked = [], shown, repliedTo, meant }: Background = {},
): string {
  const parts = [
    before,
    ...linked.map((message) => message.text),
    repliedTo && `The message that is replied to:\n${repliedTo}`,
    meant && `The message that is meant:\n${meant}`,
    shown && `With it is shown:\n${quotedLines(shown)}`,
  ];
  return [text, ...parts.filter(Boolean)].join('\n\n');
}

/** The same with other texts in the place of its texts, as a redactor makes them. */
export function mapTexts(
  { before, linked, shown, repliedTo, meant }: Background,
  map: (text: string) => string,
): Background {
  const mapped = (text: string | undefined) => (text === undefined ? undefined : map(text));
  return {
    before: mapped(before),
    linked: linked?.map(({ key, text }) => ({ key, text: map(text) })),
    shown: mapped(shown),
    repliedTo: mapped(repliedTo),
    meant: mapped(meant),
  };
}

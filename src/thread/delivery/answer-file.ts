import type { Upload } from './outgoing.ts';

/** A longer answer is shown in its beginning, and as a file: nobody reads it in a thread. */
export const LONG_ANSWER = 30_000;

/** The file that holds an answer as a whole, by the answer's transcript entry. */
export const wholeAnswer = (messageId: number): Upload => ({
  kind: 'upload',
  file: { id: `answer:${messageId}`, name: `answer-${messageId}.md` },
  text: 'This answer is long: here it is as a whole, as a file.',
});

/** The transcript entry of such a file; undefined for any other. */
export function answerOf(fileId: string): number | undefined {
  const [, id] = /^answer:(\d+)$/.exec(fileId) ?? [];
  return id === undefined ? undefined : Number(id);
}

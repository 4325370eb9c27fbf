import type { Upload } from './payloads.ts';
import { LONG_ANSWER_NOTE } from './words.ts';

/** The payload of a file that holds an answer as a whole, by the answer's transcript entry. */
export const wholeAnswer = (messageId: number): Upload => ({
  file: { id: `answer:${messageId}`, name: `answer-${messageId}.md` },
  text: LONG_ANSWER_NOTE,
});

/** The transcript entry of such a file; undefined for any other. */
export function answerOf(fileId: string): number | undefined {
  const [, id] = /^answer:(\d+)$/.exec(fileId) ?? [];
  return id === undefined ? undefined : Number(id);
}

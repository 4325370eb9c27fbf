/** The file that holds an answer as a whole, by the answer's transcript entry. */
export const answerFile = (messageId: number): string => `answer:${messageId}`;

/** The transcript entry of such a file; undefined for any other. */
export function answerOf(fileId: string): number | undefined {
  const [, id] = /^answer:(\d+)$/.exec(fileId) ?? [];
  return id === undefined ? undefined : Number(id);
}

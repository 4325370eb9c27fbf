import { z } from 'zod';

/** When a message was written, as its platform says; `order` tells those of one millisecond apart. */
export const WrittenAt = z.object({ at: z.coerce.date(), order: z.number().int() });
export type WrittenAt = z.infer<typeof WrittenAt>;

type Written = { messageId: string; writtenAt?: WrittenAt | undefined };

/** Whether one message was written before another, as far as that is known. */
export function isWrittenBefore(one: Written, other: Written): boolean {
  const [a, b] = [one.writtenAt, other.writtenAt];
  if (a === undefined || b === undefined) return isBeforeById(one.messageId, other.messageId);
  return a.at.getTime() === b.at.getTime() ? a.order < b.order : a.at < b.at;
}

/** Rows of versions that noted no time: the ids of messages that those knew are times in a fixed form. */
function isBeforeById(a: string, b: string): boolean {
  if (!TIME.test(a) || !TIME.test(b)) return false;
  return a.length === b.length ? a < b : a.length < b.length;
}

const TIME = /^\d+(\.\d+)?$/;

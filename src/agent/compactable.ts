import { context, type Snapshot } from '../session/snapshot.ts';
import { isSettled } from '../session/tool-calls.ts';
import type { TranscriptMessage } from '../session/transcript.ts';

/** This many of the newest entries stay word for word. */
const KEPT = 5;
/** Fewer entries than this are not worth a summary. */
const LEAST = 3;

/**
 * The entries that a summary would replace: everything between the first request and the newest entries, up
 * to the first call that is still open. Undefined where they are too few to be worth it.
 */
export function compactable(snapshot: Snapshot): TranscriptMessage[] | undefined {
  const told = context(snapshot).filter(({ entry }) => entry.role !== 'notice');
  const first = told.findIndex(({ entry }) => entry.role === 'user');
  const openCalls = new Set(
    snapshot.toolCalls.filter((call) => !isSettled(call.state)).map((call) => call.messageId),
  );
  const firstOpen = told.findIndex((message) => openCalls.has(message.id));
  const end = Math.min(told.length - KEPT, firstOpen === -1 ? told.length : firstOpen);
  const middle = told.slice(first + 1, Math.max(first + 1, end));
  return middle.length < LEAST ? undefined : middle;
}

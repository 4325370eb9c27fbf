/**
 * Commentary up to this length that comes with tool calls, and drafts that have not grown beyond it, are
 * shown as a line of the status message; anything longer is a message of its own.
 */
export const COMMENTARY_CHARACTERS = 280;

/** Whether what an assistant said stands as a message of its own in the thread. */
export function isOwnMessage(text: string, hasCalls: boolean): boolean {
  return hasCalls ? text.trim().length > COMMENTARY_CHARACTERS : text.trim() !== '';
}

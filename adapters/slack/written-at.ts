import type { WrittenAt } from '../../src/session/written-at.ts';

/**
 * When a message was written, by its timestamp, which has microseconds:
 * https://docs.slack.dev/messaging/retrieving-messages.
 */
export function writtenAt(ts: string): WrittenAt | undefined {
  const [, seconds, fraction = ''] = /^(\d+)\.(\d{1,6})$/.exec(ts) ?? [];
  if (seconds === undefined) return undefined;
  const micros = Number(fraction.padEnd(6, '0'));
  return { at: new Date(Number(seconds) * 1000 + Math.floor(micros / 1000)), order: micros % 1000 };
}

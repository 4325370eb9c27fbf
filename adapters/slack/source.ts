/** One message is one source, however many events tell of it. */
export const sourceOf = (teamId: string, { channel, ts }: { channel: string; ts: string }): string =>
  `slack:${teamId}:${channel}:${ts}`;

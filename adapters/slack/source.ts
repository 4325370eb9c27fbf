import { sourceOf } from '../shared/source.ts';

/** One message is one source, however many events tell of it. */
export const messageSource = (teamId: string, { channel, ts }: { channel: string; ts: string }): string =>
  sourceOf('slack', teamId, channel, ts);

import type { ThreadAddress } from '../../src/session/address.ts';

/**
 * A thread's address in a browser: https://docs.slack.dev/reference/methods/chat.getPermalink shows the form.
 */
export const threadLink = ({ channel, thread }: ThreadAddress, teamUrl: string): string =>
  `${teamUrl}archives/${channel}/p${thread.replace('.', '')}`;

/** The same of a message in a thread. */
export const messageLink = (address: ThreadAddress, ts: string, teamUrl: string): string =>
  ts === address.thread
    ? threadLink(address, teamUrl)
    : `${threadLink({ ...address, thread: ts }, teamUrl)}?thread_ts=${address.thread}&cid=${address.channel}`;

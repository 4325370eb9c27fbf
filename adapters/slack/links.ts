import type { ThreadAddress } from '../../src/session/address.ts';

export type LinkTo = (address: ThreadAddress) => string;

/** A thread's address in a browser: https://docs.slack.dev/reference/methods/chat.getPermalink shows the form. */
export const threadLink = ({ channel, thread }: ThreadAddress, teamUrl: string): string =>
  `${teamUrl}archives/${channel}/p${thread.replace('.', '')}`;

import type { ThreadAddress } from '../../src/session/address.ts';

/**
 * A thread's address in a browser: https://docs.slack.dev/reference/methods/chat.getPermalink shows the form.
 */
export const threadLink = ({ channel, thread }: ThreadAddress, teamUrl: string): string =>
  `${teamUrl}archives/${channel}/p${thread.replace('.', '')}`;

import { inBlocks } from '../../adapters/slack/blocks.ts';
import type { ViewMessage } from '../../src/thread/view/view-message.ts';

/** A view's message as a channel of Slack shows it, with the default config. */
export const inSlack = (message: ViewMessage, divisor: number) =>
  inBlocks(message, divisor, { channel: 'C0ML' }, { isStreamed: false, asksFeedback: true });

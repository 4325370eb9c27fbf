import type { ActionsBlock, Button, ContextBlock, KnownBlock, SectionBlock } from '@slack/types';
import type { Payload } from '../../src/thread/outbound.ts';
import { cut } from '../../src/thread/words.ts';
import { SLACK_LIMITS } from './limits.ts';
import { plain } from './text.ts';

/*
 * Pieces of Block Kit.
 */

/** `text` is what notifications and screen readers get. */
export function message(text: string, blocks: KnownBlock[]): Payload {
  return { text: cut(text, 3_000), blocks, unfurl_links: false, unfurl_media: false };
}

export const section = (text: string): SectionBlock => ({ type: 'section', text: { type: 'mrkdwn', text } });
export const context = (text: string): ContextBlock => ({
  type: 'context',
  elements: [{ type: 'mrkdwn', text }],
});
export const actions = (elements: ActionsBlock['elements']): ActionsBlock => ({ type: 'actions', elements });

export function fields(facts: readonly { label: string; value: string }[]): SectionBlock {
  return {
    type: 'section',
    fields: facts.slice(0, SLACK_LIMITS.sectionFields).map(({ label, value }) => ({
      type: 'mrkdwn',
      text: `*${plain(label)}*\n${cut(plain(cut(value, 600)), SLACK_LIMITS.fieldText - 100)}`,
    })),
  };
}

export function button(label: string, action: string, value: string, style?: 'primary' | 'danger'): Button {
  return {
    type: 'button',
    text: { type: 'plain_text', text: label },
    action_id: action,
    value,
    ...(style ? { style } : {}),
  };
}

import type { ActionsBlock, Button, ContextBlock, KnownBlock, SectionBlock } from '@slack/types';
import type { Payload } from '../../src/thread/outbound.ts';
import { SLACK_LIMITS } from './limits.ts';
import { cut, plain } from './text.ts';

/*
 * Pieces of Block Kit, and numbers as people read them.
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

/** A link, whatever the address holds; what is no web address stays text. */
export function link(url: string, label: string): string {
  const { protocol, href } = URL.parse(url) ?? {};
  const text = plain(cut(label, 100)).replaceAll('|', ' ');
  if (href === undefined || !/^https?:$/.test(protocol ?? '') || href.length > 500) return text;
  return `<${href.replaceAll('@', '%40').replaceAll('|', '%7C')}|${text}>`;
}

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

/** As many lines as fit, then how many are left. */
export function fitting(lines: readonly string[], limit: number, rest: (left: number) => string): string {
  let text = '';
  for (const [i, line] of lines.entries()) {
    const next = text === '' ? line : `${text}\n${line}`;
    if (next.length > limit - 30) return cut(`${text}\n${rest(lines.length - i)}`, limit);
    text = next;
  }
  return text;
}

export const dollars = (usd: number) => `$${usd === 0 || usd >= 0.1 ? usd.toFixed(2) : usd.toFixed(4)}`;

export const compact = (n: number) => (n < 1_000 ? String(n) : `${(n / 1_000).toFixed(n < 10_000 ? 1 : 0)}k`);

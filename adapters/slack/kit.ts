import type { ActionsBlock, Button, ContextBlock, KnownBlock, SectionBlock } from '@slack/types';
import type { Control } from '../../src/controller/controls.ts';
import { cut, wholeBeginning } from '../../src/lib/cut.ts';
import type { Menu } from '../../src/session/tables.ts';
import type { Payload } from '../../src/thread/delivery/outgoing.ts';
import { SLACK_LIMITS } from './limits.ts';
import { cutPrinted, plain, plainWithin } from './text.ts';

/*
 * Pieces of Block Kit.
 */

/** `text` is what notifications and screen readers get. */
export function messageOf(text: string, blocks: KnownBlock[]): { kind: 'message'; body: Payload } {
  const body = { text: cutPrinted(text, 3_000), blocks, unfurl_links: false, unfurl_media: false };
  return { kind: 'message', body };
}

/** What an edit may say of a message: how links are shown is said only when it is posted. */
export const editable = ({ unfurl_links: _links, unfurl_media: _media, ...body }: Payload): Payload => body;

export const section = (text: string): SectionBlock => ({ type: 'section', text: { type: 'mrkdwn', text } });
export const context = (text: string): ContextBlock => ({
  type: 'context',
  elements: [{ type: 'mrkdwn', text }],
});
export const actions = (elements: ActionsBlock['elements']): ActionsBlock => ({ type: 'actions', elements });

/** Facts beside each other, in as many sections as they take. */
export function fields(facts: readonly { label: string; value: string }[]): SectionBlock[] {
  const shown = facts.slice(0, MOST_FACTS).map(({ label, value }) => ({
    type: 'mrkdwn' as const,
    text: `*${plain(label)}*\n${plainWithin(value, SLACK_LIMITS.fieldText - 400)}`,
  }));
  const sections = Math.ceil(shown.length / SLACK_LIMITS.sectionFields);
  return Array.from({ length: sections }, (_, i) => ({
    type: 'section',
    fields: shown.slice(i * SLACK_LIMITS.sectionFields, (i + 1) * SLACK_LIMITS.sectionFields),
  }));
}

/** More than any call has. */
const MOST_FACTS = 30;

/** A menu. One from which several may be picked stands beside a text: Slack takes it nowhere else. */
export function selectBlock({ name, prompt, options, most }: Menu): KnownBlock {
  const listed = options.slice(0, SLACK_LIMITS.selectOptions).map(({ label, value }) => ({
    text: { type: 'plain_text' as const, text: cut(label, SLACK_LIMITS.buttonLabel) },
    value: wholeBeginning(value, SLACK_LIMITS.optionValue),
  }));
  const placeholder = { type: 'plain_text' as const, text: cut(prompt, SLACK_LIMITS.placeholder) };
  const menu = { action_id: name, placeholder, options: listed };
  if (most === 1) return actions([{ type: 'static_select', ...menu }]);
  return {
    ...section(plain(prompt)),
    accessory: { type: 'multi_static_select', ...menu, max_selected_items: most },
  };
}

/** A button. Of what can't be taken back Slack asks itself whether somebody is sure. */
export function buttonOf({ label, name, values, style, sure }: Control): Button {
  return {
    type: 'button',
    text: { type: 'plain_text', text: cut(label, SLACK_LIMITS.buttonLabel) },
    action_id: name,
    value: values.join('|') || name, // Slack takes no empty one
    ...(style ? { style: style === 'danger' ? 'danger' : 'primary' } : {}),
    ...(sure ? { confirm: confirmation(sure) } : {}),
  };
}

const confirmation = (text: string): NonNullable<Button['confirm']> => ({
  title: { type: 'plain_text', text: 'Cancel this job?' },
  text: { type: 'plain_text', text: cut(text, 300) },
  confirm: { type: 'plain_text', text: 'Cancel the job' },
  deny: { type: 'plain_text', text: 'Let it run' },
  style: 'danger',
});

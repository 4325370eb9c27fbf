import type { Button, KnownBlock } from '@slack/types';
import { ACTIONS } from '../../src/controller/actions.ts';
import type { Card, CardPart } from '../../src/controller/cards.ts';
import { WHETHER_CANCEL } from '../../src/controller/clicks.ts';
import type { Control } from '../../src/controller/controls.ts';
import { cut } from '../../src/lib/cut.ts';
import { actions, button, context, section } from './kit.ts';

/** A card in Block Kit. `text` is what notifications say. */
export const messageOf = ({ title, parts }: Card): { text: string; blocks: KnownBlock[] } => ({
  text: title,
  blocks: parts.flatMap(blocksOf),
});

/** A part of a card. */
export function blocksOf(part: CardPart): KnownBlock[] {
  switch (part.kind) {
    case 'heading':
      return [section(`*${part.text}*`)];
    case 'text':
      return [section(part.text)];
    case 'note':
      return [context(part.text)];
    case 'markdown':
      return [{ type: 'markdown', text: part.text }];
    case 'list':
      return part.items.flatMap(({ text, buttons }) => [
        section(text),
        ...(buttons.length > 0 ? [actions(buttons.map(buttonOf))] : []),
      ]);
    case 'buttons':
      return [actions(part.buttons.map(buttonOf))];
    default:
      return part satisfies never;
  }
}

/** A button; Slack asks itself whether somebody is sure of one that can't be taken back. */
function buttonOf({ label, name, values, style }: Control): Button {
  const made = button(label, name, values.join('|'), style);
  return name === ACTIONS.cancel ? { ...made, confirm: confirmation(WHETHER_CANCEL) } : made;
}

function confirmation(text: string): NonNullable<Button['confirm']> {
  return {
    title: { type: 'plain_text', text: 'Cancel this job?' },
    text: { type: 'plain_text', text: cut(text, 300) },
    confirm: { type: 'plain_text', text: 'Cancel the job' },
    deny: { type: 'plain_text', text: 'Let it run' },
    style: 'danger',
  };
}

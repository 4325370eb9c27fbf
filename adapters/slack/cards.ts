import type { KnownBlock } from '@slack/types';
import type { Card, CardPart } from '../../src/controller/cards.ts';
import { actions, buttonOf, context, section } from './kit.ts';

/** A card in Block Kit. `text` is what notifications say. */
export const cardMessage = ({ title, parts }: Card): { text: string; blocks: KnownBlock[] } => ({
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

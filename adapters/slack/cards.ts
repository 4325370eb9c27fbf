import type { KnownBlock } from '@slack/types';
import type { Card, CardPart } from '../../src/controller/cards.ts';
import { printMarkdown } from '../../src/lib/markdown/render.ts';
import { dataTables } from './data-table.ts';
import { MARKDOWN } from './dialect.ts';
import { actions, buttonOf, context, section, selectBlock } from './kit.ts';
import { SLACK_LIMITS } from './limits.ts';
import { escaped, within } from './text.ts';

/** A card in Block Kit. `text` is what notifications say. */
export const cardMessage = ({ title, parts }: Card): { text: string; blocks: KnownBlock[] } => ({
  text: title,
  blocks: parts.flatMap(blocksOf),
});

/** A part of a card. */
export function blocksOf(part: CardPart): KnownBlock[] {
  switch (part.kind) {
    case 'heading':
      return [section(within('*', escaped(part.text)))];
    case 'text':
      return [section(part.text)];
    case 'note':
      return [context(part.text)];
    case 'markdown':
      return printMarkdown(part.text, MARKDOWN, SLACK_LIMITS.markdownText).map((text) => ({
        type: 'markdown',
        text,
      }));
    case 'list':
      return part.items.flatMap(({ text, buttons }) => [
        section(text),
        ...(buttons.length > 0 ? [actions(buttons.map(buttonOf))] : []),
      ]);
    case 'table':
      return dataTables([part.table]);
    case 'select':
      return part.options.length === 0 ? [] : [selectBlock(part)];
    case 'buttons':
      return [actions(part.buttons.map(buttonOf))];
    default:
      return part satisfies never;
  }
}

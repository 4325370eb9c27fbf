import { ComponentType } from 'discord.js';
import type { Card, CardPart } from '../../src/controller/cards.ts';
import { splitMarkdown } from '../../src/thread/delivery/split.ts';
import { buttonOf, row } from './components.ts';
import { ANSWER_CHARACTERS } from './limits.ts';
import { tablesAsText } from './tables.ts';

/** A card in as many messages as it needs; the buttons are on the last. */
export function messagesOf({ parts }: Card) {
  const texts = splitMarkdown(tablesAsText(parts.flatMap(markdownOf).join('\n')), ANSWER_CHARACTERS);
  const rows = parts.flatMap(rowsOf);
  return texts.map((content, i) => {
    const below = i === texts.length - 1 ? rows : [];
    return { isV2: true, components: [{ type: ComponentType.TextDisplay as const, content }, ...below] };
  });
}

function markdownOf(part: CardPart): string[] {
  switch (part.kind) {
    case 'heading':
      return [`### ${part.text}`];
    case 'text':
    case 'markdown':
      return [part.text];
    case 'note':
      return [`-# ${part.text}`];
    case 'list': {
      const isNumbered = part.items.some(({ buttons }) => buttons.length > 0);
      return part.items.map(({ text }, i) => `${isNumbered ? `${i + 1}.` : '-'} ${text}`);
    }
    case 'buttons':
      return [];
    default:
      return part satisfies never;
  }
}

/** Buttons of a list's items stand below it, those of one kind in a row, with the number of their item. */
function rowsOf(part: CardPart): ReturnType<typeof row>[] {
  if (part.kind === 'buttons') return [row(part.buttons.map(buttonOf))];
  if (part.kind !== 'list') return [];
  const numbered = part.items.flatMap(({ buttons }, i) =>
    buttons.map((button) => ({ ...button, label: `${button.label} ${i + 1}` })),
  );
  return [...Map.groupBy(numbered, ({ name }) => name).values()].map((buttons) => row(buttons.map(buttonOf)));
}

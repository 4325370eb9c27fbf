import { ComponentType } from 'discord.js';
import type { Card, CardPart } from '../../src/controller/cards.ts';
import { printMarkdown } from '../../src/lib/markdown/render.ts';
import { buttonOf, row, selectOf } from './components.ts';
import { MARKDOWN } from './dialect.ts';
import { ANSWER_CHARACTERS, DISCORD_LIMITS } from './limits.ts';
import { codeTables } from './tables.ts';
import { shortened } from './text.ts';

/** A card in as many messages as it needs; the buttons are on the last. */
export function messagesOf({ parts }: Card) {
  const texts = packed(parts, ANSWER_CHARACTERS);
  const rows = parts.flatMap(rowsOf);
  return texts.map((content, i) => {
    const below = i === texts.length - 1 ? rows : [];
    return { isV2: true, components: [{ type: ComponentType.TextDisplay as const, content }, ...below] };
  });
}

/** The words of a card alone, which a phone shows in its notification, as it shows nothing of components. */
export const plainMessagesOf = ({ parts }: Card): string[] => packed(parts, DISCORD_LIMITS.content);

/** Texts one below the other, in as few messages as have room for them. */
function packed(parts: readonly CardPart[], most: number): string[] {
  const messages: string[] = [];
  const texts = parts.flatMap((part) => markdownOf(part, most));
  for (const text of texts.map((whole) => shortened(whole, most))) {
    const last = messages.at(-1);
    const both = `${last}\n${text}`;
    if (last === undefined || both.length > most) messages.push(text);
    else messages[messages.length - 1] = both;
  }
  return messages;
}

function markdownOf(part: CardPart, most: number): string[] {
  switch (part.kind) {
    case 'heading':
      return [`### ${part.text}`];
    case 'text':
      return [part.text];
    case 'markdown':
      return printMarkdown(part.text, MARKDOWN, most);
    case 'note':
      return [`-# ${part.text}`];
    case 'list': {
      const isNumbered = part.items.some(({ buttons }) => buttons.length > 0);
      return part.items.map(({ text }, i) => `${isNumbered ? `${i + 1}.` : '-'} ${text}`);
    }
    case 'table':
      return [codeTables([part.table], most)];
    case 'select':
    case 'buttons':
      return [];
    default:
      return part satisfies never;
  }
}

/** Buttons of a list's items stand below it, those of one kind in a row, with the number of their item. */
function rowsOf(part: CardPart): ReturnType<typeof row>[] {
  if (part.kind === 'buttons') return [row(part.buttons.map(buttonOf))];
  if (part.kind === 'select') return part.options.length === 0 ? [] : [row([selectOf(part)])];
  if (part.kind !== 'list') return [];
  const numbered = part.items.flatMap(({ buttons }, i) =>
    buttons.map((button) => ({ ...button, label: `${button.label} ${i + 1}` })),
  );
  return [...Map.groupBy(numbered, ({ name }) => name).values()].map((buttons) => row(buttons.map(buttonOf)));
}

import { ButtonStyle, ComponentType } from 'discord.js';
import type { Card, CardPart } from '../../src/controller/cards.ts';
import type { Control } from '../../src/controller/controls.ts';
import { splitMarkdown } from '../../src/thread/delivery/split.ts';
import { idOf } from './ids.ts';
import { ANSWER_CHARACTERS, DISCORD_LIMITS } from './limits.ts';
import { tablesAsText } from './tables.ts';

type ButtonData = { type: ComponentType.Button; style: ButtonStyle; label: string; customId: string };
type Row = { type: ComponentType.ActionRow; components: ButtonData[] };

/** A card in as many messages as it needs; the buttons are on the last. */
export function messagesOf({ parts }: Card) {
  const texts = splitMarkdown(tablesAsText(parts.flatMap(textOf).join('\n')), ANSWER_CHARACTERS);
  const rows = parts.flatMap(rowsOf);
  return texts.map((content, i) => {
    const below = i === texts.length - 1 ? rows : [];
    return { isV2: true, components: [{ type: ComponentType.TextDisplay as const, content }, ...below] };
  });
}

function textOf(part: CardPart): string[] {
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
function rowsOf(part: CardPart): Row[] {
  if (part.kind === 'buttons') return [rowOf(part.buttons.map(buttonOf))];
  if (part.kind !== 'list') return [];
  const numbered = part.items.flatMap(({ buttons }, i) =>
    buttons.map((button) => ({ ...button, label: `${button.label} ${i + 1}` })),
  );
  return [...Map.groupBy(numbered, ({ name }) => name).values()].map((buttons) =>
    rowOf(buttons.slice(0, DISCORD_LIMITS.buttonsInRow).map(buttonOf)),
  );
}

const rowOf = (components: ButtonData[]): Row => ({ type: ComponentType.ActionRow, components });

export const buttonRow = (control: Control): Row => rowOf([buttonOf(control)]);

const STYLES = { primary: ButtonStyle.Primary, danger: ButtonStyle.Danger } as const;

const buttonOf = ({ label, name, values, style }: Control): ButtonData => ({
  type: ComponentType.Button,
  style: style === undefined ? ButtonStyle.Secondary : STYLES[style],
  label,
  customId: idOf(name, ...values),
});

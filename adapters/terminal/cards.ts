import type { Card, CardPart } from '../../src/controller/cards.ts';
import { plainLines } from '../../src/lib/markdown/words.ts';
import { tableLines } from '../../src/lib/table-lines.ts';
import type { Body } from './messages.ts';
import { plainText } from './plain-text.ts';

/** A button, and the key that presses it. */
export type Keyed = {
  key: string;
  label: string;
  name: string;
  values: readonly string[];
  sure?: string | undefined;
};

/** The buttons of a message with a key each: the first letter of its label that no other one has. */
export function keyed(body: Body): Keyed[] {
  const taken = new Set<string>();
  return body.pieces
    .flatMap((piece) => (piece.kind === 'buttons' ? piece.buttons : []))
    .flatMap(({ label, name, values, sure }) => {
      const letters = [...label.toLowerCase().replace(/[^a-z]/g, ''), ...'123456789'];
      const key = letters.find((letter) => !taken.has(letter));
      if (key === undefined) return [];
      taken.add(key);
      return [{ key, label, name, values, sure }];
    });
}

/** A message of the bot for people, from top to bottom. */
export function cardText(body: Body): string {
  const lines = body.pieces.flatMap((piece) => {
    switch (piece.kind) {
      case 'title':
      case 'text':
      case 'small':
        return [plainText(piece.text)];
      case 'code':
        return [plainText(piece.text).replace(/^/gm, '  | ')];
      case 'menu':
        return [plainText(`${piece.label}: ${piece.options.map(({ label }) => label).join(', ')}`)];
      case 'buttons':
        return [];
      default:
        return piece satisfies never;
    }
  });
  const keys = keyed(body).map(({ key, label }) => `[${key}] ${plainText(label)}`);
  return [...lines, ...(keys.length > 0 ? [keys.join('  ')] : [])].join('\n');
}

/** A card that somebody asked for. */
export const answerCard = ({ parts }: Card): string => parts.map(partText).filter(Boolean).join('\n');

function partText(part: CardPart): string {
  switch (part.kind) {
    case 'heading':
    case 'text':
    case 'note':
      return plainText(part.text);
    case 'markdown':
      return plainText(plainLines(part.text));
    case 'list':
      return part.items.map(({ text }) => `- ${plainText(text)}`).join('\n');
    case 'table':
      return plainText(tableLines(part.table, 100).rows.flat().join('\n'));
    case 'select':
    case 'buttons':
      return '';
    default:
      return part satisfies never;
  }
}

import type { Answer, Taken } from '../../src/controller/answers.ts';
import type { Card, CardPart } from '../../src/controller/cards.ts';
import type { Form } from '../../src/controller/forms.ts';
import type { BoardMessage, BoardNews, BoardThread } from '../../src/controller/platform-definition.ts';
import { printMarkdown } from '../../src/lib/markdown/render.ts';
import { answered } from '../shared/answers.ts';
import { buttonsOf } from '../shared/board-printer.ts';
import { MARKDOWN, plainLines } from './dialect.ts';
import type { Visitor } from './entry.ts';
import { Body, type Piece, Said } from './messages.ts';
import { menuOf, tableText } from './printer.ts';
import { treeOf, treeOfMarkdown, unturned } from './tree.ts';

/*
 * What a browser is sent: JSON in which every text is a tree of known nodes, or letters and nothing else.
 */

/** A piece of a message, with its texts as trees. */
export function shownPiece(piece: Piece) {
  switch (piece.kind) {
    case 'text':
    case 'small':
    case 'markdown':
      return { kind: piece.kind, blocks: treeOf(piece.text) };
    case 'code':
      return { kind: piece.kind, text: unturned(piece.preview) };
    case 'output':
      return { kind: piece.kind, text: unturned(piece.text) };
    case 'facts': {
      const facts = piece.facts.map(({ label, value }) => ({
        label: unturned(label),
        value: unturned(value),
      }));
      return { kind: piece.kind, facts };
    }
    case 'file':
      return {
        kind: piece.kind,
        name: unturned(piece.name),
        alt: piece.alt,
        isPicture: isPicture(piece.name),
      };
    case 'buttons':
    case 'menu':
      return piece;
    default:
      return piece satisfies never;
  }
}

/** Whether a browser shows a file as a picture, by its name; `routes.ts` looks at its bytes. */
const isPicture = (name: string): boolean => /\.(?:png|jpe?g|gif|webp)$/i.test(name);

/** A message as the page has it. One that was taken away has nothing but its id. */
function shownMessage(
  { id, author, body, isTaken, isRemoved, place, at }: BoardMessage,
  { person }: Visitor,
) {
  const known = { id, place, at };
  if (isRemoved) return { ...known, isRemoved };
  if (author !== undefined) {
    const { text, files } = Said.parse(body);
    return {
      ...known,
      isTaken,
      by: author.id === person.id ? 'You' : unturned(author.name),
      text: unturned(text),
      files: files.map(unturned),
    };
  }
  const { kind, tone, headline, isCalling, pieces } = Body.parse(body);
  return { ...known, kind, tone, headline: unturned(headline), isCalling, pieces: pieces.map(shownPiece) };
}

const shownThread = ({ thread, title, standing, updatedAt }: BoardThread) => ({
  ...{ thread, standing, updatedAt },
  title: title === undefined ? undefined : unturned(title),
});

export const shownNews = ({ version, threads, messages }: BoardNews, visitor: Visitor) => ({
  version,
  threads: threads.map(shownThread),
  messages: messages.map((message) => shownMessage(message, visitor)),
});

function cardPieces(part: CardPart): Piece[] {
  switch (part.kind) {
    case 'heading':
      return [{ kind: 'markdown', text: `## ${part.text.replace(/\n/g, ' ')}` }];
    case 'text':
      return [{ kind: 'text', text: plainLines(part.text) }];
    case 'note':
      return [{ kind: 'small', text: plainLines(part.text) }];
    case 'markdown':
      return [{ kind: 'markdown', text: printMarkdown(part.text, MARKDOWN, MOST).join('\n\n') }];
    case 'list':
      return part.items.flatMap(({ text, buttons }): Piece[] => [
        { kind: 'text', text: plainLines(text) },
        ...buttonsOf(buttons),
      ]);
    case 'table':
      return [{ kind: 'markdown', text: tableText(part.table) }];
    case 'select':
      return part.options.length === 0 ? [] : [menuOf(part)];
    case 'buttons':
      return buttonsOf(part.buttons);
    default:
      return part satisfies never;
  }
}

export const shownCard = ({ title, parts }: Card) => ({
  kind: 'card' as const,
  title: unturned(title),
  pieces: parts.flatMap(cardPieces).map(shownPiece),
});

/** A form as it is; what it is about travels with it and comes back. */
const shownForm = (form: Form) => ({ kind: 'form' as const, form });

/** What somebody is answered. */
export const shownAnswer = (answer: Answer) =>
  answered<object>(answer, {
    nothing: () => ({ kind: 'nothing' }),
    notice: ({ text }) => shownNotice(text),
    form: ({ form }) => shownForm(form),
    card: ({ card }) => shownCard(card),
    question: ({ text, button }) => ({
      kind: 'card',
      title: '',
      pieces: [written(text), ...buttonsOf([button]).map(shownPiece)],
    }),
    file: ({ name, text, comment, button }) => ({
      kind: 'file',
      ...{ name: unturned(name), text },
      pieces: [written(comment), ...buttonsOf([button]).map(shownPiece)],
    }),
  });

const written = (text: string) => ({ kind: 'markdown' as const, blocks: treeOfMarkdown(text) });

/** Characters of a text of a card, which nobody reads to its end. */
const MOST = 100_000;

export const shownNotice = (text: string) => ({ kind: 'notice' as const, blocks: treeOfMarkdown(text) });

/** What became of a form that was sent off. */
export const shownTaken = (taken: Taken) =>
  taken.ok
    ? { ok: true, notice: taken.notice === undefined ? undefined : shownNotice(taken.notice) }
    : { ok: false, reason: shownNotice(taken.reason), errors: taken.errors ?? {} };

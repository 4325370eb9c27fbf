/** A place in a text: the characters before and after it, '' at its ends. */
export type Between = { before: string; after: string };

/**
 * What stands around a block, from the outermost inwards. An item is begun where its marker has been shown.
 */
export type Around = { kind: 'quote' } | Item;
export type Item = { kind: 'item'; marker: string; box: string; isFirst: boolean; isBegun: boolean };

/**
 * How a platform writes text. Every text that is given to it may be anything; what it makes of one shows just
 * that text. What is the same on every platform is in `print.ts` and `pieces.ts`.
 */
export type Dialect = {
  /** Text in a line, without a meaning, and notifying nobody. */
  text(value: string): string;
  /** A printed line that begins with what is no mark of a block. */
  line(printed: string): string;
  strong: string;
  delete: string;
  emphasis(between: Between): string;
  /** Code within a line, to the letter. */
  code(value: string): string;
  /** A line of a block of code, to the letter. */
  codeLine(line: string): string;
  /** An address that is shown as it is. */
  address(url: string, between: Between): string;
  /** Undefined where the platform takes no link with this label. */
  link(url: string, label: string, words: string): string | undefined;
  lineBreak: string;
  heading(depth: number): { prefix: string; isBold: boolean };
  rule: string;
  checked: string;
  unchecked: string;
  /** What the platform can show around a block of a kind; the rest is left away. */
  around(around: readonly Around[], kind: BlockKind): readonly Around[];
  /** A block of code that begins and ends within the message; undefined where it can't be one. */
  fence(code: string, language: string): { open: string; close: string } | undefined;
  /** Languages that a block of code can be marked with. */
  isLanguage(name: string): boolean;
  /** The form of tables, and the most columns and characters of a line, and rows, that one can have. */
  table: { kind: 'markdown'; columns: number; rows: number } | { kind: 'columns'; width: number };
  /** Whether blocks of these kinds stand apart by an empty line; items of lists see to it themselves. */
  isApart(above: BlockKind, below: BlockKind): boolean;
};

export type BlockKind = 'paragraph' | 'heading' | 'item' | 'code' | 'table' | 'rule';

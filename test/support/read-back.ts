/*
 * Reads back what would run from what people were shown of it: from a card and its file, as a platform has
 * received them. Nothing of this is shared with what makes them.
 */

/** What somebody can read of a call: the texts of its card, top to bottom, and its file where it has one. */
export type Seen = { facts: ReadonlyMap<string, string>; source: string | undefined; all: string };

/** Characters that were written out, as `‹U+202E›`. */
const unmarked = (text: string): string =>
  text.replace(/‹U\+([0-9A-F]{4,6})›/g, (_mark, code: string) =>
    String.fromCodePoint(Number.parseInt(code, 16)),
  );

/** A file: its facts line by line, and below a rule what would run. */
export function seenInFile(text: string): Seen {
  const [head = '', ...rest] = text.split(`\n${'-'.repeat(60)}\n`);
  const lines = head.split('\n').slice(2);
  return {
    facts: factsOf(lines.map((line) => /^([^:]+): (.*)$/s.exec(line)?.slice(1) ?? [])),
    source: rest.length === 0 ? undefined : unmarked(rest.join(`\n${'-'.repeat(60)}\n`)),
    all: text,
  };
}

const factsOf = (pairs: readonly (readonly string[])[]): Map<string, string> =>
  new Map(
    pairs.flatMap(([label, value]) =>
      label === undefined ? [] : [[unmarked(label), unmarked(value ?? '')]],
    ),
  );

type SlackBlock = {
  type: string;
  text?: { text: string };
  fields?: { text: string }[];
  elements?: { text?: unknown }[];
};

/** A card of Slack. */
export function seenOnSlack(blocks: readonly unknown[]): Seen {
  const plain = (text: string) =>
    text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
  const given = blocks as readonly SlackBlock[];
  const texts = given.flatMap(({ text, elements = [] }) =>
    [text?.text, ...elements.map((element) => element.text)].filter((part) => typeof part === 'string'),
  );
  const fields = given.flatMap((block) => block.fields ?? []).map(({ text }) => plain(text));
  return {
    facts: factsOf(fields.map((text) => /^\*([^*]+)\*\n(.*)$/s.exec(text)?.slice(1) ?? [])),
    source: texts.map((text) => inBlock(plain(text))).find((text) => text !== undefined),
    all: unmarked([...texts, ...fields].map(plain).join('\n')),
  };
}

/** A card of Discord: the contents of its texts. */
export function seenOnDiscord(contents: readonly string[]): Seen {
  const plain = (text: string) => text.replace(/\\([\\*_~`|>#[\]()-])/g, '$1');
  const lines = contents.filter((text) => !text.startsWith('```')).flatMap((text) => text.split('\n'));
  return {
    facts: factsOf(lines.map((line) => /^\*\*(.+?)\*\*: (.*)$/s.exec(line)?.slice(1).map(plain) ?? [])),
    source: contents.map(inBlock).find((text) => text !== undefined),
    all: unmarked(contents.map(plain).join('\n')),
  };
}

function inBlock(text: string): string | undefined {
  const found = /^```\n([\s\S]*)\n```$/.exec(text)?.[1];
  return found === undefined ? undefined : unmarked(found);
}

/** The words that a POSIX shell makes of a line, as far as quotes and blanks go. Throws where it was cut. */
export function shellWords(line: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  for (let i = 0; i < line.length; i++) {
    const c = line.charAt(i);
    if (c === "'") {
      const end = line.indexOf("'", i + 1);
      if (end === -1) throw new Error('a quote is open at the end: something was cut');
      word = (word ?? '') + line.slice(i + 1, end);
      i = end;
    } else if (c === '\\') {
      word = (word ?? '') + line.charAt(++i);
    } else if (c === ' ') {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? '') + c;
  }
  return word === undefined ? words : [...words, word];
}

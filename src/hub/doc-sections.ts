import { wholeBeginning } from '../lib/cut.ts';

/** A section of a page of documentation: from its heading to the next one that is not below it. */
export type DocSection = {
  title: string;
  /** As many as the heading has signs: 1 is the page itself. */
  level: number;
  /** Its first character, and the one behind its last. */
  from: number;
  to: number;
  /** What it begins with, in one line; '' where it begins with a further heading. */
  about: string;
};

const ABOUT = 140;
/** Longer pages are read by their offsets. */
const MOST_SECTIONS = 2_000;

/** The sections of a page as markdown, in order. Headings in code are none. */
export function sectionsOf(text: string): DocSection[] {
  const found: DocSection[] = [];
  let isCode = false;
  let at = 0;
  for (const line of text.split('\n')) {
    const isFence = /^\s{0,3}(?:```|~~~)/.test(line);
    if (isFence) isCode = !isCode;
    const [, signs, heading = ''] =
      isCode || isFence ? [] : (/^(#{1,6}) +(\S.*)$/.exec(wholeBeginning(line, 1_000)) ?? []);
    const last = found.at(-1);
    if (signs !== undefined && found.length < MOST_SECTIONS) {
      found.push({ title: plain(heading), level: signs.length, from: at, to: text.length, about: '' });
    } else if (last?.about === '' && !isCode && !isFence) {
      last.about = cutAt(plain(wholeBeginning(line, 1_000)));
    }
    at += line.length + 1;
  }
  const open: DocSection[] = [];
  for (const section of found) {
    while ((open.at(-1)?.level ?? 0) >= section.level) {
      const ended = open.pop();
      if (ended) ended.to = section.from;
    }
    open.push(section);
  }
  return found;
}

/** A line without the marks of markdown, elements and anchors. */
const plain = (line: string): string =>
  line
    .replace(/\[\[[^\][]{0,200}\]\]/g, '')
    .replace(/<[^<>]{0,300}>/g, '')
    .replace(/!?\[([^\][]{0,300})\]\([^()]{0,500}\)/g, '$1')
    .replace(/[*`|]+/g, '')
    .replace(/\s+/g, ' ')
    .trim();

const cutAt = (line: string): string => {
  const sentence = /^.{10,139}?[.!?](?= |$)/u.exec(line)?.[0] ?? line;
  return sentence.length <= ABOUT ? sentence : `${wholeBeginning(sentence, ABOUT)} …`;
};

/** The section that a title names: the one of exactly that name, else the first that has it in its own. */
export function sectionNamed(sections: readonly DocSection[], title: string): DocSection | undefined {
  const wanted = key(title);
  return (
    sections.find((section) => key(section.title) === wanted) ??
    (wanted === '' ? undefined : sections.find((section) => key(section.title).includes(wanted)))
  );
}

const key = (title: string): string =>
  title
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();

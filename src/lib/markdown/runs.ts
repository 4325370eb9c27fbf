import type { Link, PhrasingContent } from 'mdast';

/** How a run of text is marked. */
export type Mark = 'strong' | 'emphasis' | 'delete';

/** A piece of what stands in a line, with its marks from the outermost inwards. */
export type Run = { marks: readonly Mark[] } & (
  | { kind: 'text'; value: string }
  | { kind: 'code'; value: string }
  | { kind: 'link'; url: string; label: readonly Run[] }
  | { kind: 'break' }
);

/** What stands in a paragraph, a heading or a cell, one after the other. */
export const runsOf = (nodes: readonly PhrasingContent[], marks: readonly Mark[] = []): Run[] =>
  runsIn(nodes, { marks, isLabel: false });

/** What stands around a node: a link holds no other one. */
type Within = { marks: readonly Mark[]; isLabel: boolean };

const runsIn = (nodes: readonly PhrasingContent[], within: Within): Run[] =>
  nodes.flatMap((node) => runsOfNode(node, within)).reduce(joinedCode, []);

/** Code that stands right behind code is one piece with it: their signs would be taken for one. */
function joinedCode(runs: Run[], run: Run): Run[] {
  const last = runs.at(-1);
  const isOne = run.kind === 'code' && last?.kind === 'code' && String(last.marks) === String(run.marks);
  if (isOne) runs[runs.length - 1] = { ...last, value: last.value + run.value };
  else runs.push(run);
  return runs;
}

function runsOfNode(node: PhrasingContent, within: Within): Run[] {
  const { marks, isLabel } = within;
  switch (node.type) {
    case 'text':
    case 'html':
      return textRuns(node.value, marks);
    case 'emphasis':
    case 'strong':
    case 'delete': {
      const inner = marks.includes(node.type) ? marks : [...marks, node.type];
      return runsIn(node.children, { marks: inner, isLabel });
    }
    case 'inlineCode':
      return [{ kind: 'code', value: node.value, marks }];
    case 'break':
      return [{ kind: 'break', marks }];
    case 'link':
      if (isLabel) return runsIn(node.children, within);
      return linkRuns(node, marks);
    case 'image': {
      const alt = node.alt?.trim() ?? '';
      if (isLabel) return textRuns(alt, marks); // a badge: its words say where the link leads
      const name = alt || node.url.split('/').at(-1) || 'image';
      return [{ kind: 'link', url: node.url, label: textRuns(name, []), marks }];
    }
    case 'footnoteReference':
      return textRuns(`[^${node.label ?? node.identifier}]`, marks);
    default:
      return 'children' in node ? runsIn(node.children, within) : [];
  }
}

/** An address that stands in a tag ends with its quotes: tags are text, and what is behind is none of it. */
function linkRuns({ url, children }: Link, marks: readonly Mark[]): Run[] {
  const label = runsIn(children, { marks: [], isLabel: true });
  const words = wordsOf(label);
  const end = url === words ? words.search(/"|'>/) : -1;
  if (end <= 0) return [{ kind: 'link', url, label, marks }];
  const address = words.slice(0, end);
  return [
    { kind: 'link', url: address, label: textRuns(address, []), marks },
    ...textRuns(words.slice(end), marks),
  ];
}

/** The one tag that is no text: models break the lines of cells with it. */
const LINE_BREAK = /<br\s*\/?>/i;

const textRuns = (value: string, marks: readonly Mark[]): Run[] =>
  value
    .split(LINE_BREAK)
    .flatMap((text, i): Run[] => [
      ...(i > 0 ? [{ kind: 'break' as const, marks }] : []),
      ...(text === '' ? [] : [{ kind: 'text' as const, value: text, marks }]),
    ]);

/** The words of runs, without marks and addresses. */
export const wordsOf = (runs: readonly Run[]): string =>
  runs
    .map((run) => {
      if (run.kind === 'break') return '\n';
      return run.kind === 'link' ? wordsOf(run.label) : run.value;
    })
    .join('');

/** The same runs within one more mark. */
export const marked = (runs: readonly Run[], mark: Mark): Run[] =>
  runs.map((run) => (run.marks.includes(mark) ? run : { ...run, marks: [mark, ...run.marks] }));

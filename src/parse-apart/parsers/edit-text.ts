import { folded, keepingSigns, plainSigns } from './fold-text.ts';

export type Edit = { text: string; before: string; after: string; isForAll: boolean };

export type Edited = { ok: true; text: string; note: string } | { ok: false; reason: string };

/** Larger files are for programs to write. */
const MOST_CHARACTERS = 20_000_000;

/** Places that are named where a text occurs several times. */
const NAMED_PLACES = 8;

/**
 * Puts `after` in the place of `before`: where it stands exactly; else where it stands but for the kinds of
 * quotes, dashes, spaces and ends of lines; else where it stands but for white space in lines, too. Refuses
 * where it stands nowhere, or several times and not all are meant. Line endings stay those of the file.
 */
export function editText({ text, before, after, isForAll }: Edit): Edited {
  if (before === '') return { ok: false, reason: 'old_str is empty; to make a new file use write' };
  if (before === after) return { ok: false, reason: 'old_str and new_str are the same' };
  const ending = usualEnding(text);
  const wanted = withEndings(before, ending);
  const put = withEndings(after, ending);
  const exact = placesOf(text, wanted);
  if (exact.length > 0)
    return replace(
      text,
      exact.map((at) => [at, at + wanted.length] as const),
      put,
      isForAll,
      '',
    );
  return (
    editAlike({ text, before, after, isForAll }, ending) ??
    editDrifted(text, { before, put, isForAll }, ending)
  );
}

/** Where it stands but for kinds of quotes, dashes, spaces and ends of lines; undefined where it does not. */
function editAlike({ text, before, after, isForAll }: Edit, ending: string): Edited | undefined {
  const plain = folded(text);
  const wanted = folded(before).text;
  const spans = placesOf(plain.text, wanted).map(
    (at) => [plain.originalAt(at), plain.originalAt(at + wanted.length)] as const,
  );
  if (spans.length === 0) return undefined;
  const puts = ([from, to]: Span) => keepingSigns(text.slice(from, to), wanted, after, ending);
  const note =
    ' (kinds of quotes, dashes, spaces or ends of lines differed: what you left as it was has kept the file’s own)';
  const edited = replace(text, spans, puts, isForAll, note);
  return edited.ok && edited.text === text
    ? { ok: false, reason: 'new_str stands there already, but for kinds of quotes, dashes or spaces' }
    : edited;
}

function editDrifted(
  text: string,
  { before, put, isForAll }: { before: string; put: string; isForAll: boolean },
  ending: string,
): Edited {
  const exact = drifting(text, before, (line) => line);
  const drifted = exact.length > 0 ? exact : drifting(text, before, plainSigns);
  if (drifted.length === 0) {
    return { ok: false, reason: `old_str does not occur in the file${nearest(text, before)}` };
  }
  const what = exact.length > 0 ? 'white space' : 'white space and kinds of quotes or dashes';
  const note = ` (${what} differed: look at the indentation of what you put in)`;
  return replace(
    text,
    drifted,
    endsLine(text, drifted[0]) ? `${put.replace(/\r?\n$/, '')}${ending}` : put,
    isForAll,
    note,
  );
}

type Span = readonly [from: number, to: number];

function replace(
  text: string,
  spans: readonly Span[],
  put: string | ((span: Span) => string),
  isForAll: boolean,
  note: string,
): Edited {
  if (spans.length > 1 && !isForAll) {
    const lines = spans.slice(0, NAMED_PLACES).map(([from]) => lineAt(text, from));
    const named = lines.join(', ');
    const more = spans.length > NAMED_PLACES ? ' and further ones' : '';
    return {
      ok: false,
      reason: `old_str occurs ${spans.length} times (at lines ${named}${more}); give more of what is around it, or set replace_all`,
    };
  }
  const removed = spans.reduce((sum, [from, to]) => sum + to - from, 0);
  const puts = typeof put === 'string' ? undefined : spans.map(put);
  const added =
    typeof put === 'string'
      ? spans.length * put.length
      : (puts ?? []).reduce((sum, one) => sum + one.length, 0);
  if (text.length - removed + added > MOST_CHARACTERS) {
    return { ok: false, reason: `the file would become larger than ${MOST_CHARACTERS / 1e6} MB` };
  }
  let [made, at] = ['', 0];
  for (const [i, [from, to]] of spans.entries()) {
    made += text.slice(at, from) + (puts?.[i] ?? put);
    at = to;
  }
  const places =
    spans.length === 1 ? `at line ${lineAt(text, spans[0]?.[0] ?? 0)}` : `at ${spans.length} places`;
  return { ok: true, text: made + text.slice(at), note: `${places}${note}` };
}

function placesOf(text: string, part: string): number[] {
  const places: number[] = [];
  for (let at = text.indexOf(part); at !== -1; at = text.indexOf(part, at + part.length)) places.push(at);
  return places;
}

/**
 * Where the lines of `part` stand one below the other, white space aside. Blank lines at its ends don't
 * count.
 */
function drifting(text: string, part: string, plain: (line: string) => string): Span[] {
  const wanted = part.split(/\r?\n/).map((line) => squeezed(plain(line)));
  while (wanted[0] === '') wanted.shift();
  while (wanted.at(-1) === '') wanted.pop();
  if (wanted.length === 0) return [];
  const lines = [...text.matchAll(/[^\n]*(?:\n|$)/g)].filter((line) => line[0] !== '');
  const squeezedLines = lines.map((line) => squeezed(plain(line[0])));
  const spans: Span[] = [];
  for (let i = 0; i + wanted.length <= squeezedLines.length; i++) {
    if (!wanted.every((line, k) => line === squeezedLines[i + k])) continue;
    const [first, last] = [lines[i], lines[i + wanted.length - 1]];
    if (first && last) spans.push([first.index, last.index + last[0].length]);
    i += wanted.length - 1;
  }
  return spans;
}

const squeezed = (line: string): string => line.trim().replace(/\s+/g, ' ');

const endsLine = (text: string, span: Span | undefined): boolean =>
  span !== undefined && text[span[1] - 1] === '\n';

const lineAt = (text: string, at: number): number => text.slice(0, at).split('\n').length;

/** The line that is most like the first one looked for: where a model should look again. */
function nearest(text: string, before: string): string {
  const first = squeezed(before.split('\n').find((line) => line.trim() !== '') ?? '');
  const lines = text.split('\n');
  const at = lines.findIndex((line) => first !== '' && squeezed(line).includes(first.slice(0, 40)));
  return at === -1 ? '' : `; line ${at + 1} begins alike, but what follows differs`;
}

const usualEnding = (text: string): '\r\n' | '\n' =>
  (text.match(/\r\n/g)?.length ?? 0) * 2 > (text.match(/\n/g)?.length ?? 0) ? '\r\n' : '\n';

const withEndings = (text: string, ending: '\r\n' | '\n'): string => text.replace(/\r?\n/g, ending);

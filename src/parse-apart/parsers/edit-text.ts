export type Edit = { text: string; before: string; after: string; isForAll: boolean };

export type Edited = { ok: true; text: string; note: string } | { ok: false; reason: string };

/** Larger files are for programs to write. */
const MOST_CHARACTERS = 20_000_000;

/** Places that are named where a text occurs several times. */
const NAMED_PLACES = 8;

/**
 * Puts `after` in the place of `before`: where it stands exactly, else where it stands but for white space in
 * lines. Refuses where it stands nowhere, or several times and not all are meant. Line endings stay those of
 * the file.
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
  const drifted = drifting(text, before);
  if (drifted.length === 0) {
    return { ok: false, reason: `old_str does not occur in the file${nearest(text, before)}` };
  }
  const note = ' (white space differed: look at the indentation of what you put in)';
  return replace(
    text,
    drifted,
    endsLine(text, drifted[0]) ? `${put.replace(/\r?\n$/, '')}${ending}` : put,
    isForAll,
    note,
  );
}

type Span = readonly [from: number, to: number];

function replace(text: string, spans: readonly Span[], put: string, isForAll: boolean, note: string): Edited {
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
  if (text.length - removed + spans.length * put.length > MOST_CHARACTERS) {
    return { ok: false, reason: `the file would become larger than ${MOST_CHARACTERS / 1e6} MB` };
  }
  let [made, at] = ['', 0];
  for (const [from, to] of spans) {
    made += text.slice(at, from) + put;
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
function drifting(text: string, part: string): Span[] {
  const wanted = part.split(/\r?\n/).map(squeezed);
  while (wanted[0] === '') wanted.shift();
  while (wanted.at(-1) === '') wanted.pop();
  if (wanted.length === 0) return [];
  const lines = [...text.matchAll(/[^\n]*(?:\n|$)/g)].filter((line) => line[0] !== '');
  const plain = lines.map((line) => squeezed(line[0]));
  const spans: Span[] = [];
  for (let i = 0; i + wanted.length <= plain.length; i++) {
    if (!wanted.every((line, k) => line === plain[i + k])) continue;
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

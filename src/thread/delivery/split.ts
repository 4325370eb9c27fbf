type Fence = { marker: string; opening: string };

/**
 * Splits markdown into parts of at most `limit` characters. A part never ends inside a code fence: one that
 * has to be cut is closed at the end of a part and opened again, with its language, in the next. Cuts are
 * made before a heading or at a blank line where one is near, else at a line's end, and only a line longer
 * than a part is cut within. Of a text that is growing the last part is left as it is: a fence in it is open
 * because it goes on.
 */
export function splitMarkdown(text: string, limit: number, { isGrowing = false } = {}): string[] {
  const parts: string[] = [];
  let lines: string[] = [];
  let size = 0;
  let fence: Fence | undefined;

  function close(reopened: Fence | undefined) {
    parts.push([...lines, ...(reopened ? [reopened.marker] : [])].join('\n'));
    lines = reopened ? [reopened.opening] : [];
    size = reopened ? reopened.opening.length + 1 : 0;
  }

  for (const line of text.split('\n').flatMap((whole) => pieces(whole, limit - FENCE_ROOM))) {
    // A part that ends inside a fence needs room for the line that closes it.
    const after = fenceAfter(fence, line);
    const needed = line.length + (after ? after.marker.length + 1 : 0);
    if (size + needed > limit && lines.length > 0) {
      const carried = fence ? [] : trailingBlock(lines, limit - needed);
      lines.length -= carried.length;
      close(fence);
      lines.push(...carried);
      size += lengthOf(carried);
    }
    lines.push(line);
    size += line.length + 1;
    fence = after;
  }
  if (lines.length > 0) close(isGrowing ? undefined : fence);
  return parts.map((part) => part.replace(/^\n+/, '').trimEnd()).filter((part) => part !== '');
}

/** For a fence that is opened again and one that is closed, in a part with one long line. */
const FENCE_ROOM = 72;

/** The last lines since a blank one, if they have room in the next part and leave something in this one. */
function trailingBlock(lines: readonly string[], room: number): string[] {
  const blank = lines.findLastIndex((line) => line.trim() === '');
  if (blank <= 0) return [];
  const block = lines.slice(blank + 1);
  // A fence that was opened and closed within the block stays whole; a block with an odd one can't be
  // carried.
  const isWhole = block.filter((line) => FENCE.test(line)).length % 2 === 0;
  return isWhole && lengthOf(block) <= room / 3 ? block : [];
}

const lengthOf = (lines: readonly string[]) => lines.reduce((sum, line) => sum + line.length + 1, 0);

const FENCE = /^\s{0,3}(`{3,}|~{3,})(.*)$/;

function fenceAfter(fence: Fence | undefined, line: string): Fence | undefined {
  const match = FENCE.exec(line);
  const marker = match?.[1];
  if (marker === undefined) return fence;
  if (fence === undefined) return { marker, opening: line.slice(0, 60) };
  const isClosing =
    marker[0] === fence.marker[0] && marker.length >= fence.marker.length && !match?.[2]?.trim();
  return isClosing ? undefined : fence;
}

function pieces(line: string, limit: number): string[] {
  if (line.length <= limit) return [line];
  const cut: string[] = [];
  for (let at = 0; at < line.length; ) {
    let end = Math.min(line.length, at + limit);
    const code = line.charCodeAt(end - 1);
    if (end < line.length && code >= 0xd800 && code <= 0xdbff) end--; // never through a surrogate pair
    cut.push(line.slice(at, end));
    at = end;
  }
  return cut;
}

type Fence = { marker: string; opening: string };

/**
 * Splits markdown into parts of at most `limit` characters. A part never ends inside a code fence: one that has to be
 * cut is closed at the end of a part and opened again, with its language, in the next. Cuts are made before a heading
 * or at a blank line where one is near, else at a line's end, and only a line longer than a part is cut within.
 */
export function splitMarkdown(text: string, limit: number): string[] {
  const parts: string[] = [];
  let lines: string[] = [];
  let size = 0;
  let fence: Fence | undefined;

  function close(reopened: Fence | undefined) {
    parts.push([...lines, ...(reopened ? [reopened.marker] : [])].join('\n'));
    lines = reopened ? [reopened.opening] : [];
    size = reopened ? reopened.opening.length + 1 : 0;
  }

  for (const line of text.split('\n').flatMap((whole) => pieces(whole, limit - 64))) {
    // Room is kept for the fence that a cut may have to close; the line that closes it may take that room.
    const isClosing = fence !== undefined && fenceAfter(fence, line) === undefined;
    const reserved = fence && !isClosing ? fence.marker.length + 1 : 0;
    if (size + line.length + reserved > limit && lines.length > 0) {
      const carried = fence ? [] : trailingBlock(lines, limit);
      lines.length -= carried.length;
      close(fence);
      lines.push(...carried);
      size += carried.reduce((sum, item) => sum + item.length + 1, 0);
    }
    lines.push(line);
    size += line.length + 1;
    fence = fenceAfter(fence, line);
  }
  if (lines.length > 0) close(fence);
  return parts.map((part) => part.replace(/^\n+|\s+$/g, '')).filter((part) => part !== '');
}

/** The last lines since a blank one, if they are few enough to be carried over whole. */
function trailingBlock(lines: readonly string[], limit: number): string[] {
  const blank = lines.findLastIndex((line) => line.trim() === '');
  if (blank <= 0) return [];
  const block = lines.slice(blank + 1);
  const size = block.reduce((sum, line) => sum + line.length + 1, 0);
  // A fence that was opened and closed within the block stays whole; a block with an odd one can't be carried.
  return size <= limit / 3 && block.filter((line) => FENCE.test(line)).length % 2 === 0 ? block : [];
}

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

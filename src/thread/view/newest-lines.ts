/**
 * Lines of what was said last, the oldest first: as many as have room in `characters`, from the newest on.
 */
export async function newestLines<Said>(
  newestFirst: Iterable<Said>,
  lineOf: (said: Said) => string | Promise<string>,
  characters: number,
): Promise<string[]> {
  const lines: string[] = [];
  let room = characters;
  for (const said of newestFirst) {
    const line = await lineOf(said);
    room -= line.length;
    if (room < 0) break;
    lines.unshift(line);
  }
  return lines;
}

/**
 * Says which paths of a repository a pattern means: `*` and `?` are within a folder, `**` goes over folders, and what fits a
 * folder means all below it. It takes no longer than the lengths of both multiplied, whatever a model has written.
 */
export function filePattern(pattern: string): (path: string) => boolean {
  const clean = pattern.replace(/^\.?\/+/, '').replace(/\/+$/, '');
  const signs: readonly string[] = clean.match(/\*\*\/?|[\s\S]/gu) ?? [];

  /** A place in the pattern, with those behind it that can be reached over signs which may stand for nothing. */
  function reach(places: Set<number>, at: number): void {
    places.add(at);
    for (let next = at; signs[next]?.startsWith('*'); next++) places.add(next + 1);
  }

  function after(places: ReadonlySet<number>, character: string): Set<number> {
    const reached = new Set<number>();
    for (const at of places) {
      const sign = signs[at];
      if (sign === '**/') {
        reached.add(at);
        if (character === '/') reach(reached, at + 1);
      } else if (sign === '**' || (sign === '*' && character !== '/')) reach(reached, at);
      else if (sign === character || (sign === '?' && character !== '/')) reach(reached, at + 1);
    }
    return reached;
  }

  return (path) => {
    let places = new Set<number>();
    reach(places, 0);
    for (const character of path) {
      if (character === '/' && places.has(signs.length)) return true; // it is below a folder that fits
      places = after(places, character);
    }
    return places.has(signs.length);
  };
}

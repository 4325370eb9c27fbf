/**
 * Says which paths of a repository a pattern means: `*` and `?` are within a folder, `**` goes over folders,
 * and what fits a folder means all below it. It takes no longer than the lengths of both multiplied, whatever
 * a model has written.
 */
export function filePattern(pattern: string): (path: string) => boolean {
  const clean = pattern.replace(/^\.?\/+/, '').replace(/\/+$/, '');
  const signs = withoutRuns(clean.match(/\*\*\/?|[\s\S]/gu) ?? []);

  /**
   * A place in the pattern, with those behind it that can be reached over signs which may stand for nothing.
   */
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

/** Wildcards in a row stand for what the widest of them does: that one is left. */
function withoutRuns(signs: readonly string[]): string[] {
  const kept: string[] = [];
  for (const sign of signs) {
    const before = kept.at(-1) ?? '';
    const isWider = isStar(sign) && isStar(before) && before.length < sign.length;
    if (isWider) kept[kept.length - 1] = sign;
    else if (!(isStar(sign) && isStar(before)) && !(sign === '**/' && before === '**/')) kept.push(sign);
  }
  return kept;
}

const isStar = (sign: string): boolean => sign === '*' || sign === '**';

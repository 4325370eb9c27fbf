/** Numbers of a version, the release alone: `4.46.0.dev0` is 4.46.0. */
const numbersOf = (version: string): number[] =>
  (/^\s*v?(\d+(?:\.\d+)*)/.exec(version)?.[1] ?? '0').split('.').map(Number);

/** Below zero where the first is the older one. */
function compareVersions(one: string, other: string): number {
  const [a, b] = [numbersOf(one), numbersOf(other)];
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/**
 * Whether the newest version that a specifier admits is this one or a later one. What bounds it from above is
 * `<`, `<=`, `==` and `~=`; without one of them it is the newest that there is.
 * https://packaging.python.org/en/latest/specifications/version-specifiers/
 */
export function admits(specifier: string, version: string): boolean {
  return specifier.split(',').every((part) => {
    const [, sign = '', bound = ''] = /^\s*(===|==|~=|<=|<|>=|>|!=)\s*([^\s]+)\s*$/.exec(part) ?? [];
    switch (sign) {
      case '<':
        return compareVersions(version, bound) < 0;
      case '<=':
      case '===':
        return compareVersions(version, bound) <= 0;
      case '==':
        return bound.endsWith('.*')
          ? compareVersions(version, raised(bound.slice(0, -2))) < 0
          : compareVersions(version, bound) <= 0;
      case '~=':
        return compareVersions(version, raised(bound.split('.').slice(0, -1).join('.'))) < 0;
      default:
        return true;
    }
  });
}

/** The first version after all that begin like one: 5 after 4, 4.50 after 4.49. */
function raised(prefix: string): string {
  const numbers = numbersOf(prefix);
  return [...numbers.slice(0, -1), (numbers.at(-1) ?? 0) + 1].join('.');
}

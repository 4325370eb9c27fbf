/**
 * The name of the tool that is meant: models put a namespace before it (`tools.read`, `default_api:read`,
 * `mcp/read`), and write it in other letters. What names no tool stays as it is.
 */
export function offered(name: string, names: readonly string[]): string {
  if (names.includes(name)) return name;
  const last = name.split(/[./:]/).at(-1) ?? '';
  if (names.includes(last)) return last;
  const alike = names.filter((one) => plain(one) === plain(last) || plain(one) === plain(name));
  return alike.length === 1 ? (alike[0] ?? name) : name;
}

const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '');

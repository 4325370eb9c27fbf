/** https://packaging.python.org/en/latest/specifications/inline-script-metadata/ */
export type Metadata = { dependencies: string[]; requiresPython: string | undefined; hasBlock: boolean };

/** The block that a script begins with; what is in it is TOML, of which two entries matter here. */
export function inlineMetadata(text: string): Metadata {
  const lines = text.split(/\r\n|[\n\r]/);
  const begin = lines.findIndex((line) => /^# \/\/\/ script\s*$/.test(line));
  if (begin === -1) return NONE;
  const rest = lines.slice(begin + 1);
  const length = rest.findIndex((line) => !/^#(?: |$)/.test(line));
  const block = length === -1 ? rest : rest.slice(0, length);
  const end = block.findLastIndex((line) => line.trimEnd() === '# ///');
  if (end === -1) return NONE;
  const toml = block
    .slice(0, end)
    .map((line) => line.replace(/^# ?/, ''))
    .join('\n');
  const [, list = ''] = /^dependencies\s*=\s*\[((?:[^\]"']|"[^"\n]*"|'[^'\n]*')*)\]/m.exec(toml) ?? [];
  const items = list.replaceAll(/^[ \t]*#.*$/gm, '').matchAll(/"([^"\n]*)"|'([^'\n]*)'/g);
  const [, , requiresPython] = /^requires-python\s*=\s*(["'])([^"'\n]*)\1/m.exec(toml) ?? [];
  return {
    dependencies: [...items].map(([, double, single]) => double ?? single ?? '').slice(0, 200),
    requiresPython,
    hasBlock: true,
  };
}

const NONE: Metadata = { dependencies: [], requiresPython: undefined, hasBlock: false };

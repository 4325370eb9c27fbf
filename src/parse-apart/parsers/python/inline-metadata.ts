import { parse } from 'smol-toml';
import { z } from 'zod';

/** https://packaging.python.org/en/latest/specifications/inline-script-metadata/ */
export type Metadata = { dependencies: string[]; requiresPython: string | undefined; hasBlock: boolean };

const Entries = z.looseObject({
  dependencies: z.array(z.string()).default([]),
  'requires-python': z.string().optional(),
});

/** The block that a script begins with; a block that can't be read says nothing. */
export function inlineMetadata(text: string): Metadata {
  const lines = text.split(/\r\n|[\n\r]/);
  const begin = lines.findIndex((line) => /^# \/\/\/ script\s*$/.test(line));
  if (begin === -1) return NONE;
  const rest = lines.slice(begin + 1);
  const length = rest.findIndex((line) => !/^#(?: |$)/.test(line));
  const block = length === -1 ? rest : rest.slice(0, length);
  const end = block.findLastIndex((line) => line.trimEnd() === '# ///');
  if (end === -1) return NONE;
  const entries = entriesOf(block.slice(0, end).map((line) => line.replace(/^# ?/, '')));
  if (entries === undefined) return NONE;
  const { dependencies, 'requires-python': requiresPython } = entries;
  return { dependencies: dependencies.slice(0, 200), requiresPython, hasBlock: true };
}

function entriesOf(toml: readonly string[]): z.infer<typeof Entries> | undefined {
  try {
    return Entries.safeParse(parse(toml.join('\n'))).data;
  } catch {
    return undefined; // uv says so as well, before anything of the script runs
  }
}

const NONE: Metadata = { dependencies: [], requiresPython: undefined, hasBlock: false };

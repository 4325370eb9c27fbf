import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Setting } from '../../src/tools/python-checks/findings.ts';
import { ROOT } from './root.ts';

/** A script of a corpus, where it would run, and of a faulty one what is to be said of it. */
export type CorpusScript = { name: string; text: string; setting: Setting; expected: string };

/** Scripts in one file: a line `=== name | dependencies | variables | what is expected`, then the script. */
export function pythonCorpus(file: 'correct' | 'faulty'): CorpusScript[] {
  const whole = readFileSync(join(ROOT, 'test/corpora/python', `${file}.txt`), 'utf8');
  return whole
    .split(/^=== /m)
    .slice(1)
    .map((part) => {
      const end = part.indexOf('\n');
      const [name = '', dependencies = '', variables = '', expected = ''] = part
        .slice(0, end)
        .split('|')
        .map((field) => field.trim());
      const setting = {
        dependencies: dependencies.split(', ').filter(Boolean),
        isBare: true,
        local: new Set(['helpers', 'models']),
        variables: new Set(variables.split(', ').filter(Boolean)),
      };
      return { name, text: part.slice(end + 1), setting, expected };
    });
}

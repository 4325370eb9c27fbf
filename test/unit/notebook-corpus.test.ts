import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { notebookText } from '../../src/parse-apart/parsers/notebook.ts';
import { ROOT } from '../support/root.ts';

/** Notebooks of all versions, as programs and people have left them, with what has to be read of each. */
const Corpus = z.array(
  z.strictObject({
    what: z.string(),
    notebook: z.unknown(),
    has: z.array(z.string()),
    lacks: z.array(z.string()).default([]),
  }),
);
const corpus = Corpus.parse(JSON.parse(readFileSync(join(ROOT, 'test/corpora/notebooks.json'), 'utf8')));

/** What was printed stands behind signs of a comment. */
const unmarked = (text: string): string => text.replaceAll('\n# ', '\n').replaceAll('# printed: ', '');

test.each(corpus)('a notebook with $what', ({ notebook, has, lacks }) => {
  const text = unmarked(notebookText(Buffer.from(JSON.stringify(notebook))));
  for (const part of has) expect(text).toContain(part);
  for (const part of lacks) expect(text).not.toContain(part);
});

import { expect, test } from 'vitest';
import { MARKDOWN as DISCORD } from '../../adapters/discord/dialect.ts';
import { MARKDOWN as SLACK } from '../../adapters/slack/dialect.ts';
import { printMarkdown } from '../../src/lib/markdown/render.ts';
import { LONGEST_TURN_MS, quickestTurn } from '../support/longest-turn.ts';

/* What a model writes, or repeats from a page, keeps nobody waiting while it is printed. */

const repeated = [
  '*a ',
  '**a*',
  '*_',
  '_*a',
  '_a ',
  '~~a ',
  '~~a~~',
  '中**a**',
  '[',
  '![',
  '[a](',
  '[[a]]',
  '[a][b]',
  '[a]: b\n',
  '[^a]',
  '[^a]: b\n',
  '>',
  '> a\n',
  '> - ',
  '- ',
  '* a\n',
  '1. a\n',
  '- [ ] a\n',
  '# a\n',
  'a\n-\n',
  '`a``',
  '```a\n',
  '~~~a~~~\n',
  '    ```\n',
  '$a ',
  '$$a\n',
  '\\(a\\) ',
  '\\[',
  '\\[ x\n',
  '|a',
  '|a|b|\n|-|-|\n',
  '|`a|`|\n',
  'http://a.b ',
  '<!--',
  '\\)\\]*\t',
  '# \\(\\]_]',
  '``(~~~]',
];
/** Behind a bracket that is never closed every word looks back for it. */
const behindBracket = ['a ', 'w*a', 'a@b ', 'www.a.b ', '~~a', '~~~a$<a>', '<a>_\\[<[a]: b'];
const hostile = [
  ...repeated.flatMap((part) => [9_000, 25_000].map((size) => part.repeat(size / part.length))),
  ...behindBracket.flatMap((part) => [9_000, 25_000].map((size) => `[${part.repeat(size / part.length)}`)),
  `a${'\u0301'.repeat(9_000)}`,
  `${'*'.repeat(4_000)}a${'*'.repeat(4_000)}`,
  `${'['.repeat(4_000)}a${']'.repeat(4_000)}`,
  `${'*a '.repeat(1_500)}b${' a*'.repeat(1_500)}`,
  `~~${'*a '.repeat(1_500)}b${' a*'.repeat(1_500)}~~`,
];

const PLATFORMS = [
  ['Slack', SLACK],
  ['Discord', DISCORD],
] as const;

test.each(PLATFORMS)('hostile markdown is printed for %s in time, and fits', async (name, dialect) => {
  let tries = 0; // trees are kept: each try is of a text that was never read
  for (const text of hostile) {
    const { value: parts, ms } = await quickestTurn(async () =>
      printMarkdown(`${text}${name}${tries++}`, dialect, 3_000),
    );
    expect(ms, text.slice(0, 20)).toBeLessThan(LONGEST_TURN_MS);
    for (const part of parts) expect(part.length).toBeLessThanOrEqual(3_000);
  }
});

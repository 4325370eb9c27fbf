import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Nodes } from 'mdast';
import { describe, expect, test } from 'vitest';
import { MARKDOWN as DISCORD } from '../../adapters/discord/dialect.ts';
import { ANSWER_CHARACTERS as ON_DISCORD } from '../../adapters/discord/limits.ts';
import { MARKDOWN as SLACK } from '../../adapters/slack/dialect.ts';
import { ANSWER_CHARACTERS as ON_SLACK } from '../../adapters/slack/limits.ts';
import { parseMarkdown } from '../../src/lib/markdown/parse.ts';
import { printDraft, printMarkdown } from '../../src/lib/markdown/render.ts';
import { plainWords } from '../../src/lib/markdown/words.ts';
import { ROOT } from '../support/root.ts';
import { seenOnDiscord, seenOnSlack } from '../support/seen-text.ts';

/*
 * Answers as models write them, separated by lines of %%%: what each says is seen on every platform.
 */

const FOLDER = join(ROOT, 'test/corpora/answers');
const ANSWERS = readdirSync(FOLDER).flatMap((file) =>
  readFileSync(join(FOLDER, file), 'utf8').split(/^%%%\n/m),
);

const wordsIn = (text: string): string[] => text.replaceAll('\u200b', '').match(/[\p{L}\p{N}]+/gu) ?? [];

/** Whether all of some words stand among others in the same order. */
function areIn(words: readonly string[], all: readonly string[]): boolean {
  let at = 0;
  for (const word of all) if (word === words[at]) at++;
  return at === words.length;
}

/** Blocks of code in a tree; those that Discord can't hold are shown line by line. */
function codesIn(node: Nodes): string[] {
  if (node.type === 'code') return node.value.trim() === '' ? [] : [node.value];
  return 'children' in node ? node.children.flatMap(codesIn) : [];
}

const isWide = (answer: string): boolean => answer.includes('long cell');
const isEven = (count: number): boolean => count % 2 === 0;
const edged = (code: string): string => code.replace(/^\n+|\n+$/g, '');

test('there are answers for every construct', () => {
  expect(ANSWERS.length).toBeGreaterThanOrEqual(200);
  expect(new Set(ANSWERS).size).toBe(ANSWERS.length);
});

describe.each([
  ['Slack', SLACK, seenOnSlack, ON_SLACK],
  ['Discord', DISCORD, seenOnDiscord, ON_DISCORD],
] as const)('on %s', (name, dialect, seenOn, most) => {
  test.each([most, 300])('every word and all code of each answer is seen, in parts of %d', (limit) => {
    for (const answer of ANSWERS) {
      const parts = printMarkdown(answer, dialect, limit);
      const seen = parts.map(seenOn);
      for (const part of parts) {
        expect(part.length, answer).toBeLessThanOrEqual(limit);
        expect(part.isWellFormed(), answer).toBe(true);
      }
      const all = seen.flatMap(({ words, codes }) =>
        wordsIn(name === 'Slack' ? `${words}\n${codes.join('\n')}` : words),
      );
      const wanted = wordsIn(plainWords(answer));
      if (isWide(answer)) expect([...all].sort()).toEqual(expect.arrayContaining([...wanted].sort()));
      else if (limit === most)
        expect(areIn(wanted, wordsIn(seen.map(({ words }) => words).join('\n'))), answer).toBe(true);
      const codes = codesIn(parseMarkdown(answer)).filter(
        (code) => name === 'Slack' || !code.includes('```'),
      );
      const shown = seen.flatMap((one) => one.codes).join('\n');
      for (const code of codes)
        expect(shown.replaceAll('\n', ''), answer).toContain(edged(code).replaceAll('\n', ''));
    }
  });

  test('an answer that is still being written shows its beginning, with every block of code ended', () => {
    for (const answer of ANSWERS) {
      const whole = printMarkdown(answer, dialect, most).flatMap((part) => wordsIn(seenOn(part).words));
      for (let end = 5; end < answer.length; end += 61) {
        const parts = printDraft(answer.slice(0, end), dialect, most, { isGrowing: false });
        if (!/^(?:`{4}|~~~)/m.test(answer))
          expect(parts.join('\n').match(/^(?:> )?`{3,}/gm)?.length ?? 0, answer).toSatisfy(isEven);
        const begun = parts.flatMap((part) => wordsIn(seenOn(part).words)).slice(0, -1); // half a word
        if (!isWide(answer)) expect(areIn(begun, whole), `${answer.slice(0, end)}\n=>\n${parts}`).toBe(true);
      }
    }
  });
});

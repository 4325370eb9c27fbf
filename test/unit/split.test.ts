import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { splitMarkdown } from '../../src/thread/delivery/split.ts';

const FENCE = /^\s{0,3}```/;
const isBalanced = (part: string) => part.split('\n').filter((line) => FENCE.test(line)).length % 2 === 0;

describe('splitMarkdown', () => {
  test('a text that fits stays whole', () => {
    expect(splitMarkdown('# One\n\ntwo', 100)).toEqual(['# One\n\ntwo']);
  });

  test('a code block that has to be cut is closed, and opened again with its language', () => {
    const code = ['```python', ...Array.from({ length: 40 }, (_, i) => `print("line ${i}")`), '```'].join(
      '\n',
    );
    const parts = splitMarkdown(`Intro\n\n${code}\n\nOutro`, 300);
    expect(parts.length).toBeGreaterThan(2);
    for (const part of parts) {
      expect(part.length).toBeLessThanOrEqual(300);
      expect(isBalanced(part)).toBe(true);
    }
    expect(parts[1]).toMatch(/^```python\n/);
    for (let i = 0; i < 40; i++) expect(parts.join('\n')).toContain(`print("line ${i}")`);
  });

  test('a cut is made at a paragraph where one is near', () => {
    const parts = splitMarkdown(`${'a'.repeat(150)}\n\n${'b'.repeat(60)}\n${'c'.repeat(60)}`, 250);
    expect(parts).toEqual(['a'.repeat(150), `${'b'.repeat(60)}\n${'c'.repeat(60)}`]);
  });

  test('no part is longer than the limit, ends inside a fence or loses a word, whatever the text', () => {
    const line = fc.oneof(
      fc.string({ maxLength: 120, unit: 'grapheme' }).map((text) => text.replace(/[`~\n\r]/g, ' ')),
      fc.constantFrom('', '# Heading', '- item', '| a | b |'),
      fc.string({ minLength: 300, maxLength: 900 }).map((text) => text.replace(/[`~\n\r]/g, 'x')),
    );
    const block = fc.oneof(
      line,
      fc
        .tuple(fc.constantFrom('', 'python', 'json'), fc.array(line, { maxLength: 30 }))
        .map(([language, lines]) => `\`\`\`${language}\n${lines.join('\n')}\n\`\`\``),
    );
    fc.assert(
      fc.property(
        fc.array(block, { maxLength: 25 }),
        fc.integer({ min: 250, max: 1_500 }),
        (blocks, limit) => {
          const text = blocks.join('\n');
          const parts = splitMarkdown(text, limit);
          for (const part of parts) {
            expect(part.length).toBeLessThanOrEqual(limit);
            expect(isBalanced(part)).toBe(true);
          }
          const letters = (s: string) => s.replace(/```\w*/g, '').replace(/\s+/g, '');
          expect(letters(parts.join('\n'))).toBe(letters(text));
        },
      ),
      { numRuns: 300 },
    );
  });
});

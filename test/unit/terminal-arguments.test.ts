import { describe, expect, test } from 'vitest';
import { parseArguments } from '../../adapters/terminal/arguments.ts';
import { plainJson, plainLine, plainText } from '../../adapters/terminal/plain-text.ts';
import { HOSTILE } from '../support/hostile-page.ts';

describe('what is asked for on the command line', () => {
  test('is a prompt, and how far it may go', () => {
    const words = [
      '--budget',
      '$2.50',
      '-m',
      'openai/gpt',
      '--max-iterations',
      '-1',
      '--mount',
      './data:rw',
      '--no-stream',
      '--json',
      'go',
    ];
    expect(parseArguments(words)).toEqual({
      kind: 'request',
      request: {
        prompt: 'go',
        model: 'openai/gpt',
        budgetUsd: 2.5,
        maxIterations: -1,
        mount: './data:rw',
        isStreamed: false,
        isJson: true,
      },
    });
    expect(parseArguments(['-'])).toMatchObject({ request: { prompt: '-', isStreamed: true } });
    expect(parseArguments([])).toMatchObject({ request: { prompt: undefined, budgetUsd: undefined } });
    expect(parseArguments(['--help', 'go'])).toEqual({ kind: 'help' });
  });

  test.each([
    [['--bugdet', '3', 'go'], "Unknown option '--bugdet'"],
    [['fine-tune', 'it'], 'put all of the prompt in quotes'],
    [['--budget', '0', 'go'], '--budget takes a sum'],
    [['--budget', '-3', 'go'], '--budget'],
    [['--budget', '5e2', 'go'], '--budget takes a sum'],
    [['--budget', '1000000', 'go'], '--budget takes a sum'],
    [['--max-iterations', '0', 'go'], '--max-iterations takes a whole number'],
    [['--max-iterations', '1.5', 'go'], '--max-iterations takes a whole number'],
    [['--model', ' ', 'go'], '--model takes the id'],
    [['--mount', ' ', 'go'], '--mount takes a folder'],
    [[' '], 'The prompt is empty'],
  ])('that means nothing is told on one line: %j', (words, problem) => {
    const parsed = parseArguments(words);
    expect(parsed).toMatchObject({ kind: 'wrong', problem: expect.stringContaining(problem) });
    expect(parsed.kind === 'wrong' && parsed.problem).not.toContain('\n');
  });
});

describe('text of others on a terminal', () => {
  const ESCAPES = [
    '\u001b[2J\u001b[31mred\u001b[0m',
    '\u001b]0;title\u0007x',
    '\u001b]52;c;cm0gLXJm\u0007',
    '\u001b]8;;http://evil.example\u0007here\u001b]8;;\u0007',
    '\u009b2Jx\u009d0;t\u009c',
    'safe\rover it',
    'a\u0008\u0008b\u007f',
    'abc\u202edef\u2066x\u2069\u200e',
    'half \ud800 \u001b',
    'tag\u{E0041}s',
  ];
  /** What a terminal acts on, and what turns text around; lines and tabs are what they look like. */
  const ACTS = /(?![\n\t\u{200C}\u{200D}])[\p{Cc}\p{Cf}\p{Cs}]/u;

  test.each([...ESCAPES, ...HOSTILE])('moves no cursor and turns no words: %j', (text) => {
    expect(plainText(text)).not.toMatch(ACTS);
    expect(plainLine(text)).not.toMatch(/[\n\t]/);
    expect(plainJson({ text })).not.toMatch(ACTS);
    expect(JSON.parse(plainJson({ text }))).toEqual({ text });
  });

  test('that is cut in the middle of a sequence does nothing either', () => {
    expect(plainText('\u001b') + plainText('[2J')).not.toMatch(ACTS);
  });

  test('keeps its words, lines, emoji and other scripts', () => {
    const text = 'One\n\ttwo 👩‍💻 می‌خواهم 日本語 é';
    expect(plainText(text)).toBe(text);
    expect(plainText('a\r\nb')).toBe('a\nb');
  });
});

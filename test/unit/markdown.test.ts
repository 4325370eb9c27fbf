import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MARKDOWN as DISCORD } from '../../adapters/discord/dialect.ts';
import { MRKDWN, MARKDOWN as SLACK } from '../../adapters/slack/dialect.ts';
import type { Dialect } from '../../src/lib/markdown/dialect.ts';
import { parseMarkdown } from '../../src/lib/markdown/parse.ts';
import { printDraft, printMarkdown } from '../../src/lib/markdown/render.ts';
import { plainWords } from '../../src/lib/markdown/words.ts';
import { type Seen, seenOnDiscord, seenOnSlack } from '../support/seen-text.ts';

const PLATFORMS = [
  ['Slack', SLACK, seenOnSlack],
  ['Discord', DISCORD, seenOnDiscord],
] as const;

const squeezed = (text: string): string => text.replace(/\s+/g, '');

/** Words that somebody writes about their work, with every sign that a platform gives a meaning. */
const word = fc.oneof(
  fc.constantFrom(
    'max_seq_length',
    '8*4',
    '2**10',
    '</s>',
    '<pad>',
    'lr=2e-5',
    '__init__',
    '*args',
    '**kwargs',
    '~5 GB',
    '~~x',
    '`',
    '[1]',
    '[a](b)',
    '<@U123>',
    '<!channel>',
    '@everyone',
    '<@123>',
    '<#5>',
    '#tag',
    '$5',
    '$x_i$',
    'C:\\tmp',
    '\\n',
    'a|b',
    '||',
    '_x_',
    'x_',
    '_y',
    '&lt;',
    'R&D',
    '*.json',
    '中文',
    '👍🏽',
    '!',
    '1.',
    '-',
    '>',
    '+',
  ),
  fc.string({ minLength: 1, maxLength: 6, unit: 'grapheme-ascii' }).map((text) => text.replace(/\s/g, 'x')),
);
const plainText = fc.array(word, { minLength: 1, maxLength: 12 }).map((words) => words.join(' '));

/** Dollars as people write them where no formula is meant, and code that has some. */
const dollars = fc.constantFrom(
  '$15.',
  'US$5',
  '$',
  '$5-$10',
  '$$',
  '($3',
  'costs',
  '$x,',
  '50$',
  '$HOME/$USER',
  '€',
);
const dollarCode = fc
  .array(
    fc.constantFrom('$HF_TOKEN', '$', '$$', '$x$', '${A}', 'x', ' y', '\\(', '\\)', '\\begin{a}', '$1'),
    {
      minLength: 1,
      maxLength: 4,
    },
  )
  .map((parts) => `k${parts.join('')}z`);

/** Text as markdown that means just that text. */
const quoted = (text: string): string => text.replace(/[!-'*-/:-@[\\^-`{-~]/g, '\\$&');

describe.each(PLATFORMS)('on %s', (_name, dialect, seenOn) => {
  const seenOf = (markdown: string, limit = 3_000): Seen => {
    const parts = printMarkdown(markdown, dialect, limit).map(seenOn);
    return { words: parts.map(({ words }) => words).join('\n'), codes: parts.flatMap(({ codes }) => codes) };
  };

  test('plain text is seen as it is, whatever signs it has', () => {
    fc.assert(
      fc.property(plainText, (text) => {
        expect(squeezed(seenOf(quoted(text)).words)).toBe(squeezed(text));
      }),
      { numRuns: 500 },
    );
  });

  test('marked text is seen without its marks, and nothing else is lost', () => {
    const marks = fc.constantFrom('', '**', '_', '~~', '***');
    const safe = plainText.map(quoted);
    const line = fc.array(fc.tuple(marks, safe), { minLength: 1, maxLength: 4 }).map((parts) => ({
      markdown: parts.map(([mark, text]) => `${mark}a ${text} z${mark}`).join(' '),
    }));
    fc.assert(
      fc.property(line, ({ markdown }) => {
        expect(squeezed(seenOf(markdown).words)).toBe(squeezed(plainWords(markdown)));
      }),
      { numRuns: 250 },
    );
  });

  test('code is seen to the letter, wherever it stands and wherever it is split', () => {
    const code = fc
      .array(
        fc.oneof(
          plainText,
          fc.constantFrom('', '  x = 1', '~~~', '# no heading', '- no item', '| no | row |'),
        ),
        {
          minLength: 1,
          maxLength: 20,
        },
      )
      .map((lines) => ['begin', ...lines, 'end'].join('\n').replaceAll('```', '``'));
    const frame = fc.constantFrom('', '> ', '   ');
    fc.assert(
      fc.property(code, frame, fc.constantFrom('python', '', 'json'), (text, indent, language) => {
        const begun = indent === '   ' ? '1. item\n' : '';
        const lines = [`\`\`\`${language}`, ...text.split('\n'), '```'].map((line) => indent + line);
        const { codes } = seenOf(begun + lines.join('\n'), 3_000);
        expect(codes).toEqual([text]);
      }),
      { numRuns: 120 },
    );
  });

  test('code is code, whatever dollars stand before, in and behind it', () => {
    const part = fc.oneof(
      dollars.map((text) => ({ text, code: undefined })),
      fc
        .tuple(dollarCode, fc.constantFrom('`', '``'))
        .map(([code, sign]) => ({ text: sign + code + sign, code })),
    );
    fc.assert(
      fc.property(
        fc.array(part, { minLength: 1, maxLength: 7 }),
        fc.constantFrom(' ', '\n'),
        (parts, gap) => {
          const markdown = parts.map(({ text }) => text).join(gap);
          const [paragraph] = parseMarkdown(markdown).children;
          const nodes = paragraph?.type === 'paragraph' ? paragraph.children : [];
          const found = nodes.flatMap((node) => (node.type === 'inlineCode' ? [node.value] : []));
          expect(found.filter((code) => code.startsWith('k'))).toEqual(
            parts.flatMap(({ code }) => code ?? []),
          );
          const wanted = parts.map(({ text, code }) => code ?? text).join('');
          expect(squeezed(seenOf(markdown).words)).toBe(squeezed(wanted));
        },
      ),
      { numRuns: 300 },
    );
  });

  test('parts fit, are whole, and have every word in order', () => {
    const block = fc.oneof(
      plainText.map((text) => `a ${quoted(text)}`),
      plainText.map((text) => `## a ${quoted(text)}`),
      fc
        .array(plainText, { minLength: 1, maxLength: 5 })
        .map((items) => items.map((item) => `- a ${quoted(item)}`).join('\n')),
      plainText.map((text) => `> a ${quoted(text)}`),
      fc
        .array(plainText, { minLength: 1, maxLength: 30 })
        .map((lines) => `\`\`\`python\n${lines.join('\n').replaceAll('```', '``')}\n\`\`\``),
    );
    fc.assert(
      fc.property(
        fc.array(block, { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 300, max: 1_200 }),
        (blocks, limit) => {
          const markdown = blocks.join('\n\n');
          const parts = printMarkdown(markdown, dialect, limit);
          for (const part of parts) {
            expect(part.length).toBeLessThanOrEqual(limit);
            expect(part.isWellFormed()).toBe(true);
            expect((part.match(/^(?:> )?`{3,}/gm) ?? []).length % 2).toBe(0);
          }
          const whole = squeezed(
            printMarkdown(markdown, dialect, 1e9)
              .map((part) => seenOn(part).words)
              .join(''),
          );
          expect(squeezed(seenOf(markdown, limit).words)).toBe(whole);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('a table that is split has its head in each part, and no row is lost', () => {
    const rows = Array.from(
      { length: 260 },
      (_, i) => `| run-${i} | ${(i / 7).toFixed(3)} | \`lr=${i}e-5\` |`,
    );
    const parts = printMarkdown(
      ['| run | loss | setting |', '|---|---:|---|', ...rows].join('\n'),
      dialect,
      1_500,
    );
    expect(parts.length).toBeGreaterThan(3);
    for (const part of parts) {
      expect(part).toMatch(/run.*loss.*setting/);
      expect(part.length).toBeLessThanOrEqual(1_500);
    }
    expect(parts.join('\n').match(/run-\d+/g)).toEqual(rows.map((_, i) => `run-${i}`));
  });

  test.runIf(dialect === SLACK)('what grows is shown from its beginning on, and never half a mark', () => {
    const text =
      'The **final** run took `2 h`, see [the card](https://hf.co/x) for more.\n\n```python\nx = 1\nprint(x)\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |\n\n- one *item*\n- two\n\nDone at $x_i$.';
    let before = '';
    for (let end = 1; end <= text.length; end++) {
      const [shown = ''] = printDraft(text.slice(0, end), dialect, 3_000, { isGrowing: true });
      expect(shown.startsWith(before), `${JSON.stringify(before)} -> ${JSON.stringify(shown)}`).toBe(true);
      before = shown;
    }
    expect(printMarkdown(text, dialect, 3_000)[0]?.startsWith(before)).toBe(true);
  });
});

test.each([
  ['use 8*4 and 16*2', 'use 8\\*4 and 16\\*2'],
  ['2**10 is **not** 210', '2\\*\\*10 is **not** 210'],
  ['max_seq_length of __init__', 'max_seq_length of \\_\\_init\\_\\_'],
  ['ends with </s>', 'ends with \\</s>'],
  ['logs/*.json, data/*.csv', 'logs/\\*.json, data/\\*.csv'],
  ['costs $5 and $10', 'costs $5 and $10'],
  ['**重要：**请看', '**重要：**请看'],
  ['\\(a_b*c*d\\)', '`\\(a_b*c*d\\)`'],
  ['see https://hf.co/a_b/c_d.', 'see https://hf.co/a_b/c_d.'],
  ['It is done.\n---\nNext', 'It is done.\n\n---\n\nNext'],
  ['[x](./train.py)', 'x (./train.py)'],
  ['- [x] a\n- [ ] b', '- [x] a\n- [ ] b'],
  ['    ```python\n    x = 1\n    ```', '```python\nx = 1\n```'],
  ['~~~sh ls~~~', '`sh ls`'],
  ['````md\n```py\nx\n```\n````', '````md\n```py\nx\n```\n````'],
  ['a | b\n--- | ---\n1 | `x|y`', '| a | b |\n| --- | --- |\n| 1 | `x\\|y` |'],
  ['1. a\n   - b\n2. c', '1. a\n   - b\n2. c'],
  ['a  \nb', 'a  \nb'],
  ['![plot](https://x.co/p.png)', '[plot](https://x.co/p.png)'],
  ['one<br>two', 'one  \ntwo'],
  ['The job costs $15. Set `$HF_TOKEN` first.', 'The job costs $15. Set `$HF_TOKEN` first.'],
  ['Run $x with `a$b`, or $y.', 'Run $x with `a$b`, or $y.'],
  ['\\(a see `b\\)` there', '(a see `b\\)` there'],
  ['$$ and `x$$` there', '$$ and `x$$` there'],
  ["$$\\text{``a''} \\\\ b$$ and ``x``", "`$$\\text{``a''} \\\\ b$$` and `x`"],
  ['cp $src/$name $dst', 'cp $src/$name $dst'],
  ['the $n$-th', 'the `$n$`-th'],
  [
    '[![Open In Colab](https://x.co/b.svg)](https://colab.google/x)',
    '[Open In Colab](https://colab.google/x)',
  ],
  ['[**![a](https://x.co/b.svg)** b](https://c.d/)', '[**a** b](https://c.d/)'],
  ['[![](https://x.co/b.svg)](https://c.d/)', '[https://c.d/](https://c.d/)'],
  ['[![b][i]][l]\n\n[i]: https://x.co/b.svg\n[l]: https://c.d/', '[b](https://c.d/)'],
  [
    'We get\n\\begin{align}\na &= b \\\\\nc &= d\n\\end{align}\nthere.',
    'We get\n\n```latex\n\\begin{align}\na &= b \\\\\nc &= d\n\\end{align}\n```\n\nthere.',
  ],
  ['\\begin{cases} a \\\\ b \\end{cases}', '```latex\n\\begin{cases} a \\\\ b \\end{cases}\n```'],
  ['so \\begin{matrix} 1 \\\\ 2 \\end{matrix} holds', 'so `\\begin{matrix} 1 \\\\ 2 \\end{matrix}` holds'],
  [
    '- a\n  \\begin{split*}\n  x \\\\\n\n  \\begin{split*}y\\end{split*}\n  \\end{split*}.',
    '- a\n\n  ```latex\n  \\begin{split*}\n  x \\\\\n\n  \\begin{split*}y\\end{split*}\n  \\end{split*}.\n  ```',
  ],
  ['`\\begin{a}` to `\\end{a}`', '`\\begin{a}` to `\\end{a}`'],
  ['\\begin{a} and `\\end{a}`', '\\begin{a} and `\\end{a}`'],
])('%j is written for Slack as it was meant', (markdown, expected) => {
  expect(printMarkdown(markdown, SLACK, 3_000)).toEqual([expected]);
});

test.each([
  ['#### Deep', '**Deep**'],
  ['---', '─'.repeat(16)],
  ['- [x] a\n- [ ] b', '- ☑ a\n- ☐ b'],
  ['max_seq_length', 'max_seq_length'],
  ['ends with </s>', 'ends with </s>'],
  ['> a\n> > b', '> a\n> \n> b'],
  ['| 名前 | acc |\n|---|--:|\n| 中文 | 0.9 |', '```\n名前  acc\n────  ───\n中文  0.9\n```'],
  ['| m |\n|---|\n| [card](https://hf.co/m) |', '```\nm\n────\ncard\n```\n[card](https://hf.co/m)'],
  ['1. a\n   ```py\n   x\n   ```\n2. b', '1. a\n```py\nx\n```\n2. b'],
  ['````md\n```\n````', '` ``` `'],
])('%j is written for Discord as it was meant', (markdown, expected) => {
  expect(printMarkdown(markdown, DISCORD, 3_000)).toEqual([expected]);
});

test('marks beyond what anybody writes are letters, in their own paragraph alone', () => {
  const [paragraph] = parseMarkdown(`${'*a* '.repeat(800)}\n\n*b*`).children;
  const words = paragraph?.type === 'paragraph' ? paragraph.children : [];
  expect(words.filter(({ type }) => type === 'emphasis')).toHaveLength(500);
  expect(plainWords(`${'[x](y) '.repeat(2_000)}\n\n[b](http://c.d)`)).toContain('b');
  expect(printMarkdown(`${'*a* '.repeat(800)}\n\n*b*`, SLACK, 3_000).at(-1)).toMatch(/_b_$/);
});

test.each<[string, Dialect, string]>([
  ['<a href="https://x.co">x</a>', DISCORD, '<a href="<https://x.co>">x</a>'],
  ['<a href="https://x.co">x</a>', MRKDWN, '&lt;a href="<https://x.co>"&gt;x&lt;/a&gt;'],
  ["<a href='https://x.co'>x</a>", DISCORD, "<a href='<https://x.co>'>x</a>"],
  ["https://x.co/it's", DISCORD, "https://x.co/it's"],
  ['see www.x.co.', DISCORD, 'see [www.x.co](http://www.x.co).'],
  ['see www.x.co.', MRKDWN, 'see <http://www.x.co|www.x.co>.'],
  ['[a](<https://x.co/a b|c>)', MRKDWN, '<https://x.co/a%20b%7Cc|a>'],
])('the address of %j ends where it ends, and leads there', (markdown, dialect, expected) => {
  expect(printMarkdown(markdown, dialect, 3_000)).toEqual([expected]);
});

test('a block of code may begin with the line that it is opened with', () => {
  expect(parseMarkdown('```a\n```a\nb\n```').children).toMatchObject([{ type: 'code', value: '```a\nb' }]);
});

test('brackets of words that are written with backslashes are none of a formula behind them', () => {
  expect(printMarkdown('\\(see\\) \\(x^2\\)', DISCORD, 3_000)).toEqual(['(see) `\\(x^2\\)`']);
});

test('a tree that was parsed before is the same', () => {
  expect(parseMarkdown('a **b**')).toBe(parseMarkdown('a **b**'));
});

import { describe, expect, test } from 'vitest';
import { attacks, goesBack, writtenPatterns } from '../support/patterns.ts';

/**
 * Patterns that go back and back over a long text, and how long the texts are that they are given: what
 * bounds them stands beside them in the code.
 */
const LISTED: readonly (readonly [file: string, pattern: RegExp, characters: number, because: string])[] = [
  ['src/agent/title.ts', /^[\s#"'“”*_`]+|[\s"'“”*_`.]+$/g, 400, 'the first line of a title'],
  ['src/hub/file-pattern.ts', /\/+$/, 2_000, 'a pattern of 200 characters'],
  ['src/llm/endpoints.ts', /\/+$/, 2_000, 'an address that is set'],
  ['src/llm/call-assembly.ts', /^["'`]+|["'`]+$|\(\)$/g, 400, 'the name of a tool'],
  ['src/llm/call-assembly.ts', /(?:\s|```|<\|\w+\|>|<\/\w+>)+$/, 100, 'the end of arguments'],
  ['adapters/slack/write-manifest.ts', /\/+$/, 2_000, 'an address that is set'],
  ['src/lib/network.ts', /^(\[[^\]]+\]|[^:]*|.*:.*:.*?)(?::(\d+))?$/, 300, 'a host of NO_PROXY'],
  [
    'src/lib/markdown/honest-host.ts',
    /(?:[\p{L}\p{N}][\p{L}\p{N}\p{M}-]*\.)+[\p{L}]{2,}/gu,
    300,
    'the label of a link',
  ],
  ['src/parse-apart/parsers/paper.ts', /[.:)\s]+$/, 50, 'the number of a section'],
  ['src/lib/redaction/looks.ts', /^[("'“‘]+|[,.;:!?)"'’”]+$/g, 512, 'a word of what may be a secret'],
  [
    'src/lib/redaction/token-shapes.ts',
    /(?:\\+[nrtbfv0]|\\+u[0-9A-Fa-f]{4}|\\+x[0-9A-Fa-f]{2}|%[0-9A-Fa-f]{2}|\[[0-9;]{0,8}m)$/,
    12,
    'what stands before a token',
  ],
  [
    'adapters/discord/delivery.ts',
    /^(?:E[A-Z]{3,}|EAI_\w+|UND_ERR_\w+|CERT_\w+|[A-Z_]*(?:TLS|SSL|CERT)[A-Z_]*|HPE_\w+)$/,
    80,
    'a code of an error',
  ],
];
const bounds = new Map(LISTED.map(([file, pattern, characters]) => [`${file}: ${pattern}`, characters]));

/** Going back at each of so many characters is twenty times the work of the yardstick. */
const SIZE = 20_000;

const written = writtenPatterns();

describe('regular expressions', () => {
  test('take time that grows with the text alone, or are given short texts', () => {
    const slow = new Set<string>();
    let tried = 0;
    for (const { file, pattern } of written) {
      for (const text of attacks(pattern, bounds.get(`${file}: ${pattern}`) ?? SIZE)) {
        tried++;
        if (!goesBack(pattern, text)) continue;
        slow.add(`${file}: ${pattern} over ${JSON.stringify(text.slice(0, 20))}…`);
        break;
      }
    }
    console.log(`${written.length} regular expressions went over ${tried} texts`);
    expect([...slow]).toEqual([]);
  });

  test('that are listed as bounded are there', () => {
    const known = new Set(written.map(({ file, pattern }) => `${file}: ${pattern}`));
    expect([...bounds.keys()].filter((listed) => !known.has(listed))).toEqual([]);
  });

  test.each([
    /\s*\n\s*/g,
    /<!--[\s\S]*?-->/g,
    /\[([^\]]+)\]\(([^)\s]+)\)/g,
    /\{(.+)\}/,
    /\d+%\|.*\|/,
    // biome-ignore lint/suspicious/noControlCharactersInRegex: as it stood in the product
    /\u001b\][^\u0007]*(?:\u0007|\u001b\\)/g,
    /<#[A-Z0-9]+\|([^>]*)>/g,
    /^(?:[A-Za-z]{1,8}[_-])*x{2,}(?:[-_.]?x{2,})*$/i,
    /^[a-z]*(?:[A-Z][a-z]{2,}|[A-Z]{2,5}(?=[A-Z\d]|$))*\d{0,3}$/,
  ])('like %s, which the product had, would be found', (pattern) => {
    const exponential = /x\{2,\}|\{2,5\}/.test(pattern.source);
    // Twice the text is four times the work: what just passes the yardstick is not missed by chance.
    const found = [...attacks(pattern, exponential ? 36 : 2 * SIZE)].some((text) => goesBack(pattern, text));
    expect(found).toBe(true);
  });
});

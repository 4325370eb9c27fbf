import { expect, test } from 'vitest';
import { asSeen } from '../../adapters/slack/blocks.ts';

test.each([
  ['2\\*\\*10 and max\\_length', '2**10 and max_length'],
  ['`\\d+\\.\\d+` matches 1\\.5', '`\\d+\\.\\d+` matches 1.5'],
  [
    '```python\nre.sub(r"\\[", "\\\\n", s)\n```\nand \\[x\\]',
    '```python\nre.sub(r"\\[", "\\\\n", s)\n```\nand [x]',
  ],
  ['``a`\\*b`` \\*c', '``a`\\*b`` *c'],
  ['\\`not code \\* here\\`', '`not code * here`'],
  ['C:\\dir `C:\\*`', 'C:\\dir `C:\\*`'],
  ['one ` alone \\* and', 'one ` alone * and'],
])('a notification says %j as people see it', (markdown, seen) => {
  expect(asSeen(markdown)).toBe(seen);
});

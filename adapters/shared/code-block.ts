import { cut } from '../../src/lib/cut.ts';

/** Text in a code block that it can't close. `within` prints text in so many characters. */
export const codeBlock = (
  text: string,
  limit: number,
  within: (text: string, limit: number) => string,
): string => `\`\`\`\n${within(cut(text, limit).replaceAll('```', "'''"), limit - 8)}\n\`\`\``;

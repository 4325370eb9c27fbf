import { cut } from '../../src/lib/cut.ts';
import { plainLines } from '../../src/lib/markdown/words.ts';
import { unmarked } from './text.ts';

/** Of a long answer a notification, or what reads messages aloud, has no more than its beginning. */
const SPOKEN = 4_000;

/** What is read aloud of markdown, and shown by notifications: its words, with nothing that marks them. */
export const spoken = (markdown: string): string =>
  unmarked(plainLines(cut(markdown, SPOKEN)).replace(/\s?▍$/, '')) || '…';

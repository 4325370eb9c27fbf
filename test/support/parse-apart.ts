import { createParseApart } from '../../src/parse-apart/parse-apart.ts';

/** For tests that read files: its processes are started when they are needed, and end by themselves. */
export const parseApart = createParseApart();

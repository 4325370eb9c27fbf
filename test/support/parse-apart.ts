import { createParseApart, type ParseApart } from '../../src/parse-apart/parse-apart.ts';

/** For tests that read files: its processes are started when they are needed, and end by themselves. */
export const parseApart = createParseApart();

/** The same for a bot, which closes what it was given: the next bot has the processes, too. */
export const lentParseApart: ParseApart = { ...parseApart, close: async () => {} };

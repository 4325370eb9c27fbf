import type { Mutation } from '../mutation.ts';

const NAMES = 'names, messages and quotes that speak as the bot or as somebody else';
const LOGS = 'logs as somebody’s words';
const CALLS = 'texts that call a whole channel, group or server';
const LINKS = 'links that lead elsewhere than they say';
const NOBODY_ELSE = { test: 'unit/speech', title: 'speaks as the product or as somebody else' };

/** Of "What is said, and by whom". */
export const SPEECH: readonly Mutation[] = [
  {
    threat: NAMES,
    file: 'src/lib/speech.ts',
    text: "text.replace(LINE_BREAK, '\\n  ')",
    becomes: 'text',
    ...NOBODY_ELSE,
  },
  {
    threat: NAMES,
    file: 'src/lib/speech.ts',
    text: "    .replace(BRACKETS, '')\n",
    becomes: '',
    ...NOBODY_ELSE,
  },
  {
    threat: NAMES,
    file: 'src/lib/speech.ts',
    text: 'return isLikeProduct(short) ?',
    becomes: "return short === '' ?",
    ...NOBODY_ELSE,
  },
  {
    threat: LOGS,
    file: 'src/agent/operations/jobs.ts',
    text: 'has what it printed.\\n${report.figures}`',
    becomes: 'has what it printed.\\n${report.whole}`',
    test: 'e2e/watching',
    title: 'is followed by its link',
  },
  {
    threat: LOGS,
    file: 'src/lib/speech.ts',
    text: '...runs.map((run) => run.length + 1)',
    becomes: '...runs.map(() => 3)',
    test: 'unit/speech',
    title: 'a fence is longer than any in what it holds',
  },
  {
    threat: CALLS,
    file: 'adapters/slack/text.ts',
    text: 'escaped(outsideCode(cut(text, SLACK_LIMITS.messageText), harmless));',
    becomes: 'cut(text, SLACK_LIMITS.messageText);',
    test: 'soak/mass-mentions',
    title: 'nobody is called',
  },
  {
    threat: CALLS,
    file: 'adapters/discord/components.ts',
    text: 'allowed_mentions: { parse: [], users: [...mentions] }',
    becomes: 'allowed_mentions: { users: [...mentions] }',
    test: 'soak/mass-mentions',
    title: 'nobody is called',
  },
  {
    threat: LINKS,
    file: 'src/lib/markdown/honest-host.ts',
    text: 'return isOther ? host : undefined;',
    becomes: 'return isOther && url === label ? host : undefined;',
    test: 'unit/hosts',
    title: 'has that host behind it',
  },
];

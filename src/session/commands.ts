import type { Person } from './address.ts';
import type { Operation } from './operations.ts';

/** Words that are a command when they are the whole message, in any case, with or without a final full stop. */
const COMMANDS = {
  stop: 'interrupt',
  undo: 'undo',
  new: 'new',
  resume: 'resume',
  retry: 'resume',
  close: 'shutdown',
} as const satisfies Record<string, Operation['kind']>;

export type Command = { kind: 'operation'; operation: Operation } | { kind: 'help' } | { kind: 'status' };

/** The command that a message is, or undefined for anything with a word more in it. */
export function commandOf(text: string, by: Person): Command | undefined {
  const word = text.trim().toLowerCase().replace(/[.!]$/, '');
  if (word === 'help' || word === 'status') return { kind: word };
  if (!Object.hasOwn(COMMANDS, word)) return undefined;
  return { kind: 'operation', operation: { kind: COMMANDS[word as keyof typeof COMMANDS], by } };
}

export const HELP_TEXT = [
  'I am **ML Intern**. Tell me what to build or find out, and this thread becomes our session:',
  '',
  '- *"fine-tune a small model on stanfordnlp/imdb and tell me the accuracy"*',
  '- *"what columns has this dataset, and which training methods do they fit?"*',
  '',
  'Just reply here to go on or to change course while I work. I ask before I run anything that costs money.',
  '',
  'One word alone is a command: `status`, `stop`, `undo`, `new` (fresh context), `resume`, `close`, `help`.',
].join('\n');

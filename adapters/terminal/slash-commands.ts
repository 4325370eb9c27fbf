/** What a line is that somebody has typed. */
export type Typed =
  | { kind: 'nothing' }
  /** For the agent, or words that every platform knows as a command in a thread. */
  | { kind: 'say'; text: string }
  /** Answered besides any thread, as `/ml-intern …` is elsewhere. */
  | { kind: 'ask'; text: string }
  | { kind: 'own'; name: OwnCommand }
  | { kind: 'unknown'; name: string };

type OwnCommand = 'new' | 'sessions' | 'do' | 'help' | 'quit';

const OWN: Readonly<Record<OwnCommand, string>> = {
  new: 'begins another session with what you write next',
  sessions: 'lists your sessions, to go on with one',
  do: 'lists what can be done here: buttons of jobs and cards',
  help: 'this',
  quit: 'leaves; Ctrl-D and Ctrl-C twice do, too',
};

/** Words of a thread, the same on every platform (docs/USAGE.md). */
const IN_THREAD: Readonly<Record<string, string>> = {
  stop: 'stops what goes on, and its jobs',
  retry: 'goes on after a failure',
  undo: 'takes the last request back',
  compact: 'makes the conversation shorter for the model',
  model: 'shows the model, or switches it: /model ID',
  effort: 'how hard the model thinks: /effort high',
  yolo: 'runs jobs without asking up to a sum: /yolo $5, /yolo off',
  export: 'the transcript as a file',
  approve: 'approves what waits',
  branch: 'goes on from here in another session',
};

const ASKED: Readonly<Record<string, string>> = {
  status: 'how your sessions stand',
  jobs: 'the jobs that are followed',
  experiments: 'the runs side by side',
  usage: 'tokens and cost',
  models: 'what there is to think with',
  catchup: 'what has happened in this session',
};

const COMMANDS: Readonly<Record<string, string>> = { ...IN_THREAD, ...ASKED, ...OWN };

export function typed(line: string): Typed {
  const text = line.trim();
  if (text === '') return { kind: 'nothing' };
  const [, name, rest = ''] = /^\/([a-z]+)(?:\s+([\s\S]*))?$/i.exec(text) ?? [];
  if (name === undefined) return { kind: 'say', text };
  const word = name.toLowerCase();
  if (Object.hasOwn(OWN, word)) return { kind: 'own', name: word as OwnCommand };
  const words = `${word} ${rest}`.trim();
  if (Object.hasOwn(IN_THREAD, word)) return { kind: 'say', text: words };
  return Object.hasOwn(ASKED, word) ? { kind: 'ask', text: words } : { kind: 'unknown', name: word };
}

/** What a line that is typed may become, as Node's readline asks for it. */
export function completions(line: string): [found: string[], of: string] {
  if (!/^\/[a-z]*$/i.test(line)) return [[], line];
  const found = Object.keys(COMMANDS).filter((name) => `/${name}`.startsWith(line.toLowerCase()));
  return [found.map((name) => `/${name}`), line];
}

export const commandsHelp = (): string => {
  const names = Object.keys(COMMANDS).sort();
  const width = Math.max(...names.map(({ length }) => length));
  return names.map((name) => `/${name.padEnd(width)}  ${COMMANDS[name]}`).join('\n');
};

import { clearScreenDown, createInterface, cursorTo, type Interface, moveCursor } from 'node:readline';
import type { ReadStream, WriteStream } from 'node:tty';
import select from '@inquirer/select';

export type Teletype = { input: ReadStream; output: WriteStream };

export type Handlers = {
  complete(line: string): [string[], string];
  line(text: string): void;
  /** What a key does that was pressed on an empty line; undefined where it is text. */
  key(key: string): (() => void) | undefined;
  interrupt(): void;
  end(): void;
};

/** A terminal with a line that is being typed at its bottom, and what is printed above it. */
export type Screen = {
  /** Prints lines; what is being typed stays below them. */
  print(text: string): void;
  /** What stands before the line that is typed. */
  label(text: string): void;
  /** Asks for a line; undefined where that was broken off. */
  ask(question: string, initial?: string): Promise<string | undefined>;
  /** Lets one be picked; undefined where that was broken off. */
  pick(question: string, choices: readonly Choice[]): Promise<string | undefined>;
  close(): void;
};

type Choice = { name: string; value: string };

type State = {
  tty: Teletype;
  handlers: Handlers;
  label: string;
  history: string[];
  asking: AbortController | undefined;
  /** Undefined while something is picked; what is printed then is held until it is over. */
  line: Interface | undefined;
  held: string;
};

const MOST_LINES = 200;

export function createScreen(tty: Teletype, handlers: Handlers): Screen {
  const state: State = {
    ...{ tty, handlers, label: '> ', history: [], held: '' },
    asking: undefined,
    line: undefined,
  };
  const pressed = (text: string | undefined) => onPressed(state, text);
  state.line = open(state);
  tty.input.on('keypress', pressed);
  state.line.prompt();
  return {
    print: (text) => print(state, text),
    label(text) {
      if (text === state.label) return;
      state.label = text;
      if (state.asking !== undefined) return;
      state.line?.setPrompt(text);
      state.line?.prompt(true);
    },
    ask: (question, initial) => ask(state, question, initial),
    pick: (question, choices) => pick(state, question, choices),
    close() {
      tty.input.off('keypress', pressed);
      closeLine(state);
    },
  };
}

/** A line to be typed, as Node's readline has it. */
function open(state: State): Interface {
  const { tty, handlers, label, history } = state;
  const made = createInterface({
    ...{ ...tty, terminal: true, historySize: MOST_LINES, history: [...history] },
    completer: handlers.complete,
  });
  made.setPrompt(label);
  made.on('history', (lines: string[]) => (state.history = lines));
  made.on('line', (text) => handlers.line(text));
  made.on('SIGINT', () => (state.asking === undefined ? handlers.interrupt() : state.asking.abort()));
  made.on('close', () => {
    if (state.line === made) handlers.end();
  });
  return made;
}

function closeLine(state: State): void {
  const before = state.line;
  state.line = undefined; // it was not its user who ended it
  before?.close();
}

/** readline has the key in its line already: it is the whole of it where the line was empty. */
function onPressed({ line, asking, handlers }: State, text: string | undefined): void {
  if (line === undefined || asking !== undefined || text === undefined || line.line !== text) return;
  const done = handlers.key(text);
  if (done === undefined) return;
  line.write(null, { ctrl: true, name: 'u' });
  done();
}

function print(state: State, text: string): void {
  const { line, tty } = state;
  if (line === undefined) {
    state.held += `${text}\n`;
    return;
  }
  moveCursor(tty.output, 0, -line.getCursorPos().rows);
  cursorTo(tty.output, 0);
  clearScreenDown(tty.output);
  tty.output.write(`${text}\n`);
  line.prompt(true);
}

async function ask(state: State, question: string, initial = ''): Promise<string | undefined> {
  const { line } = state;
  if (line === undefined) return undefined;
  const asked = new AbortController();
  state.asking = asked;
  try {
    return await new Promise<string | undefined>((resolve) => {
      asked.signal.addEventListener('abort', () => resolve(undefined), { once: true });
      line.question(question, { signal: asked.signal }, resolve);
      if (initial !== '') line.write(initial);
    });
  } finally {
    state.asking = undefined;
    line.setPrompt(state.label);
    line.prompt();
  }
}

/** The list takes the terminal for itself, and gives it back. */
async function pick(state: State, message: string, choices: readonly Choice[]): Promise<string | undefined> {
  closeLine(state);
  try {
    const config = { message, choices: [...choices], pageSize: 12 };
    return await select(config, { ...state.tty, clearPromptOnDone: true });
  } catch {
    return undefined; // Ctrl-C
  } finally {
    state.line = open(state);
    state.tty.output.write(state.held);
    state.held = '';
    state.line.prompt();
  }
}

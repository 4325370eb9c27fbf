import { createInterface } from 'node:readline';
import { parseArguments, type Request, USAGE } from '../adapters/terminal/arguments.ts';
import { runChat } from '../adapters/terminal/chat.ts';
import { EXIT, type ExitCode } from '../adapters/terminal/exit-codes.ts';
import { runHeadless } from '../adapters/terminal/headless.ts';
import { jsonOutput, textOutput } from '../adapters/terminal/output.ts';
import { plainText } from '../adapters/terminal/plain-text.ts';
import { ConfigError } from '../src/lib/config-error.ts';
import { messageOf } from '../src/lib/errors.ts';
import { plainLines } from '../src/lib/markdown/words.ts';
import { createRedactor, type Redactor } from '../src/lib/redaction.ts';
import type { MountedFolder } from '../src/sandbox/mounted-folder.ts';
import { type Bot, startBot } from './bot.ts';
import { readAll, untilStopped } from './process.ts';

/*
 * The program behind `npx ml-intern`. On its standard output is what it was asked for and nothing else: the
 * log of the bot goes where errors do.
 */
const out = process.stdout;
Object.defineProperty(process, 'stdout', { value: process.stderr });

/** Knows the shapes of secrets, and once the settings are read their values. */
let redact: Redactor = createRedactor([]);

const complain = (text: string): void => void process.stderr.write(`${plainText(redact(text))}\n`);

async function main(words: readonly string[]): Promise<ExitCode> {
  const parsed = parseArguments(words);
  if (parsed.kind === 'wrong') return misused(parsed.problem);
  if (parsed.kind === 'help') {
    out.write(USAGE);
    return EXIT.done;
  }
  const { request } = parsed;
  const { stdin } = process;
  if (request.prompt === undefined && stdin.isTTY && out.isTTY && !request.isJson) {
    return withBot(request, async ({ desk }, signal) => {
      await runChat(desk, request, { input: stdin, output: out }, signal);
      return EXIT.done;
    });
  }
  const prompt = await promptOf(request, stdin);
  if (prompt === undefined) return misused('say what to do: npx ml-intern "prompt".');
  if (prompt.trim() === '') return misused('there is nothing to do: the prompt is empty.');
  return withBot(request, ({ desk }, signal) => {
    const write = (text: string) => void out.write(text);
    const aside = (text: string) => void process.stderr.write(text);
    const tell = request.isJson ? jsonOutput(write) : textOutput(write, aside);
    return runHeadless(desk, { ...request, prompt }, tell, signal);
  });
}

/** What is to be done where nobody sits at the terminal; undefined where nothing was said. */
async function promptOf({ prompt }: Request, stdin: typeof process.stdin): Promise<string | undefined> {
  const isPiped = prompt === '-' || (prompt === undefined && !stdin.isTTY);
  return isPiped ? readAll(stdin) : prompt;
}

const misused = (problem: string): ExitCode => {
  complain(`ml-intern: ${problem}\n\n${USAGE.trimEnd()}`);
  return EXIT.usage;
};

/** Whoever sits at the terminal says once more that they mean a folder; a script's command has said it. */
const mayMount =
  ({ prompt, isJson }: Request) =>
  async ({ path, isWritable }: MountedFolder): Promise<boolean> => {
    const { stdin } = process;
    if (prompt !== undefined || isJson || !stdin.isTTY || !out.isTTY) return true;
    const may = isWritable ? 'read and change' : 'read';
    const asking = createInterface({ input: stdin, output: out });
    const said = await new Promise<string>((resolve) => {
      asking.once('close', () => resolve('')); // Ctrl-C and Ctrl-D are a no
      asking.question(`May code of the agent ${may} all that is in ${plainText(path)}? [y/N] `, resolve);
    });
    asking.close();
    return /^y(?:es)?$/i.test(said.trim());
  };

/** Does something with the bot, which runs meanwhile. */
async function withBot(
  request: Request,
  work: (bot: Bot, signal: AbortSignal) => Promise<ExitCode>,
): Promise<ExitCode> {
  const stopping = untilStopped(() => process.exit(EXIT.stopped));
  out.on('error', stopping.stop); // nobody reads it any more
  let bot: Bot | undefined;
  try {
    bot = await startBot(request, (known) => (redact = known), mayMount(request));
    const lack = bot.desk.lacks.find(({ of }) => of === 'model');
    if (lack !== undefined) {
      complain(plainLines(lack.text));
      return EXIT.failed;
    }
    return stopping.signal.aborted ? EXIT.stopped : await work(bot, stopping.signal);
  } catch (error) {
    complain(error instanceof ConfigError ? error.message : `ml-intern: ${messageOf(error)}`);
    return EXIT.failed;
  } finally {
    await bot?.stop();
  }
}

const code = await main(process.argv.slice(2));
await new Promise<void>((resolve) => out.write('', () => resolve()));
process.exit(code);

import { parseArguments, type Request, USAGE } from '../adapters/terminal/arguments.ts';
import { EXIT, type ExitCode } from '../adapters/terminal/exit-codes.ts';
import { runHeadless } from '../adapters/terminal/headless.ts';
import { jsonOutput, textOutput } from '../adapters/terminal/output.ts';
import { plainText } from '../adapters/terminal/plain-text.ts';
import { ConfigError } from '../src/lib/config-error.ts';
import { messageOf } from '../src/lib/errors.ts';
import { plainLines } from '../src/lib/markdown/words.ts';
import { createRedactor, type Redactor } from '../src/lib/redaction.ts';
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
  const isPiped = !process.stdin.isTTY;
  const prompt =
    request.prompt === '-' || (request.prompt === undefined && isPiped)
      ? await readAll(process.stdin)
      : request.prompt;
  if (prompt === undefined) return misused('say what to do: npx ml-intern "prompt".');
  if (prompt.trim() === '') return misused('there is nothing to do: the prompt is empty.');
  return headless({ ...request, prompt });
}

const misused = (problem: string): ExitCode => {
  complain(`ml-intern: ${problem}\n\n${USAGE.trimEnd()}`);
  return EXIT.usage;
};

async function headless(request: Request & { prompt: string }): Promise<ExitCode> {
  const stopping = untilStopped(() => process.exit(EXIT.stopped));
  out.on('error', stopping.stop); // nobody reads it any more
  let bot: Bot | undefined;
  try {
    bot = await startBot(request, (known) => (redact = known));
    const lack = bot.desk.lacks.find(({ of }) => of === 'model');
    if (lack !== undefined) {
      complain(plainLines(lack.text));
      return EXIT.failed;
    }
    if (stopping.signal.aborted) return EXIT.stopped;
    const write = (text: string) => void out.write(text);
    const tell = request.isJson
      ? jsonOutput(write)
      : textOutput(write, (text) => void process.stderr.write(text));
    return await runHeadless(bot.desk, request, tell, stopping.signal);
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

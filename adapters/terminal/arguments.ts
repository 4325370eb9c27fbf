import { parseArgs } from 'node:util';

/** What somebody asks of `npx ml-intern`. */
export type Request = {
  /** What to do without anybody at the terminal; undefined where somebody sits at it. `-` reads it. */
  prompt: string | undefined;
  model: string | undefined;
  /** What may be spent, in USD. */
  budgetUsd: number | undefined;
  /** Most calls of the model that a request may take; -1 is any number. */
  maxIterations: number | undefined;
  /** A folder of this machine for the sandbox to see, as `DIR` or `DIR:rw`. */
  mount: string | undefined;
  /** Whether an answer is told as it is written. */
  isStreamed: boolean;
  /** Whether events are told, one a line. */
  isJson: boolean;
};

export type Parsed =
  | { kind: 'request'; request: Request }
  | { kind: 'help' }
  /** It can't be meant as it is: why, on one line. */
  | { kind: 'wrong'; problem: string };

const OPTIONS = {
  model: { type: 'string', short: 'm' },
  budget: { type: 'string' },
  'max-iterations': { type: 'string' },
  mount: { type: 'string' },
  'no-stream': { type: 'boolean' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** Nobody means to spend more than that with one command. */
const MOST_USD = 100_000;

/** Reads the command line, as it comes behind the name of the program. */
export function parseArguments(words: readonly string[]): Parsed {
  let read: ReturnType<typeof readWords>;
  try {
    read = readWords(words);
  } catch (error) {
    return wrong(error instanceof Error ? (error.message.split(/(?<=[.])\s|\n/, 1)[0] ?? '') : String(error));
  }
  const { values, positionals } = read;
  if (values.help) return { kind: 'help' };
  if (positionals.length > 1) {
    return wrong(`"${positionals[1]}" is one word too many: put all of the prompt in quotes.`);
  }
  const budgetUsd = values.budget === undefined ? undefined : dollarsOf(values.budget);
  if (Number.isNaN(budgetUsd)) {
    return wrong(
      `--budget takes a sum in USD, such as 5 or 2.50, up to ${MOST_USD}; it is "${values.budget}".`,
    );
  }
  const iterations = values['max-iterations'];
  if (iterations !== undefined && !/^(?:-1|[1-9]\d{0,5})$/.test(iterations)) {
    return wrong(
      `--max-iterations takes a whole number from 1 on, or -1 for no limit; it is "${iterations}".`,
    );
  }
  if (values.model?.trim() === '') return wrong('--model takes the id of a model.');
  if (values.mount?.trim() === '') return wrong('--mount takes a folder, such as ./data, or ./data:rw.');
  const [prompt] = positionals;
  if (prompt?.trim() === '') return wrong('The prompt is empty.');
  return {
    kind: 'request',
    request: {
      prompt,
      model: values.model,
      budgetUsd,
      maxIterations: iterations === undefined ? undefined : Number(iterations),
      mount: values.mount,
      isStreamed: values['no-stream'] !== true,
      isJson: values.json === true,
    },
  };
}

const readWords = (words: readonly string[]) =>
  parseArgs({ args: withNegatives(words), options: OPTIONS, allowPositionals: true });

/** A value that begins with a dash is one only behind a `=`, for Node. */
const withNegatives = (words: readonly string[]): string[] => {
  const at = words.findIndex((word, i) => word === '--max-iterations' && words[i + 1] === '-1');
  return at === -1 ? [...words] : [...words.slice(0, at), `${words[at]}=-1`, ...words.slice(at + 2)];
};

/** A sum above nothing; NaN for anything else. */
function dollarsOf(text: string): number {
  const usd = /^\$?\d{1,6}(?:\.\d{1,2})?$/.test(text) ? Number(text.replace('$', '')) : Number.NaN;
  return usd > 0 && usd <= MOST_USD ? usd : Number.NaN;
}

const wrong = (problem: string): Parsed => ({ kind: 'wrong', problem });

export const USAGE = `Usage: npx ml-intern [options] [prompt]

Without a prompt it talks with you. With one it works until that is done, asks nobody, and ends; "-" reads the prompt from standard input.

  -m, --model ID          the model to think with
      --budget USD        what may be spent: without it nothing runs that costs or changes the Hub
      --max-iterations N  most calls of the model (-1: no limit)
      --mount DIR[:rw]    a folder of this machine for the sandbox, to be read, or with :rw written to
      --no-stream         tell answers whole
      --json              tell events, one a line
  -h, --help              this

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 an approval is needed, 4 a budget is reached, 130 stopped
`;

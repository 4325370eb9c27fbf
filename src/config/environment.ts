import { resolve } from 'node:path';
import { type DotEnv, readDotEnv } from './dotenv.ts';
import { type Environment, fillIn, type Unfilled } from './substitute.ts';

/** The environment and `.env` in one, cleaned; and what is wrong with them. */
export type ReadEnvironment = {
  values: Environment;
  faults: readonly string[];
  warnings: readonly string[];
  /** On which line of `.env` a name is. */
  lineOf: Readonly<Record<string, number>>;
};

/**
 * Reads `.env` in a directory and lays the real environment over it. Values are trimmed, an empty one counts
 * as unset, and `${NAME}` in a value of `.env` is filled in.
 */
export function readEnvironment(environment: Environment, directory: string): ReadEnvironment {
  const file = resolve(directory, '.env');
  const dotEnv = readDotEnv(file);
  const real = cleaned(environment, true);
  const faults = [...dotEnv.faults];
  const values = { ...filledIn(dotEnv, real, file, faults), ...real };
  return { values, faults, warnings: dotEnv.warnings, lineOf: dotEnv.lineOf };
}

/** Spaces and other characters that nobody sees, at the ends of a value. */
const INVISIBLE = /^[\s\u200B-\u200D\u2060\uFEFF]+|[\s\u200B-\u200D\u2060\uFEFF]+$/g;

/** Quotes around a value of the real environment are what `docker run --env-file` makes of a `.env`. */
function cleaned(environment: Environment, isUnquoted: boolean): Environment {
  const entries = Object.entries(environment).flatMap(([name, value = '']) => {
    const trimmed = value.replaceAll(INVISIBLE, '');
    const bare = isUnquoted ? trimmed.replace(/^(["'])(.*)\1$/s, '$2') : trimmed;
    return bare === '' ? [] : [[name, bare] as const];
  });
  return Object.fromEntries(entries);
}

/**
 * The values of a `.env` with the `${NAME}`s in them filled in: from the real environment, then from itself.
 */
function filledIn(dotEnv: DotEnv, real: Environment, file: string, faults: string[]): Environment {
  const own = cleaned(dotEnv.values, false);
  const filled: Record<string, string | undefined> = { ...own };
  for (const [name, value = ''] of Object.entries(own)) {
    if (!dotEnv.open.has(name) || !value.includes('${')) continue;
    const problem = fill(name, []);
    if (problem !== undefined) faults.push(`${file} line ${dotEnv.lineOf[name]}: ${name} ${problem}`);
  }
  return filled;

  /** Fills one in, and those that it refers to; says what keeps it from that. */
  function fill(name: string, above: readonly string[]): string | undefined {
    if (above.includes(name)) return `refers to itself, by way of ${above.at(-1)}.`;
    let problem: string | undefined;
    const lookUp = (referred: string) => {
      const outer = real[referred];
      if (outer !== undefined || own[referred] === undefined) return outer;
      if (dotEnv.open.has(referred)) problem ??= fill(referred, [...above, name]);
      return filled[referred];
    };
    const result = fillIn(own[name] ?? '', lookUp);
    if (result.ok) filled[name] = result.text;
    else problem ??= describe(result.problem);
    return problem;
  }
}

const describe = (problem: Unfilled): string =>
  problem.kind === 'missing'
    ? `refers to \${${problem.variable}}, which is not set. To mean it as it stands, put the value in single quotes.`
    : 'has a ${ that is no ${NAME} and no ${NAME:-default}. To mean it as it stands, put the value in single quotes.';

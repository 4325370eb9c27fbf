import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import type { z } from 'zod';
import { ConfigFile } from './schema.ts';
import { Secrets, VARIABLE_HELP } from './secrets.ts';
import { type Environment, MissingVariable, substitute } from './substitute.ts';

/** Everything the program may be told: the config file and the secrets, validated. */
export type Config = ConfigFile & { secrets: Secrets; systemPrompt: string; researchPrompt: string };

/** A wrong or missing setting. The message is one line: what is wrong, what it is for, how to get it. */
export class ConfigError extends Error {}

/**
 * Reads `.env` (where present; the real environment wins), the config file with its `${VAR}`s filled in, and the
 * system prompt beside it. `ML_INTERN_CONFIG` names another config file. Throws ConfigError.
 */
export function loadConfig(environment: Environment, directory: string): Config {
  const env = { ...readDotEnv(resolve(directory, '.env')), ...withoutEmpty(environment) };
  const file = resolve(directory, env.ML_INTERN_CONFIG ?? 'configs/main_agent_config.json');
  const secrets = parseSecrets(env);
  const config = parseFile(file, env);
  const systemPrompt = readText(resolve(dirname(file), 'prompts/system.md'), 'the system prompt');
  const researchPrompt = readText(
    resolve(dirname(file), 'prompts/research.md'),
    'the prompt of the research assistant',
  );
  return { ...config, secrets, systemPrompt, researchPrompt };
}

/** Asks for a variable that the way the program is run needs. */
export function requireSecret(config: Config, name: keyof Secrets, because: string): string {
  const value = config.secrets[name];
  if (value === undefined) throw new ConfigError(explain(name, `is not set, but ${because}`));
  return value;
}

/** Every value of a config that nobody may get to see. */
export const secretsOf = ({ secrets, jobs, mcp_servers }: Config): string[] =>
  [
    ...Object.values(secrets),
    ...Object.values(jobs.secrets),
    ...Object.values(mcp_servers).flatMap(({ env, headers, needs, oauth }) => [
      ...needs,
      oauth?.client_secret,
      oauth?.private_key,
      ...Object.values(env),
      ...Object.values(headers),
    ]),
  ].filter((value) => value !== undefined);

function parseSecrets(env: Environment): Secrets {
  const parsed = Secrets.safeParse(env);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new ConfigError(explain(String(issue?.path[0]), issue?.message ?? 'is not valid'));
}

function parseFile(file: string, env: Environment): ConfigFile {
  const text = readText(file, 'the config file (set ML_INTERN_CONFIG to use another)');
  const parsed = ConfigFile.safeParse(filledIn(parseJson(text, file), env));
  if (parsed.success) return parsed.data;
  throw new ConfigError(`${file}: ${firstIssue(parsed.error)}`);
}

function filledIn(json: unknown, env: Environment): unknown {
  try {
    return substitute(json, env);
  } catch (error) {
    if (!(error instanceof MissingVariable)) throw error;
    throw new ConfigError(explain(error.variable, `is not set, but ${error.path} of the config needs it`));
  }
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ConfigError(`${file} is not valid JSON: ${error instanceof Error ? error.message : error}`);
  }
}

function readText(file: string, what: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new ConfigError(`${file} can't be read; it is ${what}`);
  }
}

function firstIssue(error: z.ZodError): string {
  const issue = error.issues[0];
  return `${issue?.path.join('.') || 'the file'}: ${issue?.message ?? 'is not valid'}`;
}

function explain(name: string, problem: string): string {
  const help = VARIABLE_HELP[name];
  return help
    ? `${name} ${problem}. It is ${help}.`
    : `${name} ${problem}. Set it in the environment or in .env.`;
}

function readDotEnv(file: string): Environment {
  return existsSync(file) ? withoutEmpty(parseEnv(readFileSync(file, 'utf8'))) : {};
}

function withoutEmpty(environment: Environment): Environment {
  return Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
}

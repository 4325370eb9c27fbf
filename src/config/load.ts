import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { ConfigError } from '../lib/config-error.ts';
import type { Network } from '../lib/network.ts';
import { readEnvironment } from './environment.ts';
import { describeIssue, explain } from './faults.ts';
import { type NearMiss, nearMisses } from './known-names.ts';
import { type PlatformSettings, variablesOf } from './platform-settings.ts';
import { type ConfigFile, configFileSchema, OwnConfigFile } from './schema.ts';
import { type Secrets, secretsSchema, type Variable } from './secrets.ts';
import { kindOf, proxyProblem, zoneProblem } from './shapes.ts';
import { type Environment, substitute } from './substitute.ts';

/** Everything the program may be told: the config file and the secrets, validated. */
export type Config = ConfigFile & {
  secrets: Secrets;
  systemPrompt: string;
  researchPrompt: string;
  /**
   * Proxies and certificates for connections that leave the machine, as the environment and `.env` name them.
   */
  network: Network;
  /** A folder of this machine that code may see, as the command line of the terminal names one. */
  mount?: { path: string; isWritable: boolean } | undefined;
};

/** What of the settings could be read, also where something else is wrong with them. */
export type Readable = {
  /** The secrets that look right. */
  secrets: Partial<Secrets>;
  /** The config file, with defaults in the place of what is wrong. */
  file: ConfigFile | undefined;
  /** Whether something at a place of the config file is wrong: there the file has a default. */
  isWrong(path: string): boolean;
  network: Network;
  /** Whether a variable has a value, right or wrong. */
  has(name: string): boolean;
};

/**
 * What the settings come to: a config, unless something is wrong; and what is worth telling though it is
 * none.
 */
export type Settings = Readable & {
  config: Config | undefined;
  faults: readonly string[];
  warnings: readonly string[];
  /** Names that look like misspelt ones of ours, where those are not set. */
  nearMisses: readonly NearMiss[];
};

/**
 * Reads `.env` (where present; the real environment wins), the config file with its `${VAR}`s filled in, and
 * the system prompt beside it. `ML_INTERN_CONFIG` names another config file. Throws ConfigError with all that
 * is wrong.
 */
export function loadConfig(
  environment: Environment,
  directory: string,
  platforms: readonly PlatformSettings[],
): Config {
  const { config, faults } = readSettings(environment, directory, platforms);
  if (config === undefined) throw new ConfigError(faults);
  return config;
}

/** The same, for a caller that has more to tell besides. */
export function readSettings(
  environment: Environment,
  directory: string,
  platforms: readonly PlatformSettings[],
): Settings {
  const { values: env, faults: envFaults, warnings, lineOf } = readEnvironment(environment, directory);
  const file = resolve(directory, env.ML_INTERN_CONFIG ?? 'configs/main_agent_config.json');
  const faults = [...envFaults];
  const known = knownSettings(platforms);
  const secrets = parseSecrets(env, known, faults);
  const network = parseNetwork(env, faults);
  const zone = env.TZ === undefined ? undefined : zoneProblem(env.TZ);
  if (zone !== undefined) faults.push(`TZ ${zone}.`);
  const { config, repaired, wrong, names } = parseFile(file, env, known, faults);
  const [systemPrompt, researchPrompt] = config ? readPrompts(dirname(file), faults) : [];
  const misses = nearMisses(env, lineOf, [...Object.keys(known.secrets.shape), ...names]);
  for (const { isCertain, text } of misses) if (isCertain) faults.push(text);
  const isWhole = faults.length === 0 && config && systemPrompt && researchPrompt;
  const all = secrets.all;
  return {
    config: isWhole && all ? { ...config, secrets: all, systemPrompt, researchPrompt, network } : undefined,
    secrets: secrets.right,
    file: config ?? repaired,
    isWrong: (path) => wrong.some((at) => at === path || path.startsWith(`${at}.`)),
    network,
    faults,
    warnings,
    nearMisses: misses,
    has: (name) => env[name] !== undefined,
  };
}

/** All that may be set, with what platforms have. */
type KnownSettings = {
  platforms: readonly PlatformSettings[];
  secrets: ReturnType<typeof secretsSchema>;
  file: ReturnType<typeof configFileSchema>;
  variables: Readonly<Record<string, Variable>>;
  kindOf: (value: string) => string | undefined;
};

function knownSettings(platforms: readonly PlatformSettings[]): KnownSettings {
  const variables = variablesOf(platforms);
  const looks = platforms.flatMap((platform) => platform.looks);
  const ofKind = (value: string) => kindOf(value, looks);
  return {
    platforms,
    secrets: secretsSchema(variables, ofKind),
    file: configFileSchema(platforms),
    variables,
    kindOf: ofKind,
  };
}

function readPrompts(folder: string, faults: string[]) {
  const read = (name: string, what: string) => readText(resolve(folder, 'prompts', name), what, faults);
  return [
    read('system.md', 'the system prompt'),
    read('research.md', 'the prompt of the research assistant'),
  ] as const;
}

/** Asks for a variable that the way the program is run needs; `variables` are those of a platform. */
export function requireSecret<Name extends string>(
  { secrets }: { secrets: Partial<Record<Name, string | undefined>> },
  name: Name,
  because: string,
  variables?: Readonly<Record<string, Variable>>,
): string {
  const value = secrets[name];
  if (value === undefined) throw new ConfigError(explain(name, `is not set, but ${because}`, variables));
  return value;
}

/** All secrets, unless one is wrong, and those that are right. */
function parseSecrets(
  env: Environment,
  known: Pick<KnownSettings, 'secrets' | 'variables' | 'kindOf'>,
  faults: string[],
): { all: Secrets | undefined; right: Partial<Secrets> } {
  const parsed = known.secrets.safeParse(env);
  if (parsed.success) return { all: parsed.data, right: parsed.data };
  const wrong = new Set(parsed.error.issues.map(({ path }) => String(path[0])));
  for (const issue of parsed.error.issues) {
    const name = String(issue.path[0]);
    const kind = known.kindOf(env[name] ?? '');
    faults.push(
      explain(name, issue.message, known.variables) + (kind ? ` What is set looks like ${kind}.` : ''),
    );
  }
  const others = Object.entries(env).filter(([name]) => !wrong.has(name));
  return { all: undefined, right: known.secrets.partial().parse(Object.fromEntries(others)) };
}

function parseNetwork(env: Environment, faults: string[]): Network {
  const network: Network = {};
  for (const name of ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'] as const) {
    // As curl and Node have it: the name in small letters goes first.
    const value = env[name.toLowerCase()] ?? env[name];
    if (value === undefined) continue;
    network[name] = value;
    const problem = name === 'NO_PROXY' ? undefined : proxyProblem(value);
    if (problem !== undefined)
      faults.push(`${env[name.toLowerCase()] ? name.toLowerCase() : name} ${problem}.`);
  }
  // As Node's fetch has it: a proxy for HTTP alone is one for HTTPS as well.
  if (network.HTTP_PROXY !== undefined) network.HTTPS_PROXY ??= network.HTTP_PROXY;
  const [certificates, caFile] = ['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE'].flatMap((name) =>
    env[name] === undefined ? [] : [name, env[name]],
  );
  if (certificates !== undefined && caFile !== undefined) {
    network.caFile = caFile;
    const problem = certificateProblem(caFile);
    if (problem !== undefined) faults.push(`${certificates} ${problem}.`);
  }
  return network;
}

function certificateProblem(file: string): string | undefined {
  const unread: string[] = [];
  const text = readText(file, 'certificates', unread);
  if (text === undefined) return 'names a file that can’t be read';
  return text.includes('-----BEGIN CERTIFICATE-----')
    ? undefined
    : 'names a file without certificates in PEM form';
}

type ParsedFile = {
  config: ConfigFile | undefined;
  /** With defaults for what is wrong, where that is enough. */
  repaired: ConfigFile | undefined;
  /** Places of what is wrong. */
  wrong: readonly string[];
  /** Variables that it names. */
  names: ReadonlySet<string>;
};

function parseFile(file: string, env: Environment, known: KnownSettings, faults: string[]): ParsedFile {
  const text = readText(file, 'the config file (set ML_INTERN_CONFIG to use another)', faults);
  const json = text === undefined ? undefined : parseJson(text, file, faults);
  const nothing = { config: undefined, repaired: undefined, wrong: [] };
  if (json === undefined) return { ...nothing, names: new Set() };
  const { value, problems, variablesAt } = substitute(json, env);
  const names = new Set([...variablesAt.values()].flat());
  for (const problem of problems) {
    faults.push(
      problem.kind === 'missing'
        ? explain(problem.variable, `is not set, but ${problem.path} of the config needs it`, known.variables)
        : `${file}: ${problem.path} has a \${ that is no \${NAME} and no \${NAME:-default}. A \${ that is to stay is written as $\${.`,
    );
  }
  const parsed = known.file.safeParse(value);
  if (parsed.success) return { ...nothing, config: fileOf(value, known.platforms), names };
  const told = new Set(problems.map(({ path }) => path));
  for (const issue of parsed.error.issues) {
    const path = issue.path.join('.');
    // A variable that sets several things is wrong once.
    const variables = variablesAt.get(path)?.join(' ');
    if (told.has(path) || (variables && told.has(variables))) continue;
    if (variables) told.add(variables);
    faults.push(describeIssue(issue, { file, schema: known.file, variablesAt }));
  }
  const wrong = parsed.error.issues.map(({ path }) => path.join('.'));
  return { config: undefined, repaired: repair(value, parsed.error.issues, known), wrong, names };
}

/** What the file would be without what is wrong in it. */
function repair(
  value: unknown,
  issues: readonly z.core.$ZodIssue[],
  known: KnownSettings,
): ConfigFile | undefined {
  const copy: unknown = structuredClone(value);
  for (const { path, ...issue } of issues) {
    const keys = issue.code === 'unrecognized_keys' ? issue.keys : [path.at(-1)];
    const parents = issue.code === 'unrecognized_keys' ? path : path.slice(0, -1);
    let holder: unknown = copy;
    for (const part of parents) holder = holder instanceof Object ? Reflect.get(holder, part) : undefined;
    if (holder instanceof Object)
      for (const key of keys) if (key !== undefined) Reflect.deleteProperty(holder, key);
  }
  return known.file.safeParse(copy).success ? fileOf(copy, known.platforms) : undefined;
}

/** Takes what is right in the whole file apart: what the program is told, and what each platform is. */
function fileOf(value: unknown, platforms: readonly PlatformSettings[]): ConfigFile {
  const raw = z.record(z.string(), z.unknown()).parse(value);
  const theirs = platforms.map(
    ({ name, settings }) => [name, settings.prefault({}).parse(raw[name])] as const,
  );
  return { ...OwnConfigFile.parse(value), platforms: Object.fromEntries(theirs) };
}

/** What V8 says of wrong JSON quotes the text around it, where a secret may be: only the place is told. */
function parseJson(text: string, file: string, faults: string[]): unknown {
  if (text.trim() === '') {
    faults.push(`${file} is empty; the config file has at least {} in it.`);
    return undefined;
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    const said = error instanceof Error ? error.message : '';
    const at = /position (\d+)/.exec(said)?.[1];
    const before = at === undefined ? text : text.slice(0, Number(at));
    const lines = before.split('\n');
    const column = (lines.at(-1)?.length ?? 0) + 1;
    faults.push(
      `${file} is not valid JSON: look at line ${lines.length}, column ${column}. Is there a comma too many or too few, a comment, or a quote that is missing?`,
    );
    return undefined;
  }
}

/** A text, without the mark that some editors put before it. */
function readText(file: string, what: string, faults: string[]): string | undefined {
  try {
    const bytes = readFileSync(file);
    if (bytes.includes(0)) {
      faults.push(`${file} is UTF-16 or no text; it is ${what}. Save it as UTF-8.`);
      return undefined;
    }
    return bytes.toString('utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    faults.push(`${file} ${unreadable(error)}; it is ${what}`);
    return undefined;
  }
}

function unreadable(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : '';
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'is not there';
  if (code === 'EISDIR')
    return 'is a directory and no file (Docker makes one where what is mounted is not there)';
  return `can't be read (${String(code)})`;
}

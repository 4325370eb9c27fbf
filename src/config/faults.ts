import { z } from 'zod';
import { nearest } from './near.ts';
import { OWN_HELP, type Variable } from './secrets.ts';

type Issue = z.core.$ZodIssue;
type Variables = Readonly<Record<string, Pick<Variable, 'help'>>>;

/**
 * What is wrong with a variable, what it is for, and how to get it, in one line. `variables` are those of
 * platforms.
 */
export function explain(name: string, problem: string, variables: Variables = {}): string {
  const isFor = variables[name]?.help ?? OWN_HELP[name];
  return isFor
    ? `${name} ${problem}. It is ${isFor}.`
    : `${name} ${problem}. Set it in the environment or in .env.`;
}

/** The file that something is wrong in, what may stand there, and the variables that it names. */
export type Place = {
  file: string;
  schema: z.ZodObject;
  variablesAt: ReadonlyMap<string, readonly string[]>;
};

/**
 * What is wrong with a setting of the config file, in one line that names it: by the variable that gives its
 * value where there is one, and by its place.
 */
export function describeIssue(issue: Issue, { file, schema, variablesAt }: Place): string {
  const path = pathOf(issue.path);
  const problem = problemOf(issue, schema);
  const [variable] = variablesAt.get(path) ?? [];
  if (variable !== undefined) return `${variable} ${problem}. It sets ${path} (${file}).`;
  return `${file}: ${path || 'the file'} ${problem}${problem.endsWith('?') ? '' : '.'}`;
}

const pathOf = (path: readonly PropertyKey[]): string =>
  path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    return text === '' ? String(part) : `${text}.${String(part)}`;
  }, '');

function problemOf(issue: Issue, schema: z.ZodObject): string {
  switch (issue.code) {
    case 'unrecognized_keys':
      return unknownKeys(issue.path, issue.keys, schema);
    case 'invalid_type':
      if (issue.message.endsWith('received undefined')) return 'is missing';
      return `must be ${TYPES[issue.expected] ?? `a value of type ${issue.expected}`}`;
    case 'invalid_value':
      return `must be ${list(issue.values.map((value) => JSON.stringify(value)))}`;
    case 'too_small':
      return `must be ${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}${unitOf(issue.origin)}`;
    case 'too_big':
      return `must be at most ${issue.maximum}${unitOf(issue.origin)}`;
    case 'invalid_format':
      return FORMATS[issue.format] ?? withMust(issue.message);
    case 'invalid_union':
      return unionProblem(issue, schema);
    default:
      return withMust(issue.message);
  }
}

/** A type as people call it. */
const TYPES: Readonly<Record<string, string>> = {
  number: 'a number',
  int: 'a whole number',
  string: 'a text',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

const FORMATS: Readonly<Record<string, string>> = {
  url: 'must be an address such as https://example.com',
  safeint: 'must be a whole number',
};

const unitOf = (origin: string): string =>
  origin === 'string' ? ' characters long' : origin === 'array' ? ' items long' : '';

/** Messages of our own go on after the name of a setting. */
const withMust = (message: string): string =>
  /^(must|is|are|has|have|needs|names|can)\b/.test(message) ? message : `is wrong: ${message}`;

/** Of several forms that a value may have, what all of them want. */
function unionProblem(issue: Extract<Issue, { code: 'invalid_union' }>, schema: z.ZodObject): string {
  const wants = issue.errors.flatMap(([first]) =>
    first ? [problemOf(first, schema).replace(/^must be /, '')] : [],
  );
  return wants.length === 0 ? 'is wrong' : `must be ${list([...new Set(wants)])}`;
}

const list = (values: readonly string[]): string =>
  values.length < 2 ? values.join('') : `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`;

function unknownKeys(path: readonly PropertyKey[], keys: readonly string[], schema: z.ZodObject): string {
  const known = knownKeys(path, schema);
  const told = keys.map((key) => {
    const meant = nearest(key, known);
    return `"${key}", which is not known${meant === undefined ? '' : `; did you mean "${meant}"?`}`;
  });
  return `has ${told.join(', and ')}`;
}

const Node = z.looseObject({
  properties: z.record(z.string(), z.unknown()).optional(),
  additionalProperties: z.unknown().optional(),
  items: z.unknown().optional(),
});

/** The names that the config file may have at a place. */
function knownKeys(path: readonly PropertyKey[], schema: z.ZodObject): string[] {
  let node = Node.parse(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }));
  for (const part of path) {
    const next =
      typeof part === 'number' ? node.items : (node.properties?.[String(part)] ?? node.additionalProperties);
    const parsed = Node.safeParse(next);
    if (!parsed.success) return [];
    node = parsed.data;
  }
  return Object.keys(node.properties ?? {});
}

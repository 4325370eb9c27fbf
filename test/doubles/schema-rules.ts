import { Ajv2020 } from 'ajv/dist/2020.js';

/*
 * What providers say of tools' schemas that they do not take, as documented and as reported. A request with
 * one such tool is refused as a whole.
 */

type Schema = Readonly<Record<string, unknown>>;
export type ToolTold = { name: string; description?: string | undefined; parameters?: unknown };

const isObject = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** All schemas within a schema, with where each stands. */
function* within(schema: unknown, at = 'root'): Generator<readonly [string, Schema]> {
  if (!isObject(schema)) return;
  yield [at, schema];
  for (const key of ['properties', '$defs', 'definitions', 'patternProperties'])
    if (isObject(schema[key]))
      for (const [name, part] of Object.entries(schema[key])) yield* within(part, `${at}.${name}`);
  for (const key of ['anyOf', 'oneOf', 'allOf', 'prefixItems', 'items']) {
    const list = schema[key];
    if (Array.isArray(list))
      for (const [i, part] of list.entries()) yield* within(part, `${at}.${key}[${i}]`);
  }
  for (const key of ['items', 'additionalProperties', 'not', 'if', 'then', 'else', 'contains'])
    yield* within(schema[key], `${at}.${key}`);
}

const list = (value: unknown): unknown[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [value];
const first = (
  tool: ToolTold,
  wrong: (schema: Schema, at: string) => string | undefined,
): string | undefined => {
  for (const [at, schema] of within(tool.parameters)) {
    const problem = wrong(schema, at);
    if (problem !== undefined) return `${at}: ${problem}`;
  }
  return undefined;
};

const COMBINED = ['oneOf', 'anyOf', 'allOf', 'enum', 'const', 'not'];
const isTop = (tool: ToolTold, keys: readonly string[]): boolean =>
  isObject(tool.parameters) && keys.some((key) => Object.hasOwn(tool.parameters as object, key));

const ajv = new Ajv2020({ strict: false, validateFormats: false, logger: false });

function metaProblem(schema: unknown): string | undefined {
  if (!isObject(schema)) return 'it is no object';
  return ajv.validateSchema(schema) === true ? undefined : ajv.errorsText(ajv.errors).slice(0, 200);
}

/** By provider: what it says of one tool, or nothing. */
export const SCHEMA_RULES: Readonly<Record<string, (tool: ToolTold) => string | undefined>> = {
  openai(tool) {
    const named = `Invalid schema for function '${tool.name}'`;
    if (!/^[\w-]{1,64}$/.test(tool.name)) return `Invalid 'tools[0].function.name': ${tool.name}`;
    if ((tool.description?.length ?? 0) > 1_024)
      return "Invalid 'tools[0].function.description': string too long";
    if (!isObject(tool.parameters) || tool.parameters.type !== 'object' || isTop(tool, COMBINED))
      return `${named}: schema must have type 'object' and not have 'oneOf'/'anyOf'/'allOf'/'enum'/'not' at the top level.`;
    const problem = first(tool, (schema) => {
      if (typeof schema.$ref === 'string') return `reference can only point to definitions: ${schema.$ref}`;
      if (list(schema.type).includes('array') && !isObject(schema.items)) return 'array schema missing items';
      if (Array.isArray(schema.items)) return 'items is not of type object, boolean';
      if (Array.isArray(schema.required) && new Set(schema.required).size < schema.required.length)
        return 'required has non-unique elements';
      return undefined;
    });
    return problem ?? metaProblem(tool.parameters);
  },
  anthropic(tool) {
    if (!/^[\w-]{1,128}$/.test(tool.name)) return 'tools.0.custom.name: String should match pattern';
    if (isTop(tool, ['oneOf', 'anyOf', 'allOf']))
      return 'tools.0.custom.input_schema: input_schema does not support oneOf, allOf, or anyOf at the top level';
    if (!isObject(tool.parameters) || tool.parameters.type !== 'object')
      return "tools.0.custom.input_schema.type: Input should be 'object'";
    const problem = first(tool, (schema) => {
      if (Object.hasOwn(schema, '$ref')) return 'input_schema does not support $ref';
      const bad = Object.keys(isObject(schema.properties) ? schema.properties : {}).find(
        (name) => !/^[a-zA-Z0-9_.-]{1,64}$/.test(name),
      );
      return bad === undefined ? undefined : `Property keys should match pattern: ${bad}`;
    });
    return problem ?? metaProblem(tool.parameters);
  },
  gemini(tool) {
    if (!/^[A-Za-z_][\w.:-]{0,63}$/.test(tool.name)) return 'function_declarations[0].name: [FIELD_INVALID]';
    return first(tool, (schema) => {
      const unknown = Object.keys(schema).find((key) => !GEMINI.has(key));
      if (unknown !== undefined)
        return `Unknown name "${unknown}" at function_declarations: Cannot find field.`;
      if (Array.isArray(schema.type)) return 'Proto field is not repeating, cannot start list.';
      if (schema.type === undefined && schema.anyOf === undefined) return 'type: missing field';
      if (schema.type === 'null') return 'type: invalid value';
      if (schema.type === 'array' && !isObject(schema.items)) return 'items: missing field.';
      const values = list(schema.enum);
      if (Array.isArray(schema.enum) && values.length === 0) return 'enum: should not be empty';
      if (values.some((value) => typeof value !== 'string' || value === ''))
        return 'enum[0]: cannot be empty';
      if (values.length > 0 && schema.type !== 'string') return 'enum: only allowed for STRING type';
      const names = new Set(Object.keys(isObject(schema.properties) ? schema.properties : {}));
      const lost = list(schema.required).find((name) => !names.has(String(name)));
      if (lost !== undefined) return `required[0]: property is not defined: ${lost}`;
      const bad = [...names].find((name) => !/^[A-Za-z_]\w{0,63}$/.test(name));
      if (bad !== undefined) return `properties: invalid name ${bad}`;
      if (schema.format !== undefined && !['enum', 'date-time'].includes(String(schema.format)))
        return `format: only 'enum' and 'date-time' are supported for STRING type`;
      return schema.description !== undefined && typeof schema.description !== 'string'
        ? 'description: invalid value'
        : undefined;
    });
  },
  fireworks: (tool) =>
    first(tool, (schema) => {
      if (['oneOf', 'not', 'if', 'patternProperties'].some((key) => Object.hasOwn(schema, key)))
        return 'JSON Schema not supported: oneOf';
      const isKnown = ['type', 'anyOf', 'enum', 'const', 'allOf', '$ref'].some((key) =>
        Object.hasOwn(schema, key),
      );
      return isKnown
        ? undefined
        : `JSON Schema not supported: could not understand the instance \`${JSON.stringify(schema)}\``;
    }),
  moonshot: (tool) =>
    first(tool, (schema, at) => {
      const of = (problem: string) =>
        `tools.function.parameters is not a valid moonshot flavored json schema, details: <At path '${at}': ${problem}>`;
      if (Array.isArray(schema.anyOf) && schema.type !== undefined)
        return of('when using anyOf, type should be defined in anyOf items instead of the parent schema');
      if (schema.type === undefined && schema.anyOf === undefined && schema.$ref === undefined)
        return of('type is not defined');
      if (typeof schema.$ref === 'string' && !schema.$ref.startsWith('#/$defs/'))
        return of('$ref must start with #/$defs/');
      if (Array.isArray(schema.items)) return of('items must be an object');
      const wrong = list(schema.enum).find(
        (value) => !list(schema.type).some((type) => isOf(value, String(type))),
      );
      return wrong === undefined
        ? undefined
        : of(`enum value (${wrong}) does not match any type in ${schema.type}`);
    }),
  groq: (tool) => {
    const problem = metaProblem(tool.parameters);
    if (problem !== undefined) return `invalid JSON schema for tool ${tool.name}: ${problem}`;
    return first(tool, (schema) =>
      list(schema.type).some((type) => !TYPES.has(String(type))) ? `unknown type ${schema.type}` : undefined,
    );
  },
  mistral: (tool) =>
    tool.description === null || !isObject(tool.parameters) || tool.parameters.type !== 'object'
      ? 'body.tools.0.function.parameters: Input should be a valid dictionary'
      : metaProblem(tool.parameters),
  'llama.cpp': (tool) =>
    first(tool, (schema) => {
      const pattern = schema.pattern;
      if (typeof pattern === 'string' && !/^\^.*\$$/.test(pattern))
        return "JSON schema conversion failed: Pattern must start with '^' and end with '$'";
      if (typeof pattern === 'string' && /\(\?|\\[bBpP]/.test(pattern))
        return 'Failed to initialize samplers: failed to parse grammar';
      if (typeof schema.$ref === 'string') return 'JSON schema conversion failed: Error resolving ref';
      if ([schema.maxLength, schema.maxItems, schema.minLength].some((most) => Number(most) > 2_000))
        return 'Failed to initialize samplers: failed to parse grammar: number of repetitions exceeds sane defaults';
      return list(schema.type).some((type) => !TYPES.has(String(type)))
        ? `JSON schema conversion failed: Unrecognized schema: ${JSON.stringify(schema)}`
        : undefined;
    }),
};

/** Who takes the bare form alone. */
export const BARE: ReadonlySet<string> = new Set(['gemini', 'llama.cpp']);

const TYPES = new Set(['string', 'number', 'integer', 'boolean', 'object', 'array', 'null']);
const GEMINI = new Set([
  ...[
    'type',
    'format',
    'title',
    'description',
    'nullable',
    'enum',
    'items',
    'properties',
    'required',
    'anyOf',
  ],
  ...['minimum', 'maximum', 'minItems', 'maxItems', 'propertyOrdering'],
]);

function isOf(value: unknown, type: string): boolean {
  if (type === 'null') return value === null;
  if (type === 'integer') return Number.isInteger(value);
  return type === 'array' ? Array.isArray(value) : typeof value === type;
}

import { wholeBeginning } from '../../lib/cut.ts';
import { isObject } from '../events.ts';
import { ArgumentNames, type Names } from './names.ts';
import { DEEPEST, type Schema, withoutReferences } from './references.ts';

/**
 * How much of JSON Schema is told: `plain` is what OpenAI, Anthropic, Mistral, Groq, Fireworks and Moonshot
 * all take, `bare` what Gemini's subset of OpenAPI and the grammars of llama.cpp have besides.
 */
export type Form = 'plain' | 'bare';

export type PlainSchema = { schema: Schema; names: Names };

/** More values than this are told in part: OpenAI takes 15,000 characters of those of one enum. */
const VALUES = 200;
const VALUES_CHARACTERS = 10_000;
/** Of one description of an argument. */
const DESCRIPTION_CHARACTERS = 2_000;
/** OpenAI takes 5,000 properties; nobody tells a model of as many. */
const PROPERTIES = 1_000;

const TYPES = ['string', 'number', 'integer', 'boolean', 'object', 'array', 'null'];
const ANY = ['string', 'number', 'boolean', 'object', 'null'];

/**
 * The schema of a tool's arguments as a provider takes it: an object, without references, without words that
 * one of them refuses; what these said is told in the description. The tool itself still holds arguments
 * against its own schema.
 */
export function plainSchema(given: unknown, form: Form): PlainSchema {
  const whole = withoutReferences(given);
  const state: State = { form, names: new ArgumentNames(namesIn(whole), form === 'bare'), left: PROPERTIES };
  const root = objectOf(isObject(whole) ? merged(whole) : {}, 0, state);
  return { schema: root, names: state.names.originals };
}

type State = { form: Form; names: ArgumentNames; left: number };

function namesIn(value: unknown, found = new Set<string>()): Set<string> {
  if (Array.isArray(value)) for (const item of value) namesIn(item, found);
  if (!isObject(value)) return found;
  for (const [key, part] of Object.entries(value)) {
    if (key === 'properties' && isObject(part)) for (const name of Object.keys(part)) found.add(name);
    namesIn(part, found);
  }
  return found;
}

/** At the top there is an object and no choice between several: it has the properties of all of them. */
function merged(schema: Schema): Schema {
  const { anyOf, oneOf, allOf, then, else: otherwise, ...rest } = schema;
  const all = branches(allOf).map(merged);
  const some = [anyOf, oneOf, [then, otherwise]].map((list) => branches(list).map(merged));
  const one = some.flat();
  if (all.length + one.length === 0) return rest;
  const properties = new Map<string, unknown>();
  for (const part of [rest, ...all, ...one]) {
    if (!isObject(part.properties)) continue;
    for (const [name, value] of Object.entries(part.properties))
      properties.set(name, properties.has(name) ? either(properties.get(name), value) : value);
  }
  const isRequired = (name: string) =>
    [rest, ...all].some((part) => requiredOf(part).includes(name)) ||
    some.slice(0, 2).some((list) => list.length > 0 && list.every((part) => requiredOf(part).includes(name)));
  const description = [rest, ...all, ...one].map((part) => part.description).find((text) => isText(text));
  return {
    ...rest,
    ...(description === undefined ? {} : { description }),
    type: 'object',
    properties: Object.fromEntries(properties),
    required: [...properties.keys()].filter(isRequired),
  };
}

const branches = (list: unknown): Schema[] => (Array.isArray(list) ? list.filter(isObject) : []);

/** Two schemas of one property: one, where they are alike or where both are lists of values. */
function either(some: unknown, other: unknown): unknown {
  if (JSON.stringify(some) === JSON.stringify(other)) return some;
  const [a, b] = [valuesOf(some), valuesOf(other)];
  if (a !== undefined && b !== undefined && isObject(some)) {
    const { const: _const, ...rest } = some;
    return { ...rest, enum: [...a, ...b] };
  }
  const list =
    isObject(some) && Object.keys(some).length === 1 && Array.isArray(some.anyOf) ? some.anyOf : [some];
  return { anyOf: [...list, other] };
}

function valuesOf(schema: unknown): unknown[] | undefined {
  if (!isObject(schema)) return undefined;
  if (Object.hasOwn(schema, 'const')) return [schema.const];
  return Array.isArray(schema.enum) ? schema.enum : undefined;
}

const requiredOf = ({ required }: Schema): string[] =>
  Array.isArray(required) ? required.filter((name) => typeof name === 'string') : [];

const isText = (text: unknown): text is string => typeof text === 'string' && text !== '';

function objectOf(schema: Schema, depth: number, state: State): Schema {
  const { properties, additionalProperties, patternProperties } = schema;
  const entries = isObject(properties) ? Object.entries(properties) : [];
  const kept: [string, Schema][] = [];
  const asked = new Set(requiredOf(schema));
  for (const [name, part] of entries) {
    if (part === false || state.left-- <= 0) continue;
    if (isObject(part) && part.required === true) asked.add(name); // as in draft 3
    kept.push([state.names.of(name), toldOf(part, depth + 1, state)]);
  }
  const required = [...asked].map((name) => state.names.of(name));
  const names = new Set(kept.map(([name]) => name));
  const isTold = depth < DEEPEST;
  const others =
    additionalProperties ?? (isObject(patternProperties) ? Object.values(patternProperties)[0] : undefined);
  return {
    type: 'object',
    ...described(schema, notes(schema, ['minProperties', 'maxProperties'])),
    ...(depth === 0 || (isTold && kept.length > 0) ? { properties: Object.fromEntries(kept) } : {}),
    ...(isTold && required.some((name) => names.has(name))
      ? { required: required.filter((name) => names.has(name)) }
      : {}),
    ...(state.form === 'plain' ? othersOf(others, depth, state) : {}),
  };
}

function othersOf(others: unknown, depth: number, state: State): object {
  if (typeof others === 'boolean') return { additionalProperties: others };
  if (!isObject(others)) return {};
  if (Object.keys(others).length === 0 || depth >= DEEPEST) return { additionalProperties: true };
  return { additionalProperties: toldOf(others, depth + 1, state) };
}

/** What a value is told as, whatever it may be. */
function toldOf(given: unknown, depth: number, state: State): Schema {
  if (!isObject(given)) return anything({}, state);
  const schema = together(given);
  if (depth > DEEPEST) return { type: simpleType(schema), ...described(schema, []) };
  const choices = [...branches(schema.anyOf), ...branches(schema.oneOf)];
  if (choices.length > 0) return choiceOf(schema, choices, depth, state);
  const values = valuesOf(schema);
  if (values !== undefined && values.length > 0) return listed(schema, values, state);
  const types = typesOf(schema);
  if (types.length === 0) return anything(schema, state);
  const [only, ...more] = types.filter((type) => type !== 'null');
  if (only === undefined)
    return { type: state.form === 'bare' ? 'string' : 'null', ...described(schema, []) };
  const isNullable = types.includes('null') || schema.nullable === true;
  if (more.length > 0) return ofSeveral(schema, [only, ...more], isNullable, depth, state);
  return nullable(ofType(only, schema, depth, state), isNullable, state);
}

/**
 * Of what must be all of several: an object with the properties of each, or a value with the words of each.
 */
function together(schema: Schema): Schema {
  const { allOf, ...rest } = schema;
  const parts = branches(allOf).map(together);
  if (parts.length === 0) return rest;
  const isOfObjects = [rest, ...parts].some((part) => isObject(part.properties) || part.type === 'object');
  if (!isOfObjects) return Object.assign({}, ...parts, rest);
  const { anyOf, oneOf, ...own } = rest;
  return { ...merged({ ...own, allOf: parts }), ...(anyOf ? { anyOf } : {}), ...(oneOf ? { oneOf } : {}) };
}

function choiceOf(schema: Schema, choices: readonly Schema[], depth: number, state: State): Schema {
  const real = choices.filter((choice) => choice.type !== 'null');
  const isNullable = real.length < choices.length || schema.nullable === true;
  const { anyOf: _any, oneOf: _one, discriminator: _by, ...around } = schema;
  const [only] = real;
  if (only === undefined) return toldOf({ ...around, type: 'null' }, depth, state);
  const values = real.flatMap((choice) => valuesOf(choice) ?? []);
  if (real.length > 1 && real.every((choice) => valuesOf(choice) !== undefined))
    return nullable(toldOf({ ...around, ...typeOfAll(real), enum: values }, depth, state), isNullable, state);
  if (real.length === 1) return nullable(toldOf({ ...around, ...only }, depth, state), isNullable, state);
  const properties = isObject(around.properties) ? { properties: around.properties, type: 'object' } : {};
  const told = real.slice(0, VALUES).map((choice) => toldOf({ ...properties, ...choice }, depth + 1, state));
  const unique = [...new Map(told.map((choice) => [JSON.stringify(choice), choice])).values()];
  const [first] = unique;
  if (unique.length === 1 && first !== undefined)
    return nullable({ ...first, ...described(schema, []) }, isNullable, state);
  return nullable({ anyOf: unique, ...described(schema, []) }, isNullable, state);
}

const typeOfAll = (choices: readonly Schema[]): object => {
  const types = new Set(choices.map(({ type }) => type));
  const [type] = types;
  return types.size === 1 && isText(type) ? { type } : {};
};

function nullable(schema: Schema, isNullable: boolean, { form }: State): Schema {
  if (!isNullable) return schema;
  if (form === 'bare') return { ...schema, nullable: true };
  if (Array.isArray(schema.anyOf)) return { ...schema, anyOf: [...schema.anyOf, { type: 'null' }] };
  if (Array.isArray(schema.type)) return { ...schema, type: [...new Set([...schema.type, 'null'])] };
  const values = Array.isArray(schema.enum) ? { enum: [...schema.enum, null] } : {};
  return { ...schema, ...values, type: [schema.type, 'null'] };
}

function ofSeveral(
  schema: Schema,
  types: readonly string[],
  isNullable: boolean,
  depth: number,
  state: State,
): Schema {
  if (state.form === 'plain' && types.every((type) => type !== 'array' && type !== 'object')) {
    return {
      type: isNullable ? [...types, 'null'] : types,
      ...described(schema, words(schema, 'string', state)),
    };
  }
  const { description: _text, title: _title, default: _default, examples: _examples, ...rest } = schema;
  const choices = types.map((type) => ofType(type, rest, depth, state));
  return nullable({ anyOf: choices, ...described(schema, []) }, isNullable, state);
}

function ofType(type: string, schema: Schema, depth: number, state: State): Schema {
  if (type === 'object') return objectOf(schema, depth, state);
  if (type === 'array') {
    const items = itemsOf(schema, depth, state);
    return { type, ...described(schema, notes(schema, ['minItems', 'maxItems', 'uniqueItems'])), items };
  }
  return { type, ...described(schema, words(schema, type, state)), ...bounds(schema, type, state) };
}

/** Lists of places become lists of what may stand at any of them. */
function itemsOf({ items, prefixItems }: Schema, depth: number, state: State): Schema {
  const places = Array.isArray(prefixItems) ? prefixItems : Array.isArray(items) ? items : undefined;
  if (places !== undefined) return toldOf({ anyOf: places }, depth + 1, state);
  return isObject(items) ? toldOf(items, depth + 1, state) : anything({}, state);
}

/** Fireworks and Gemini want a type with everything, and OpenAI items with every list. */
function anything(schema: Schema, { form }: State): Schema {
  if (isObject(schema.properties)) return schema;
  if (form === 'bare') return { type: 'string', ...described(schema, ['Any JSON value']) };
  return { type: [...ANY, 'array'], items: { type: ANY }, ...described(schema, []) };
}

function listed(schema: Schema, given: readonly unknown[], state: State): Schema {
  const unique = [...new Map(given.map((value) => [JSON.stringify(value), value])).values()];
  const hasNull = unique.includes(null) || schema.nullable === true || typesOf(schema).includes('null');
  const real = unique.filter((value) => value !== null);
  const kinds = new Set(real.map((value) => (typeof value === 'number' ? 'number' : typeof value)));
  const [kind] = kinds;
  const isOfObjects = kinds.has('object');
  const isLong = real.length > VALUES || JSON.stringify(real).length > VALUES_CHARACTERS;
  if (kind === undefined)
    return { type: state.form === 'bare' ? 'string' : 'null', ...described(schema, []) };
  const told = `One of: ${JSON.stringify(real).slice(1, 1_000)}`;
  const type = kind === 'number' && real.every(Number.isInteger) ? 'integer' : kind;
  // Gemini has lists of texts alone, none of them empty; nobody has lists of several types.
  const isTaken = state.form === 'plain' || (kind === 'string' && real.every((value) => value !== ''));
  if (kinds.size > 1 || isOfObjects || isLong || !isTaken) {
    const plain = kinds.size > 1 || isOfObjects ? anything({}, state) : { type };
    return nullable({ ...plain, ...described(schema, [told]) }, hasNull && kinds.size === 1, state);
  }
  return nullable({ type, ...described(schema, []), enum: real }, hasNull, state);
}

/** The types that are known; of older drafts, of schemas that leave them out, and by what else they say. */
function typesOf(schema: Schema): string[] {
  const given = Array.isArray(schema.type) ? schema.type : [schema.type];
  const known = given.filter(isText).map((type) => ALIASES[type.toLowerCase()] ?? type.toLowerCase());
  const types = [...new Set(known.filter((type) => TYPES.includes(type)))];
  if (types.length > 0) return types;
  if (isObject(schema.properties) || isObject(schema.additionalProperties)) return ['object'];
  if (schema.items !== undefined || schema.prefixItems !== undefined) return ['array'];
  if (isText(schema.pattern) || isText(schema.format) || schema.maxLength !== undefined) return ['string'];
  return schema.minimum !== undefined || schema.maximum !== undefined ? ['number'] : [];
}

/** As schemas that people write call them. */
const ALIASES: Readonly<Record<string, string>> = {
  str: 'string',
  text: 'string',
  int: 'integer',
  int32: 'integer',
  int64: 'integer',
  long: 'integer',
  float: 'number',
  double: 'number',
  bool: 'boolean',
  dict: 'object',
  map: 'object',
  list: 'array',
  date: 'string',
  datetime: 'string',
  none: 'null',
};

const simpleType = (schema: Schema): string => {
  const type = typesOf(schema).find((known) => known !== 'null') ?? 'string';
  return type === 'array' ? 'string' : type;
};

/** OpenAI's own list: https://developers.openai.com/api/docs/guides/structured-outputs#supported-schemas. */
const FORMATS = new Set([
  'date-time',
  'time',
  'date',
  'duration',
  'email',
  'hostname',
  'ipv4',
  'ipv6',
  'uuid',
]);

/** Numbers that are said of a number, with draft 4's exclusive bounds as later drafts have them. */
function bounds(schema: Schema, type: string, { form }: State): object {
  if (type === 'string') {
    const format = isText(schema.format) && FORMATS.has(schema.format) ? { format: schema.format } : {};
    return form === 'plain' ? format : {};
  }
  if (type !== 'number' && type !== 'integer') return {};
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema;
  const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
  const step = type === 'integer' ? 1 : 0;
  const least = isNumber(exclusiveMinimum) ? exclusiveMinimum + step : minimum;
  const most = isNumber(exclusiveMaximum) ? exclusiveMaximum - step : maximum;
  return {
    ...(isNumber(least) ? { minimum: exclusiveMinimum === true ? least + step : least } : {}),
    ...(isNumber(most) ? { maximum: exclusiveMaximum === true ? most - step : most } : {}),
  };
}

/** What a provider may refuse, in words. */
function words(schema: Schema, type: string, { form }: State): string[] {
  const told = notes(
    schema,
    type === 'string' ? ['pattern', 'minLength', 'maxLength'] : ['multipleOf', 'divisibleBy'],
  );
  const isKept = form === 'plain' && isText(schema.format) && FORMATS.has(schema.format) && type === 'string';
  return isText(schema.format) && !isKept ? [`format: ${schema.format}`, ...told] : told;
}

/** Large bounds say nothing to a model, and long patterns nothing that it reads. */
function notes(schema: Schema, keys: readonly string[]): string[] {
  return keys.flatMap((key) => {
    const value = schema[key];
    const isTold =
      typeof value === 'string' ? value.length <= 200 : typeof value === 'number' || value === true;
    return isTold ? [`${key}: ${String(value)}`] : [];
  });
}

/** The description, with what is no part of the schema any more. */
function described(schema: Schema, told: readonly string[]): { description?: string } {
  const { description, title, default: standard, examples, example } = schema;
  const text = isText(description) ? description : isText(title) ? title : '';
  const samples = Array.isArray(examples) ? examples.slice(0, 3) : example === undefined ? [] : [example];
  const more = [
    ...told,
    ...(standard === undefined || standard === null ? [] : [`default: ${short(standard)}`]),
    ...(samples.length === 0 ? [] : [`for example ${samples.map(short).join(', ')}`]),
  ];
  const whole = [wholeBeginning(text, DESCRIPTION_CHARACTERS), more.length > 0 ? `(${more.join('; ')})` : ''];
  const said = whole.filter((part) => part !== '').join(' ');
  return said === '' ? {} : { description: said };
}

const short = (value: unknown): string => (JSON.stringify(value) ?? '').slice(0, 200);

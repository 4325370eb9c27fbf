import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';

export type Schema = Record<string, unknown>;

/** Keywords of a schema that hold the schema of another value, or several, or several by name. */
const ONE = new Set(['items', 'additionalProperties', 'contains']);
const LIST = new Set(['prefixItems']);
const BY_NAME = new Set(['properties', 'patternProperties']);
/** ... and that hold what else is said of the same value. */
const SAME = new Set(['allOf', 'anyOf', 'oneOf']);

const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Definitions that refer to each other, by which values are checked. Stricter than they are written: a field
 * that a definition does not name is a fault, wherever it names others.
 */
export class Schemas {
  readonly #ajv: Ajv2020;
  readonly #document: Schema;
  /** What references to its definitions begin with. */
  readonly base: string;
  readonly #compiled = new WeakMap<Schema, ValidateFunction>();

  /**
   * `isText`: the values are texts, as in the query of a request, and are taken for what they are meant
   * as.
   */
  constructor(name: string, document: Schema, isText = false) {
    this.#ajv = new Ajv2020({
      strict: false,
      allErrors: true,
      verbose: true,
      validateSchema: false,
      unicodeRegExp: false,
      coerceTypes: isText,
    });
    formats.default(this.#ajv);
    this.#ajv.removeKeyword('id'); // the Hub's definitions have names by it
    for (const format of ['nonce', 'snowflake', 'unixtime', 'cidrv4', 'cidrv6']) {
      this.#ajv.addFormat(format, true);
    }
    const base = `https://specification.invalid/${name}`;
    this.base = base;
    const absolute = JSON.stringify(document).replaceAll('"$ref":"#/', `"$ref":"${base}#/`);
    this.#document = JSON.parse(absolute) as Schema;
    const { components, definitions } = this.#document;
    const shared = Object(Object(components).schemas) as Record<string, Schema>;
    this.#ajv.addSchema(
      {
        $id: base,
        components: { schemas: mapped(shared, (schema) => this.#inner(schema)) },
        definitions: mapped(Object(definitions) as Record<string, Schema>, (schema) => this.#inner(schema)),
      },
      base,
    );
  }

  /** The document itself, with references that hold anywhere. */
  get document(): Schema {
    return this.#document;
  }

  /** What a reference leads to. */
  resolve(reference: string): Schema | undefined {
    const steps = reference.slice(reference.indexOf('#/') + 2).split('/');
    let at: unknown = this.#document;
    for (const step of steps) {
      at = Object(at)[decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~')];
    }
    return isSchema(at) ? at : undefined;
  }

  /** What is wrong with a value, a line for each fault: where it is, and what. */
  faults(schema: Schema, value: unknown): string[] {
    return [...new Set(this.#explain(this.#closed(schema), value, ''))];
  }

  #validate(schema: Schema): ValidateFunction {
    const known = this.#compiled.get(schema);
    if (known) return known;
    const made = this.#ajv.compile(schema);
    this.#compiled.set(schema, made);
    return made;
  }

  /** Of a union that is not met, what is wrong with the branch that is meant. */
  #explain(schema: Schema, value: unknown, at: string): string[] {
    const validate = this.#validate(schema);
    if (validate(value)) return [];
    const errors = [...(validate.errors ?? [])];
    const unions = errors.filter(({ keyword }) => keyword === 'anyOf' || keyword === 'oneOf');
    const outer = unions.filter(
      (union) =>
        !unions.some((other) => other !== union && isWithin(union, other) && !isWithin(other, union)),
    );
    const rest = errors.filter((error) => !outer.some((union) => isWithin(error, union)));
    const isSpurious = (error: ErrorObject) =>
      error.keyword === 'unevaluatedProperties' &&
      errors.some((other) => other.keyword !== 'unevaluatedProperties' && isWithin(other, error));
    return [
      ...rest.filter((error) => !isSpurious(error)).map((error) => told(error, at)),
      ...distinct(outer).flatMap((union) => this.#ofBranch(union, at)),
    ];
  }

  #ofBranch({ schema, data, instancePath, keyword }: ErrorObject, at: string): string[] {
    const branches = (Array.isArray(schema) ? schema : []).filter(isSchema);
    const tried = branches.map((branch) => ({
      faults: this.#explain(this.#closed(branch), data, `${at}${instancePath}`),
      distance: this.#distance(branch, data),
    }));
    tried.sort((a, b) => a.distance - b.distance || a.faults.length - b.faults.length);
    const [best] = tried;
    if (best === undefined || best.faults.length === 0) {
      return [`${shape(`${at}${instancePath}`)}: meets more than one of ${keyword}`];
    }
    return best.faults;
  }

  /** How far a value is from what a branch is about: by its kind, and by constants such as `type`. */
  #distance(branch: Schema, value: unknown): number {
    const { $ref, anyOf, oneOf } = branch;
    if (typeof $ref === 'string') return this.#distance(this.resolve($ref) ?? {}, value);
    const inner = anyOf ?? oneOf;
    if (Array.isArray(inner)) return Math.min(...inner.map((one) => this.#distance(one, value)));
    const errors = this.#validate(this.#closed(branch))(value)
      ? []
      : (this.#validate(this.#closed(branch)).errors ?? []);
    const isOther = errors.filter(
      ({ keyword, instancePath }) =>
        (keyword === 'type' && instancePath === '') ||
        ((keyword === 'const' || keyword === 'enum' || keyword === 'not') &&
          /^(?:\/[^/]*type|)$/.test(instancePath)),
    );
    return isOther.length * 1_000 + errors.length;
  }

  readonly #closings = new WeakMap<Schema, Schema>();

  #closed(schema: Schema): Schema {
    const known = this.#closings.get(schema);
    if (known) return known;
    const inner = this.#inner(schema);
    const made = this.#isNamed(schema) ? { ...inner, unevaluatedProperties: false } : inner;
    this.#closings.set(schema, made);
    this.#closings.set(made, made);
    return made;
  }

  #inner(schema: Schema): Schema {
    const { nullable, $schema: _draft, ...own } = schema;
    const inner = Object.fromEntries(
      Object.entries(own).map(([key, value]) => {
        // The types of SDKs become drafts of an older kind, in which the items of a tuple are called so.
        if (key === 'items' && Array.isArray(value)) {
          return ['prefixItems', value.map((item) => this.#closed(item))];
        }
        if (key === 'additionalItems') return ['items', value];
        if (ONE.has(key) && isSchema(value)) return [key, this.#closed(value)];
        if (LIST.has(key) && Array.isArray(value)) return [key, value.map((item) => this.#closed(item))];
        if (BY_NAME.has(key) && isSchema(value)) {
          return [key, mapped(value as Record<string, Schema>, (item) => this.#closed(item))];
        }
        if (SAME.has(key) && Array.isArray(value)) {
          // Each part of a whole would refuse what the other parts name: the whole is closed, where it
          // stands.
          const parts = key === 'allOf' ? value.map(opened) : value;
          return [key, parts.map((item) => this.#inner(item))];
        }
        return [key, value];
      }),
    );
    return nullable === true ? { anyOf: [inner, { type: 'null' }] } : inner;
  }

  /** Whether a schema names the fields of what it describes; one that takes any object names none. */
  #isNamed(schema: Schema, seen = new Set<Schema>()): boolean {
    if (seen.has(schema)) return true;
    seen.add(schema);
    if (typeof schema.$ref === 'string') {
      const target = this.resolve(schema.$ref);
      return target !== undefined && this.#isNamed(target, seen);
    }
    if (schema.additionalProperties !== undefined) return true;
    const parts = [...SAME].flatMap((key) => (Array.isArray(schema[key]) ? schema[key] : []));
    if (parts.length > 0) return parts.filter(isSchema).every((part) => this.#isNamed(part, seen));
    if (isSchema(schema.properties)) return true;
    if (schema.type === 'object') return false;
    return schema.type !== undefined || schema.const !== undefined || schema.enum !== undefined;
  }
}

function mapped(schemas: Record<string, Schema>, change: (schema: Schema) => Schema): Record<string, Schema> {
  return Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [name, isSchema(schema) ? change(schema) : schema]),
  );
}

/** A schema that refuses no field for not being named. */
function opened(schema: Schema): Schema {
  const { additionalProperties, ...rest } = schema;
  const own = additionalProperties === false ? rest : schema;
  return Object.fromEntries(
    Object.entries(own).map(([key, value]) => [
      key,
      SAME.has(key) && Array.isArray(value) ? value.map(opened) : value,
    ]),
  );
}

const isWithin = ({ instancePath }: ErrorObject, outer: ErrorObject): boolean =>
  instancePath === outer.instancePath || instancePath.startsWith(`${outer.instancePath}/`);

const distinct = (errors: readonly ErrorObject[]): ErrorObject[] =>
  // The union around another one is told after it.
  errors.filter(
    (error, i) => errors.findLastIndex((other) => other.instancePath === error.instancePath) === i,
  );

/** A place in a value without what differs from one value to the next: places in lists, ids as keys. */
const shape = (path: string): string => path.replace(/\/(?:\d+|[0-9a-f]{12,})(?=\/|$)/g, '/*') || '/';

function told({ instancePath, keyword, params, message, data }: ErrorObject, at: string): string {
  const place = shape(`${at}${instancePath}`);
  if (keyword === 'unevaluatedProperties')
    return `${place}: no field "${params.unevaluatedProperty}" is known`;
  if (keyword === 'additionalProperties') return `${place}: no field "${params.additionalProperty}" is known`;
  if (keyword === 'required') return `${place}: the field "${params.missingProperty}" is missing`;
  const is = typeof data === 'object' ? '' : ` (it is ${JSON.stringify(data)?.slice(0, 60)})`;
  if (keyword === 'enum' || keyword === 'const') return `${place}: not one of the values that are known${is}`;
  return `${place}: ${message}${keyword === 'type' || keyword === 'pattern' ? is.replace(/\d+/g, 'N') : ''}`;
}

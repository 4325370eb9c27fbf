import { readFileSync } from 'node:fs';
import { type Exchange, textOf } from './recorded.ts';
import { type Schema, Schemas } from './schemas.ts';

type Parameter = { name: string; in: string; required?: boolean; schema?: Schema; $ref?: string };
type Content = { content?: Record<string, { schema?: Schema }>; required?: boolean; $ref?: string };
type Described = {
  parameters?: Parameter[];
  requestBody?: Content;
  responses?: Record<string, Content>;
};

/** What a platform's definition says of one route. */
export type Operation = { method: string; template: string; described: Described };

/** What is wrong with a request, and with its answer. */
export type Faults = { asked: string[]; answered: string[] };

/** Of a route that the document leaves out. */
const UNDESCRIBED: Described = {};

/** A platform's REST API by its OpenAPI document. */
export class OpenApi {
  readonly #schemas: Schemas;
  readonly #texts: Schemas;
  readonly #routes: { pattern: RegExp; weight: number; operation: Operation }[] = [];

  /** `besides` are routes that the document leaves out: of those nothing is checked. */
  constructor(file: string, name: string, besides: readonly [method: string, template: string][] = []) {
    const document = JSON.parse(readFileSync(file, 'utf8')) as Schema;
    this.#schemas = new Schemas(name, document);
    this.#texts = new Schemas(name, document, true);
    const paths = Object(this.#schemas.document.paths) as Record<string, Record<string, Described>>;
    for (const [template, operations] of Object.entries(paths)) {
      const { parameters: shared = [], ...methods } = operations as { parameters?: Parameter[] };
      for (const [method, described] of Object.entries(methods as Record<string, Described>)) {
        const parameters = [...shared, ...(described.parameters ?? [])];
        this.#add(template, method, { ...described, parameters });
      }
    }
    for (const [method, template] of besides) this.#add(template, method, UNDESCRIBED);
    this.#routes.sort((a, b) => b.weight - a.weight);
  }

  #add(template: string, method: string, described: Described): void {
    this.#routes.push({
      pattern: patternOf(template),
      weight: template.replaceAll(/\{\w+\}/g, '').length,
      operation: { method: method.toUpperCase(), template, described },
    });
  }

  /** The route that a request is to, and undefined where there is no such. */
  operation(method: string, path: string): Operation | undefined {
    return this.#routes.find(({ pattern, operation }) => operation.method === method && pattern.test(path))
      ?.operation;
  }

  check({ described }: Operation, exchange: Exchange, query: URLSearchParams): Faults {
    if (described === UNDESCRIBED) return { asked: [], answered: [] };
    const isTaken = exchange.status === undefined || exchange.status < 400;
    return {
      // What a test asks wrongly on purpose, and what the double refuses as wrong, is no fault of anybody.
      asked: isTaken
        ? [...this.#query(described, query), ...this.#body(described.requestBody, exchange)]
        : [],
      answered: exchange.isWhole ? this.#answer(described, exchange) : [],
    };
  }

  #query(described: Described, query: URLSearchParams): string[] {
    const known = (described.parameters ?? [])
      .map((item) => this.#followed(item))
      .filter((item) => item.in === 'query');
    const unknown = [...new Set(query.keys())].filter(
      (name) => !known.some((item) => item.name === name || name.startsWith(`${item.name}[`)),
    );
    const wrong = known.flatMap(({ name, required, schema }) => {
      const values = query.getAll(name);
      if (values.length === 0) return required ? [`?${name} is missing`] : [];
      const isList = JSON.stringify(schema ?? {}).includes('"array"');
      const value = isList && values.length > 1 ? values : values[0];
      // A list of one is written as its only value.
      const faults = this.#texts.faults({ properties: { [name]: schema ?? true } }, { [name]: value });
      const isOne =
        isList && this.#texts.faults({ properties: { [name]: schema ?? true } }, { [name]: values });
      return isOne && isOne.length === 0 ? [] : faults.map((fault) => `?${fault.slice(1)}`);
    });
    return [...unknown.map((name) => `?${name} is not known`), ...wrong];
  }

  #body(expected: Content | undefined, exchange: Exchange): string[] {
    const { askedType, asked } = exchange;
    if (asked === undefined) return [];
    const content = this.#followed(expected ?? {}).content;
    if (asked === '') return expected?.required === true ? ['there is no body'] : [];
    const [type = ''] = askedType.split(';');
    if (content === undefined) return [];
    const schema = content[type]?.schema;
    if (schema === undefined) return [`a body of type "${type}" is not known`];
    const value = type === 'multipart/form-data' ? formOf(exchange) : jsonOf(textOf(asked));
    return value === undefined ? [] : this.#schemas.faults(schema, value);
  }

  #answer({ responses = {} }: Described, exchange: Exchange): string[] {
    const { status = 0, answered, answeredType } = exchange;
    if (answered === undefined) return [];
    const told = responses[String(status)] ?? responses[`${String(status)[0]}XX`] ?? responses.default;
    if (told === undefined) return this.#untold(exchange, Object.keys(responses).length > 0);
    const { content } = this.#followed(told);
    if (content === undefined) return []; // its form is not told
    const [type = ''] = answeredType.split(';');
    const schema = content[type]?.schema;
    if (schema === undefined) return [`${status}: an answer of type "${type}" is not known`];
    if (type === 'text/event-stream') {
      return eventsOf(textOf(answered)).flatMap((event) => this.#schemas.faults(schema, event));
    }
    if (!type.endsWith('json')) return [];
    return this.#schemas.faults(schema, jsonOf(textOf(answered))).map((fault) => `${status} ${fault}`);
  }

  /**
   * Refusals are seldom told of: they say `error`, or what Discord says, and nothing else is known of
   * them.
   */
  #untold({ status = 0, answered }: Exchange, isDescribed: boolean): string[] {
    if (status < 400) return isDescribed ? [`${status} is not known`] : [];
    const value = jsonOf(textOf(answered));
    const isRefusal = ['error', 'message'].some((name) => Object(value)[name] !== undefined);
    return isRefusal || textOf(answered) === '' ? [] : [`${status} says neither "error" nor "message"`];
  }

  #followed<T extends { $ref?: string }>(value: T): T {
    if (value.$ref === undefined) return value;
    return (this.#schemas.resolve(value.$ref) ?? value) as T;
  }
}

/** A template's last `{path}` may have several parts, or none; what else is in braces is one. */
function patternOf(template: string): RegExp {
  const parts = template.split(/(\{\w+\})/).map((part) => {
    if (part === '{path}') return '(?:.*)';
    return part.startsWith('{') ? '[^/]+' : part.replace(/[.*+?^${}()|[\]\\@]/g, '\\$&');
  });
  const whole = parts.join('');
  return new RegExp(`^${whole.endsWith('/(?:.*)') ? `${whole.slice(0, -7)}(?:/.*)?` : whole}$`);
}

/** JSON in a form: with files, it is in `payload_json`. Undefined where there is none in it. */
function formOf({ asked }: Exchange): unknown {
  const text = textOf(asked);
  const [, payload] = /name="payload_json"\r\n(?:[^\r\n]+\r\n)*\r\n([\s\S]*?)\r\n--/.exec(text) ?? [];
  return payload === undefined ? undefined : jsonOf(payload);
}

export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The values of server-sent events. */
function eventsOf(text: string): unknown[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('data: ') && line !== 'data: [DONE]')
    .map((line) => jsonOf(line.slice(6)));
}

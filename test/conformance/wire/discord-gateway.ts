import type { Schema } from './schemas.ts';
import { type TypeSchema, typesOf } from './sdk-types.ts';

/** What Discord's gateway sends and takes, by the types of discord-api-types. */
export class DiscordGateway {
  readonly #types = typesOf('test/conformance/wire/notices.ts');
  readonly #branches = new Map<'server' | 'client', { of: TypeSchema; all: Map<string, Schema> }>();

  /** What a frame is, such as `0 MESSAGE_CREATE`, and what is wrong with it. */
  check(from: 'server' | 'client', frame: unknown): { name: string; faults: string[] } {
    const { op, t } = Object(frame);
    const name = [op, t].filter((part) => part !== null && part !== undefined).join(' ');
    const { of, all } = this.#known(from);
    const schema = all.get(name) ?? all.get(String(op));
    return {
      name,
      faults: schema ? of.schemas.faults(schema, frame) : [`a message "${name}" is not known`],
    };
  }

  #known(from: 'server' | 'client') {
    const known = this.#branches.get(from);
    if (known) return known;
    const of = this.#types(from === 'server' ? 'DiscordReceived' : 'DiscordSent');
    if (of === undefined) throw new Error('discord-api-types has no messages of the gateway');
    const made = { of, all: new Map(branchesOf(of, of.root)) };
    this.#branches.set(from, made);
    return made;
  }
}

/** The members of a union, by the operation and event that each is for. */
function branchesOf(of: TypeSchema, schema: Schema): [string, Schema][] {
  if (typeof schema.$ref === 'string') {
    const target = of.schemas.resolve(schema.$ref);
    return target === undefined ? [] : branchesOf(of, target);
  }
  if (Array.isArray(schema.anyOf)) return schema.anyOf.flatMap((branch) => branchesOf(of, branch));
  const { op, t } = Object(schema.properties);
  const ops = valuesOf(of, op);
  const events = valuesOf(of, t);
  return ops.flatMap((number): [string, Schema][] =>
    events.length === 0
      ? [[String(number), schema]]
      : events.map((event): [string, Schema] => [`${number} ${event}`, schema]),
  );
}

function valuesOf(of: TypeSchema, schema: unknown): unknown[] {
  const { const: only, enum: several, $ref } = Object(schema);
  if (typeof $ref === 'string') return valuesOf(of, of.schemas.resolve($ref));
  return only !== undefined ? [only] : Array.isArray(several) ? several : [];
}

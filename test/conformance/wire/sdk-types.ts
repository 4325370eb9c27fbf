import { join } from 'node:path';
import {
  createFormatter,
  createParser,
  createProgram,
  DEFAULT_CONFIG,
  SchemaGenerator,
} from 'ts-json-schema-generator';
import { ROOT } from '../../support/root.ts';
import { type Schema, Schemas } from './schemas.ts';

/** A type of an SDK as a schema: what a value has to be, and the definitions that this needs. */
export type TypeSchema = { schemas: Schemas; root: Schema };

/** Makes schemas of the types that files declare; by the name of a type, whatever its letters' case. */
export function typesOf(path: string): (name: string, isText?: boolean) => TypeSchema | undefined {
  const config = {
    ...DEFAULT_CONFIG,
    path: join(ROOT, path),
    tsconfig: join(ROOT, 'tsconfig.json'),
    skipTypeCheck: true,
    jsDoc: 'none',
    expose: 'all',
    additionalProperties: false,
    topRef: true,
  } as const;
  const program = createProgram(config);
  const generator = new SchemaGenerator(
    program,
    createParser(program, config),
    createFormatter(config),
    config,
  );
  const checker = program.getTypeChecker();
  const names = new Map(
    program
      .getRootFileNames()
      .map((file) => program.getSourceFile(file))
      .filter((source) => source !== undefined)
      .map((source) => checker.getSymbolAtLocation(source))
      .filter((symbol) => symbol !== undefined)
      .flatMap((symbol) => checker.getExportsOfModule(symbol))
      .map((symbol) => [symbol.name.toLowerCase(), symbol.name]),
  );
  return (asked, isText = false) => {
    const name = names.get(asked.toLowerCase());
    if (name === undefined) return undefined;
    const { definitions = {} } = generator.createSchema(name);
    for (const flags of Object.keys(definitions).filter((one) => one.endsWith('Flags'))) {
      definitions[flags] = { type: 'integer' }; // bits, of which there may be several
    }
    const schemas = new Schemas(`${name}${isText ? '-texts' : ''}`, { definitions }, isText);
    return { schemas, root: { $ref: `${schemas.base}#/definitions/${encodeURIComponent(name)}` } };
  };
}

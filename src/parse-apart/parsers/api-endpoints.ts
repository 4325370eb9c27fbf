import MiniSearch from 'minisearch';
import { z } from 'zod';
import { wholeBeginning } from '../../lib/cut.ts';

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '');
const Parameter = z.object({
  name: text,
  in: text,
  required: z.boolean().nullish(),
  description: text,
  schema: z.looseObject({ type: z.unknown().optional() }).nullish(),
});
const Operation = z.object({
  summary: text,
  description: text,
  tags: z.array(z.string()).nullish(),
  parameters: z.array(z.unknown()).nullish(),
  requestBody: z.unknown().optional(),
});

/** An OpenAPI document, as far as it is read: https://spec.openapis.org/oas/v3.1.0. */
const Document = z.object({
  servers: z.array(z.object({ url: z.string() })).nullish(),
  paths: z.record(z.string(), z.record(z.string(), z.unknown())),
});

export type ApiEndpoint = {
  method: string;
  path: string;
  summary: string;
  description: string;
  tags: readonly string[];
  parameters: readonly { name: string; in: string; isRequired: boolean; about: string }[];
  /** The JSON schema of the body, as text; undefined where there is none. */
  body: string | undefined;
};

/** What is looked for in a description of an API. */
export type ApiQuestion = {
  /** The description, as OpenAPI has it. */
  document: string;
  query: string | undefined;
  tag: string | undefined;
  limit: number;
};

/** Endpoints that fit, the best first, how many there are, and all tags. */
export type ApiAnswer = { endpoints: ApiEndpoint[]; total: number; tags: string[] };

const METHODS: ReadonlySet<string> = new Set(['get', 'post', 'put', 'patch', 'delete', 'head']);
const BODY = 1_500;

/** Of what is told so much: descriptions are for people. */
const TEXT_CHARACTERS = 2_000;
const PARAMETERS = 60;
const TAGS = 200;

/** Throws where the document is no description of an API. */
export function apiEndpointsIn({ document, query, tag, limit }: ApiQuestion): ApiAnswer {
  const parsed = Document.safeParse(JSON.parse(document));
  if (!parsed.success) throw new Error('it is no description of an API that is known here');
  const all = endpointsOf(parsed.data);
  const tags = [...new Set(all.flatMap((endpoint) => endpoint.tags))].sort().slice(0, TAGS);
  const tagged = tag === undefined ? all : all.filter((endpoint) => endpoint.tags.includes(tag));
  const found = query === undefined ? tagged : ranked(tagged, query);
  return { endpoints: found.slice(0, limit).map(shortened), total: found.length, tags: tags.map(cut) };
}

const cut = (value: string): string => wholeBeginning(value, TEXT_CHARACTERS);

const shortened = (endpoint: ApiEndpoint): ApiEndpoint => ({
  ...endpoint,
  path: cut(endpoint.path),
  summary: cut(endpoint.summary),
  description: cut(endpoint.description),
  tags: endpoint.tags.slice(0, 10).map(cut),
  parameters: endpoint.parameters.slice(0, PARAMETERS).map(({ name, in: where, isRequired, about }) => ({
    name: cut(name),
    in: cut(where),
    isRequired,
    about: cut(about),
  })),
});

function ranked(endpoints: readonly ApiEndpoint[], query: string): ApiEndpoint[] {
  const search = new MiniSearch({
    fields: ['path', 'summary', 'description', 'tags', 'names'],
    searchOptions: { boost: { summary: 3, path: 2 }, prefix: true, fuzzy: 0.15 },
  });
  search.addAll(
    endpoints.map(({ path, summary, description, tags, parameters }, id) => ({
      id,
      path: path.replace(/[{}/_-]+/g, ' '),
      summary,
      description,
      tags: tags.join(' '),
      names: parameters.map(({ name }) => name).join(' '),
    })),
  );
  return search.search(query).flatMap(({ id }) => endpoints[id as number] ?? []);
}

function endpointsOf({ paths }: z.infer<typeof Document>): ApiEndpoint[] {
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).flatMap(([method, raw]) => {
      const operation = METHODS.has(method) ? Operation.safeParse(raw).data : undefined;
      return operation ? [endpointOf(method, path, operation)] : [];
    }),
  );
}

function endpointOf(method: string, path: string, operation: z.infer<typeof Operation>): ApiEndpoint {
  const { summary, description, tags, parameters, requestBody } = operation;
  const schema = z
    .object({ content: z.object({ 'application/json': z.object({ schema: z.unknown() }) }) })
    .safeParse(requestBody).data?.content['application/json'].schema;
  return {
    method: method.toUpperCase(),
    path,
    summary,
    description,
    tags: tags ?? [],
    parameters: (parameters ?? []).flatMap((raw) => {
      const parsed = Parameter.safeParse(raw).data;
      if (parsed === undefined) return [];
      return [
        { name: parsed.name, in: parsed.in, isRequired: parsed.required ?? false, about: parsed.description },
      ];
    }),
    body: schema === undefined ? undefined : wholeBeginning(JSON.stringify(schema), BODY),
  };
}

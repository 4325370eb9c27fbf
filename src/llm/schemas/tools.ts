import type { ChatCompletionTool } from 'openai/resources/chat/completions';
import { wholeBeginning } from '../../lib/cut.ts';
import type { RequestedCall } from '../answer.ts';
import type { Endpoint } from '../endpoints.ts';
import type { Quirks } from '../quirks.ts';
import { withOriginalNames } from './names.ts';
import { type Form, type PlainSchema, plainSchema } from './plain.ts';

/**
 * OpenAI refuses more: https://developers.openai.com/api/reference/resources/chat, `tools`. Others do, too.
 */
const MOST_TOOLS = 128;

/** OpenAI's bound of what is said of a function. */
const DESCRIPTION_CHARACTERS = 1_024;

const NOTHING = {};

/** Each schema is read once for each form: the same object for as long as its tool is there. */
const known: Readonly<Record<Form, WeakMap<object, PlainSchema>>> = {
  plain: new WeakMap(),
  bare: new WeakMap(),
};

function schemaOf(given: unknown, form: Form): PlainSchema {
  const parameters = typeof given === 'object' && given !== null ? given : NOTHING;
  const before = known[form].get(parameters);
  if (before !== undefined) return before;
  const made = plainSchema(parameters, form);
  known[form].set(parameters, made);
  return made;
}

/**
 * The form that an endpoint takes. Local servers make grammars of schemas, and Gemini has a part of OpenAPI's
 * language; whoever refused the plain form gets the bare one.
 */
function formFor({ provider, baseUrl, model }: Endpoint, { omitted }: Quirks): Form {
  const isBare =
    LOCAL.has(provider) ||
    /(?:^|[/.])gemini\b/i.test(model) ||
    /\/\/[^/]{0,200}\bgoogleapis\.com/.test(baseUrl) ||
    omitted.has('schema_details');
  return isBare ? 'bare' : 'plain';
}

const LOCAL: ReadonlySet<string> = new Set(['ollama', 'vllm', 'lm_studio', 'llamacpp']);

/** Tools as an endpoint takes them: the first ones, where there are more than it takes. */
export function toolsFor(
  tools: readonly ChatCompletionTool[],
  endpoint: Endpoint,
  quirks: Quirks,
): ChatCompletionTool[] {
  const form = formFor(endpoint, quirks);
  const isBounded = endpoint.provider === 'openai' || quirks.omitted.has('more_tools');
  return tools.slice(0, isBounded ? MOST_TOOLS : undefined).map((tool) => {
    if (tool.type !== 'function') return tool;
    const { description, parameters } = tool.function;
    return {
      ...tool,
      function: {
        ...tool.function,
        ...(description ? { description: wholeBeginning(description, DESCRIPTION_CHARACTERS) } : {}),
        parameters: { ...schemaOf(parameters ?? {}, form).schema },
      },
    };
  });
}

/** Calls with the names that arguments have in the tools themselves. */
export function originalCalls(
  calls: readonly RequestedCall[],
  tools: readonly ChatCompletionTool[],
  endpoint: Endpoint,
  quirks: Quirks,
): RequestedCall[] {
  const form = formFor(endpoint, quirks);
  return calls.map((call) => {
    const tool = tools.find((item) => item.type === 'function' && item.function.name === call.name);
    if (tool?.type !== 'function' || tool.function.parameters === undefined) return call;
    const { names } = schemaOf(tool.function.parameters, form);
    return { ...call, arguments: withOriginalNames(call.arguments, names) };
  });
}

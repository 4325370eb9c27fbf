import type { ElicitRequestFormParams, ElicitResult } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';
import { cut } from '../../lib/cut.ts';
import type { QuestionField } from '../../session/tool-calls.ts';
import type { ToolContext } from '../tool.ts';

/** A call of a server's tool that runs now: who could be asked what the server wants to know. */
export type ActiveCall = Pick<ToolContext, 'sessionId' | 'ask'>;

const Titled = z.object({ const: z.string(), title: z.string().optional() });

/** One property of what a server asks for: https://modelcontextprotocol.io/specification, "Elicitation". */
const Property = z.looseObject({
  type: z.string(),
  title: z.string().optional(),
  description: z.string().optional(),
  enum: z.array(z.string()).optional(),
  enumNames: z.array(z.string()).optional(),
  oneOf: z.array(Titled).optional(),
  /** Of a list: what each of its values may be. */
  items: z
    .looseObject({ enum: z.array(z.string()).optional(), anyOf: z.array(Titled).optional() })
    .optional(),
  minItems: z.number().int().optional(),
  maxItems: z.number().int().optional(),
  default: z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]).optional(),
});
type Property = z.infer<typeof Property>;

/**
 * Puts a server's question to the people of the thread whose call it belongs to. Which one that is the
 * protocol does not say: where calls of several sessions run, nobody is asked, because it could be the wrong
 * thread.
 */
export async function elicited(
  server: string,
  { message, requestedSchema }: ElicitRequestFormParams,
  active: ReadonlySet<ActiveCall>,
): Promise<ElicitResult> {
  const sessions = new Set([...active].map(({ sessionId }) => sessionId));
  const call = [...active].at(-1);
  if (call === undefined || sessions.size !== 1) return { action: 'cancel' };
  const required = requestedSchema.required ?? [];
  const fields = Object.entries(requestedSchema.properties).flatMap(
    ([name, raw]) => fieldOf(name, raw, required) ?? [],
  );
  const isMissing = required.some((name) => fields.every((field) => field.name !== name));
  if (isMissing) return { action: 'decline' };
  const answer = await call.ask({ from: server, text: cut(message, MESSAGE_CHARACTERS), fields });
  if (answer === undefined) return { action: 'cancel' };
  return answer.action === 'accept' ? { action: 'accept', content: answer.content } : { action: 'decline' };
}

/**
 * Takes the fields out of a question that has too many, so that it is declined: the SDK would hold each of
 * them against eight schemas, twice. It is called with each message before the SDK is.
 */
export function shortenQuestion(message: unknown): void {
  const asked = Asked.safeParse(message).data?.params.requestedSchema;
  if (asked === undefined || Object.keys(asked.properties).length <= MOST_FIELDS) return;
  asked.properties = {};
  asked.required = ['more fields than anybody fills in'];
}

/** As far as it matters here, and as it is: what is changed in it is changed in the message. */
const Asked = z.custom<{
  params: { requestedSchema: { properties: object; required?: string[] } };
}>((message) => {
  const { method, params } = Object(message) as { method?: unknown; params?: unknown };
  const { properties } = Object(Object(params).requestedSchema) as { properties?: unknown };
  return method === 'elicitation/create' && typeof properties === 'object' && properties !== null;
});

/** More are not filled in by people, and not read. */
const MOST_FIELDS = 30;
const MOST_CHOICES = 100;
const MESSAGE_CHARACTERS = 2_000;
const LABEL_CHARACTERS = 200;

/** Undefined for what can't be asked in a dialog. */
function fieldOf(name: string, raw: unknown, required: readonly string[]): QuestionField | undefined {
  const property = Property.safeParse(raw).data;
  if (property === undefined) return undefined;
  const choices = choicesOf(property);
  const isTooLong = [name, ...(choices ?? []).map(({ value }) => value)].some(
    (text) => text.length > MESSAGE_CHARACTERS,
  );
  if (isTooLong || (choices?.length ?? 0) > MOST_CHOICES) return undefined;
  const isList = property.type === 'array';
  const type = choices ? (isList ? 'choices' : 'choice') : TYPES[property.type];
  if (type === undefined) return undefined;
  const { title, description, minItems, maxItems } = property;
  const initial = [property.default ?? []]
    .flat()
    .slice(0, MOST_CHOICES)
    .map((value) =>
      typeof value === 'boolean' ? (value ? 'yes' : 'no') : cut(String(value), MESSAGE_CHARACTERS),
    );
  return {
    name,
    label: cut(title ?? name, LABEL_CHARACTERS),
    type,
    isRequired: required.includes(name),
    ...(description ? { about: cut(description, MESSAGE_CHARACTERS) } : {}),
    ...(choices ? { choices } : {}),
    ...(isList && minItems !== undefined ? { atLeast: minItems } : {}),
    ...(isList && maxItems !== undefined ? { atMost: maxItems } : {}),
    ...(initial.length > 0 ? { initial } : {}),
  };
}

/** The four ways in which a server may say what there is to choose from. */
function choicesOf({ enum: values, enumNames, oneOf, items }: Property): QuestionField['choices'] {
  const titled = oneOf ?? items?.anyOf;
  return (
    titled?.map(({ const: value, title = value }) => ({ value, label: cut(title, LABEL_CHARACTERS) })) ??
    (values ?? items?.enum)?.map((value, i) => ({
      value,
      label: cut(enumNames?.[i] ?? value, LABEL_CHARACTERS),
    }))
  );
}

const TYPES: Readonly<Record<string, QuestionField['type']>> = {
  string: 'text',
  number: 'number',
  integer: 'integer',
  boolean: 'yes_no',
};

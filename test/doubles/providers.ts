import type OpenAI from 'openai';
import { bodyOf, type Listening, listen, sendJson } from './http.ts';
import { SCHEMA_RULES } from './schema-rules.ts';

type Request = OpenAI.ChatCompletionCreateParamsStreaming;

/** Of a refusal: its body, in the form that the provider has for them, and its status. */
type Refused = { status: number; body: unknown };

/** What a provider behind a router takes. */
type Provider = (request: Request) => Refused | undefined;

const answers = (request: Request): object[] => request.messages.filter(({ role }) => role === 'assistant');
const with_ = (request: Request, name: string): number =>
  answers(request).findIndex((message) => Reflect.get(message, name) !== undefined);
const hasPicture = ({ messages }: Request): boolean =>
  messages.some(({ content }) => Array.isArray(content) && content.some(({ type }) => type === 'image_url'));

const unsupported = (at: number, name: string, hint = '') =>
  `messages.${at}.assistant.${name}: property 'messages.${at}.assistant.${name}' is unsupported${hint}`;

/** Providers of the same open models, as each turns down what it does not take, with its form of an error. */
const PROVIDERS = {
  /** Wants thoughts back with every answer that called tools. */
  moonshot: (request) => {
    const at = answers(request).findIndex(
      (message) => Reflect.has(message, 'tool_calls') && !Reflect.get(message, 'reasoning_content'),
    );
    if (at === -1) return undefined;
    const message = `thinking is enabled but reasoning_content is missing in assistant tool call message at index ${at}`;
    return { status: 400, body: { error: { message, type: 'invalid_request_error' } } };
  },
  /** The same, in another form and other words. */
  siliconflow: (request) =>
    answers(request).some((message) => !Reflect.get(message, 'reasoning_content'))
      ? {
          status: 400,
          body: {
            code: 20015,
            message: 'The `reasoning_content` in the thinking mode must be passed back to the API.',
            data: null,
          },
        }
      : undefined,
  groq: (request) => {
    const at = with_(request, 'reasoning_content');
    if (at === -1) return undefined;
    const message = `'messages.${at}' : for 'role:assistant' the following must be satisfied[('messages.${at}' : property 'reasoning_content' is unsupported, did you mean 'reasoning'?)]`;
    return { status: 400, body: { error: { message, type: 'invalid_request_error' } } };
  },
  cerebras: (request) => {
    const at = with_(request, 'reasoning_content');
    if (at === -1) return undefined;
    return {
      status: 400,
      body: {
        message: unsupported(at, 'reasoning_content'),
        type: 'invalid_request_error',
        param: 'validation_error',
        code: 'wrong_api_format',
      },
    };
  },
  mistral: (request) => {
    const name = ['reasoning_content', 'reasoning'].find((field) => with_(request, field) !== -1);
    if (name === undefined) return undefined;
    const detail = [
      {
        type: 'extra_forbidden',
        loc: ['body', 'messages', with_(request, name), 'assistant', name],
        msg: 'Extra inputs are not permitted',
        input: 'x',
      },
    ];
    return { status: 422, body: { object: 'error', message: { detail }, type: 'invalid_request_error' } };
  },
  blind: (request) =>
    hasPicture(request)
      ? {
          status: 404,
          body: { error: { code: 404, message: 'No endpoints found that support image input' } },
        }
      : undefined,
  /** It sees, but not this picture. */
  choosy: (request) =>
    JSON.stringify(request.messages).includes('data:image/broken')
      ? {
          status: 400,
          body: {
            type: 'error',
            error: { type: 'invalid_request_error', message: 'Could not process image' },
          },
        }
      : undefined,
  /** A proxy before it takes so many bytes and no more. */
  small: (request) =>
    hasPicture(request)
      ? { status: 413, body: '<html><head><title>413 Request Entity Too Large</title></head></html>' }
      : undefined,
  /** It has Gemini's rules for schemas of tools, and nothing says so. */
  narrow: ({ tools = [] }) => {
    const problems = tools.flatMap((tool) =>
      tool.type === 'function' ? (SCHEMA_RULES.gemini?.(tool.function) ?? []) : [],
    );
    const [message] = problems;
    if (message === undefined) return undefined;
    return { status: 400, body: [{ error: { code: 400, message, status: 'INVALID_ARGUMENT' } }] };
  },
  /** It takes a hundred and twenty-eight tools, as OpenAI and Groq do. */
  bounded: ({ tools = [] }) =>
    tools.length <= 128
      ? undefined
      : {
          status: 400,
          body: {
            error: {
              message: `Invalid 'tools': array too long. Expected an array with maximum length 128, but got an array with length ${tools.length} instead.`,
              type: 'invalid_request_error',
              param: 'tools',
              code: 'array_above_max_length',
            },
          },
        },
  down: () => ({ status: 503, body: { error: { message: 'overloaded' } } }),
  any: () => undefined,
} satisfies Readonly<Record<string, Provider>>;

export type ProviderName = keyof typeof PROVIDERS;

export type ProvidersDouble = Listening & {
  /** Who takes the next request; by default the first one. */
  choose: (request: Request) => ProviderName;
  /** What an answer has besides. */
  says: object;
  /** What came, to whom, and whether it was taken. */
  log: { provider: ProviderName; taken: boolean; request: Request }[];
};

/** A router in front of providers, which says who answered where `isNamed`. */
export async function startProviders(isNamed: boolean): Promise<ProvidersDouble> {
  const log: ProvidersDouble['log'] = [];
  const listening = await listen(async (incoming, response) => {
    const request: Request = JSON.parse(await bodyOf(incoming));
    const name = double.choose(request);
    const provider: Provider = PROVIDERS[name];
    const refused = provider(request);
    log.push({ provider: name, taken: refused === undefined, request });
    const headers: Record<string, string> = isNamed ? { 'x-inference-provider': name } : {};
    if (refused !== undefined) return sendJson(response, refused.status, refused.body, headers);
    const message = { role: 'assistant', content: `from ${name}`, reasoning_content: 'hm', ...double.says };
    sendJson(response, 200, { choices: [{ index: 0, message, finish_reason: 'stop' }] }, headers);
  });
  const double: ProvidersDouble = { ...listening, choose: () => 'any', says: {}, log };
  return double;
}

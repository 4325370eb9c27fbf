import { request as forward } from 'node:http';
import { type Listening, listen, sendJson } from './http.ts';
import type { ModelDouble } from './model.ts';

/** One model as the router lists it: GET https://router.huggingface.co/v1/models (public, no token). */
export const listed = (
  id: string,
  providers: readonly {
    provider: string;
    context?: number;
    input?: number;
    output?: number;
    tools?: boolean;
  }[],
  inputs: readonly string[] = ['text'],
) => ({
  id,
  object: 'model',
  created: 1_760_000_000,
  owned_by: id.split('/')[0],
  architecture: { input_modalities: inputs, output_modalities: ['text'] },
  providers: providers.map(({ provider, context, input, output, tools = true }) => ({
    provider,
    status: 'live',
    ...(context ? { context_length: context } : {}),
    ...(input === undefined ? {} : { pricing: { input, output } }),
    supports_tools: tools,
    supports_structured_output: false,
    is_model_author: false,
  })),
});

/** The router: its catalogue, and in front of a model double that answers for every model. */
export async function startRouter(
  model: ModelDouble,
  models: readonly ReturnType<typeof listed>[],
): Promise<Listening & { baseUrl: string; catalogueRequests: () => number }> {
  let asked = 0;
  const listening = await listen(async (request, response) => {
    if (request.url === '/v1/models') {
      asked++;
      return sendJson(response, 200, { object: 'list', data: models });
    }
    const target = new URL(model.baseUrl.replace(/\/v1$/, '') + (request.url ?? ''));
    const onward = forward(target, { method: request.method, headers: request.headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    response.on('close', () => onward.destroy());
    request.pipe(onward);
  });
  return { ...listening, baseUrl: `${listening.url}/v1`, catalogueRequests: () => asked };
}

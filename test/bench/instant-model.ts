import type { ServerResponse } from 'node:http';
import { z } from 'zod';
import { bodyOf, listen, sendJson } from '../doubles/http.ts';

/*
 * A model that answers at once, as a program: whoever is measured against it waits for nothing but its
 * own work. A request that says `run-7 steps=100` is answered 100 times with two calls of `hub_search`,
 * and then with words. It notes when each answer of a run was asked for, and turns down what a real model
 * would: a history in which a call has no result or a result no call, or what was asked for already.
 */

const Content = z.union([z.string(), z.array(z.object({ text: z.string().optional() }))]).nullish();
const Request = z.object({
  stream: z.literal(true),
  messages: z.array(
    z.object({
      role: z.string(),
      content: Content,
      tool_call_id: z.string().optional(),
      tool_calls: z.array(z.object({ id: z.string() })).optional(),
    }),
  ),
  tools: z.array(z.object({ function: z.object({ name: z.string() }) })).default([]),
});
type Messages = z.infer<typeof Request>['messages'];

/** What is known of a run: when each of its answers was asked for, in milliseconds. */
type Run = { askedAt: number[]; ended: PromiseWithResolvers<void> };

const runs = new Map<string, Run>();
const refused: string[] = [];

function runOf(id: string): Run {
  const run = runs.get(id) ?? { askedAt: [], ended: Promise.withResolvers<void>() };
  runs.set(id, run);
  if (refused.length > 0) run.ended.resolve();
  return run;
}

const textOf = (content: z.infer<typeof Content>): string =>
  typeof content === 'string' ? content : (content ?? []).map(({ text }) => text ?? '').join('');

/** What is wrong with a history; undefined for one that is in order. */
function problemOf(messages: Messages): string | undefined {
  let open: string[] = [];
  for (const { role, tool_call_id, tool_calls } of messages) {
    if (role === 'tool') {
      if (!open.includes(tool_call_id ?? '')) return `a result for "${tool_call_id}" without its call`;
      open = open.filter((id) => id !== tool_call_id);
      continue;
    }
    if (open.length > 0) return `calls without results: ${open.join(', ')}`;
    open = (tool_calls ?? []).map(({ id }) => id);
  }
  return open.length > 0 ? `calls without results: ${open.join(', ')}` : undefined;
}

let answers = 0;

/** The chunks of an answer, which share an id that no other answer has. */
function streamed(deltas: readonly object[], finish: string): string {
  const common = {
    id: `chatcmpl-${++answers}`,
    object: 'chat.completion.chunk',
    created: 1,
    model: 'scripted/model',
  };
  const choices = [
    ...deltas.map((delta) => ({ index: 0, delta, finish_reason: null })),
    { index: 0, delta: {}, finish_reason: finish },
  ];
  const usage = { prompt_tokens: 1_000, completion_tokens: 50, total_tokens: 1_050 };
  const events = [
    ...choices.map((choice) => ({ ...common, choices: [choice] })),
    { ...common, choices: [], usage },
  ].map((event) => JSON.stringify(event));
  return [...events, '[DONE]'].map((event) => `data: ${event}\n\n`).join('');
}

const words = (text: string): string =>
  streamed([{ role: 'assistant', content: '' }, { content: text }], 'stop');

function calls(id: string, step: number): string {
  const parts = [0, 1].flatMap((index) => {
    const named = { name: 'hub_search', arguments: '' };
    return [
      { index, id: `${id}-${step}-${index}`, type: 'function', function: named },
      { index, function: { arguments: `{"query": "${step}.` } },
      { index, function: { arguments: `${index}"}` } },
    ].map((part) => ({ tool_calls: [part] }));
  });
  const said = [{ role: 'assistant', content: '' }, { content: `Looking at ${step}.` }];
  return streamed([...said, ...parts], 'tool_calls');
}

type Decided = { stream: string } | { refusal: string };

/** What a request is answered with; notes when it came. */
function decide(body: unknown): Decided {
  const now = performance.now();
  const { success, data, error } = Request.safeParse(body);
  if (!success) return { refusal: z.prettifyError(error) };
  const { messages, tools } = data;
  const problem = problemOf(messages);
  if (problem !== undefined) return { refusal: problem };
  if (!tools.some((tool) => tool.function.name === 'hub_search')) return { stream: words('A title') };
  const asked = messages.findLast(({ role }) => role === 'user');
  const [, id = '', steps] = /\b(run-\w+) steps=(\d+)/.exec(textOf(asked?.content)) ?? [];
  if (steps === undefined) return { refusal: 'nobody has said how many steps it is to take' };
  const run = runOf(id);
  const step = messages.filter(({ role }) => role === 'tool').length / 2;
  if (step !== run.askedAt.length) return { refusal: `${id} is at ${run.askedAt.length}, not ${step}` };
  run.askedAt.push(now);
  if (step < Number(steps)) return { stream: calls(id, step + 1) };
  run.ended.resolve();
  return { stream: words('done') };
}

function answer(response: ServerResponse, body: unknown): void {
  const decided = decide(body);
  if ('stream' in decided) {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(decided.stream);
    return;
  }
  const message = decided.refusal;
  refused.push(message);
  for (const { ended } of runs.values()) ended.resolve(); // whoever is refused may not come to its end
  sendJson(response, 400, { error: { message, type: 'invalid_request_error' } });
}

const { url } = await listen(async (request, response) => {
  const [, id] = /^\/runs\/(run-\w+)$/.exec(request.url ?? '') ?? [];
  if (id === undefined) return answer(response, JSON.parse(await bodyOf(request)));
  const run = runOf(id);
  await run.ended.promise;
  sendJson(response, 200, { askedAt: run.askedAt, refused });
});
process.send?.({ url });
process.once('disconnect', () => process.exit(0));

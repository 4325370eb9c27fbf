import type { Catalogue, KnownModel } from '../llm/catalogue.ts';
import type { ModelClient } from '../llm/client.ts';
import { ModelError } from '../llm/errors.ts';

type Deps = { model: ModelClient; catalogue: Catalogue; choices: readonly string[] };

/** The answer to the command `model`, as markdown: which model is in use, and which others there are. */
export async function describeModels(
  { catalogue, choices }: Pick<Deps, 'catalogue' | 'choices'>,
  current: string,
): Promise<string> {
  const known = await catalogue.all();
  const shown = [...new Set([current, ...choices])];
  const rows = await Promise.all(
    shown.map(async (id) => rowOf(id, await catalogue.find(id), id === current)),
  );
  return [
    `**${current}** is in use.`,
    '',
    '| model | context | $ per million in / out | tools | providers |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
    '',
    `\`model <id>\` switches: any of the router’s ${known.length > 0 ? `${known.length} ` : ''}[models](https://huggingface.co/models?inference_provider=all&other=conversational), with \`:fastest\`, \`:cheapest\` or \`:<provider>\` behind it if you like, or a local one such as \`ollama/<name>\`. \`model default\` goes back.`,
  ].join('\n');
}

function rowOf(id: string, model: KnownModel | undefined, isCurrent: boolean): string {
  const providers = model?.providers ?? [];
  const windows = providers.flatMap(({ contextTokens }) => contextTokens ?? []);
  const context = windows.length > 0 ? `${Math.round(Math.max(...windows) / 1000)}k` : '?';
  const prices = providers.flatMap(({ inputUsdPerMillion: input, outputUsdPerMillion: output }) =>
    input === undefined || output === undefined ? [] : [{ input, output }],
  );
  const cheapest = prices.toSorted((a, b) => a.output - b.output)[0];
  const price = cheapest ? `${cheapest.input} / ${cheapest.output}` : '?';
  const tools = model ? (providers.some(({ takesTools }) => takesTools) ? 'yes' : 'no') : '?';
  const names = providers.map(({ name }) => name).join(', ') || '?';
  return `| ${isCurrent ? `**${id}**` : id} | ${context} | ${price} | ${tools} | ${names} |`;
}

const PROBE = {
  type: 'function' as const,
  function: {
    name: 'ready',
    description: 'Say that you are ready.',
    parameters: { type: 'object', properties: {}, additionalProperties: false },
  },
};

/** Whether a model answers and accepts tools, found out by one request to it. */
export async function checkModel(
  { model, catalogue }: Deps,
  id: string,
  signal: AbortSignal,
): Promise<{ ok: true; note: string } | { ok: false; reason: string }> {
  const known = await catalogue.find(id);
  if (known?.providers.length && !known.providers.some(({ takesTools }) => takesTools)) {
    return { ok: false, reason: `${id} does not take tools, and without them I can do nothing.` };
  }
  try {
    const answer = await model.complete({
      model: id,
      messages: [{ role: 'user', content: 'Call the tool `ready`.' }],
      tools: [PROBE],
      maxOutputTokens: 512,
      signal,
      onText: () => {},
    });
    if (answer.model !== id) return { ok: false, reason: `${id} can’t be reached at the moment.` };
    const note = answer.calls.some(({ name }) => name === 'ready')
      ? ''
      : ' It answered, but made no use of a tool when asked to.';
    return { ok: true, note };
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    const like = error.kind === 'unknown_model' || error.kind === 'rejected' ? await catalogue.like(id) : [];
    const hint = like.length > 0 ? ` Did you mean ${like.join(', ')}?` : '';
    return { ok: false, reason: `${id}: ${error.advice}${hint}` };
  }
}

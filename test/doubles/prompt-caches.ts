import { createHash } from 'node:crypto';
import type { ChatCompletionCreateParamsStreaming } from 'openai/resources/chat/completions';

/*
 * Providers' caches of prompts, as each documents its own: of a request, what was cached and what is put in.
 */

type Cached = { input: number; read: number; written: number };
export type PromptCache = (request: ChatCompletionCreateParamsStreaming) => Cached;

/** Tokens of a text, about. */
const tokens = (text: string): number => Math.floor(text.length / 4);

/** A request as what is cached of it: the tools, and then message after message, without marks. */
function blocksOf({ tools, messages }: ChatCompletionCreateParamsStreaming): string[] {
  return [JSON.stringify(tools ?? []), ...messages.map((message) => JSON.stringify(unmarked(message)))];
}

function unmarked(message: object): unknown {
  const content: unknown = Reflect.get(message, 'content');
  if (!Array.isArray(content)) return message;
  const parts = content.map(({ cache_control: _mark, ...part }) => part.text ?? JSON.stringify(part));
  return { ...message, content: parts.join('') };
}

const marksOf = ({ messages }: ChatCompletionCreateParamsStreaming): number[] =>
  messages.flatMap((message, i) => (JSON.stringify(message).includes('"cache_control"') ? [i + 2] : []));

/** All beginnings are kept, and found by what they have in common, in units of so many tokens. */
function byItself({
  unit,
  least,
  byKey = false,
}: {
  unit: number;
  least: number;
  byKey?: boolean;
}): PromptCache {
  const kept = new Map<unknown, string>();
  return (request) => {
    const key = byKey ? Reflect.get(request, 'prompt_cache_key') : '';
    const text = blocksOf(request).join('\n');
    // Without a key a request may come to a machine that has nothing.
    const before = key === undefined ? '' : (kept.get(key) ?? '');
    let common = 0;
    while (common < text.length && text[common] === before[common]) common++;
    kept.set(key, text);
    const read = Math.floor(tokens(text.slice(0, common)) / unit) * unit;
    return { input: tokens(text), read: read >= least ? read : 0, written: 0 };
  };
}

/** Beginnings are kept at places alone: `placesOf` names them, and `looked` those that are looked for. */
function atPlaces(
  placesOf: (request: ChatCompletionCreateParamsStreaming, blocks: number) => number[],
  looked: (places: readonly number[], blocks: number) => number[],
  least: number,
): PromptCache {
  const kept = new Set<string>();
  return (request) => {
    const blocks = blocksOf(request);
    const places = placesOf(request, blocks.length);
    const begins = beginningsOf(blocks);
    const at = (place: number) => begins[place] ?? { digest: '', tokens: 0 };
    const found = looked(places, blocks.length).filter((place) => kept.has(at(place).digest));
    const read = at(Math.max(0, ...found)).tokens;
    for (const place of places) if (at(place).tokens >= least) kept.add(at(place).digest);
    const most = at(Math.max(0, ...places)).tokens;
    return { input: at(blocks.length).tokens, read, written: Math.max(0, most - read) };
  };
}

/** What stands before each place, by its digest, and how much that is. */
function beginningsOf(blocks: readonly string[]): { digest: string; tokens: number }[] {
  const begins = [{ digest: '', tokens: 0 }];
  for (const block of blocks) {
    const last = begins.at(-1) ?? { digest: '', tokens: 0 };
    const digest = createHash('sha256').update(last.digest).update(block).digest('hex');
    begins.push({ digest, tokens: last.tokens + tokens(block) });
  }
  return begins;
}

const range = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);

/** Anthropic: four marks at most, and from each the 20 blocks before it. */
function claude(): PromptCache {
  return atPlaces(
    (request) => {
      const marks = marksOf(request);
      if (marks.length > 4) throw new Error('A maximum of 4 blocks with cache_control may be provided.');
      return marks;
    },
    (places) => places.flatMap((place) => range(Math.max(1, place - 20), place)),
    1_024,
  );
}

/** A new one of each, by who serves a model. */
export const PROMPT_CACHES: Readonly<Record<string, () => PromptCache>> = {
  'OpenAI, before GPT-5.6': () => byItself({ unit: 128, least: 1_024, byKey: true }),
  // Its own mark is at the newest message; 80 places are looked for.
  'OpenAI, from GPT-5.6': () =>
    atPlaces(
      (request, blocks) => {
        if ('prompt_cache_options' in request && 'prompt_cache_retention' in request)
          throw new Error('prompt_cache_options and prompt_cache_retention can’t be used together.');
        return [blocks];
      },
      (_places, blocks) => range(Math.max(1, blocks - 80), blocks),
      1_024,
    ),
  'Claude through OpenRouter': claude,
  'Claude over its own API': claude,
  'Gemini, by itself': () => byItself({ unit: 1, least: 4_096 }),
  'DeepSeek, by itself': () => byItself({ unit: 64, least: 64 }),
  'Kimi at Moonshot': () => byItself({ unit: 1, least: 1, byKey: true }),
  'vLLM, and the router’s providers': () => byItself({ unit: 16, least: 16 }),
};

import { parsedJson, parseJson } from '../lib/json.ts';
import { isSettled, type ToolCall } from '../session/tool-calls.ts';

const LOOK_BACK = 30;
const REPEATS = 3;

/**
 * A corrective message for a model that goes round in circles: the same call with the same result three times
 * in a row, or a sequence of two to five calls twice at the end, within the last 30. Polling whose results
 * change is no circle. Undefined where there is none.
 */
export function doomLoop(
  calls: readonly Pick<ToolCall, 'name' | 'arguments' | 'state'>[],
): string | undefined {
  const recent = calls.filter((call) => isSettled(call.state)).slice(-LOOK_BACK);
  const signatures = recent.map(signature);
  const last = recent.at(-1);
  if (last === undefined) return undefined;
  const tail = signatures.slice(-REPEATS);
  if (tail.length === REPEATS && new Set(tail).size === 1) {
    return `You have made the same call to ${last.name} ${REPEATS} times and got the same result. Do something else: change the arguments, use another tool, or say what is missing.`;
  }
  for (let length = 2; length <= 5; length++) {
    const [former, latter] = [signatures.slice(-2 * length, -length), signatures.slice(-length)];
    if (former.length === length && former.every((item, i) => item === latter[i])) {
      const names = recent.slice(-length).map((call) => call.name);
      return `You are repeating the same sequence of calls (${names.join(', ')}) with the same results. Step back, say what you expected, and try another way.`;
    }
  }
  return undefined;
}

const FAILURES = 6;

/**
 * A corrective message for a model whose recent calls have all failed, each in a different way: it makes no
 * progress.
 */
export function nothingWorks(calls: readonly ToolCall[]): string | undefined {
  const recent = calls.filter((call) => isSettled(call.state)).slice(-FAILURES);
  if (recent.length < FAILURES || recent.some(({ state }) => state.kind !== 'failed')) return undefined;
  return `Your last ${FAILURES} calls have all failed. Stop and look at what they have in common. If something is missing that you can't get yourself (access, a name, a decision), ask people for it in one sentence.`;
}

/**
 * The sum at which a session asks whether to go on: the first one, and each doubling after what people last
 * let pass. Undefined while less is spent, or where `firstUsd` is 0.
 */
export function spendPause(spentUsd: number, acknowledgedUsd: number, firstUsd: number): number | undefined {
  if (firstUsd <= 0) return undefined;
  let threshold = firstUsd;
  while (threshold <= acknowledgedUsd) threshold *= 2;
  return spentUsd >= threshold ? threshold : undefined;
}

/** A hint for a tool whose arguments were malformed twice in a row. */
export function malformedTwice(calls: readonly ToolCall[]): string | undefined {
  const [former, latter] = calls.slice(-2);
  if (former === undefined || latter === undefined || former.name !== latter.name) return undefined;
  if (isJson(former.arguments) || isJson(latter.arguments)) return undefined;
  return `The arguments of ${latter.name} were not valid JSON twice in a row. Change your approach: make the call smaller, for example by putting long texts in a file or in several calls.`;
}

function signature(call: Pick<ToolCall, 'name' | 'arguments' | 'state'>): string {
  const output = isSettled(call.state) ? call.state.output : '';
  return JSON.stringify([call.name, canonical(call.arguments), output]);
}

/** Arguments longer than this are compared byte by byte: thirty calls are compared before every step. */
const CANONICAL_CHARACTERS = 20_000;

/** The same text for arguments that differ only in key order and spaces. */
function canonical(text: string): string {
  if (text.length > CANONICAL_CHARACTERS) return text;
  try {
    return JSON.stringify(sorted(parseJson(text)));
  } catch {
    return text;
  }
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).map(([key, item]): [string, unknown] => [key, sorted(item)]);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

const isJson = (text: string): boolean => text.trim() === '' || parsedJson(text) !== undefined;

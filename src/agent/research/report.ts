import type { ToolCall, ToolCallKind } from '../../session/tool-calls.ts';
import type { Registry } from '../../tools/registry.ts';
import type { ToolResult } from '../../tools/tool.ts';
import { callsOf, type Entry } from './journal.ts';

/**
 * The findings, with what was read for them. The sources are taken from the calls, whatever the model claims.
 */
export function report(
  text: string,
  entries: readonly Entry[],
  registry: Registry,
  room: number,
): ToolResult {
  const sources = sourcesOf(callsOf(entries), registry);
  const read =
    sources.length > 0 ? `\n\nRead for this:\n${sources.map((source) => `- ${source}`).join('\n')}` : '';
  return text.trim() === '' && sources.length === 0
    ? { kind: 'failed', output: 'The research came to no answer.' }
    : { kind: 'done', output: `${text.trim() || 'It came to no answer.'}${read}`, room };
}

/** What is known where it can't go on. */
export function whatThereIs(entries: readonly Entry[]): string {
  const texts = entries.flatMap((entry) =>
    entry.kind === 'answer' && entry.text.trim() !== '' ? [entry.text.trim()] : [],
  );
  return texts.length > 0
    ? `What it said so far:\n${texts.slice(-3).join('\n')}`
    : 'Nothing was found so far.';
}

/** How a research stands, in one line. */
export function progressOf(entries: readonly Entry[], registry: Registry): string {
  const steps = entries.filter(({ kind }) => kind === 'answer').length;
  const sources = sourcesOf(callsOf(entries), registry);
  const last = entries.findLast((entry) => entry.kind === 'answer');
  const now =
    last?.kind === 'answer' ? last.calls.map(({ name }) => name.replace(/^(hf|github)_/, '')).join(', ') : '';
  const newest = sources.at(-1)?.replace(/^https?:\/\//, '');
  return [`step ${steps + 1}`, `${sources.length} read${newest ? `, last ${newest}` : ''}`, now]
    .filter(Boolean)
    .join(' · ');
}

/** The addresses of what calls have read, each once, in order. */
export function sourcesOf(
  calls: readonly (Pick<ToolCall, 'name' | 'arguments'> & { state: { kind: ToolCallKind } })[],
  registry: Pick<Registry, 'prepare'>,
): string[] {
  const read = calls
    .filter(({ state }) => state.kind !== 'failed')
    .map((call) => registry.prepare(call.name, call.arguments))
    .flatMap((prepared) => (prepared.ok ? (prepared.call.source ?? []) : []));
  return [...new Set(read)];
}

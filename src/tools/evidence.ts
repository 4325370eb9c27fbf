import type { ToolCall } from '../session/tool-calls.ts';

/**
 * What a call has shown by having succeeded: a dataset of the Hub was looked at, a command ran to a good
 * end, a file of the sandbox was written. Claims about what was done are held against these.
 */
export type Evidence = { kind: 'dataset' | 'command' | 'file'; text: string };

/** What earlier calls of a session have shown, in their order. */
export function evidenceOf(
  calls: readonly ToolCall[],
  shownBy: (name: string, argumentsText: string) => Evidence | undefined,
): Evidence[] {
  return calls
    .toSorted((a, b) => a.messageId - b.messageId || a.position - b.position)
    .flatMap(({ name, arguments: text, state }) =>
      state.kind === 'done' ? (shownBy(name, text) ?? []) : [],
    );
}

/** Whether a script of the sandbox ran to a good end since it was last written, as a command names it. */
export function ranSince(evidence: readonly Evidence[], path: string): boolean {
  const name = path.split('/').at(-1) ?? path;
  const written = evidence.findLastIndex(({ kind, text }) => kind === 'file' && text.endsWith(name));
  return evidence
    .slice(written + 1)
    .some(({ kind, text }) => kind === 'command' && text.includes(name) && RUNS.test(text));
}

const RUNS = /\b(?:python[\d.]*|torchrun|accelerate|uv)\b/;

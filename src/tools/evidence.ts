import { posix } from 'node:path';
import type { ToolCall } from '../session/tool-calls.ts';
import { inWork, scriptRunBy } from './script-run.ts';

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

/** Whether a script of the sandbox ran to a good end, and nothing has been done to it since. */
export function ranSince(evidence: readonly Evidence[], path: string): boolean {
  const place = inWork(path);
  const name = posix.basename(place);
  const isRun = ({ kind, text }: Evidence) => kind === 'command' && scriptRunBy(text) === place;
  const mayChange = (one: Evidence) => one.kind !== 'dataset' && one.text.includes(name) && !isRun(one);
  return evidence.slice(evidence.findLastIndex(mayChange) + 1).some(isRun);
}

import { z } from 'zod';
import type { ToolCall } from '../../session/tool-calls.ts';

export const ResearchCall = z.object({
  providerId: z.string(),
  name: z.string(),
  arguments: z.string(),
  /** Why it is not run. */
  refusal: z.string().optional(),
});
export type ResearchCall = z.infer<typeof ResearchCall>;

const Result = z.object({ isFailed: z.boolean(), output: z.string() });
export type ResearchResult = z.infer<typeof Result>;

/** What the journal of a research holds, in order. */
export const Entry = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('answer'),
    text: z.string(),
    calls: z.array(ResearchCall),
    /** Of the conversation with this answer. */
    tokens: z.number(),
    /** Of this answer; not known where the price is not. */
    usd: z.number().optional(),
  }),
  z.object({ kind: z.literal('results'), results: z.array(Result) }),
  z.object({ kind: z.literal('note'), text: z.string(), isLast: z.boolean() }),
]);
export type Entry = z.infer<typeof Entry>;

/** Calls with what came of them, as the guards know them. */
export function callsOf(entries: readonly Entry[]): Pick<ToolCall, 'name' | 'arguments' | 'state'>[] {
  return entries.flatMap((entry, i) => {
    const results = entries[i + 1];
    if (entry.kind !== 'answer' || results?.kind !== 'results') return [];
    return entry.calls.map((call, n) => {
      const { isFailed = true, output = '' } = results.results[n] ?? {};
      return {
        ...call,
        state: { kind: isFailed ? ('failed' as const) : ('done' as const), output, at: new Date(0) },
      };
    });
  });
}

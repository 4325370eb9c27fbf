import type { TimedAnswer } from '../llm/answer.ts';
import { costOf, type ModelFacts } from '../llm/facts.ts';
import type { ModelUsage } from '../session/store/record.ts';

/**
 * What an answer used, for the record. Its price may have to be looked up, which can't be done inside a
 * transaction.
 */
export async function usageOf(
  purpose: ModelUsage['purpose'],
  { usage, model, firstTokenMs, totalMs }: TimedAnswer,
  factsOf: (model: string) => Promise<ModelFacts>,
): Promise<ModelUsage> {
  const { price } = await factsOf(model);
  const { cacheWriteTokens: _written, ...counted } = usage; // a part of the cost, and told nowhere else
  return { ...counted, purpose, model, firstTokenMs, totalMs, usd: costOf(price, usage) };
}

import { researchTool } from '../agent/research/tool.ts';
import { passedBudgets } from '../approvals/budget.ts';
import { readSession } from '../session/store/read-snapshot.ts';
import type { Tool } from '../tools/tool.ts';
import type { Models } from './models.ts';
import type { Parts } from './parts.ts';

/** The research assistant over the agent's tools. */
export function researchOf(
  { config, storage }: Pick<Parts, 'config' | 'storage'>,
  models: Models,
  tools: readonly Tool[],
): Tool {
  const { small, research: chosen } = config.model;
  return researchTool({
    tools,
    model: models.client,
    async modelOf(sessionId) {
      const session = chosen || small ? undefined : await readSession(storage.db, sessionId);
      return chosen ?? small ?? (session ? models.of(session) : config.model.id);
    },
    factsOf: models.factsOf,
    isOverBudget: async (sessionId) => {
      const session = await readSession(storage.db, sessionId);
      return session !== undefined && (await passedBudgets(storage.db, config.budgets, session)).length > 0;
    },
    prompt: config.researchPrompt,
    maxOutputCharacters: config.limits.tool_output_characters,
    maxReportCharacters: config.limits.research_characters,
    maxSteps: config.limits.research_steps,
    maxUsd: config.limits.research_usd,
  });
}

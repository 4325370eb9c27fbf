import type { ChatCompletionTool } from 'openai/resources/chat/completions';
import type { Prepared, Tool } from './tool.ts';

/** The tools of an agent, by name. */
export type Registry = {
  /** As the model is told of them; the same at every call. */
  forModel: ChatCompletionTool[];
  prepare(name: string, argumentsText: string): Prepared;
  summary(name: string, argumentsText: string): string;
};

export function createRegistry(tools: readonly Tool[]): Registry {
  const byName = new Map(tools.map((tool) => [tool.name, tool]));
  return {
    forModel: tools.map(({ name, description, parameters }) => ({
      type: 'function',
      function: { name, description, parameters },
    })),
    prepare(name, argumentsText) {
      const tool = byName.get(name);
      if (tool !== undefined) return tool.prepare(argumentsText);
      const known = [...byName.keys()].join(', ');
      return { ok: false, error: `There is no tool "${name}". The tools are: ${known}.` };
    },
    summary: (name, argumentsText) => byName.get(name)?.summary(argumentsText) ?? '',
  };
}

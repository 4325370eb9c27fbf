import type { ChatCompletionTool } from 'openai/resources/chat/completions';
import type { Prepared, Tool } from './tool.ts';

/** The tools of an agent, by name. */
export type Registry = {
  /** As the model is told of them; the same at every call, unless a server's tools change. */
  readonly forModel: ChatCompletionTool[];
  prepare(name: string, argumentsText: string): Prepared;
  summary(name: string, argumentsText: string): string;
};

/** `added` gives the tools that come and go besides. */
export function createRegistry(tools: readonly Tool[], added: () => readonly Tool[] = () => []): Registry {
  const find = (name: string) => [...tools, ...added()].find((tool) => tool.name === name);
  return {
    get forModel() {
      return [...tools, ...added()].map(({ name, description, parameters }) => ({
        type: 'function' as const,
        function: { name, description, parameters },
      }));
    },
    prepare(name, argumentsText) {
      const tool = find(name);
      if (tool !== undefined) return tool.prepare(argumentsText);
      const known = [...tools, ...added()].map((tool) => tool.name).join(', ');
      return { ok: false, error: `There is no tool "${name}". The tools are: ${known}.` };
    },
    summary: (name, argumentsText) => find(name)?.summary(argumentsText) ?? '',
  };
}

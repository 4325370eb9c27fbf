import type { ChatCompletionTool } from 'openai/resources/chat/completions';
import type { ThreadAddress } from '../session/address.ts';
import type { Step, Timeline } from '../session/tool-calls.ts';
import type { Evidence } from './evidence.ts';
import type { Prepared, Tool } from './tool.ts';

/** The tools of an agent, by name. */
export type Registry = {
  /**
   * As the model of a thread's session is told of them; the same at every call, unless a server's tools
   * change.
   */
  forModel(address: ThreadAddress): ChatCompletionTool[];
  /** Resolves when all tools that can be had are there; rejects with the signal's reason when it aborts. */
  ready(signal: AbortSignal): Promise<void>;
  /** `address`: what an error says that there is, is what the session of this thread has. */
  prepare(name: string, argumentsText: string, address?: ThreadAddress): Prepared;
  summary(name: string, argumentsText: string): string;
  /** Undefined where the tool has no words for people. */
  step(name: string, argumentsText: string): Step | undefined;
  timeline(name: string): Timeline;
  /** What a call shows by having succeeded; undefined where that is nothing. */
  shows(name: string, argumentsText: string): Evidence | undefined;
};

/** Tools that come and go besides, with the servers that have them. */
type AddedTools = {
  offered(): readonly Tool[];
  /** Resolves when every server has been tried. */
  tried(signal: AbortSignal): Promise<void>;
  /** Servers whose tools can't be used now. */
  away(): readonly string[];
};

const NOTHING: AddedTools = { offered: () => [], tried: async () => {}, away: () => [] };

/** The tools that the session of a thread has, as they are described there. */
export const offeredIn = <Offered extends Pick<Tool, 'description' | 'describedFor'>>(
  address: ThreadAddress | undefined,
  tools: readonly Offered[],
): Offered[] =>
  tools.flatMap((tool) => {
    if (tool.describedFor === undefined) return [tool];
    const description = address && tool.describedFor(address);
    return description === undefined ? [] : [{ ...tool, description }];
  });

export function createRegistry(tools: readonly Tool[], added: AddedTools = NOTHING): Registry {
  const all = () => [...tools, ...added.offered()];
  const find = (name: string) => all().find((tool) => tool.name === name);
  return {
    forModel: (address) =>
      offeredIn(address, all()).map(({ name, description, parameters }) => ({
        type: 'function' as const,
        function: { name, description, parameters },
      })),
    ready: added.tried,
    prepare(name, argumentsText, address) {
      const tool = find(name);
      if (tool !== undefined) return tool.prepare(argumentsText);
      const known = offeredIn(address, all())
        .map((item) => item.name)
        .join(', ');
      const away = added.away();
      const missing = away.length > 0 ? ` MCP servers that can't be reached now: ${away.join(', ')}.` : '';
      return { ok: false, error: `There is no tool "${name}". The tools are: ${known}.${missing}` };
    },
    summary: (name, argumentsText) => find(name)?.summary(argumentsText) ?? '',
    step: (name, argumentsText) => find(name)?.step?.(argumentsText),
    shows: (name, argumentsText) => find(name)?.shows?.(argumentsText),
    timeline: (name) => find(name)?.timeline ?? 'every_call',
  };
}

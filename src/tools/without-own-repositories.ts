import { type IsOwnRepository, SANDBOX_NAMES } from '../hub/own-repositories.ts';
import { parseJson } from '../lib/json.ts';
import type { Tool, ToolResult } from './tool.ts';

/**
 * The tools, none of which takes the name of a repository that is the bot's own: whatever argument it stands
 * in, so that no tool has to remember it. Those of MCP servers may reach the same account. What `isConfined`
 * names reaches none, and a folder of a sandbox may be called anything.
 */
export const withoutOwnRepositories = (
  tools: readonly Tool[],
  isOwn: IsOwnRepository,
  isConfined: (tool: string) => boolean = () => false,
): Tool[] =>
  tools.map((tool) => ({
    ...tool,
    prepare(argumentsText) {
      const prepared = tool.prepare(argumentsText);
      if (!prepared.ok || isConfined(tool.name)) return prepared;
      const named = textsOf(argumentsText).find((text) => text.length <= LONGEST_NAME && isOwn(text));
      return named === undefined ? prepared : { ok: false, error: refusal(named) };
    },
  }));

/**
 * Tools of others that may list the account's repositories: of the sandboxes among them, whose names have ids
 * of sessions in them, they tell nothing.
 */
export const withoutNamesOfSandboxes = (tools: readonly Tool[]): Tool[] =>
  tools.map((tool) => ({
    ...tool,
    prepare(argumentsText) {
      const prepared = tool.prepare(argumentsText);
      if (!prepared.ok) return prepared;
      const { call } = prepared;
      return { ok: true, call: { ...call, run: async (context) => untold(await call.run(context)) } };
    },
  }));

const untold = (result: ToolResult): ToolResult =>
  'output' in result ? { ...result, output: result.output.replace(SANDBOX_NAMES, '[a sandbox]') } : result;

/** Names on the Hub have 96 characters, twice; addresses with the way to a file have more. */
const LONGEST_NAME = 1_000;

const refusal = (name: string) =>
  `${name} is one of the bot’s own repositories, for sandboxes and shared sessions: it holds what belongs to single sessions, so no tool opens or changes it. Files of this session’s sandbox are reached with bash and read.`;

/** All texts among the arguments, however deep. What was prepared can be read. */
function textsOf(argumentsText: string): string[] {
  const texts: string[] = [];
  const open: unknown[] = [argumentsText.trim() === '' ? {} : parseJson(argumentsText)];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (typeof value === 'string') texts.push(value);
    else if (typeof value === 'object' && value !== null)
      for (const item of Object.values(value)) open.push(item);
  }
  return texts;
}

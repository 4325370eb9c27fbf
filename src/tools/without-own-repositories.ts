import type { IsOwnRepository } from '../hub/own-repositories.ts';
import { parseJson } from '../lib/json.ts';
import type { Tool } from './tool.ts';

/**
 * The tools, none of which takes the name of a repository that is the bot's own: whatever argument it stands
 * in, so that no tool has to remember it.
 */
export const withoutOwnRepositories = (tools: readonly Tool[], isOwn: IsOwnRepository): Tool[] =>
  tools.map((tool) => ({
    ...tool,
    prepare(argumentsText) {
      const prepared = tool.prepare(argumentsText);
      if (!prepared.ok) return prepared;
      const named = textsOf(argumentsText).find((text) => text.length <= LONGEST_NAME && isOwn(text));
      return named === undefined ? prepared : { ok: false, error: refusal(named) };
    },
  }));

/** Names on the Hub have 96 characters, twice. */
const LONGEST_NAME = 300;

const refusal = (name: string) =>
  `${name} is one of the bot’s own repositories, for sandboxes and shared sessions: it holds what belongs to single sessions, so no tool opens or changes it. Files of this session’s sandbox are reached with bash and read.`;

/** The arguments that are texts, and those in lists. What was prepared can be read. */
function textsOf(argumentsText: string): string[] {
  const args: unknown = argumentsText.trim() === '' ? {} : parseJson(argumentsText);
  return Object.values(Object(args))
    .flat()
    .filter((value): value is string => typeof value === 'string');
}

import { cut } from '../../lib/cut.ts';
import type { Step } from '../../session/tool-calls.ts';
import { joined, step, words } from '../steps.ts';
import type { ListedTool } from './listing.ts';

/* What calls of tools of other servers are told as. */

type Named = Pick<ListedTool, 'name' | 'title' | 'annotations'>;

/** A call in words: which tool, of which server, and the first words among its arguments. */
export const stepOf = (tool: Named, server: string, args: Record<string, unknown> = {}): Step =>
  step('use', joined(labelOf(tool), 'of', server, aboutOf(args)));

/**
 * What a tool is called: by the title that its server gives it, else by its name as people would write it,
 * `create_ticket` as `createTicket`.
 */
export function labelOf({ name, title, annotations }: Named): string {
  const titled = title?.trim() || annotations?.title?.trim();
  const spaced = name.replace(/[_-]+/g, ' ').replace(/(?<=[a-z])(?=[A-Z])/g, ' ');
  return words(titled || spaced.trim().toLowerCase() || name);
}

const ABOUT = 50;

/** The first words among arguments: a title, a query. */
function aboutOf(args: Record<string, unknown>): string | undefined {
  const said = Object.values(args).find((value) => typeof value === 'string' && value.trim() !== '');
  return typeof said === 'string' ? `· ${cut(said.trim(), ABOUT)}` : undefined;
}

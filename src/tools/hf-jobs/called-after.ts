import { wholeEnding } from '../../lib/cut.ts';
import { measuredOn } from '../../session/experiments/measured.ts';
import { namedRepositories } from '../../session/named-repositories.ts';
import type { ToolContext } from '../tool.ts';
import type { Arguments } from './arguments.ts';
import { IN_SANDBOX, SCRIPT_FROM } from './script.ts';

/**
 * What a job without a name is known by, from what people approved: the file that its script was read from,
 * then the model that it pushes or the data that it is about. Undefined where it names none of them.
 */
export function calledAfter(
  args: Pick<Arguments, 'script' | 'command' | 'script_args'>,
  { approved }: Pick<ToolContext, 'approved'>,
): string | undefined {
  const from = approved?.facts.find(({ label }) => label === SCRIPT_FROM)?.value.replace(IN_SANDBOX, '');
  const file = [from, ...(args.command ?? [])].flatMap((path) => fileIn(path) ?? [])[0];
  const [model] = namedRepositories(args);
  const about = [model, measuredOn(args)?.data].flatMap((id) => lastOf(id) ?? [])[0];
  const parts = [file, about].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.join(' · ');
}

const PART = 40;

/** What a script is called by its path or address, without what every script has. */
function fileIn(path: string | undefined): string | undefined {
  const [address = ''] = wholeEnding(path ?? '', 1_000)
    .trim()
    .split(/[?#]/);
  const file = address.split(/[/\\]/).at(-1) ?? '';
  const [, name] = /^(.{1,200})\.(?:py|ipynb|sh|bash)$/i.exec(file) ?? [];
  return name?.slice(0, PART);
}

/** A repository without whose it is. */
function lastOf(id: string | undefined): string | undefined {
  const [first = ''] = id?.split(/[\s,]/) ?? [];
  return first.split('/').at(-1)?.slice(0, PART) || undefined;
}

import type { ScriptFacts } from '../../parse-apart/parsers/python/script-facts.ts';
import type { Findings, Setting } from './findings.ts';
import { brings, closureOf, type Requirement, requirementOf } from './packages.ts';
import { type Removed, removedOf } from './removed-arguments.ts';
import { admits } from './versions.ts';

/** Arguments that the libraries of a script no longer take. */
export function argumentFindings(
  { calls }: ScriptFacts,
  { dependencies, isBare }: Setting,
): Pick<Findings, 'errors' | 'doubts'> {
  const found: Pick<Findings, 'errors' | 'doubts'> = { errors: [], doubts: [] };
  const requirements = dependencies?.flatMap((text) => requirementOf(text) ?? []);
  for (const { callee, keywords } of calls) {
    for (const { name, line } of keywords) {
      const removed = removedOf(publicName(callee), name);
      if (removed === undefined) continue;
      const sureness = surenessOf(removed, requirements, isBare);
      if (sureness === 'older') continue;
      const { of, since, instead } = removed;
      const text = `${callee} has no argument \`${name}\` since ${of} ${since}; instead: ${instead}`;
      (sureness === 'sure' ? found.errors : found.doubts).push({ line, text });
    }
  }
  return found;
}

/** `trl.trainer.sft_config.SFTConfig` is `trl.SFTConfig`, for those who import from within. */
function publicName(callee: string): string {
  const parts = callee.split('.');
  const at = parts.findIndex((part) => /^[A-Z]/.test(part));
  return at > 1 ? [parts[0], ...parts.slice(at)].join('.') : callee;
}

/** Whether the library that a script gets is surely one without an argument, or surely an older one. */
function surenessOf(
  { of, since }: Removed,
  requirements: readonly Requirement[] | undefined,
  isBare: boolean,
): 'sure' | 'unsure' | 'older' {
  const asked = requirements?.filter(({ name }) => name === of) ?? [];
  if (asked.some(({ specifier }) => !admits(specifier, since))) return 'older';
  if (requirements === undefined || !isBare) return 'unsure';
  const { names, isKnown } = closureOf(requirements);
  if (!isKnown || !names.has(of)) return 'unsure';
  // An older version of what stands on it may ask for an older version of it.
  const isHeldBack = requirements.some(
    ({ name, specifier }) => name !== of && brings(name, of) && !admits(specifier, NEWEST),
  );
  return isHeldBack ? 'unsure' : 'sure';
}

const NEWEST = '99999';

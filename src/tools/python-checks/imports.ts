import type { ScriptFacts } from '../../parse-apart/parsers/python/script-facts.ts';
import type { Findings, Setting } from './findings.ts';
import {
  closureOf,
  distributionOf,
  isOftenBrought,
  isStandard,
  providersOf,
  requirementOf,
} from './packages.ts';

/** What a script imports and nothing that is known of it provides. */
export function importFindings(
  { imports }: ScriptFacts,
  { dependencies, isBare, local }: Setting,
): Pick<Findings, 'errors' | 'doubts'> {
  const found: Pick<Findings, 'errors' | 'doubts'> = { errors: [], doubts: [] };
  if (dependencies === undefined) return found;
  const requirements = dependencies.flatMap((text) => requirementOf(text) ?? []);
  const isRead = requirements.length === dependencies.length;
  const { names, isKnown } = closureOf(requirements);
  const told = new Set<string>();
  for (const { module, line, isOptional } of imports) {
    const [root = ''] = module.split('.');
    if (root === '' || isStandard(root) || local.has(root) || told.has(root)) continue;
    if (providersOf(root).some((name) => names.has(name))) continue;
    if (isOptional || (!isKnown && isOftenBrought(root))) continue;
    told.add(root);
    const isSure = isBare && isKnown && isRead;
    const name = distributionOf(root);
    const called = name === root ? '' : ` (its package is called ${name})`;
    const text = `\`${root}\` is imported, and nothing in dependencies provides it${called}`;
    if (isSure) found.errors.push({ line, text });
    else if (!hasOwnWords(requirements, root)) found.doubts.push({ line, text });
  }
  return found;
}

/** A distribution often has the module's name within its own: `lm_eval` in `lm-eval-harness`. */
const hasOwnWords = (requirements: readonly { name: string }[], root: string): boolean =>
  requirements.some(({ name }) => {
    const [one, other] = [name.replaceAll('-', ''), root.toLowerCase().replaceAll('_', '')];
    return one.includes(other) || other.includes(one);
  });

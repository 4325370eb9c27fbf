import { z } from 'zod';
import type { ScriptFacts } from '../../parse-apart/parsers/python/script-facts.ts';
import type { ApprovalRequest } from '../../session/tool-calls.ts';
import { type Evidence, ranSince } from '../evidence.ts';
import { type Findings, findingsText } from '../python-checks/findings.ts';
import { isTraining, mayBeToldToPush, pushesOf } from '../python-checks/training.ts';
import type { ToolContext } from '../tool.ts';

/** Signs by which a card tells what was checked from what is only said. */
const CHECKS = /[\u2705\u2713\u2714\u{1F5F8}\u{1F5F9}\u2611·]/u;
const saysNoChecks = (text: string): boolean => !CHECKS.test(text);
const NO_CHECKS = 'has ✓ or · in it: leave that out, since what was checked is added here';

const short = (about: string) =>
  z.string().trim().min(1).max(160).refine(saysNoChecks, NO_CHECKS).describe(about);

/** What is known of a training run before people are asked to pay for it. */
export const Preflight = z.strictObject({
  example: short('Example that the script follows: an address or a file; or why none.'),
  dataset: short('Dataset of the Hub that it trains on.'),
  columns: z
    .array(z.string().min(1).max(60).refine(saysNoChecks, NO_CHECKS))
    .max(12)
    .describe('Columns that it reads.'),
  tried: short('Where it ran on a few rows, or why nowhere.'),
  pushes_to: short('Repository "account/name" that it pushes to; or "none: why".'),
  time: short('Why this timeout.'),
});
export type Preflight = z.infer<typeof Preflight>;

/** What a claim is held against. */
export type Known = {
  facts: ScriptFacts | undefined;
  evidence: readonly Evidence[];
  /** The script's path in the sandbox, where it is from there. */
  path: string | undefined;
  /** Jobs of the session that ran to a good end. */
  endedWell: readonly string[];
};

/** A preflight in short lines for a card, each claim with what became of it. */
export function preflightFacts(preflight: Preflight | undefined, known: Known): ApprovalRequest['facts'] {
  if (preflight === undefined) return [];
  const { example, dataset, columns, tried, pushes_to, time } = preflight;
  const inspected = known.evidence.some(({ kind, text }) => kind === 'dataset' && text === dataset);
  return [
    { label: 'Follows', value: example },
    { label: 'Data', value: `${dataset} · ${inspected ? '✓ looked at here' : 'not checked'}` },
    ...(columns.length > 0 ? [{ label: 'Columns', value: columns.join(', ') }] : []),
    { label: 'Tried', value: `${tried} · ${triedText(known)}` },
    { label: 'Pushes to', value: `${pushes_to} · ${pushText(pushes_to, known.facts)}` },
    { label: 'Time', value: time },
  ];
}

function triedText({ path, evidence, endedWell }: Known): string {
  if (path !== undefined && ranSince(evidence, path)) return '✓ ran in the sandbox';
  const [job] = endedWell;
  return job === undefined ? 'not checked' : `not checked; job ${job} ended well`;
}

/** What the script itself says about where it pushes. */
function pushText(claimed: string, facts: ScriptFacts | undefined): string {
  if (facts === undefined) return 'not checked';
  const pushes = pushesOf(facts);
  const targets = [...new Set(pushes.flatMap(({ target }) => target ?? []))];
  const isNone = /^none\b/i.test(claimed);
  if (pushes.length === 0) return isNone && !mayBeToldToPush(facts) ? '✓ as the script says' : 'not checked';
  if (isNone) return `but the script pushes${targets.length > 0 ? ` to ${targets.join(', ')}` : ''}`;
  if (targets.some((target) => target === claimed || claimed.endsWith(`/${target}`)))
    return '✓ as the script says';
  return targets.length > 0 ? `but the script pushes to ${targets.join(', ')}` : 'not checked';
}

/**
 * What a model is told once, before people are asked to pay for training: what is missing, and what may be
 * wrong with the script. Throws an Error that says so; proposed again as it is, the call goes to people.
 */
export function tellOnce(
  {
    preflight,
    findings,
    isPaid,
  }: { preflight: Preflight | undefined; findings: Findings | undefined; isPaid: boolean },
  { wasTold }: Pick<ToolContext, 'wasTold'>,
): void {
  const { facts, doubts = [] } = findings ?? {};
  if (!isPaid || facts === undefined || !isTraining(facts)) return;
  const isSilent = pushesOf(facts).length === 0 && !mayBeToldToPush(facts);
  const says = preflight === undefined ? '' : preflight.pushes_to;
  const open = [
    ...(preflight === undefined ? [MISSING] : []),
    ...(isSilent && !/^none\b/i.test(says) ? [NO_PUSH] : []),
    ...(doubts.length > 0 ? [findingsText({ errors: [], doubts })] : []),
  ];
  const text = open.join('\n');
  if (open.length > 0 && !wasTold(text)) throw new Error(`${NOT_YET}\n${text}\n${AGAIN}`);
}

const MISSING =
  '- `preflight` is missing: the example it follows, dataset and columns, where it was tried, where it pushes, why this timeout.';
const NO_PUSH =
  '- the script trains and pushes nothing to the Hub: what it makes is lost when the job ends. Say "none: why" in preflight.pushes_to if that is meant.';
const NOT_YET = 'people were not asked yet:';
const AGAIN = 'Mend that, and propose the call again. It is said once: the same call then goes to people.';

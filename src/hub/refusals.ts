import type { HubApiError } from '@huggingface/hub';
import { z } from 'zod';

/*
 * What the Hub's refusals are told as: its own reason, and what helps. It gives one status for all of them,
 * so its code (`X-Error-Code`) and its words tell them apart; what neither does gets no advice.
 */

/** `code` is the Hub's own, where it says one. */
export type Refusal = { status: number; said: string; code?: string | undefined };

/** Advice by what the Hub says. https://huggingface.co/docs/huggingface_hub/package_reference/utilities */
const ADVICE: readonly (readonly [RegExp, string])[] = [
  [
    /awaiting (?:a )?review|request .{0,80}(?:pending|awaiting)/i,
    'Access was asked for already: its owners have to accept it, and until then nothing helps but waiting.',
  ],
  [
    /request .{0,160}(?:has been|was) (?:rejected|refused|denied)/i,
    'Its owners have refused access: only they can change that, or another repository helps.',
  ],
  [
    /enable access to public gated repositories/i,
    'The settings of the fine-grained token have to allow public gated repositories.',
  ],
  [
    /GatedRepo|\bgated\b|not in the authorized list|access to .{0,120} is restricted|ask for access/i,
    'It is gated: the owner of the token has to ask for access on its page on the Hub.',
  ],
  [
    /(?:discussions?|pull requests?) (?:are|is|have been) (?:disabled|turned off|not enabled)|DisabledDiscussions/i,
    'Discussions and pull requests are off there: without create_pr, or with them switched on in its settings by its owners, it goes through.',
  ],
  [
    /storage|quota|\blfs\b.{0,60}(?:limit|exceed)|limit reached/i,
    'More rights do not help: the owner has to free or buy storage on the Hub, or another owner or a smaller file has to be chosen.',
  ],
  [
    /DisabledRepo|access to this resource is disabled|repository is disabled/i,
    'The Hub has switched this repository off: only its owners can settle that with the Hub.',
  ],
  [
    /payment|billing|credits?\b|subscription|upgrade/i,
    'It has to be paid for by the owner, or another one chosen.',
  ],
  [
    /^(?:forbidden|unauthorized|authorization error)\b|\brole\b|permissions?\b|rights?\b|not allowed to|write token|write access|fine-grained|scope/i,
    'The bot’s token needs "write" for that owner.',
  ],
];

/** What helps against a refusal; undefined where that is not known. */
export function adviceFor({ said, code = '' }: Refusal): string | undefined {
  return ADVICE.find(([pattern]) => pattern.test(said) || pattern.test(code))?.[1];
}

/** A refusal with 401 or 403, in words: why, as the Hub says it, and what to do about it. */
export function refusedText(refusal: Refusal): string {
  const why = refusal.said.trimEnd().replace(/\.$/, '') || `status ${refusal.status}`;
  const token = 'Our token may be old, or have no right to this.';
  const advice = adviceFor(refusal) ?? (refusal.status === 401 ? token : '');
  return `The Hub does not allow it: ${why}. ${advice}`.trim();
}

const Said = z.object({ error: z.string(), code: z.string().nullish() });

/** What the Hub said, without the address and the number of the request that its client puts behind it. */
export function refusalIn(error: HubApiError): Refusal {
  const data = Said.safeParse(error.data).data;
  const said = data?.error ?? error.message.replace(/\.? URL: [\s\S]*$/, '');
  return { status: error.statusCode, said, code: data?.code ?? undefined };
}

import { boundedFetch } from './bounded-fetch.ts';
import { parsedJson } from './json.ts';
import { awayReason, certificateProblem } from './unreachable.ts';

/** What asking somebody at the start comes to. `refused` are lines for people, which name the setting. */
export type Finding =
  | { kind: 'fine' }
  | { kind: 'refused'; faults: readonly string[] }
  /** It may answer later as it is: `who` in people's words, and why it does not now. */
  | { kind: 'away'; who: string; why: string };

/** Something that has to be there before the bot starts. */
export type Probe = {
  /** In people's words, e.g. `Postgres at db:5432 (DATABASE_URL)`. */
  who: string;
  ask(signal: AbortSignal): Promise<Finding>;
};

export const FINE: Finding = { kind: 'fine' };

export const refused = (...faults: string[]): Finding => ({ kind: 'refused', faults });

const send = boundedFetch();

/** How long somebody who is asked over HTTP may take. */
const ANSWER_MS = 8_000;

/**
 * Asks somebody over HTTP. `read` says what an answer means; what does not get that far is away, unless its
 * certificate is not trusted, which takes somebody who acts. `setting` is the one that the address comes
 * from.
 */
export async function askOverHttp(
  { who, setting, url }: { who: string; setting: string; url: string },
  init: RequestInit & { signal: AbortSignal },
  read: (answer: { status: number; json: unknown }) => Finding,
): Promise<Finding> {
  try {
    const signal = AbortSignal.any([init.signal, AbortSignal.timeout(ANSWER_MS)]);
    const response = await send(url, { ...init, signal, redirect: 'manual' });
    const json = parsedJson(await response.text());
    const { status } = response;
    if (status === 429 || status >= 500) return { kind: 'away', who, why: `it answers ${status}` };
    if (json === undefined && status !== 401) {
      const why = `it answers ${status} without JSON: is ${setting} right, and no proxy in between?`;
      return { kind: 'away', who, why };
    }
    return read({ status, json });
  } catch (error) {
    const certificate = certificateProblem(error);
    if (certificate === undefined)
      return { kind: 'away', who, why: awayReason(error) ?? 'it does not answer' };
    return refused(
      `${setting}: ${who} shows ${certificate}. Where a proxy looks into connections, name the file of its authority with NODE_EXTRA_CA_CERTS.`,
    );
  }
}

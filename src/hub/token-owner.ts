import { z } from 'zod';
import { boundedFetch } from '../lib/bounded-fetch.ts';
import { parsedJson } from '../lib/json.ts';
import { awayReason, certificateProblem } from '../lib/unreachable.ts';

/** What the bot needs a token for. */
export type Use = 'models' | 'jobs' | 'repositories';

/** Whose token it is, and what it may not be used for; or why that can't be told. */
export type TokenOwner =
  | { ok: true; name: string; lacks: readonly Use[] }
  | { ok: false; reason: 'refused' }
  | { ok: false; reason: 'away'; why: string };

/**
 * The parts of `GET /api/whoami-v2` that say what a token may
 * (https://huggingface.co/.well-known/openapi.json). One without them is not known to lack anything.
 */
const WhoAmI = z.object({
  name: z.string(),
  auth: z
    .object({
      accessToken: z
        .object({
          role: z.string(),
          fineGrained: z
            .object({ scoped: z.array(z.object({ permissions: z.array(z.string()) })) })
            .optional(),
        })
        .optional(),
    })
    .optional(),
});

type Access = NonNullable<z.infer<typeof WhoAmI>['auth']>['accessToken'];

/** The permission that each use takes of a fine-grained token (https://huggingface.co/settings/tokens). */
const PERMISSIONS: Readonly<Record<Use, string>> = {
  models: 'inference.serverless.write',
  jobs: 'job.write',
  repositories: 'repo.write',
};

const USES: readonly Use[] = ['models', 'jobs', 'repositories'];

const ANSWER_MS = 8_000;

const bounded = boundedFetch({ bytes: 1_000_000 });

/** Asks the Hub whose a token is. */
export async function ownerOfToken(
  hubUrl: string,
  token: string,
  send: typeof fetch = bounded,
): Promise<TokenOwner> {
  try {
    const response = await send(`${hubUrl}/api/whoami-v2`, {
      headers: { authorization: `Bearer ${token}` },
      redirect: 'error',
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    const { status } = response;
    if (status === 401 || status === 403) return { ok: false, reason: 'refused' };
    const answer = WhoAmI.safeParse(parsedJson(await response.text()));
    if (!response.ok || !answer.success) return { ok: false, reason: 'away', why: `it answers ${status}` };
    const { name, auth } = answer.data;
    return { ok: true, name, lacks: lackedBy(auth?.accessToken) };
  } catch (error) {
    const certificate = certificateProblem(error);
    const why = certificate ? `it shows ${certificate}` : (awayReason(error) ?? 'there is no answer');
    return { ok: false, reason: 'away', why };
  }
}

/** A token that reads may ask models, too. */
function lackedBy(access: Access): readonly Use[] {
  if (access?.role === 'read') return ['jobs', 'repositories'];
  if (access?.role !== 'fineGrained') return [];
  const held = new Set(access.fineGrained?.scoped.flatMap(({ permissions }) => permissions));
  return USES.filter((use) => !held.has(PERMISSIONS[use]));
}

import { z } from 'zod';
import { messageOf } from '../lib/errors.ts';
import { accessTo } from './access.ts';
import type { Looked } from './datasets.ts';
import type { RepoKind } from './paths.ts';
import { NoSuchName, partsOf } from './paths.ts';
import { statusOf, withRetries } from './retry.ts';
import type { HubToken } from './token.ts';

export type RepoAt = { kind: RepoKind; id: string };

const TIMEOUT_MS = 300_000;

/**
 * What changes repositories of the Hub: @huggingface/hub where it has a call, else the Hub's REST API,
 * https://huggingface.co/.well-known/openapi.json.
 */
export type RepoClient = { hubUrl: string; accessToken: HubToken; access: ReturnType<typeof accessTo> };

export const createRepoClient = (hubUrl: string, accessToken: HubToken): RepoClient => ({
  hubUrl,
  accessToken,
  access: accessTo(hubUrl, accessToken, TIMEOUT_MS),
});

export const repoOf = ({ kind, id }: RepoAt) => ({ type: kind, name: id });

/** An answer that is of no account. */
export const done = z.unknown().transform(() => undefined);

/** A call of the REST API. Only reads are made again by themselves. */
export function rest<Schema extends z.ZodType>(
  { hubUrl, accessToken, access }: RepoClient,
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  { kind, id }: RepoAt,
  path: string,
  schema: Schema,
  signal: AbortSignal,
  body?: unknown,
): Promise<Looked<z.infer<Schema>>> {
  const send = async () => {
    const response = await access(signal).fetch(`${hubUrl}/api/${kind}s/${partsOf(id)}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${accessToken}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      redirect: 'error',
    });
    const answer: unknown = await response.json().catch(() => undefined);
    if (!response.ok)
      throw new Refused(response.status, z.object({ error: z.string() }).safeParse(answer).data?.error);
    return schema.parse(answer);
  };
  return attempt(signal, () => (method === 'GET' ? withRetries(send, signal) : send()));
}

/** The Hub has said no. */
class Refused extends Error {
  readonly status: number;

  constructor(status: number, said: string | undefined) {
    super(said ?? `status ${status}`);
    this.status = status;
  }
}

/** What came of it, or why not, in words. */
export async function attempt<T>(signal: AbortSignal, act: () => Promise<T>): Promise<Looked<T>> {
  try {
    return { ok: true, value: await act() };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof NoSuchName) return { ok: false, reason: error.message };
    const status = error instanceof Refused ? error.status : statusOf(error);
    return { ok: false, reason: reasonOf(status, messageOf(error)) };
  }
}

function reasonOf(status: number | undefined, said: string): string {
  switch (status) {
    case 401:
    case 403:
      return `The Hub does not allow it (${said}). The bot’s token needs "write" for that owner.`;
    case 404:
      return `There is no such repository, branch, tag or pull request (${said}).`;
    case 409:
      return `It is there already, or has changed meanwhile (${said}).`;
    default:
      return `It did not go through: ${said}.`;
  }
}

import { HubApiError } from '@huggingface/hub';
import { z } from 'zod';
import { messageOf } from '../lib/errors.ts';
import { accessTo, Moved } from './access.ts';
import type { Looked } from './datasets.ts';
import type { IsOwnRepository } from './own-repositories.ts';
import type { RepoKind } from './paths.ts';
import { NoSuchName, partsOf } from './paths.ts';
import { refusalOf } from './read-file.ts';
import { type Refusal, refusalIn, refusedText } from './refusals.ts';
import { withRetries } from './retry.ts';
import type { HubToken } from './token.ts';

export type RepoAt = { kind: RepoKind; id: string };

const TIMEOUT_MS = 300_000;

/**
 * What changes repositories of the Hub: @huggingface/hub where it has a call, else the Hub's REST API,
 * https://huggingface.co/.well-known/openapi.json.
 */
export type RepoClient = { hubUrl: string; accessToken: HubToken; access: ReturnType<typeof accessTo> };

export const createRepoClient = (
  hubUrl: string,
  accessToken: HubToken,
  isOwn?: IsOwnRepository,
): RepoClient => ({
  hubUrl,
  accessToken,
  access: accessTo(hubUrl, accessToken, TIMEOUT_MS, undefined, isOwn),
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
    });
    if (!response.ok) throw await refusalOf(response);
    return schema.parse(await response.json().catch(() => undefined));
  };
  return attempt(signal, () => (method === 'GET' ? withRetries(send, signal) : send()));
}

/** What came of it, or why not, in words. */
export async function attempt<T>(signal: AbortSignal, act: () => Promise<T>): Promise<Looked<T>> {
  try {
    return { ok: true, value: await act() };
  } catch (error) {
    signal.throwIfAborted();
    return { ok: false, reason: whyNot(error) };
  }
}

/** Why the Hub did not do something, in words, with what helps where that is known. */
export function whyNot(error: unknown): string {
  if (error instanceof NoSuchName) return error.message;
  if (error instanceof Moved) return `${error.message}.`;
  return error instanceof HubApiError
    ? reasonOf(refusalIn(error))
    : `It did not go through: ${messageOf(error)}.`;
}

function reasonOf(refusal: Refusal): string {
  const { status, said } = refusal;
  switch (status) {
    case 401:
    case 403:
      return refusedText(refusal);
    case 404:
      return `There is no such repository, branch, tag or pull request (${said}).`;
    case 409:
      return `It is there already, or has changed meanwhile (${said}).`;
    default:
      return `It did not go through: ${said}.`;
  }
}

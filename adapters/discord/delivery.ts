import { DiscordAPIError, HTTPError, RateLimitError } from 'discord.js';
import { z } from 'zod';
import { callsOf, type Thrown } from '../shared/calls.ts';
import { failureFor } from '../shared/error-meanings.ts';
import { LockedThread } from './archived-threads.ts';
import { ERROR_CODES, type Own } from './error-codes.ts';

/** Calls of the REST API. */
export const REST_API = callsOf<Own>({
  platform: 'Discord',
  unnamedWaitMs: 5_000,
  read(error) {
    if (error instanceof DiscordAPIError) return refusalIn(error);
    if (error instanceof RateLimitError) {
      const retryAfterMs = error.retryAfter > 0 ? Math.max(50, Math.ceil(error.retryAfter)) : undefined;
      const said = { code: 'status 429', detail: error.message, status: 429, row: undefined };
      return { kind: 'answered', ...said, retryAfterMs, isForeseen: true };
    }
    if (error instanceof LockedThread) return { kind: 'known', failed: LOCKED };
    if (error instanceof HTTPError) return { kind: 'unreachable', detail: `status ${error.status}` };
    if (isOfNetwork(error)) return { kind: 'unreachable', detail: `${error.name}: ${error.message}` };
    return { kind: 'fault' };
  },
  failed(means, said, error) {
    const { code, why } = said;
    switch (means) {
      case 'too_large':
        return { ok: false, reason: 'too_long', code, why };
      case 'form':
        return { ok: false, reason: isLength(error) ? 'too_long' : 'form', code, why };
      case 'archived': // and it can't be un-archived, which was tried
        return failureFor('closed', said);
      default:
        return failureFor(means, said);
    }
  },
});

const LOCKED = {
  ok: false,
  reason: 'closed',
  code: 'thread_locked',
  why: 'the thread is locked; a moderator has to unlock it',
  isPlace: true,
} as const;

const Waiting = z.object({ retry_after: z.number() });

/** What stands before Discord answers with pages that have no code; 0 says nothing either. */
function refusalIn({ code: given, status, message, rawError }: DiscordAPIError): Thrown<Own> {
  const number = Number(given) || 0;
  const code = number === 0 ? `status ${status}` : `${number}`;
  const seconds = Waiting.safeParse(rawError).data?.retry_after;
  return {
    kind: 'answered',
    status,
    code,
    detail: `${code}: ${message}`,
    row: number === 0 ? undefined : ERROR_CODES.get(code),
    retryAfterMs: seconds ? seconds * 1000 : undefined,
  };
}

/**
 * An error of Node's `fetch`, and not of ours: both are a TypeError. One of the network has a cause with a
 * code, or was given up waiting for: https://github.com/nodejs/undici/blob/main/docs/docs/api/Errors.md.
 */
function isOfNetwork(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  if (error.name === 'AbortError' || error.name === 'TimeoutError') return true;
  return [error, error.cause].some(
    (part) =>
      part instanceof Error &&
      'code' in part &&
      typeof part.code === 'string' &&
      NETWORK.test(part.code.slice(0, 80)),
  );
}

const NETWORK = /^(?:E[A-Z]{3,}|EAI_\w+|UND_ERR_\w+|CERT_\w+|[A-Z_]*(?:TLS|SSL|CERT)[A-Z_]*|HPE_\w+)$/;

/**
 * A body that is too large or too long is answered with the same code as any other that is not right; what is
 * wrong with which field stands in nested objects:
 * https://docs.discord.com/developers/reference#error-messages.
 */
const isLength = (error: unknown): boolean =>
  error instanceof DiscordAPIError &&
  /BASE_TYPE_MAX_LENGTH|BASE_TYPE_BAD_LENGTH|COMPONENT_MAX_TOTAL|COMPONENT_LAYOUT_WIDTH|MAX_TOTAL_TEXT/.test(
    JSON.stringify(error.rawError),
  );

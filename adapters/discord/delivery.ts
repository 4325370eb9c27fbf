import { DiscordAPIError, HTTPError, RateLimitError } from 'discord.js';
import { z } from 'zod';
import { deliveriesOf } from '../../src/thread/delivery/delivery.ts';
import type { Failed } from '../../src/thread/delivery/outbound.ts';
import { failureFor, faultOfOurs, passing } from '../shared/error-meanings.ts';
import { LockedThread } from './archived-threads.ts';
import { ERROR_CODES, type Row } from './error-codes.ts';

export const { attempt, delivered } = deliveriesOf(failureOf);

/** The row of the code with which Discord refused a call, where it did with one that is known. */
export const rowOf = (error: unknown): Row | undefined =>
  error instanceof DiscordAPIError ? ERROR_CODES.get(Number(error.code)) : undefined;

/** Lets an error pass whose code means one of these. */
export const unless = passing((error) => rowOf(error)?.means);

/** What is waited for where Discord does not say how long. */
const UNNAMED_WAIT_MS = 5_000;

const Waiting = z.object({ retry_after: z.number() });

/** What an error means for a delivery, whatever was thrown. */
export function failureOf(error: unknown): Failed {
  if (error instanceof RateLimitError) {
    const retryAfterMs = error.retryAfter > 0 ? Math.max(50, Math.ceil(error.retryAfter)) : UNNAMED_WAIT_MS;
    return { ok: false, reason: 'rate_limited', retryAfterMs, isForeseen: true };
  }
  if (error instanceof DiscordAPIError) return failureOfApi(error);
  if (error instanceof LockedThread) {
    return { ok: false, reason: 'closed', code: 'thread_locked', why: LOCKED, isPlace: true };
  }
  if (error instanceof HTTPError)
    return { ok: false, reason: 'unavailable', detail: `status ${error.status}` };
  if (isOfNetwork(error))
    return { ok: false, reason: 'unavailable', detail: `${error.name}: ${error.message}` };
  return faultOfOurs(error);
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

function failureOfApi(error: DiscordAPIError): Failed {
  // What stands before Discord answers with pages that have no code; 0 says nothing either.
  const number = Number(error.code) || 0;
  const code = number === 0 ? `status ${error.status}` : `${number}`;
  const detail = `${code}: ${error.message}`;
  const row = number === 0 ? undefined : ERROR_CODES.get(number);
  if (error.status === 429 || row?.means === 'limited') {
    const seconds = Waiting.safeParse(error.rawError).data?.retry_after;
    return { ok: false, reason: 'rate_limited', retryAfterMs: seconds ? seconds * 1000 : UNNAMED_WAIT_MS };
  }
  if (error.status >= 500) return { ok: false, reason: 'unavailable', detail };
  return row === undefined ? failureOfStatus(error.status, code, detail) : failureIn(code, row, error);
}

function failureIn(code: string, { means, why }: Row, error: DiscordAPIError): Failed {
  const said = { code, why, detail: `${error.code}: ${error.message}` };
  switch (means) {
    case 'limited':
      return failureFor('passing', said);
    case 'too_large':
      return { ok: false, reason: 'too_long', code, why };
    case 'form':
      return { ok: false, reason: isLength(error) ? 'too_long' : 'form', code, why };
    case 'archived': // and it can't be un-archived, which was tried
      return failureFor('closed', said);
    default:
      return failureFor(means, said);
  }
}

const LOCKED = 'the thread is locked; a moderator has to unlock it';
const TOKEN = 'Discord refuses my token; whoever runs me has to set a new one';

/** A status without a code that says more. */
function failureOfStatus(status: number, code: string, detail: string): Failed {
  if (status === 401) return { ok: false, reason: 'closed', code, why: TOKEN, isPlace: true };
  if (status === 408 || status === 425) return { ok: false, reason: 'unavailable', detail };
  if (status === 413)
    return { ok: false, reason: 'too_long', code, why: 'it is larger than what Discord takes' };
  const why = `Discord says \`${code}\`, which I don't know`;
  return { ok: false, reason: 'unclear', code, why, detail, isBug: false };
}

/**
 * A body that is too large or too long is answered with the same code as any other that is not right; what is
 * wrong with which field stands in nested objects:
 * https://docs.discord.com/developers/reference#error-messages.
 */
const isLength = (error: DiscordAPIError): boolean =>
  /BASE_TYPE_MAX_LENGTH|BASE_TYPE_BAD_LENGTH|COMPONENT_MAX_TOTAL|COMPONENT_LAYOUT_WIDTH|MAX_TOTAL_TEXT/.test(
    JSON.stringify(error.rawError),
  );

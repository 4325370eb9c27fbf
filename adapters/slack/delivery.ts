import {
  ErrorCode,
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebAPIRequestError,
  type WebClient,
} from '@slack/web-api';
import { z } from 'zod';
import type { ThreadAddress } from '../../src/session/address.ts';
import { deliveriesOf } from '../../src/thread/delivery/delivery.ts';
import type { Failed } from '../../src/thread/delivery/outbound.ts';
import { failureFor, faultOfOurs, passing } from '../shared/error-meanings.ts';
import { ERROR_CODES, type Row } from './error-codes.ts';

/** The metadata by which a message is found again: https://docs.slack.dev/messaging/message-metadata. */
export const EVENT_TYPE = 'ml_intern_post';

const metadataOf = (key: string) => ({ event_type: EVENT_TYPE, event_payload: { key } });

/** A thread, and what reaches it. */
export type Thread = ThreadAddress & { client: WebClient };

export const { attempt, delivered } = deliveriesOf(failureOf);

/** The code with which Slack refused a call, where it did. */
export const codeOf = (error: unknown): string | undefined =>
  error instanceof WebAPIPlatformError ? error.data.error : undefined;

export const rowOf = (code: string): Row | undefined =>
  Object.hasOwn(ERROR_CODES, code) ? ERROR_CODES[code] : undefined;

/** Lets an error pass whose code means one of these. */
export const unless = passing((error) => rowOf(codeOf(error) ?? '')?.means);

/** A wait that Slack does not name. */
export const UNNAMED_WAIT_MS = 30_000;

/** A 200 that tells how long to wait says it as a 429 does. */
const Waiting = z.object({ response_metadata: z.object({ retryAfter: z.number() }) });

/** What an error means for a delivery, whatever was thrown. */
export function failureOf(error: unknown): Failed {
  if (error instanceof WebAPIRateLimitedError) {
    return { ok: false, reason: 'rate_limited', retryAfterMs: Math.max(1, error.retryAfter) * 1000 };
  }
  if (error instanceof WebAPIPlatformError) {
    const code = error.data.error;
    const row = rowOf(code);
    return row === undefined ? unknown(code) : failureIn(code, row, error.data);
  }
  if (error instanceof WebAPIRequestError) {
    return { ok: false, reason: 'unavailable', detail: `${error.code}: ${error.message}` };
  }
  if (error instanceof WebAPIHTTPError) return failureOfStatus(error.statusCode);
  return faultOfOurs(error);
}

/**
 * An error code that is in no table. A body that is no JSON comes as such, too: a page of a proxy on the way.
 */
function unknown(code: string): Failed {
  const isCode = /^[a-z][\w.-]{0,99}$/i.test(code);
  return {
    ok: false,
    reason: 'unclear',
    code: isCode ? code : 'unreadable_answer',
    why: isCode ? `Slack says \`${code}\`, which I don't know` : 'Slack does not answer as it should',
    detail: code.slice(0, 300),
    isBug: false,
  };
}

function failureIn(code: string, { means, why }: Row, data: unknown): Failed {
  switch (means) {
    case 'limited': {
      const seconds = Waiting.safeParse(data).data?.response_metadata.retryAfter;
      return { ok: false, reason: 'rate_limited', retryAfterMs: seconds ? seconds * 1000 : UNNAMED_WAIT_MS };
    }
    case 'shorter':
      return { ok: false, reason: 'too_long', code, why };
    case 'plainer':
    case 'unmarked':
    case 'unstreamed':
      return { ok: false, reason: 'form', code, why };
    case 'streaming':
      return failureFor('frozen', { code, why, detail: code });
    default:
      return failureFor(means, { code, why, detail: code });
  }
}

/**
 * A status without a code: Slack means something only by 200 and 429, others are of what stands before it.
 */
function failureOfStatus(status: number): Failed {
  const code = `status ${status}`;
  if (status === 413) return { ok: false, reason: 'too_long', code, why: 'it is too large' };
  if (status >= 500 || status === 408 || status === 425)
    return { ok: false, reason: 'unavailable', detail: code };
  return {
    ok: false,
    reason: 'unclear',
    code,
    why: `Slack answers with ${code}`,
    detail: code,
    isBug: false,
  };
}

/** Whether Slack refused the token itself. */
export function isRefusedToken(error: unknown): error is WebAPIPlatformError {
  return (
    error instanceof WebAPIPlatformError &&
    error.code === ErrorCode.PlatformError &&
    ['invalid_auth', 'not_authed', 'token_revoked', 'token_expired', 'account_inactive'].includes(
      error.data.error,
    )
  );
}

/**
 * Calls with the metadata that a message is found again by, and without it where that is what Slack does not
 * take.
 */
export async function marked<T>(key: string, call: (metadata: object) => Promise<T>): Promise<T> {
  try {
    return await call({ metadata: metadataOf(key) });
  } catch (error) {
    if (rowOf(codeOf(error) ?? '')?.means !== 'unmarked') throw error;
    return call({});
  }
}

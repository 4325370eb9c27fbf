import {
  ErrorCode,
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebAPIRequestError,
  type WebClient,
} from '@slack/web-api';
import { z } from 'zod';
import { wholeBeginning } from '../../src/lib/cut.ts';
import type { ThreadAddress } from '../../src/session/address.ts';
import { callsOf, type Thrown } from '../shared/calls.ts';
import { failureFor } from '../shared/error-meanings.ts';
import { ERROR_CODES, type Own, type Row } from './error-codes.ts';

/** The metadata by which a message is found again: https://docs.slack.dev/messaging/message-metadata. */
export const EVENT_TYPE = 'ml_intern_post';

const metadataOf = (key: string) => ({ event_type: EVENT_TYPE, event_payload: { key } });

/** A thread, and what reaches it. */
export type Thread = ThreadAddress & { client: WebClient };

/** The code with which Slack refused a call, where it did. */
export const codeOf = (error: unknown): string | undefined =>
  error instanceof WebAPIPlatformError ? error.data.error : undefined;

export const rowOf = (code: string): Row | undefined => ERROR_CODES.get(code);

/** A wait that Slack does not name. */
export const UNNAMED_WAIT_MS = 30_000;

/** Calls of the Web API. */
export const WEB_API = callsOf({
  platform: 'Slack',
  unnamedWaitMs: UNNAMED_WAIT_MS,
  read(error) {
    if (error instanceof WebAPIPlatformError) return refusedWith(error);
    if (error instanceof WebAPIRateLimitedError) {
      return { ...ofStatus(429), retryAfterMs: Math.max(1, error.retryAfter) * 1000 };
    }
    // Slack means something by 200 and 429 alone: others are of what stands before it.
    if (error instanceof WebAPIHTTPError) return ofStatus(error.statusCode);
    if (error instanceof WebAPIRequestError) {
      return { kind: 'unreachable', detail: `${error.code}: ${error.message}` };
    }
    return { kind: 'fault' };
  },
  failed(means, said) {
    const { code, why } = said;
    switch (means) {
      case 'shorter':
        return { ok: false, reason: 'too_long', code, why };
      case 'plainer':
      case 'unmarked':
      case 'unstreamed':
        return { ok: false, reason: 'form', code, why };
      case 'streaming':
        return failureFor('frozen', said);
      default:
        return failureFor(means, said);
    }
  },
});

const ofStatus = (status: number) => ({
  ...{ kind: 'answered' as const, status, row: undefined },
  ...{ code: `status ${status}`, detail: `status ${status}` },
});

/** A 200 that tells how long to wait says it as a 429 does. */
const Waiting = z.object({ response_metadata: z.object({ retryAfter: z.number() }) });

/** A body that is no JSON comes as a code, too: a page of a proxy on the way. */
function refusedWith({ data }: WebAPIPlatformError): Thrown<Own> {
  const given = data.error;
  const isCode = /^[a-z][\w.-]{0,99}$/i.test(given);
  const seconds = Waiting.safeParse(data).data?.response_metadata.retryAfter;
  return {
    kind: 'answered',
    status: 200,
    code: isCode ? given : 'unreadable_answer',
    why: isCode ? undefined : 'Slack does not answer as it should',
    detail: wholeBeginning(given, 300),
    row: rowOf(given),
    retryAfterMs: seconds ? seconds * 1000 : undefined,
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
    if (WEB_API.meansOf(error) !== 'unmarked') throw error;
    return call({});
  }
}

import {
  ErrorCode,
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebAPIRequestError,
  type WebClient,
} from '@slack/web-api';
import type { ThreadAddress } from '../../src/session/address.ts';
import { deliveriesOf, type Failed } from '../../src/thread/delivery.ts';

/** The metadata by which a message is found again: https://docs.slack.dev/messaging/message-metadata. */
export const EVENT_TYPE = 'ml_intern_post';

export const metadataOf = (key: string) => ({ event_type: EVENT_TYPE, event_payload: { key } });

/** A thread, and what reaches it. */
export type Thread = ThreadAddress & { client: WebClient };

/** Lets an error of the platform's pass that says the work is done already. */
export const unlessCode = (code: string) => (error: unknown) => {
  if (!(error instanceof WebAPIPlatformError) || error.data.error !== code) throw error;
};

export const { attempt, delivered } = deliveriesOf(failureOf);

/** Errors of the Web API by what they mean for a delivery; any other is a refusal. */
const BY_CODE: Readonly<Record<string, Failed['reason']>> = {
  message_not_found: 'gone',
  cant_update_message: 'gone',
  file_not_found: 'gone',
  file_deleted: 'gone',
  msg_too_long: 'too_long',
  msg_blocks_too_long: 'too_long',
  internal_error: 'unavailable',
  fatal_error: 'unavailable',
  service_unavailable: 'unavailable',
  request_timeout: 'unavailable',
  team_added_to_org: 'unavailable',
  // A token that is refused may be renewed: what waits is sent then.
  token_revoked: 'unavailable',
  token_expired: 'unavailable',
  invalid_auth: 'unavailable',
  account_inactive: 'unavailable',
};

/** Whether an error of Slack's says something about this call, and not that it may be made again. */
export const isRefusal = (error: unknown): boolean =>
  error instanceof WebAPIPlatformError && !(error.data.error in BY_CODE);

function failureOf(error: unknown): Failed {
  if (error instanceof WebAPIRateLimitedError) {
    return { ok: false, reason: 'rate_limited', retryAfterMs: error.retryAfter * 1000 };
  }
  if (error instanceof WebAPIPlatformError) {
    const detail = error.data.error;
    const reason = BY_CODE[detail] ?? 'refused';
    if (reason === 'rate_limited') return { ok: false, reason, retryAfterMs: 30_000 };
    return { ok: false, reason, detail };
  }
  if (error instanceof WebAPIRequestError || error instanceof WebAPIHTTPError) {
    return { ok: false, reason: 'unavailable', detail: `${error.code}: ${error.message}` };
  }
  throw error;
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

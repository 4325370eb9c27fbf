import { DiscordAPIError, HTTPError, RateLimitError, RESTJSONErrorCodes } from 'discord.js';
import { deliveriesOf, type Failed } from '../../src/thread/delivery.ts';

export const { attempt, delivered } = deliveriesOf(failureOf);

/** https://docs.discord.com/developers/topics/opcodes-and-status-codes#json: any other code is a refusal. */
const BY_CODE: Readonly<Record<number, Failed['reason']>> = {
  [RESTJSONErrorCodes.UnknownMessage]: 'gone',
  [RESTJSONErrorCodes.InvalidFormBodyOrContentType]: 'too_long',
};

/** A body that is too large or too long is answered with the same code as any other that is not right. */
const isLength = (error: DiscordAPIError): boolean =>
  JSON.stringify(error.rawError).includes('BASE_TYPE_MAX_LENGTH') ||
  JSON.stringify(error.rawError).includes('COMPONENT_MAX_TOTAL');

function failureOf(error: unknown): Failed {
  if (error instanceof RateLimitError) {
    return {
      ok: false,
      reason: 'rate_limited',
      retryAfterMs: Math.max(50, Math.ceil(error.retryAfter)),
      isForeseen: true,
    };
  }
  if (error instanceof DiscordAPIError) {
    const detail = `${error.code}: ${error.message}`;
    if (error.status === 429) return { ok: false, reason: 'rate_limited', retryAfterMs: 1_000 };
    if (error.status >= 500) return { ok: false, reason: 'unavailable', detail };
    const reason = BY_CODE[Number(error.code)];
    if (reason === 'gone') return { ok: false, reason };
    if (reason === 'too_long' && isLength(error)) return { ok: false, reason };
    return { ok: false, reason: 'refused', detail };
  }
  if (error instanceof HTTPError)
    return { ok: false, reason: 'unavailable', detail: `status ${error.status}` };
  if (error instanceof Error) {
    return { ok: false, reason: 'unavailable', detail: `${error.name}: ${error.message}` };
  }
  throw error;
}

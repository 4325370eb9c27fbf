import type { ThreadAddress } from '../session/address.ts';
import type { ViewMessage } from './view-message.ts';

/** What a platform is sent for one message: JSON, in the platform's own form. */
export type Payload = Readonly<Record<string, unknown>>;

/**
 * What came of a post, an edit or a removal. `unavailable` leaves the outcome open: the platform may or may not have
 * done it. `refused` will not get better by trying again.
 */
export type Delivery =
  | {
      ok: true;
      platformId: string;
      /** What a message that is still streamed to has been given so far; the next edit is told it. */
      streamed?: string;
    }
  /** `isForeseen`: nothing was sent, because the platform had announced that it would refuse. */
  | { ok: false; reason: 'rate_limited'; retryAfterMs: number; isForeseen?: boolean }
  | { ok: false; reason: 'unavailable'; detail: string }
  | { ok: false; reason: 'gone' }
  | { ok: false; reason: 'too_long' }
  | { ok: false; reason: 'refused'; detail: string };

/** A rate that a platform publishes, over a whole workspace or for each channel or thread. */
type Rate = { perMinute: number; burst: number; per: 'workspace' | 'channel' | 'thread' };

/** One platform's way of showing messages in a thread. */
export type Outbound = {
  /** How fast the platform may be sent to; edits that matter and progress share a rate. */
  rates: { post: Rate; edit: Rate; mark: Rate; streamEnd: Rate; stream: Rate };
  /**
   * The platform's messages for one of the view, in order. `divisor` makes the parts smaller by that factor, for
   * content that the platform found too long nevertheless. A payload with `stream` is of a message that grows, where
   * the platform has a way of its own for that.
   */
  translate(message: ViewMessage, divisor: number, address: ThreadAddress): readonly Payload[];
  post(address: ThreadAddress, key: string, payload: Payload): Promise<Delivery>;
  edit(
    address: ThreadAddress,
    platformId: string,
    payload: Payload,
    streamed: string | undefined,
  ): Promise<Delivery>;
  remove(address: ThreadAddress, platformId: string): Promise<Delivery>;
  /** The id of the message with this key and content, where an earlier post of it did arrive. */
  find(address: ThreadAddress, key: string, payload: Payload): Promise<Delivery | undefined>;
};

import type { ThreadAddress } from '../../session/address.ts';
import type { ViewMessage } from '../view/view-message.ts';
import type { Outgoing, Payload } from './outgoing.ts';

/** What came of a post, an edit or a removal. */
export type Delivery =
  | {
      ok: true;
      platformId: string;
      /** What a message that is still streamed to has been given so far; the next edit is told it. */
      streamed?: string;
    }
  | Failed;

/**
 * Why something was not delivered, in the words of no platform: each adapter has a table that leads from its
 * platform's error codes to these. `why` is for people, after a colon; `code` is the platform's, for the log.
 */
export type Failed = { ok: false } & (
  | {
      reason: 'rate_limited';
      retryAfterMs: number;
      /** Nothing was sent, because the platform had announced that it would refuse. */
      isForeseen?: boolean;
    }
  /**
   * Nothing answers, or the platform has trouble with everything. It passes; whether this was done is not
   * known.
   */
  | { reason: 'unavailable'; detail: string }
  /** The message that was to be changed is there no more. */
  | { reason: 'gone' }
  /**
   * The message that was to be changed is there and can't be changed (any more): a new one has to take its
   * place.
   */
  | { reason: 'frozen'; code: string; why: string }
  | { reason: 'too_long'; code: string; why: string }
  /** It was not done, and may be in a plainer form. */
  | { reason: 'form'; code: string; why: string }
  /** Nothing is taken until somebody acts: of any kind (`isPlace`), or of this kind only. */
  | { reason: 'closed'; code: string; why: string; isPlace: boolean }
  /** It will never be done as it is. */
  | { reason: 'final'; code: string; why: string }
  /**
   * The platform does not say what is wrong, or says it in a way that nobody knows; or the fault is ours
   * (`isBug`), and the same call would fail again. Whether it was done is not known.
   */
  | { reason: 'unclear'; code: string; why: string; detail: string; isBug: boolean }
);

/** A form of a message. `isCut`: a part of its text would be left out. */
export type Form = { body: Payload; isCut: boolean };

/** A rate that a platform publishes, over a whole workspace or for each channel or thread. */
type Rate = { perMinute: number; burst: number; per: 'workspace' | 'channel' | 'thread' };

/** How fast a platform may be sent to; edits that matter and progress share a rate. */
export type Rates = { post: Rate; edit: Rate; reaction: Rate; streamEnd: Rate; stream: Rate };

export type HowToEdit = {
  /** What a message that is streamed to has been given; not known where it is undefined. */
  streamed: string | undefined;
  /** It only shows how something goes on: not worth opening again what people have closed. */
  isPaced: boolean;
};

/** How a platform's threads are begun, and where they are. */
export type Threads = {
  /** A thread's address in a browser; undefined where that is not known. */
  url(address: ThreadAddress): Promise<string | undefined>;
  /**
   * Begins a thread in the channel of an address with a message, and gives its id. `key` is what it is found
   * again by, which comes first where an earlier attempt may have arrived.
   */
  begin(
    address: ThreadAddress,
    key: string,
    body: Payload,
    how: { title: string; isOutcomeOpen: boolean },
  ): Promise<Delivery>;
};

/**
 * Messages in the channel of an address itself, whatever its thread. A channel that is not in the workspace
 * of the address takes nothing.
 */
type InChannels = Pick<Outbound, 'post' | 'edit' | 'remove' | 'find'>;

/** One platform's way of showing messages in a thread. */
export type Outbound = {
  rates: Rates;
  /** Least time between two edits of a thread that only show how something goes on. */
  editIntervalMs: number;
  /**
   * What the platform is sent for one message of the view, in order. `divisor` makes the parts smaller by
   * that factor, for content that the platform found too long nevertheless.
   */
  translate(message: ViewMessage, divisor: number, address: ThreadAddress): readonly Outgoing[];
  /** The same message in plainer and plainer forms, for a platform that refuses it as it is. */
  plainer(body: Payload): readonly Form[];
  /** `key` is what the message is found again by. */
  post(address: ThreadAddress, key: string, outgoing: Outgoing): Promise<Delivery>;
  edit(
    address: ThreadAddress,
    key: string,
    platformId: string,
    outgoing: Outgoing,
    how: HowToEdit,
  ): Promise<Delivery>;
  remove(address: ThreadAddress, platformId: string): Promise<Delivery>;
  /** The id of the message with this key and content, where an earlier post of it did arrive. */
  find(address: ThreadAddress, key: string, outgoing: Outgoing): Promise<Delivery | undefined>;
  /** A platform where threads are begun by people alone has none. */
  threads?: Threads;
  /** A platform that has no channels besides that of a thread has none. */
  channels?: InChannels;
  /**
   * Tells somebody of a thread, where nobody else sees it and the thread itself takes nothing. A platform
   * without such a place has none.
   */
  privateReply?(address: ThreadAddress, person: string, text: string): Promise<Delivery>;
};

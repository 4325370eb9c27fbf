import { isDeepStrictEqual } from 'node:util';
import type { Effort } from '../config/effort.ts';
import type { Clock } from '../lib/clock.ts';
import type { Endpoint } from './endpoints.ts';
import { healed, isOfConversation, NO_QUIRKS, type Quirks, type Refusal } from './quirks.ts';

/** Providers learn: what was turned down is tried again after this. */
const FRESH_MS = 60 * 60_000;
/** Of those that were used last. A session has one of each model that it asks. */
const CONVERSATIONS = 2_000;
/** A router has some dozens of providers of a model; what names more makes them up. */
const PROVIDERS = 50;

/**
 * A conversation with one model at one endpoint: who answered it last, and what is wrong with its content.
 */
export type Conversation = {
  readonly key: string;
  provider: string | undefined;
  /** Left out of this conversation alone. */
  own: Pick<Quirks, 'omitted'> & { reasoning: 'none' | undefined };
};

/** What was asked for, and who turned it down, where that is told. */
type Asked = { effort: Effort | undefined; provider: string | undefined; hasImages: boolean };

type Known = { quirks: Quirks; until: number };

/**
 * What models turned down, each by the endpoint that serves it, and, behind a router that names them, by the
 * provider: what one refuses is nothing that the next one refuses, and may be what it needs.
 */
export class KnownQuirks {
  readonly #clock: Pick<Clock, 'monotonic'>;
  /** By endpoint and model, then by provider; '' where none is named. */
  readonly #known = new Map<string, Map<string, Known>>();
  readonly #conversations = new Map<string, Conversation>();
  /** Who answered last, by endpoint and model: the likeliest one for a new conversation. */
  readonly #last = new Map<string, string>();

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
  }

  /** The conversation of a session; a new one, which is forgotten, where there is no session. */
  conversation({ wire, baseUrl, model }: Endpoint, sessionId: string | undefined): Conversation {
    const key = `${wire} ${baseUrl} ${model}`;
    const id = `${key} ${sessionId}`;
    const known = sessionId === undefined ? undefined : this.#conversations.get(id);
    const conversation = known ?? {
      key,
      provider: this.#last.get(key),
      own: { omitted: new Set(), reasoning: undefined },
    };
    if (sessionId === undefined) return conversation;
    this.#conversations.delete(id);
    this.#conversations.set(id, conversation); // as the one that was used last
    for (const oldest of this.#conversations.keys()) {
      if (this.#conversations.size <= CONVERSATIONS) break;
      this.#conversations.delete(oldest);
    }
    return conversation;
  }

  /**
   * What the next request of a conversation reckons with: its provider, as far as one is known, may change.
   */
  of({ key, provider, own }: Conversation): Quirks {
    const known = this.#of(key, provider) ?? NO_QUIRKS;
    if (own.omitted.size === 0 && own.reasoning === undefined) return known;
    return {
      ...known,
      reasoning: own.reasoning ?? known.reasoning,
      omitted: both(known.omitted, own.omitted),
    };
  }

  /** Notes who answered. */
  answered(conversation: Conversation, provider: string | undefined): void {
    if (provider === undefined) return;
    conversation.provider = provider;
    this.#last.set(conversation.key, provider);
  }

  /**
   * Learns from what was turned down, and says whether the request can be made again otherwise. `sent` is
   * what the request reckoned with.
   */
  learn(
    conversation: Conversation,
    sent: Quirks,
    refusal: Refusal,
    { effort, provider, hasImages }: Asked,
  ): boolean {
    const better = healed(sent, refusal, effort);
    if (better === undefined) return false;
    // It is about pictures, and there are none: something else is meant.
    if (!hasImages && better.omitted.has('images') && !sent.omitted.has('images')) return false;
    const { key, own } = conversation;
    const hasChanged = provider !== undefined && provider !== conversation.provider;
    this.answered(conversation, provider);
    if (isOfConversation(refusal)) {
      const isOfThoughts = better.reasoning !== sent.reasoning;
      conversation.own = {
        reasoning: isOfThoughts ? 'none' : own.reasoning,
        omitted: both(own.omitted, added(better, sent)),
      };
      return true;
    }
    const known = this.#of(key, conversation.provider);
    // It is another one than the request was made for, and what it takes is known.
    if (hasChanged && known !== undefined && !isDeepStrictEqual(this.of(conversation), sent)) return true;
    this.#note(key, conversation.provider, changed(known ?? NO_QUIRKS, sent, better));
    if (better.reasoning !== 'none') conversation.own = { ...own, reasoning: undefined };
    return true;
  }

  #of(key: string, provider = ''): Quirks | undefined {
    const known = this.#known.get(key)?.get(provider);
    return known !== undefined && this.#clock.monotonic() < known.until ? known.quirks : undefined;
  }

  #note(key: string, provider = '', quirks: Quirks): void {
    const byProvider = this.#known.get(key) ?? new Map<string, Known>();
    if (byProvider.size >= PROVIDERS && !byProvider.has(provider)) byProvider.clear();
    this.#known.set(key, byProvider.set(provider, { quirks, until: this.#clock.monotonic() + FRESH_MS }));
  }
}

type Omitted = Quirks['omitted'];

const both = (some: Omitted, others: Omitted): Omitted => new Set([...some, ...others]);

const added = (better: Quirks, sent: Quirks): Omitted =>
  new Set([...better.omitted].filter((part) => !sent.omitted.has(part)));

/** What is known, with what a refusal has changed in what was sent, and nothing else of that. */
function changed(known: Quirks, sent: Quirks, better: Quirks): Quirks {
  return {
    effort: better.effort === sent.effort ? known.effort : better.effort,
    tokenLimit: better.tokenLimit === sent.tokenLimit ? known.tokenLimit : better.tokenLimit,
    reasoning: better.reasoning === sent.reasoning ? known.reasoning : better.reasoning,
    omitted: both(known.omitted, added(better, sent)),
  };
}

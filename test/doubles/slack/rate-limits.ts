/**
 * How many calls a minute a method takes: https://docs.slack.dev/apis/web-api/rate-limits, and the method's
 * page.
 */
const PER_MINUTE: Readonly<Record<string, number>> = {
  'chat.update': 50,
  'chat.delete': 50,
  'conversations.replies': 50,
  'conversations.history': 50,
  'users.info': 100,
  'chat.postEphemeral': 100,
  'reactions.add': 50,
  'reactions.remove': 20,
  'views.publish': 100,
  'chat.startStream': 20,
  'chat.appendStream': 100,
  'chat.stopStream': 20,
  'agents.sessions.setStatus': 50,
  'agents.sessions.rename': 50,
  'assistant.threads.setTitle': 100,
};

/** `chat.postMessage` is limited for each channel: about one a second, with short bursts let through. */
const POST_BURST = 5;

export type RateLimits = {
  /** Seconds to wait, or undefined where the call is let through. */
  check(method: string, channel: string | undefined): number | undefined;
  /** From now on the app is one that is sold outside the Marketplace: it reads little, and seldom. */
  restrict(): void;
  /** How many messages a page of history has at most, where that is less than for others. */
  pageOf(): number | undefined;
};

/** https://docs.slack.dev/changelog/2025/05/29/rate-limit-changes-for-non-marketplace-apps */
const RESTRICTED = { methods: ['conversations.history', 'conversations.replies'], perMinute: 1, page: 15 };

/**
 * Token buckets as Slack's tiers behave. `scale` makes them wider, for tests that are about something else.
 */
export function createRateLimits(scale: number): RateLimits {
  const buckets = new Map<string, { tokens: number; at: number }>();

  function take(key: string, capacity: number, perSecond: number): number | undefined {
    const now = Date.now() / 1000;
    const bucket = buckets.get(key) ?? { tokens: capacity, at: now };
    const tokens = Math.min(capacity, bucket.tokens + (now - bucket.at) * perSecond);
    const isFree = tokens >= 1;
    buckets.set(key, { tokens: isFree ? tokens - 1 : tokens, at: now });
    return isFree ? undefined : Math.max(1, Math.ceil((1 - tokens) / perSecond));
  }

  let isRestricted = false;

  return {
    restrict() {
      isRestricted = true;
    },
    pageOf: () => (isRestricted ? RESTRICTED.page : undefined),
    check(method, channel) {
      if (isRestricted && RESTRICTED.methods.includes(method)) {
        return take(`${method} restricted`, 1, (RESTRICTED.perMinute * scale) / 60);
      }
      if (method === 'chat.postMessage') return take(`post:${channel}`, POST_BURST * scale, scale);
      const perMinute = PER_MINUTE[method];
      return perMinute === undefined ? undefined : take(method, perMinute * scale, (perMinute * scale) / 60);
    },
  };
}

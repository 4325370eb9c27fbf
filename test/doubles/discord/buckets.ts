import { createHash } from 'node:crypto';

type Bucket = { limit: number; perSeconds: number };

/**
 * As Discord announces them at the time of writing; a client must take them from the headers, and they
 * change.
 */
const ROUTES: readonly (readonly [RegExp, Bucket])[] = [
  [/^POST \/channels\/\d+\/messages$/, { limit: 5, perSeconds: 5 }],
  [/^PATCH \/channels\/\d+\/messages\/:id$/, { limit: 5, perSeconds: 5 }],
  [/^(PUT|DELETE) \/channels\/\d+\/messages\/:id\/reactions/, { limit: 1, perSeconds: 0.25 }],
  [/^PATCH \/channels\/\d+$/, { limit: 2, perSeconds: 600 }],
];
const OTHER: Bucket = { limit: 50, perSeconds: 1 };

export type Verdict = { headers: Record<string, string>; retryAfter: number | undefined };

/**
 * Discord's rate limits by route: https://docs.discord.com/developers/topics/rate-limits. `scale` makes them
 * wider.
 */
export class Buckets {
  readonly #scale: number;
  readonly #windows = new Map<string, { used: number; until: number }>();

  constructor(scale: number) {
    this.#scale = scale;
  }

  take(method: string, path: string): Verdict {
    const route = path.replace(/(\/messages\/)\d+/, '$1:id').replace(/\/reactions\/.*/, '/reactions');
    const { limit, perSeconds } =
      ROUTES.find(([pattern]) => pattern.test(`${method} ${route}`))?.[1] ?? OTHER;
    // Adding and removing reactions count together.
    const bucket = route.endsWith('/reactions') ? route : `${method} ${route}`;
    const most = Math.max(1, Math.floor(limit * this.#scale));
    const now = Date.now() / 1000;
    const known = this.#windows.get(bucket);
    const window = known && known.until > now ? known : { used: 0, until: now + perSeconds };
    this.#windows.set(bucket, window);
    const isFree = window.used < most;
    if (isFree) window.used++;
    const left = window.until - now;
    return {
      headers: {
        'x-ratelimit-limit': String(most),
        'x-ratelimit-remaining': String(most - window.used),
        'x-ratelimit-reset': String(window.until),
        'x-ratelimit-reset-after': String(left),
        'x-ratelimit-bucket': createHash('sha256')
          .update(bucket.replace(/\/channels\/\d+/, ''))
          .digest('hex')
          .slice(0, 32),
      },
      retryAfter: isFree ? undefined : left,
    };
  }
}

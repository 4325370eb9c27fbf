import type { ThreadAddress } from '../../src/session/address.ts';

/** The identity of what somebody did: however often a platform delivers it, it is the same. */
export const sourceOf = (platform: ThreadAddress['platform'], ...parts: readonly string[]): string =>
  [platform, ...parts].join(':');

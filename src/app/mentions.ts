import type { MentionsOf } from '../approvals/approvers.ts';
import type { PlatformDefinition } from '../controller/platform-definition.ts';
import type { Mentions } from '../session/mentions.ts';

/** How each platform calls people and groups, whether or not this process connects to it. */
export const mentionsOn =
  (platforms: readonly Pick<PlatformDefinition, 'name' | 'mentions'>[]): MentionsOf =>
  (name) =>
    platforms.find((platform) => platform.name === name)?.mentions ?? NOBODY;

/** For sessions of a platform that there is no more. */
const NOBODY: Mentions = { kindOf: () => undefined, person: (id) => id, group: (id) => id };

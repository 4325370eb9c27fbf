import type { MentionsOf } from '../approvals/approvers.ts';
import type { Mentions } from '../session/mentions.ts';
import { PLATFORMS } from './platforms.ts';

/** How each platform calls people and groups, whether or not this process connects to it. */
export const mentionsOf: MentionsOf = (name) =>
  PLATFORMS.find((platform) => platform.name === name)?.mentions ?? NOBODY;

/** For sessions of a platform that there is no more. */
const NOBODY: Mentions = { kindOf: () => undefined, person: (id) => id, group: (id) => id };

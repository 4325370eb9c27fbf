import { discord } from '../../adapters/discord/platform.ts';
import { slack } from '../../adapters/slack/platform.ts';
import { terminal } from '../../adapters/terminal/platform.ts';
import { page } from '../../adapters/web/platform.ts';
import type { PlatformDefinition } from '../controller/platform-definition.ts';

/**
 * The platforms that the bot can be on. Nothing else here knows an adapter: one more platform is one more of
 * these.
 */
export const PLATFORMS: readonly PlatformDefinition[] = [slack, discord, page, terminal];

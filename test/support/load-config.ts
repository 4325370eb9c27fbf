import { DiscordSettings } from '../../adapters/discord/settings.ts';
import { SlackSettings } from '../../adapters/slack/settings.ts';
import { PageSettings } from '../../adapters/web/settings.ts';
import { PLATFORMS } from '../../src/app/platforms.ts';
import { type Config, loadConfig as load } from '../../src/config/load.ts';

/** A config, as tests change it before the bot starts: the settings of platforms have their types. */
export type TestConfig = Config & {
  platforms: { slack: SlackSettings; discord: DiscordSettings; page: PageSettings };
};

/** The config of an environment and a directory, as the program itself reads it. */
export function loadConfig(
  environment: Readonly<Record<string, string | undefined>>,
  directory: string,
): TestConfig {
  const config = load(environment, directory, PLATFORMS);
  const { slack, discord, page, ...others } = config.platforms;
  return {
    ...config,
    platforms: {
      ...others,
      slack: SlackSettings.parse(slack),
      discord: DiscordSettings.parse(discord),
      page: PageSettings.parse(page),
    },
  };
}

import type { World } from './world.ts';

/** Makes a world's Slack app one that workspaces install, before it starts; these are allowed to. */
export function letInstall({ config, slack }: World, allowed: string[]): void {
  config.platforms.slack.installs = 'oauth';
  config.platforms.slack.allowed_workspaces = allowed;
  config.shared_account = allowed;
  config.secrets = {
    ...config.secrets,
    SLACK_BOT_TOKEN: undefined,
    SLACK_CLIENT_ID: slack.oauth.client.id,
    SLACK_CLIENT_SECRET: slack.oauth.client.secret,
    ENCRYPTION_KEY: '5d1f0c7e9a3b48626fd07c1e95ab3d84e2b6190f7c4ad8536e01f9b27c8d4a35',
  };
}

/** What a person does in a browser: begins at the bot's page, presses "Allow" at Slack's, and comes back. */
export async function install({ config, slack }: World, team: string): Promise<Response> {
  const address = `http://127.0.0.1:${config.platforms.slack.port}`;
  const page = await fetch(`${address}/slack/install`);
  const [, link = ''] = /href="([^"]*oauth\/v2\/authorize[^"]*)"/.exec(await page.text()) ?? [];
  const back = slack.oauth.allow(link.replaceAll('&amp;', '&'), team);
  return fetch(`${address}${back}`, { headers: { cookie: page.headers.get('set-cookie') ?? '' } });
}

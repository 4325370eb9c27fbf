import Bolt from '@slack/bolt';

/*
 * The least that a bot in Slack does with a mention: node test/bench/bare-slack.ts
 * Bolt in Socket Mode, which answers each one in its thread. Says `ready` once it is connected.
 */

const app = new Bolt.App({
  token: process.env.SLACK_BOT_TOKEN ?? '',
  appToken: process.env.SLACK_APP_TOKEN ?? '',
  socketMode: true,
  clientOptions: { slackApiUrl: process.env.SLACK_API_URL ?? '' },
  logLevel: Bolt.LogLevel.ERROR,
});
app.event('app_mention', async ({ event, say }) => {
  await say({ text: 'Working', thread_ts: event.ts });
});
await app.start();
process.stdout.write('ready\n');

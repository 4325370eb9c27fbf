import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { HubDouble } from '../doubles/hub.ts';
import { startModelDouble } from '../doubles/model.ts';
import { parseBlocks } from '../doubles/slack/rules.ts';
import { SlackDouble } from '../doubles/slack/server.ts';
import type { SlackMessage } from '../doubles/slack/workspace.ts';
import { story } from '../support/story.ts';
import { until } from '../support/until.ts';
import { BotProcess } from './bot-process.ts';
import { slackPage } from './page.ts';
import { ThreadPrinter } from './terminal.ts';

const HELP = `npm run demo              the bot at work in a Slack thread, with everything around it played by doubles
npm run demo -- --kill    the same, and the bot is killed while its job runs
npm run demo -- --pages DIRECTORY    the same, and the thread is written as web pages at its turning points
`;

const LINES = [
  ...[0.6902, 0.5518, 0.4127, 0.3309, 0.2871, 0.2542, 0.2333, 0.2214].map(
    (loss, i) =>
      `{'loss': ${loss}, 'learning_rate': ${(5e-5 * (1 - i / 8)).toExponential(2)}, 'epoch': ${(i + 1) / 8}}`,
  ),
  "{'eval_loss': 0.2036, 'eval_accuracy': 0.9284, 'epoch': 1.0}",
  'Pushed to https://huggingface.co/ada/imdb-distilbert',
];

/** The main job as a story: a person asks, approves and asks again; the bot plans, runs a job and answers. */
async function demo({ isKilled, pages }: { isKilled: boolean; pages: string | undefined }): Promise<void> {
  const print = new ThreadPrinter((text) => process.stdout.write(text));
  const [slack, hub, model] = await Promise.all([
    SlackDouble.start(),
    HubDouble.start(),
    startModelDouble(story, { chunkMs: 15, chunkSize: 12 }),
  ]);
  hub.course = () => ({ queueMs: 1_500, runMs: 6_000, lines: LINES, stage: 'COMPLETED' });
  slack.workspace.on('change', (message, change) => print.changed(message, change));

  print.aside('Starting the bot, with an embedded database and no services …');
  const bot = await BotProcess.start(
    {
      SLACK_API_URL: slack.apiUrl,
      SLACK_BOT_TOKEN: 'xoxb-demo-demo-demo',
      SLACK_APP_TOKEN: 'xapp-demo-demo-demo',
      HF_TOKEN: 'hf_demodemodemodemo',
      HF_ENDPOINT: hub.url,
      HF_DATASETS_SERVER: hub.url,
      MODEL_ID: 'scripted/model',
      MODEL_BASE_URL: model.baseUrl,
      JOB_POLL_SECONDS: '1',
      LEASE_SECONDS: '3',
      SWEEP_SECONDS: '1',
    },
    () => print.aside('The bot was killed. Starting it again on what it left in its database …'),
  );
  try {
    await until('the bot is connected', () => slack.connections > 0);
    print.aside(`Process ${bot.pid}, connected. #ml, today:`);
    await play(slack, bot, print, isKilled, pages);
  } finally {
    await bot.stop();
    await Promise.all([slack.close(), hub.close(), model.close()]);
  }
  print.aside('That is the whole story. To set up your own: README, "Your own Slack app".');
}

async function play(
  slack: SlackDouble,
  bot: BotProcess,
  print: ThreadPrinter,
  isKilled: boolean,
  pages: string | undefined,
): Promise<void> {
  const request = 'fine-tune a small model on stanfordnlp/imdb and tell me the accuracy';
  const asked = slack.mention('U0ADA', 'C0ML', request);
  const reply = (text: string) => until(`a reply with "${text}"`, () => find(slack, asked, text));

  function page(name: string): void {
    if (pages === undefined) return;
    mkdirSync(pages, { recursive: true });
    const thread = slack.workspace.thread(asked.channel, asked.ts);
    for (const theme of ['light', 'dark'] as const) {
      const bytesOf = (id: string) => slack.uploads.find(id)?.bytes;
      writeFileSync(join(pages, `${name}-${theme}.html`), slackPage(thread, theme, bytesOf));
    }
  }

  const card = await reply('Run a Hugging Face Job');
  await reply('Waiting for approval');
  page('approval');
  print.aside('Grace, who did not ask for this, presses Approve …');
  slack.click('U0GRACE', card, 'approve');
  const refusal = await until('a private answer for Grace', () => slack.ephemerals.at(-1));
  print.aside(`… and is told in private: ${refusal.text}`);
  print.aside('Ada presses Approve.');
  slack.click('U0ADA', card, 'approve');

  await reply('RUNNING');
  await reply('Waiting for the job');
  if (!isKilled) await reply('▁'); // enough of its curve to be seen
  page('job');
  if (isKilled) {
    print.aside(`kill -9 ${bot.pid}`);
    bot.kill();
  }
  await reply('Accuracy on the test split');
  await reply('COMPLETED');
  await reply('✅ *Done*');

  slack.say('U0ADA', 'C0ML', 'and which learning rate was that?', asked.ts);
  await reply('5e-5');
  await until('all is done', () => find(slack, asked, 'Working') === undefined);
  page('done');
}

function find(slack: SlackDouble, asked: SlackMessage, text: string): SlackMessage | undefined {
  return slack.workspace
    .thread(asked.channel, asked.ts)
    .find(
      (message) =>
        message.bot_id && JSON.stringify([message.text, parseBlocks(message.blocks)]).includes(text),
    );
}

const { values } = parseArgs({
  options: { kill: { type: 'boolean' }, pages: { type: 'string' }, help: { type: 'boolean' } },
});
if (values.help) process.stdout.write(HELP);
else await demo({ isKilled: values.kill ?? false, pages: values.pages });

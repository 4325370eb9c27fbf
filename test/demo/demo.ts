import { parseArgs } from 'node:util';
import { HubDouble } from '../doubles/hub/server.ts';
import { type ModelScript, startModelDouble } from '../doubles/model.ts';
import { story } from '../support/story.ts';
import { BotProcess, playedBy } from './bot-process.ts';
import { discordStage } from './discord-stage.ts';
import { pageDemo } from './page-demo.ts';
import { slackStage } from './slack-stage.ts';
import type { DemoStage } from './stage.ts';
import { ThreadPrinter } from './terminal.ts';
import { waitAloud } from './wait-aloud.ts';

const HELP = `npm run demo              the bot at work in a Slack thread, with everything around it played by doubles
npm run demo -- discord   the same on Discord
npm run demo -- web       the same on the page: you approve it yourself, in your browser
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

/** How the job of the story goes. */
const COURSE = {
  queueMs: 1_500,
  runMs: 6_000,
  lines: LINES,
  stage: 'COMPLETED' as const,
  pushes: ['ada/imdb-distilbert'],
};

type Options = { platform: 'slack' | 'discord'; isKilled: boolean; pages: string | undefined };

/** The story, in which the model gives its job a name, as people would call it. */
const named: ModelScript = (request) => {
  const reply = story(request);
  const calls = reply.calls?.map((call) =>
    call.name === 'hf_jobs'
      ? { ...call, arguments: { ...Object(call.arguments), name: 'IMDB · DistilBERT' } }
      : call,
  );
  return calls === undefined ? reply : { ...reply, calls };
};

/** The main job as a story: a person asks, approves and asks again; the bot plans, runs a job and answers. */
async function demo({ platform, isKilled, pages }: Options): Promise<void> {
  const print = new ThreadPrinter((text) => process.stdout.write(text));
  const open = platform === 'slack' ? slackStage : discordStage;
  const [stage, hub, model] = await Promise.all([
    open((message, change) => print.changed(message, change)),
    HubDouble.start(),
    startModelDouble(named, { chunkMs: 15, chunkSize: 12 }),
  ]);
  hub.course = () => COURSE;

  print.aside('Starting the bot, with an embedded database and no services …');
  const bot = await BotProcess.start(
    {
      ...stage.environment,
      ...playedBy(hub.url, model.baseUrl),
    },
    () => print.aside('The bot was killed. Starting it again on what it left in its database …'),
  );
  try {
    await waitAloud(print, 'the bot to be connected', stage.isConnected);
    print.aside(`Process ${bot.pid}, connected. #ml, today:`);
    await play(stage, bot, print, isKilled, (name) => pages && stage.write(pages, name, hub.url));
  } finally {
    await bot.stop();
    await Promise.all([stage.close(), hub.close(), model.close()]);
  }
  print.aside('That is the whole story. To set up your own: docs/SLACK.md and docs/DISCORD.md.');
}

async function play(
  stage: DemoStage,
  bot: BotProcess,
  print: ThreadPrinter,
  isKilled: boolean,
  page: (name: string) => void,
): Promise<void> {
  /**
   * What only shows for a while may be over before a slow machine has looked: then what comes after it
   * counts, too.
   */
  const reply = (...texts: readonly string[]) =>
    waitAloud(print, `a reply with "${texts[0]}"`, () => texts.some((text) => stage.shows(text)));
  stage.ask('fine-tune a small model on stanfordnlp/imdb and tell me the accuracy');
  await reply('Run a Hugging Face Job');
  await reply('Waiting for approval');
  page('approval');
  print.aside('Grace, who did not ask for this, presses Approve …');
  await stage.approve('grace');
  const refusal = await waitAloud(print, 'a private answer for Grace', stage.toldGrace);
  print.aside(`… and is told in private: ${refusal}`);
  print.aside('Ada presses Approve.');
  await stage.approve('ada');

  await reply('· running', '· done');
  await reply('Waiting for the job', '· done');
  if (!isKilled) await reply('▁', '· done'); // enough of its curve to be seen
  page('job');
  if (isKilled) {
    print.aside(`kill -9 ${bot.pid}`);
    bot.kill();
  }
  await reply('Accuracy on the test split');
  await reply('· done');
  await reply('✅ *Done*', '✅ **Done**');

  stage.say('and which learning rate was that?');
  await reply('5e-5');
  await waitAloud(print, 'all to be done', () => !stage.shows('Working'));
  page('done');
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { kill: { type: 'boolean' }, pages: { type: 'string' }, help: { type: 'boolean' } },
});
const [platform = 'slack'] = positionals;
if (platform === 'web' && !values.help) await pageDemo({ model: named, course: COURSE });
else if (values.help || (platform !== 'slack' && platform !== 'discord')) process.stdout.write(HELP);
else await demo({ platform, isKilled: values.kill ?? false, pages: values.pages });

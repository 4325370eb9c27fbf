import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { inComponents as onDiscord } from '../../adapters/discord/components.ts';
import { view } from '../../src/thread/view/view.ts';
import { discordPage } from '../demo/discord-page.ts';
import { slackPage } from '../demo/page.ts';
import { BOT_USER } from '../doubles/discord/guild.ts';
import { type Component, problemOf } from '../doubles/discord/rules.ts';
import { refusalOf } from '../doubles/slack/rules.ts';
import { BOT } from '../doubles/slack/workspace.ts';
import { inSlack } from '../support/slack-view.ts';
import { STATES } from './states.ts';

const HELP = `npm run gallery -- DIRECTORY            every kind of message as web pages, light and dark
npm run gallery -- DIRECTORY --shoot    and as pictures, wide and on a phone; takes chromium
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { shoot: { type: 'boolean' } },
});
const [directory] = positionals;
if (directory === undefined) {
  process.stderr.write(HELP);
  process.exit(1);
}

/** The messages of all states, as a platform would take them; one that it would not take ends the program. */
function slackMessages() {
  return STATES.flatMap(({ heading, snapshot }) => [
    { heading },
    ...view(snapshot)
      .flatMap((message) => inSlack(message, 1))
      .flatMap((outgoing) => {
        if (outgoing.kind !== 'message') return [];
        const { text, blocks } = outgoing.body;
        const refusal = refusalOf(String(text), blocks);
        if (refusal) throw new Error(`Slack would refuse this with ${refusal}: ${JSON.stringify(blocks)}`);
        return [{ user: BOT.user_id, bot_id: BOT.bot_id, text: String(text), blocks, ts: '1767268800.0' }];
      }),
  ]);
}

function discordMessages() {
  const options = { asksFeedback: true };
  return STATES.flatMap(({ heading, snapshot }) => [
    { heading },
    ...view(snapshot)
      .flatMap((message) => onDiscord(message, 1, options))
      .flatMap((outgoing) => {
        if (outgoing.kind !== 'message') return [];
        const problem = problemOf(outgoing.body, []);
        if (problem) throw new Error(`Discord would refuse this: ${JSON.stringify(problem)}`);
        return [
          {
            author: BOT_USER,
            content: '',
            attachments: [],
            components: outgoing.body.components as Component[],
          },
        ];
      }),
  ]);
}

const WIDTHS = { desktop: 800, phone: 390 } as const;

mkdirSync(directory, { recursive: true });
const PAGES = {
  'slack-light': () => slackPage(slackMessages(), 'light'),
  'slack-dark': () => slackPage(slackMessages(), 'dark'),
  discord: () => discordPage(discordMessages()),
} as const;

for (const [title, make] of Object.entries(PAGES)) {
  const page = resolve(join(directory, `${title}.html`));
  writeFileSync(page, make());
  process.stdout.write(`${page}\n`);
  for (const [name, width] of values.shoot ? Object.entries(WIDTHS) : []) {
    const picture = resolve(join(directory, `${title}-${name}.png`));
    await promisify(execFile)('chromium', [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--hide-scrollbars',
      `--window-size=${width},9000`,
      `--screenshot=${picture}`,
      `file://${page}`,
    ]);
    process.stdout.write(`${picture}\n`);
  }
}

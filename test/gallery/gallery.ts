import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { inComponents as onDiscord } from '../../adapters/discord/components.ts';
import { cut } from '../../src/lib/cut.ts';
import { view } from '../../src/thread/view/view.ts';
import { discordPage } from '../demo/discord-page.ts';
import { slackPage } from '../demo/page.ts';
import { BOT_USER, PEOPLE as DISCORD_PEOPLE } from '../doubles/discord/guild.ts';
import { type Component, problemOf } from '../doubles/discord/rules.ts';
import { refusalOf } from '../doubles/slack/rules.ts';
import { BOT, PEOPLE } from '../doubles/slack/workspace.ts';
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
        const shown = {
          user: BOT.user_id,
          bot_id: BOT.bot_id,
          text: String(text),
          blocks,
          ts: '1767268800.0',
        };
        return [{ push: pushOf(String(text)) }, shown];
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
        const { first } = outgoing;
        const components = JSON.parse(withNames(JSON.stringify(outgoing.body.components))) as Component[];
        return [
          // What calls nobody is a card at once, of which a phone shows nothing.
          ...(first === undefined ? [] : [{ push: pushOf(withNames(String(first.content))) }]),
          {
            author: BOT_USER,
            content: '',
            attachments: [],
            components,
          },
        ];
      }),
  ]);
}

/** Views call people by ids of Slack's, which are none on Discord: there it is Ada whom they call. */
const withNames = (text: string): string => text.replaceAll('<@0>', `<@${DISCORD_PEOPLE.ada.id}>`);

/** Characters of a notification that a phone shows while it is locked. */
const PUSHED = 178;

/** What a notification says, with the names that mentions stand for. */
function pushOf(text: string): string {
  const named = [...Object.entries(PEOPLE), [DISCORD_PEOPLE.ada.id, 'Ada'] as const].reduce(
    (said, [id, name]) => said.replaceAll(`<@${id}>`, `@${name}`),
    text,
  );
  return cut(named.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&'), PUSHED);
}

const chromium = (page: string, options: readonly string[]) =>
  promisify(execFile)(
    'chromium',
    [
      ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking'],
      ...['--hide-scrollbars', ...options, `file://${page}`],
    ],
    { maxBuffer: 100_000_000 },
  );

/** How high a page is at some width, so that its picture has all of it. */
async function heightOf(page: string, width: number): Promise<number> {
  const measured = page.replace(/\.html$/, '.measured.html');
  const script = '<script>document.title = `high ${document.documentElement.scrollHeight}`</script>';
  writeFileSync(measured, `${readFileSync(page, 'utf8')}${script}`);
  const { stdout } = await chromium(measured, [`--window-size=${width},800`, '--dump-dom']);
  rmSync(measured);
  const [, height] = /<title>high (\d+)/.exec(stdout) ?? [];
  if (height === undefined) throw new Error(`${page} has no height`);
  return Number(height);
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
    const height = await heightOf(page, width);
    await chromium(page, [`--window-size=${width},${height}`, `--screenshot=${picture}`]);
    process.stdout.write(`${picture}\n`);
  }
}

import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { inComponents as onDiscord } from '../../adapters/discord/components.ts';
import { attachmentName } from '../../adapters/discord/uploads.ts';
import { cut } from '../../src/lib/cut.ts';
import type { Outgoing } from '../../src/thread/delivery/outgoing.ts';
import { view } from '../../src/thread/view/view.ts';
import type { ViewMessage } from '../../src/thread/view/view-message.ts';
import { discordPage, type ShownOnDiscord } from '../demo/discord-page.ts';
import { type ShownOnSlack, slackPage } from '../demo/page.ts';
import { BOT_USER, PEOPLE as DISCORD_PEOPLE } from '../doubles/discord/guild.ts';
import { type Component, problemOf } from '../doubles/discord/rules.ts';
import { refusalOf } from '../doubles/slack/rules.ts';
import { BOT, PEOPLE } from '../doubles/slack/workspace.ts';
import { inSlack } from '../support/slack-view.ts';
import { FILES } from './files.ts';
import { MORE_STATES, STATES } from './states.ts';

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

type State = (typeof STATES)[number];

/** What a platform is sent for a state; what has no look of its own is left out. */
function sentFor({ snapshot }: State, printed: (message: ViewMessage) => readonly Outgoing[]) {
  return view(snapshot)
    .flatMap(printed)
    .flatMap((outgoing) => (outgoing.kind === 'message' || outgoing.kind === 'upload' ? [outgoing] : []));
}

const byBot = { user: BOT.user_id, bot_id: BOT.bot_id, ts: '1767268800.0' };

/** Messages as Slack would take them; one that it would not take ends the program. */
const slackMessages = (states: readonly State[]) =>
  states.flatMap((state) => [
    { heading: state.heading },
    ...sentFor(state, (message) => inSlack(message, 1)).flatMap((outgoing): ShownOnSlack[] => {
      if (outgoing.kind === 'upload') {
        const { file, text, calling } = outgoing;
        const shown = { ...byBot, text, blocks: undefined, files: [{ id: file.id, name: file.name }] };
        return [...(calling ? [{ push: pushOf(text) }] : []), shown];
      }
      const { text, blocks } = outgoing.body;
      const refusal = refusalOf(String(text), blocks);
      if (refusal) throw new Error(`Slack would refuse this with ${refusal}: ${JSON.stringify(blocks)}`);
      return [{ push: pushOf(String(text)) }, { ...byBot, text: String(text), blocks }];
    }),
  ]);

const byDiscordBot = { author: BOT_USER, content: '', attachments: [], components: [] };

/** The same for Discord. */
const discordMessages = (states: readonly State[]) =>
  states.flatMap((state) => [
    { heading: state.heading },
    ...sentFor(state, (message) => onDiscord(message, 1, { asksFeedback: true })).flatMap(
      (outgoing): ShownOnDiscord[] => {
        if (outgoing.kind === 'upload') {
          const { file, text, calling } = outgoing;
          const bytes = FILES.get(file.id) ?? Buffer.of();
          const sent = { id: file.id, filename: attachmentName(file.name), size: bytes.length, url: '' };
          const attachments = [{ ...sent, bytes }];
          const said = withNames(text);
          return [
            ...(calling ? [{ push: pushOf(said) }] : []),
            { ...byDiscordBot, content: said, attachments },
          ];
        }
        const problem = problemOf(outgoing.body, []);
        if (problem) throw new Error(`Discord would refuse this: ${JSON.stringify(problem)}`);
        const { first, body } = outgoing;
        const components = JSON.parse(withNames(JSON.stringify(body.components ?? []))) as Component[];
        return [
          // What calls nobody is a card at once, of which a phone shows nothing.
          ...(first === undefined ? [] : [{ push: pushOf(withNames(String(first.content))) }]),
          { ...byDiscordBot, components },
        ];
      },
    ),
  ]);

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
  const linked = named.replace(/<(https?:[^|>]+)(?:\|([^>]+))?>/g, (_whole, url, label) => label ?? url);
  return cut(linked.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&'), PUSHED);
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
const PARTS = { '': STATES, '-more': MORE_STATES } as const;

/** Every page: a platform, a theme, and a part of what there is. */
const PAGES = Object.entries(PARTS).flatMap(([part, states]) =>
  (['light', 'dark'] as const).flatMap((theme) => [
    {
      title: `slack-${theme}${part}`,
      make: () => slackPage(slackMessages(states), theme, (id) => FILES.get(id)),
    },
    { title: `discord-${theme}${part}`, make: () => discordPage(discordMessages(states), theme) },
  ]),
);

for (const { title, make } of PAGES) {
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

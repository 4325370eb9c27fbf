import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseBlocks } from '../doubles/slack/rules.ts';
import { SlackDouble } from '../doubles/slack/server.ts';
import { PEOPLE, type SlackMessage } from '../doubles/slack/workspace.ts';
import { until } from '../support/until.ts';
import { slackPage } from './page.ts';
import { type DemoStage, onTheHub, type Watch } from './stage.ts';
import type { Printed } from './terminal.ts';

/** The story on Slack. */
export async function slackStage(watch: Watch): Promise<DemoStage> {
  const slack = await SlackDouble.start();
  slack.workspace.on('change', (message, change) => watch(printed(message), change));
  let asked: SlackMessage | undefined;
  const thread = () => (asked ? slack.workspace.thread(asked.channel, asked.ts) : []);
  const find = (text: string) =>
    thread().find(
      (message) =>
        message.bot_id && JSON.stringify([message.text, parseBlocks(message.blocks)]).includes(text),
    );
  return {
    environment: {
      SLACK_API_URL: slack.apiUrl,
      SLACK_BOT_TOKEN: 'xoxb-demo-demo-demo',
      SLACK_APP_TOKEN: 'xapp-demo-demo-demo',
    },
    isConnected: () => slack.connections > 0,
    ask(text) {
      asked = slack.mention('U0ADA', 'C0ML', text);
    },
    say: (text) => void slack.say('U0ADA', 'C0ML', text, asked?.ts),
    shows: (text) => find(text) !== undefined,
    async approve(who) {
      const card = await until('the card', () => find('"approve"'));
      slack.click(who === 'ada' ? 'U0ADA' : 'U0GRACE', card, 'approve');
    },
    toldGrace: () => slack.ephemerals.at(-1)?.text,
    write(directory, name, hubUrl) {
      mkdirSync(directory, { recursive: true });
      const bytesOf = (id: string) => slack.uploads.find(id)?.bytes;
      for (const theme of ['light', 'dark'] as const) {
        writeFileSync(
          join(directory, `${name}-${theme}.html`),
          slackPage(onTheHub(thread(), hubUrl), theme, bytesOf),
        );
      }
    },
    close: () => slack.close(),
  };
}

function printed(message: SlackMessage): Printed {
  const blocks = parseBlocks(message.blocks);
  const text =
    blocks.length === 0
      ? message.text.replace(/<@UBOT00001>/g, '@ml-intern')
      : blocks
          .map(blockText)
          .filter((part) => part !== '')
          .join('\n');
  const files = (message.files ?? []).map(({ name }) => `📎 ${name}`);
  const isBot = message.bot_id !== undefined;
  return {
    id: message.ts,
    who: isBot ? 'ml-intern' : (PEOPLE[message.user] ?? message.user),
    isBot,
    text: [unescaped(text), ...files].join('\n'),
  };
}

function blockText(block: ReturnType<typeof parseBlocks>[number]): string {
  switch (block.type) {
    case 'section':
      return [block.text?.text, ...(block.fields ?? []).map((field) => field.text.replace('\n', ': '))]
        .filter((part) => part !== undefined)
        .join('\n');
    case 'context':
      return block.elements.map((element) => element.text).join('  ');
    case 'actions':
      return block.elements
        .map(
          (element) =>
            `[ ${element.type === 'button' ? element.text.text : element.type === 'overflow' ? '⋯' : element.initial_option?.text.text} ]`,
        )
        .join('  ');
    case 'markdown':
      return block.text;
    case 'header':
      return block.text.text;
    default:
      return '';
  }
}

function unescaped(text: string): string {
  return text
    .replace(/<!date\^\d+\^[^|]*\|[^>]*>/g, 'just now')
    .replace(/<@(\w+)>/g, (_whole, id: string) => `@${PEOPLE[id] ?? id}`)
    .replace(/<(https?:[^|>]+)\|([^>]+)>/g, '$2')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}

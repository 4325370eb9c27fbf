import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { flat } from '../doubles/discord/components.ts';
import { CHANNELS, type DiscordMessage, PEOPLE } from '../doubles/discord/guild.ts';
import { DiscordDouble } from '../doubles/discord/server.ts';
import { until } from '../support/until.ts';
import { discordPage } from './discord-page.ts';
import { type DemoStage, onTheHub, type Watch } from './stage.ts';
import type { Printed } from './terminal.ts';

/** The story on Discord. */
export async function discordStage(watch: Watch): Promise<DemoStage> {
  const discord = await DiscordDouble.start();
  discord.guild.on('change', (message, change) => watch(printed(message), change));
  let asked: DiscordMessage | undefined;
  const replies = () => discord.guild.in(asked?.id ?? '').filter(({ author }) => author.bot);
  return {
    environment: { DISCORD_TOKEN: discord.token, DISCORD_API_URL: `${discord.url}/api` },
    isConnected: () => discord.gateway.connections > 0,
    ask(text) {
      asked = discord.mention('ada', CHANNELS.ml, text);
    },
    say: (text) => void discord.say('ada', asked?.id ?? '', text),
    shows: (text) => replies().some((message) => printed(message).text.includes(text)),
    async approve(who) {
      const card = await until('the card', () =>
        replies().find(({ components }) => JSON.stringify(components).includes('"approve|')),
      );
      discord.click(who, card, 'approve|');
    },
    toldGrace: () => discord.privates.find(({ user }) => user === PEOPLE.grace.id)?.text.trim(),
    write(directory, name, hubUrl) {
      mkdirSync(directory, { recursive: true });
      const messages = [...(asked ? [asked] : []), ...discord.guild.in(asked?.id ?? '')];
      writeFileSync(join(directory, `${name}-discord.html`), discordPage(onTheHub(messages, hubUrl)));
    },
    close: () => discord.close(),
  };
}

function printed({ id, author, content, components, attachments }: DiscordMessage): Printed {
  const rows = flat(components).map((part) => part.content ?? (part.label ? `[ ${part.label} ]` : ''));
  const files = attachments.map(({ filename }) => `📎 ${filename}`);
  const text = [content, ...rows, ...files].filter((part) => part !== '').join('\n');
  return { id, who: author.global_name ?? author.username, isBot: author.bot === true, text: readable(text) };
}

function readable(text: string): string {
  return text
    .replace(/^-# |^### /gm, '')
    .replace(/<t:\d+:\w>/g, 'just now')
    .replace(/<@!?(\d+)>/g, (_whole, id: string) => {
      const person = Object.values(PEOPLE).find((item) => item.id === id);
      return `@${person?.global_name ?? 'ml-intern'}`;
    })
    .replace(/\[([^\]]*)\]\(<[^>]*>\)/g, '$1')
    .replace(/\\([\\*_~`|>#[\]()-])/g, '$1');
}

import { Client, Events, GatewayIntentBits } from 'discord.js';

/*
 * The least that a bot on Discord does with a mention: node test/bench/bare-discord.ts
 * discord.js, which begins a thread from each one and answers there. Says `ready` once it is connected.
 */

const { Guilds, GuildMessages, MessageContent } = GatewayIntentBits;
const client = new Client({
  intents: [Guilds, GuildMessages, MessageContent],
  rest: { api: process.env.DISCORD_API_URL ?? '' },
});
client.on(Events.MessageCreate, (message) => {
  if (client.user === null || !message.mentions.has(client.user)) return;
  void message.startThread({ name: 'Working' }).then((thread) => thread.send('Working'));
});
client.once(Events.ClientReady, () => process.stdout.write('ready\n'));
await client.login(process.env.DISCORD_TOKEN ?? '');

import { describe, expect, test } from 'vitest';
import type { Config } from '../../src/config/load.ts';
import { CHANNELS } from '../doubles/discord/guild.ts';
import { lastText } from '../doubles/model.ts';
import { isThere } from '../support/backends.ts';
import { type DiscordWorld, useDiscord } from '../support/discord-world.ts';
import { echo } from '../support/scripts.ts';
import { until } from '../support/until.ts';
import { useWorld } from '../support/use-world.ts';
import type { World } from '../support/world.ts';

/*
 * Two processes listen to the same workspace. Slack sends a mention as two events, each to one of them, at
 * the same time; Discord sends everything to both. What follows from a message follows once.
 */

let world: World;
const beginWorld = useWorld((made) => {
  world = made;
});
let on: DiscordWorld;
const beginDiscord = useDiscord((made) => {
  on = made;
});

const MENTION = '<@UBOT00001>';
const smallFiles = ({ attachments }: Config) => void Object.assign(attachments, { max_mb: 0.001 });
const HUGE = { name: 'huge.csv', text: 'x'.repeat(2_000) };

describe.skipIf(!isThere('postgres'))('a mention on Slack that both processes are told of', () => {
  async function begin(): Promise<void> {
    await beginWorld(echo, { backend: 'postgres', configure: smallFiles });
    await world.another();
  }

  const told = (text: string) => world.slack.ephemerals.filter((item) => item.text.includes(text));

  /** All that follows from what was said so far is there, because what was said last is answered. */
  async function settled(): Promise<void> {
    await world.slack.delivered();
    const last = world.slack.mention('U0ADA', 'C0ML', 'last');
    await world.reply(last, 'heard: [Ada] last');
    await world.slack.delivered();
  }

  test('is refused once, however often it is delivered', async () => {
    await begin();
    const refused = world.slack.mention('U0GUEST', 'C0ML', 'go');
    await world.slack.delivered();
    world.slack.deliverMessage(refused);
    await settled();
    expect(told('Guests may not use me here')).toHaveLength(1);
  });

  test('has its files fetched once, its author looked up once, and what could not be taken told once', async () => {
    await begin();
    const files = [HUGE, { name: 'small.csv', text: 'a\n1\n' }];
    const asked = world.slack.share('U0LINUS', 'C0ML', files, `${MENTION} look`);
    await world.reply(asked, 'heard: [Linus] look');
    await world.slack.delivered();
    world.slack.deliverMessage(asked);
    await settled();
    expect(told('huge.csv is larger than')).toHaveLength(1);
    expect(world.slack.downloads.filter((name) => name === 'small.csv')).toHaveLength(1);
    const lookUps = world.slack.calls.filter(
      ({ method, arguments: args }) => method === 'users.info' && args.user === 'U0LINUS',
    );
    expect(lookUps).toHaveLength(1);
    expect(world.model.requests.map(lastText).filter((text) => text.includes('look'))).toHaveLength(1);
  });

  test('and that is answered at once is answered once, and has its effect once', async () => {
    await begin();
    const asked = world.slack.mention('U0ADA', 'C0ML', 'yolo $5');
    await world.reply(asked, 'up to $5.00');
    world.slack.say('U0ADA', 'C0ML', 'yolo off', asked.ts);
    await world.reply(asked, 'Auto-approval is off');
    await world.slack.delivered();
    world.slack.deliverMessage(asked); // as Slack does when it has not heard that it was received
    await world.slack.delivered();
    world.slack.say('U0ADA', 'C0ML', 'yolo', asked.ts);
    const said = (text: string) => world.replies(asked).filter((reply) => reply.text.includes(text)).length;
    await until('what holds is said', () => said('Auto-approval is off') === 2);
    expect(said('up to $5.00')).toBe(1);
  });

  test('is one each, also where many come at once', async () => {
    await begin();
    for (let i = 0; i < 5; i++) world.slack.mention('U0GUEST', 'C0ML', `number ${i}`);
    await settled();
    expect(told('Guests may not use me here')).toHaveLength(5);
  });
});

describe.skipIf(!isThere('postgres'))('a message on Discord that both processes are told of', () => {
  test('has its files fetched once, and what could not be taken told once', async () => {
    await beginDiscord(echo, { backend: 'postgres', configure: smallFiles });
    await on.world.another(() => on.discord.gateway.connections > 1);
    const files = [HUGE, { name: 'small.csv', text: 'a\n1\n' }];
    const asked = on.discord.say('ada', CHANNELS.ml, '<@me> look', files);
    await on.reply(asked.id, 'heard: [Ada] look');
    const last = on.discord.mention('ada', CHANNELS.ml, 'last');
    await on.reply(last.id, 'heard: [Ada] last');
    const fetched = on.discord.calls.filter(({ path }) => path.startsWith('/attachments/'));
    expect(fetched).toHaveLength(1);
    const told = on.discord.calls.filter(
      ({ method, path }) => method === 'POST' && path.endsWith(`/channels/${CHANNELS.ml}/messages`),
    );
    expect(told).toHaveLength(1);
    expect(on.world.model.requests.map(lastText).filter((text) => text.includes('look'))).toHaveLength(1);
  });
});

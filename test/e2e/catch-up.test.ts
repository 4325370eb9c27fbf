import { describe, expect, test } from 'vitest';
import { CHANNELS } from '../doubles/discord/guild.ts';
import { type DiscordWorld, shownOn, useDiscord } from '../support/discord-world.ts';
import { callOnce, dollarJob } from '../support/scripts.ts';
import { until } from '../support/until.ts';
import { useWorld } from '../support/use-world.ts';
import type { World } from '../support/world.ts';

/* Whoever joins a thread is told what has happened in it, and nobody else sees that. */

const NAMED = { ...dollarJob, arguments: { ...dollarJob.arguments, name: 'IMDB baseline' } };
const OVER = { queueMs: 0, runMs: 0, lines: ["{'eval_accuracy': 0.934}"], stage: 'COMPLETED' as const };

describe('on Slack', () => {
  let world: World;
  const begin = useWorld((made) => {
    world = made;
  });
  const told = (text: string) =>
    until(
      () => `a private answer with "${text}"; there is ${JSON.stringify(world.slack.ephemerals)}`,
      () => world.slack.ephemerals.findLast((one) => JSON.stringify(one).includes(text)),
    );

  test('what was asked, decided, found and spent is told to who joins, and the session goes on', async () => {
    await begin(callOnce(NAMED));
    world.hub.course = () => OVER;
    const asked = world.slack.mention('U0ADA', 'C0ML', 'train the baseline');
    const card = await world.reply(asked, 'Approve up to $1.00?');
    const before = world.replies(asked).length;
    world.slack.say('U0GRACE', 'C0ML', 'catch me up', asked.ts);
    const open = await told('Ada decides');
    expect(open).toMatchObject({ user: 'U0GRACE', channel: 'C0ML', thread: asked.ts });
    expect(open.text).toBe('train the baseline: Waiting for an approval.');
    const link = `archives/C0ML/p${asked.ts.replace('.', '')}`;
    expect(JSON.stringify(open.blocks)).toMatch(
      new RegExp(`How it stands\\.\\*\\* Waiting for an approval\\. Ada decides: IMDB baseline .*${link}`),
    );
    expect(world.replies(asked)).toHaveLength(before);
    world.slack.click('U0ADA', card, 'approve');
    await world.reply(asked, 'result: ');
    const status = await world.reply(asked, 'session_menu');
    world.slack.pick('U0GRACE', status, 'session_menu', 'catch me up');
    const over = JSON.stringify((await told('Ada approved IMDB baseline')).blocks);
    expect(over).toMatch(/\[IMDB baseline\]\(http[^)]*\) is done: accuracy 0\.934/);
    expect(over).toContain('**Spent.** Requests: 1');
    expect(world.slack.pushes.filter(({ to }) => to === 'U0GRACE')).toEqual([]);
  });

  test('what nearly asks for it goes to the agent, and a button tells its author alone', async () => {
    await begin(() => ({ text: 'Here is a recap.' }));
    const asked = world.slack.mention('U0ADA', 'C0ML', 'hello');
    await world.reply(asked, 'Here is a recap.');
    world.slack.say('U0ADA', 'C0ML', 'recap', asked.ts);
    world.slack.click('U0ADA', await world.reply(asked, 'Did you mean `catch me up`?'), 'offered_command:0');
    expect(JSON.stringify(await told('begun by Ada'))).toContain('Here is a recap.');
    world.slack.slash('U0ADA', 'C0ML', 'catchup');
    await told('Write `catch me up` in a thread of mine');
  });
});

describe('on Discord', () => {
  let on: DiscordWorld;
  const begin = useDiscord((made) => {
    on = made;
  });

  test('it comes as a direct message that a phone shows, or by a command for who takes none', {
    tags: 'long',
  }, async () => {
    await begin(callOnce(NAMED));
    const { id } = on.discord.mention('ada', CHANNELS.ml, 'train the baseline');
    await on.reply(id, 'Approve up to $1.00?');
    on.discord.say('ada', id, 'catch me up');
    const direct = await on.reply(CHANNELS.direct, 'How it stands');
    expect(direct.content).toMatch(/^\*\*train the baseline\*\* · begun by Ada\n/);
    expect(direct.content).toContain('Ada decides: IMDB baseline · a10g-small, at most 1 h, up to $1.00');
    expect(direct.content).toContain(`<#${id}>`);
    on.discord.say('grace', id, 'catch me up');
    await on.reply(id, 'Use `/ml-intern catchup` here');
    on.discord.slash('grace', id, 'catchup');
    const { user } = await on.told('grace', 'How it stands');
    expect(user).not.toBe(direct.author.id);
    const shown = on.replies(id).map(shownOn);
    expect(shown.some((text) => text.includes('How it stands'))).toBe(false);
    await on.reply(id, 'Approve up to $1.00?'); // which is still open
  });
});

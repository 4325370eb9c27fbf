/** @module-tag long */

import { describe, expect, test } from 'vitest';
import { CHANNELS, PEOPLE } from '../doubles/discord/guild.ts';
import { type DiscordWorld, useDiscord } from '../support/discord-world.ts';
import { callOnce, dollarJob } from '../support/scripts.ts';
import { until } from '../support/until.ts';
import { useWorld } from '../support/use-world.ts';
import { shown, type World } from '../support/world.ts';

/* On the card of a job that waits for approval other hardware can be chosen, with what it can cost. */

const NAMED = { ...dollarJob, arguments: { ...dollarJob.arguments, name: 'IMDB baseline' } };
const AT_ONCE = () => ({ queueMs: 0, runMs: 0, lines: [], stage: 'COMPLETED' as const });

describe('on Slack', () => {
  let world: World;
  const begin = useWorld((made) => {
    world = made;
  });

  test('what is chosen is what is approved and run, and who saw the card before has to look again', async () => {
    await begin(callOnce(NAMED));
    world.hub.course = AT_ONCE;
    const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
    const card = await world.reply(asked, 'Approve up to $1.00? IMDB baseline · a10g-small');
    const before = structuredClone(card);
    for (const option of ['l4x1: L4 24 GB · at most $0.80', 'l40sx1: L40S 48 GB · at most $1.80']) {
      expect(shown(card)).toContain(option);
    }
    expect(shown(card)).not.toContain('a10g-large'); // the same GPU
    world.slack.pick('U0ADA', card, 'choose:hardware_flavor', 'l40sx1');
    await until('the card says so', () =>
      card.text.includes('Approve up to $1.80? IMDB baseline · l40sx1, at most 1 h'),
    );
    expect(shown(card)).toContain('l40sx1 (8 vCPU, 62 GB, 1× L40S 48 GB)');
    expect(shown(card)).toContain('Changed by');
    world.slack.click('U0ADA', before, 'approve');
    await until('Ada has to look again', () => world.slack.ephemerals.length > 0);
    expect(world.hub.jobs).toHaveLength(0);
    world.slack.click('U0ADA', card, 'approve');
    await until('it runs there', () => world.hub.jobs[0]?.spec.flavor === 'l40sx1');
    await world.reply(asked, 'result: ');
  });
});

describe('on Discord', () => {
  let on: DiscordWorld;
  const begin = useDiscord((made) => {
    on = made;
  });

  test('what is chosen is what is approved and run', async () => {
    await begin(callOnce(NAMED));
    on.world.hub.course = AT_ONCE;
    const asked = on.discord.mention('ada', CHANNELS.ml, 'go');
    const card = await on.reply(asked.id, 'Approve up to $1.00? IMDB baseline · a10g');
    await until('it is a card', () => card.content === '');
    expect(JSON.stringify(card.components)).toContain('l4x1: L4 24 GB · at most $0.80');
    on.discord.pick('ada', card, 'choose|', 'l4x1');
    const changed = await on.reply(asked.id, 'Approve up to $0.80? IMDB baseline · l4x1, at most 1 h');
    on.discord.click('ada', changed, 'approve|');
    await until('it runs there', () => on.world.hub.jobs[0]?.spec.flavor === 'l4x1');
    const called = on.discord.pushes.filter(({ to }) => to === PEOPLE.ada.id);
    expect(called.filter(({ text }) => text.includes('Approve'))).toHaveLength(1); // an edit calls nobody
  });
});

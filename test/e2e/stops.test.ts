import { describe, expect, test } from 'vitest';
import { CHANNELS, PEOPLE } from '../doubles/discord/guild.ts';
import { lastText, type ModelScript } from '../doubles/model.ts';
import { type DiscordWorld, shownOn, useDiscord } from '../support/discord-world.ts';
import { everything } from '../support/mcp.ts';
import { callOnce, echo } from '../support/scripts.ts';
import { until } from '../support/until.ts';
import { useWorld } from '../support/use-world.ts';
import { shown, type World } from '../support/world.ts';

/*
 * Work that stops before it is done calls who can do something about it, by what a phone shows; what passes
 * by itself is tried again without them.
 */

/** A model whose provider takes requests again in a minute and a half, until it `answers`. */
function provider(): { script: ModelScript; answers(): void; calls(): number } {
  let isOut = true;
  let calls = 0;
  return {
    script(request) {
      calls++;
      return isOut ? { error: { status: 429, retryAfter: 90 } } : echo(request);
    },
    answers() {
      isOut = false;
    },
    calls: () => calls,
  };
}

/** Calls tools without an end. */
const endless: ModelScript = () => ({ calls: [{ name: 'bash', arguments: { command: 'true' } }] });

/** Long enough for what waits to be tried again. */
const LATER = 2 * 60_000;

describe('on Slack', () => {
  let world: World;
  const begin = useWorld((made) => {
    world = made;
  });
  const pushed = (to: string) => world.slack.pushes.flatMap((push) => (push.to === to ? [push.text] : []));
  const waiting = (asked: Parameters<World['describe']>[0]) =>
    until('it waits', () => {
      return world.describe(asked).includes('Waiting for the model provider');
    });

  test('an outage of the provider calls a person once, and once when it is over, in all their threads', {
    tags: 'long',
  }, async () => {
    const model = provider();
    await begin(model.script);
    const first = world.slack.mention('U0ADA', 'C0ML', 'train it');
    await waiting(first);
    await until('she is called', () => pushed('U0ADA').length === 1);
    expect(pushed('U0ADA')[0]).toMatch(
      /^<@U0ADA> “train it” waits: The model provider is limiting our requests\. I try again by myself, next at \d\d?:\d\d Europe\/Berlin\.$/,
    );
    const second = world.slack.mention('U0ADA', 'C0ML', 'and test it');
    await waiting(second);
    const other = world.slack.mention('U0GRACE', 'C0ML', 'mine');
    await waiting(other);
    expect(world.describe(second)).toMatch(/limiting our requests\. I try again by myself <!date\^\d+\^/);
    expect(pushed('U0ADA')).toHaveLength(1);
    await until('another is called of her own', () => pushed('U0GRACE').length === 1);
    model.answers();
    world.advance(LATER);
    await world.reply(first, 'heard: [Ada] train it');
    await world.reply(second, 'heard: [Ada] and test it');
    await world.reply(other, 'heard: [Grace] mine');
    const news = pushed('U0ADA').filter((text) => text.includes('answers again'));
    expect(news).toEqual([
      expect.stringMatching(
        /^<@U0ADA> The model provider answers again: I go on with “(?:train it|and test it)”\.$/,
      ),
    ]);
  });

  test('it is tried again after a restart, and again later where that was in vain', {
    tags: 'long',
  }, async () => {
    const model = provider();
    await begin(model.script);
    const asked = world.slack.mention('U0ADA', 'C0ML', 'train it');
    await waiting(asked);
    await world.stop();
    const calls = model.calls();
    world.advance(LATER);
    await world.start();
    await until('it is tried again', () => model.calls() > calls);
    model.answers();
    await until('it is answered', () => {
      whileWaiting(asked);
      return world.describe(asked).includes('heard: [Ada] train it');
    });
    expect(pushed('U0ADA').filter((text) => text.includes('waits:'))).toHaveLength(1);
  });

  test('what waits is stopped like anything else, and then not tried again', { tags: 'long' }, async () => {
    const model = provider();
    await begin(model.script);
    const asked = world.slack.mention('U0ADA', 'C0ML', 'train it');
    await waiting(asked);
    world.slack.say('U0ADA', 'C0ML', 'close', asked.ts);
    await world.reply(asked, 'Closed by Ada');
    model.answers();
    world.advance(30 * LATER);
    const later = world.slack.mention('U0ADA', 'C0ML', 'another');
    await world.reply(later, 'heard: [Ada] another');
    expect(world.describe(asked)).not.toContain('heard');
  });

  test('an outage that lasts for hours ends in a call for somebody to press Retry', {
    tags: 'long',
  }, async () => {
    const model = provider();
    await begin(model.script, {
      configure: ({ limits }) => {
        limits.outage_hours = 0.1;
      },
    });
    const asked = world.slack.mention('U0ADA', 'C0ML', 'train it');
    await until('it is given up', () => {
      whileWaiting(asked);
      return pushed('U0ADA').some((text) => text.includes('is stuck'));
    });
    model.answers();
    world.slack.click('U0ADA', await stop(asked, 'is stuck'), 'retry');
    await world.reply(asked, 'heard: [Ada] train it');
  });

  /**
   * Time that goes by while a request waits for its next try. Once that is due it is worked on, and a clock
   * that went on would take it from whoever works.
   */
  function whileWaiting(asked: Parameters<World['describe']>[0]): void {
    const said = world.describe(asked);
    const [, due] = /Waiting for the model provider[\s\S]*?by myself <!date\^(\d+)/.exec(said) ?? [];
    if (due !== undefined && Number(due) * 1_000 > world.now()) world.advance(LATER);
  }

  const stop = (asked: Parameters<World['replies']>[0], words: string) =>
    until('a message that calls', () => world.replies(asked).find(({ text }) => text.includes(words)));

  test('a pause asks its person, and goes on by the button below it, which then is gone', async () => {
    await begin(endless, {
      configure: ({ limits }) => {
        limits.model_calls_per_turn = 2;
      },
    });
    const asked = world.slack.mention('U0ADA', 'C0ML', 'count');
    await until('she is called', () => pushed('U0ADA').length === 1);
    expect(pushed('U0ADA')[0]).toMatch(/^<@U0ADA> “count”: shall I go on\? I have made all/);
    const message = await stop(asked, 'shall I go on?');
    expect(shown(message)).toContain('"Continue"');
    world.slack.click('U0ADA', message, 'retry');
    await until('it asks again', () => pushed('U0ADA').length === 2);
    await until('the first has no button', () => !shown(message).includes('"Continue"'));
  });

  test('a budget that is used up calls those who may pass it, and not who asked', async () => {
    await begin((request) => ({ ...echo(request), usage: { input: 1_000, output: 1_000 } }), {
      configure: ({ budgets, model }) => {
        budgets.session_usd = 1;
        budgets.approvers = ['U0GRACE'];
        model.price = { input_usd_per_million: 1_000, output_usd_per_million: 1_000 };
      },
    });
    const asked = world.slack.mention('U0ADA', 'C0ML', 'first');
    await world.reply(asked, 'heard: [Ada] first');
    world.slack.say('U0ADA', 'C0ML', 'second', asked.ts);
    await until(
      () => `somebody is called: ${world.describe(asked)}`,
      () => pushed('U0GRACE').length === 1,
    );
    expect(pushed('U0GRACE')[0]).toMatch(/^<@U0GRACE> “first” needs more budget: .*\$1\.00/);
    expect(pushed('U0ADA')).toEqual([]);
    world.slack.click('U0GRACE', await stop(asked, 'needs more budget'), 'retry');
    await world.reply(asked, 'heard: [Ada] second');
  });
});

describe('on Discord', () => {
  let on: DiscordWorld;
  const begin = useDiscord((made) => {
    on = made;
  });
  const pushed = (who: keyof typeof PEOPLE = 'ada') =>
    on.discord.pushes.flatMap(({ to, text }) => (to === PEOPLE[who].id ? [text] : []));

  test('an outage of the provider calls a person once, and once when it is over', async () => {
    const model = provider();
    await begin(model.script);
    const asked = on.discord.mention('ada', CHANNELS.ml, 'train it');
    await until('she is called', () => {
      return pushed().length === 1;
    });
    expect(pushed()[0]).toMatch(
      /^<@\d+> “train it” waits: The model provider is limiting our requests\. I try again/,
    );
    model.answers();
    on.world.advance(LATER);
    await on.reply(asked.id, 'heard: [Ada] train it');
    await until('she is told', () => pushed().some((text) => text.includes('answers again')));
  });

  test('a pause asks its person, and a budget that is used up those who may pass it, each with a button', {
    tags: 'long',
  }, async () => {
    const costly = { input: 10_000, output: 10_000 };
    await begin(
      (request) =>
        lastText(request).includes('first') ? { ...echo(request), usage: costly } : endless(request),
      {
        configure: ({ limits, budgets, model }) => {
          limits.model_calls_per_turn = 2;
          budgets.session_usd = 1;
          budgets.approvers = [PEOPLE.grace.id];
          model.price = { input_usd_per_million: 100, output_usd_per_million: 100 };
        },
      },
    );
    const counted = on.discord.mention('ada', CHANNELS.ml, 'count');
    await until('she is called', () => pushed().length === 1);
    expect(pushed()[0]).toMatch(/^<@\d+> “count”: shall I go on\?/);
    on.discord.click('ada', await withButton(counted.id, 'shall I go on?', 'Continue'), 'retry');
    await until('it asks again', () => pushed().length === 2);

    const asked = on.discord.mention('ada', CHANNELS.ml, 'first');
    await on.reply(asked.id, 'heard: [Ada] first');
    on.discord.say('ada', asked.id, 'first again');
    await until('somebody else is called', () => pushed('grace').length === 1);
    expect(pushed('grace')[0]).toMatch(/^<@\d+> “first” needs more budget: .*\$1\.00/);
    expect(pushed()).toHaveLength(2);
    on.discord.say('linus', asked.id, 'status');
    await on.reply(asked.id, 'tokens: ');
    on.discord.click('grace', await withButton(asked.id, 'needs more budget', 'Retry'), 'retry');
    await on.reply(asked.id, 'heard: [Ada] first again');
  });

  const withButton = (thread: string, words: string, button: string) =>
    until(`"${words}" has its button`, () =>
      on.replies(thread).find((reply) => [words, button].every((text) => shownOn(reply).includes(text))),
    );

  test('a server’s question calls who may answer it, by who asks and what', async () => {
    await begin(callOnce({ name: 'trigger-elicitation-request', arguments: {} }), {
      configure: (config) => {
        config.mcp_servers.everything = everything('never');
      },
    });
    const asked = on.discord.mention('ada', CHANNELS.ml, 'go');
    await on.reply(asked.id, 'Please provide inputs');
    expect(pushed()).toEqual([expect.stringMatching(/^<@\d+> everything asks: Please provide inputs/)]);
  });
});

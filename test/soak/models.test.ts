import { describe, expect, test } from 'vitest';
import { lastText, type ModelScript } from '../doubles/model.ts';
import { listed, startRouter } from '../doubles/router.ts';
import type { SlackMessage } from '../doubles/slack/workspace.ts';
import { echo } from '../support/scripts.ts';
import { until } from '../support/until.ts';
import { useWorld } from '../support/use-world.ts';
import { shown, type World } from '../support/world.ts';

let world: World;
const begin = useWorld((made) => {
  world = made;
});

const say = (asked: SlackMessage, text: string) => world.slack.say('U0ADA', 'C0ML', text, asked.ts);
const ready: ModelScript = (request) =>
  request.tools?.some((tool) => tool.function.name === 'ready')
    ? { calls: [{ name: 'ready', arguments: {} }] }
    : { text: `${request.model} heard: ${lastText(request)}` };

async function started(
  script: ModelScript = echo,
  options: Parameters<typeof begin>[1] = {},
): Promise<SlackMessage> {
  await begin(script, options);
  const asked = world.slack.mention('U0ADA', 'C0ML', 'fine-tune a model on imdb');
  await world.reply(asked, 'heard:');
  return asked;
}

describe('model', () => {
  test('switches after a check, and goes back', async () => {
    const asked = await started(ready);
    say(asked, 'model Qwen/Qwen3:novita');
    await world.reply(asked, 'From here on I use **Qwen/Qwen3:novita**');
    say(asked, 'and now');
    await world.reply(asked, 'Qwen/Qwen3:novita heard: [Ada] and now');
    say(asked, 'model default');
    await world.reply(asked, 'the default model');
    say(asked, 'once more');
    await world.reply(asked, 'scripted/model heard: [Ada] once more');
  });

  test('stays where it is when the other does not answer', async () => {
    const asked = await started((request) =>
      request.model === 'bad/model' ? { error: { status: 404 } } : echo(request),
    );
    say(asked, 'model bad/model');
    await world.reply(asked, 'does not know this model');
    say(asked, 'go on');
    await world.reply(asked, 'heard: [Ada] go on');
    expect(world.model.requests.at(-1)?.model).toBe('scripted/model');
  });

  test('shows what there is, with context, prices and tools', async () => {
    await begin(echo, { isStarted: false });
    const models = [
      listed('moonshotai/Kimi-K2.5', [{ provider: 'novita', context: 262_144, input: 0.6, output: 3 }]),
    ];
    const router = await startRouter(world.model, models);
    world.config.model.base_url = router.baseUrl;
    world.config.model.choices = ['moonshotai/Kimi-K2.5'];
    await world.start();
    const asked = world.slack.mention('U0ADA', 'C0ML', 'model');
    const answer = await world.reply(asked, 'is in use');
    expect(shown(answer)).toContain('| moonshotai/Kimi-K2.5 | 262k | 0.6 / 3 | yes | novita |');
    await router.close();
  });
});

test('effort is sent from then on, and default takes it back', async () => {
  const asked = await started((request) => ({
    text: `heard: effort ${Reflect.get(request, 'reasoning_effort')}`,
  }));
  say(asked, 'effort high');
  await world.reply(asked, 'Effort is high');
  say(asked, 'now');
  await world.reply(asked, 'heard: effort high');
  say(asked, 'effort default');
  await world.reply(asked, 'Effort is the default');
  say(asked, 'effort');
  await world.reply(asked, '`effort max`');
  say(asked, 'effort of others is not a command');
  await until('it was taken for a message', () =>
    world.model.requests.some((request) => lastText(request).includes('is not a command')),
  );
});

describe('the title of a session', () => {
  const titles: ModelScript = (request) =>
    request.model === 'small/model' ? { text: '"IMDB sentiment baseline."' } : echo(request);
  const withSmall = {
    configure: (config: World['config']) => {
      config.model.small = 'small/model';
    },
  };

  test('is found once by the cheaper model, which sees nothing but the request', async () => {
    const asked = await started(titles, withSmall);
    await world.reply(asked, '*IMDB sentiment baseline*');
    say(asked, 'and now');
    await world.reply(asked, 'heard: [Ada] and now');
    const own = world.model.requests.filter(({ model }) => model === 'small/model');
    expect(own).toHaveLength(1);
    expect(own[0]?.messages.map(({ role }) => role)).toEqual(['system', 'user']);
    expect(lastText(own[0] as never)).toBe('fine-tune a model on imdb');
  });

  test.each([
    ['fails', { error: { status: 404 } }],
    ['is cut', { text: 'IMDB senti', finish: 'length' as const }],
    ['is cut while it thinks', { text: '<think>They want a', finish: 'length' as const }],
  ])('stays the first words of the request where the cheaper model %s', async (_how, reply) => {
    const asked = await started(
      (request) => (request.model === 'small/model' ? reply : echo(request)),
      withSmall,
    );
    await world.reply(asked, '*fine-tune a model on imdb*');
    expect(world.describe(asked)).not.toContain('does not know this model');
  });
});

test('usage counts tokens, their cached share, the cost and the time to the first word', async () => {
  const asked = await started(() => ({ text: 'heard: it', usage: { input: 100_000, output: 1_000 } }), {
    configure: (config) => {
      config.model.price = { input_usd_per_million: 2, output_usd_per_million: 10 };
    },
  });
  say(asked, 'usage');
  const answer = await world.reply(asked, 'this session');
  expect(shown(answer)).toContain('| this session | 1 | 100,000 (0 %) | 1,000 | $0.21 |');
  expect(shown(answer)).toMatch(/Ada today .*this channel today .*everybody today/s);
});

describe('a session that has become dear', () => {
  test('asks whether to go on, once for each doubling', async () => {
    await begin(
      (request) => ({ text: `heard: ${lastText(request)}`, usage: { input: 1_000_000, output: 0 } }),
      {
        configure: (config) => {
          config.model.price = { input_usd_per_million: 3, output_usd_per_million: 3 };
          config.model.context_tokens = 100_000_000;
        },
      },
    );
    const asked = world.slack.mention('U0ADA', 'C0ML', 'one');
    await world.reply(asked, 'heard: [Ada] one');
    say(asked, 'two');
    await world.reply(asked, 'heard: [Ada] two');
    say(asked, 'three');
    const status = await world.reply(asked, 'This session has cost $6.00');
    expect(shown(status)).toContain('Shall I go on?');
    expect(world.model.requests).toHaveLength(2);
    const card = await until('its Continue button', () =>
      world.replies(asked).find((reply) => shown(reply).includes('"Continue"')),
    );
    world.slack.click('U0GRACE', card, 'retry');
    await world.reply(asked, 'heard: [Ada] three');
    say(asked, 'four');
    await world.reply(asked, 'heard: [Ada] four');
    say(asked, 'five');
    await world.reply(asked, 'This session has cost $12.00');
    say(asked, 'six'); // whoever writes lets it go on
    await world.reply(asked, 'heard: [Ada] six');
  });
});

describe('the transcript', () => {
  test('is posted as markdown, and for programs in the format of the Hub’s viewer', async () => {
    const asked = await started();
    say(asked, 'export');
    const [file] = await until('the transcript is posted', () => {
      const found = world.slack.uploads.files.filter((item) => item.isShared && item.name.endsWith('.md'));
      return found.length > 0 && found;
    });
    expect(file?.bytes.toString()).toMatch(
      /^# fine-tune a model on imdb\n\n## Ada · .*\n\nfine-tune a model on imdb/,
    );
    say(asked, 'export jsonl');
    const [lines] = await until('the lines are posted', () => {
      const found = world.slack.uploads.files.filter((item) => item.isShared && item.name.endsWith('.jsonl'));
      return found.length > 0 && found;
    });
    const [header, first] = (lines?.bytes.toString() ?? '')
      .split('\n')
      .map((line) => line && JSON.parse(line));
    expect(header).toMatchObject({
      type: 'session',
      harness: 'ml-intern',
      name: 'fine-tune a model on imdb',
    });
    expect(first).toMatchObject({ type: 'message', message: { role: 'user' } });
  });

  test('is shared to a private dataset without what is secret, and shared again in its place', async () => {
    const secret = `hf_${'s'.repeat(34)}`;
    const asked = await started(() => ({ text: `heard: my token is ${secret}` }));
    say(asked, 'share');
    await world.reply(asked, 'in a dataset that only its owners see');
    const repo = world.hub.repos.find('dataset', 'ada/ml-intern-sessions');
    expect(repo?.visibility).toBe('private');
    const [[path, bytes] = ['', Buffer.alloc(0)]] = [...(repo?.files ?? [])];
    expect(path).toMatch(/^sessions\/\d{4}-\d\d-\d\d\/s_\w+\.jsonl$/);
    expect(bytes.toString()).toContain('my token is');
    expect(bytes.toString()).not.toContain(secret);
    say(asked, 'more');
    await until('it is answered', () => world.model.requests.length === 2);
    say(asked, 'share');
    await until('it is shared again', () => String(repo?.files.get(path)).includes('more'));
    expect(repo?.files.size).toBe(1);
  });

  test('is not shared into a dataset that others see', async () => {
    const asked = await started(echo);
    world.hub.repos.add('dataset', 'ada/ml-intern-sessions').visibility = 'public';
    say(asked, 'share');
    await world.reply(asked, 'the dataset ada/ml-intern-sessions is public');
    expect(world.hub.repos.find('dataset', 'ada/ml-intern-sessions')?.files.size).toBe(0);
  });

  test('is not shared where the config forbids it', async () => {
    const asked = await started(echo, {
      configure: (config) => {
        config.traces.share = false;
      },
    });
    say(asked, 'share');
    await world.reply(asked, 'switched off');
    expect(world.hub.repos.all).toEqual([]);
  });
});

test('while the provider is out another model answers, and the thread says so once', async () => {
  const asked = await started(
    (request) => (request.model === 'scripted/model' ? { error: { status: 402 } } : echo(request)),
    {
      configure: (config) => {
        config.model.fallbacks = ['other/model'];
      },
    },
  );
  await world.reply(asked, 'scripted/model can’t be reached at the moment, so I go on with other/model');
  say(asked, 'more');
  await world.reply(asked, 'heard: [Ada] more');
  expect(world.describe(asked).match(/can’t be reached at the moment/g)?.length).toBeLessThanOrEqual(2);
});

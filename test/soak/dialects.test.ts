import { afterEach, expect, test } from 'vitest';
import { startAnthropic } from '../doubles/anthropic.ts';
import { type Dialect, type DialectDouble, startDialect } from '../doubles/dialect-server.ts';
import { DIALECTS } from '../doubles/dialects.ts';
import { type ModelDouble, startModelDouble } from '../doubles/model.ts';
import type { SlackMessage } from '../doubles/slack/workspace.ts';
import { STREAM_FAILURES } from '../doubles/stream-failures.ts';
import { story } from '../support/story.ts';
import { until } from '../support/until.ts';
import { useWorld } from '../support/use-world.ts';
import { shown, type World } from '../support/world.ts';

let world: World;
const begin = useWorld((made) => {
  world = made;
});

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((item) => item.close()));
});

async function served(dialect: Dialect): Promise<{ model: ModelDouble; provider: DialectDouble }> {
  const model = await startModelDouble(story);
  const provider = await startDialect(model.baseUrl, dialect);
  open.push(model, provider);
  await begin(story, { environment: { MODEL_BASE_URL: `${provider.url}/v1` } });
  world.hub.course = () => ({
    queueMs: 0,
    runMs: 0,
    lines: ["{'eval_accuracy': 0.9284}"],
    stage: 'COMPLETED',
  });
  return { model, provider };
}

const ASKED = 'fine-tune a small model on stanfordnlp/imdb';

async function toItsEnd(asked: SlackMessage): Promise<SlackMessage> {
  world.slack.click('U0ADA', await world.reply(asked, 'Run a Hugging Face Job on a10g-small'), 'approve');
  const answer = await world.reply(asked, '92.8 %');
  await world.reply(asked, '✅ *Done*');
  expect(world.hub.jobs).toHaveLength(1);
  return answer;
}

/** As `docs/MODELS.md` names them. */
test.each(Object.entries(DIALECTS))('the story is told where %s', async (_name, dialect) => {
  const { model } = await served(dialect);
  const asked = world.slack.mention('U0ADA', 'C0ML', ASKED);
  const answer = await toItsEnd(asked);
  expect(model.refusals).toEqual([]);
  world.slack.say('U0GRACE', 'C0ML', 'and which learning rate was that?', asked.ts);
  await world.reply(asked, '5e-5');
  for (const text of [shown(answer), world.describe(asked)]) {
    expect(text).not.toMatch(
      /<\|?\/?think|What do they want|They want a model|<\||<｜|tool_call>|c2ln|TOOL_?CALL/,
    );
  }
  // Each answer was paid for once.
  expect(model.requests).toHaveLength(EXCHANGES);
});

/** Answers of the story's model: four steps of the request, and the question after it. */
const EXCHANGES = 5;

test('the story is told over Anthropic’s own Messages API', async () => {
  const model = await startModelDouble(story);
  const provider = await startAnthropic(model.baseUrl, KEY);
  open.push(model, provider);
  await begin(story, {
    environment: {
      MODEL_ID: 'anthropic/claude',
      ANTHROPIC_API_KEY: KEY,
      ANTHROPIC_BASE_URL: `${provider.url}/v1`,
    },
    configure: (config) => {
      config.model.direct = true;
    },
  });
  world.hub.course = () => ({
    queueMs: 0,
    runMs: 0,
    lines: ["{'eval_accuracy': 0.9284}"],
    stage: 'COMPLETED',
  });
  await toItsEnd(world.slack.mention('U0ADA', 'C0ML', ASKED));
  expect(provider.refusals).toEqual([]);
  expect(provider.requests).toHaveLength(EXCHANGES - 1);
});

const KEY = `sk-ant-api03-${'k'.repeat(86)}kkkkkkkAA`;

const ENDINGS = Object.entries(STREAM_FAILURES).map(([name, { kind, body }]) => [name, kind, body] as const);
const PLAIN = DIALECTS['nothing is counted'] as Dialect;

test.each(ENDINGS.filter(([, kind]) => kind === 'passing'))(
  'the story goes on where, for once, %s (%s)',
  async (_name, _kind, body) => {
    const { model, provider } = await served(PLAIN);
    provider.failure = () => {
      provider.failure = undefined;
      return body;
    };
    await toItsEnd(world.slack.mention('U0ADA', 'C0ML', ASKED));
    expect(provider.asked).toBe(EXCHANGES); // four answers, and the one that failed
    expect(model.requests).toHaveLength(EXCHANGES - 1);
  },
);

/** What people are told where it never gets better. */
const TOLD = {
  credits: /run out of credits/,
  filtered: /content filter/,
  'too long': /no longer fits/,
  unknown: /does not know this model/,
} as const;

test.each(ENDINGS.flatMap(([name, kind, body]) => (kind === 'passing' ? [] : [[name, kind, body] as const])))(
  'people are told, and nothing is asked without end, where %s (%s)',
  async (_name, kind, body) => {
    const { provider } = await served(PLAIN);
    provider.failure = () => body;
    const asked = world.slack.mention('U0ADA', 'C0ML', ASKED);
    await until('people are told', () => TOLD[kind].test(world.describe(asked)));
    expect(world.describe(asked)).not.toContain('*Done*');
    expect(provider.asked).toBe(1);
    provider.failure = undefined;
    world.slack.say('U0ADA', 'C0ML', 'try again', asked.ts);
    await toItsEnd(asked);
    expect(provider.asked).toBe(EXCHANGES);
  },
);

import { afterEach, expect, test } from 'vitest';
import { DIALECTS, startDialect } from '../doubles/dialects.ts';
import { startModelDouble } from '../doubles/model.ts';
import { story } from '../support/story.ts';
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

/** As `docs/MODELS.md` names them. */
test.each(Object.entries(DIALECTS))('the story is told where %s', async (_name, dialect) => {
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
  const asked = world.slack.mention('U0ADA', 'C0ML', 'fine-tune a small model on stanfordnlp/imdb');
  world.slack.click('U0ADA', await world.reply(asked, 'Run a Hugging Face Job on a10g-small'), 'approve');
  const answer = await world.reply(asked, '92.8 %');
  await world.reply(asked, '✅ *Done*');
  expect(world.hub.jobs).toHaveLength(1);
  expect(model.refusals).toEqual([]);
  world.slack.say('U0GRACE', 'C0ML', 'and which learning rate was that?', asked.ts);
  await world.reply(asked, '5e-5');
  for (const text of [shown(answer), world.describe(asked)]) {
    expect(text).not.toMatch(/<\|?think|What do they want|They want a model|<\||<｜|tool_call>|c2ln/);
  }
  // Each answer was paid for once.
  expect(model.requests).toHaveLength(EXCHANGES);
});

/** Answers of the story's model: four steps of the request, and the question after it. */
const EXCHANGES = 5;

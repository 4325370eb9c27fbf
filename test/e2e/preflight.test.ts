import { describe, expect, test } from 'vitest';
import { CHANNELS } from '../doubles/discord/guild.ts';
import { type DiscordWorld, useDiscord } from '../support/discord-world.ts';
import { dollarJob, inTurn } from '../support/scripts.ts';
import { useWorld } from '../support/use-world.ts';
import { shown, type World } from '../support/world.ts';

/* What people are told of a training job before they pay for it, and what the model is told first. */

const TRAINING = [
  'from trl import SFTConfig, SFTTrainer',
  'trainer = SFTTrainer("Qwen/Qwen2.5-0.5B", args=SFTConfig("out", push_to_hub=True, hub_model_id="ada/sft"))',
  'trainer.train()',
  '',
].join('\n');
const job = (more: object) => ({
  ...dollarJob,
  arguments: { ...dollarJob.arguments, script: TRAINING, dependencies: ['trl'], ...more },
});
const preflight = {
  example: 'trl/scripts/sft.py',
  dataset: 'stanfordnlp/imdb',
  columns: ['text'],
  tried: 'nowhere: no GPU in the sandbox',
  pushes_to: 'ada/other',
  time: '40 min of training',
};

describe('on Slack', () => {
  let world: World;
  const begin = useWorld((made) => {
    world = made;
  });

  test('what is missing is said to the model once, and what it claims is on the card as it is', async () => {
    await begin(inTurn(job({}), job({ preflight })));
    const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
    const card = shown(await world.reply(asked, 'Approve up to $1.00?'));
    expect(card).toContain('stanfordnlp/imdb · not checked');
    expect(card).toContain('ada/other · but the script pushes to ada/sft');
    expect(card).toContain('40 min of training');
    expect(JSON.stringify(world.model.requests.at(-1))).toContain('`preflight` is missing');
  });

  test('a model that says nothing is not kept from asking', async () => {
    await begin(inTurn(job({}), job({ name: 'again' })));
    const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
    const card = shown(await world.reply(asked, 'Approve up to $1.00?'));
    expect(card).not.toContain('Follows');
  });

  test('under auto-approval the model knows what is left of the cap, and nothing of it is in the prompt', async () => {
    await begin(inTurn(dollarJob));
    world.hub.course = () => ({ queueMs: 0, runMs: 0, lines: [], stage: 'COMPLETED' });
    const set = world.slack.mention('U0ADA', 'C0ML', 'yolo $3');
    await world.reply(set, 'Auto-approval is on up to $3.00');
    world.slack.mention('U0ADA', 'C0ML', 'go', set.ts);
    await world.reply(set, 'result: ');
    const { messages } = world.model.requests.at(-1) ?? { messages: [] };
    const [system, ...told] = messages.map(({ content }) => String(content));
    expect(system).not.toContain('$3');
    expect(told.join('\n')).toContain('together can cost at most $3.00');
    expect(told.join('\n')).toContain('$2.00 of its cap was left then');
  });
});

describe('on Discord', () => {
  let on: DiscordWorld;
  const begin = useDiscord((made) => {
    on = made;
  });

  test('what is missing is said to the model once, and what it claims is on the card as it is', async () => {
    await begin(inTurn(job({}), job({ preflight })));
    const asked = on.discord.mention('ada', CHANNELS.ml, 'go');
    await on.reply(asked.id, 'Approve up to $1.00?');
    const card = await on.reply(asked.id, 'stanfordnlp/imdb · not checked');
    expect(JSON.stringify(card)).toContain('but the script pushes to ada/sft');
    expect(JSON.stringify(on.world.model.requests.at(-1))).toContain('`preflight` is missing');
  });
});

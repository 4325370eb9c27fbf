import { expect, test } from 'vitest';
import type { ModelScript } from '../doubles/model.ts';
import { everything } from '../support/mcp.ts';
import { callOnce } from '../support/scripts.ts';
import { until } from '../support/until.ts';
import { useWorld } from '../support/use-world.ts';
import type { World } from '../support/world.ts';

let world: World;
const begin = useWorld((made) => {
  world = made;
});

/** With the reference server in the config, and people asked about its tools always or never. */
const beginWith = (script: ModelScript, approval: 'always' | 'never') =>
  begin(script, {
    configure: (config) => {
      config.mcp_servers.everything = everything(approval);
    },
  });

test('the agent uses a tool of a configured server, and people are asked where the config says so', async () => {
  await beginWith(callOnce({ name: 'echo', arguments: { message: 'from the thread' } }), 'always');
  const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
  const card = await world.reply(asked, 'Use “Echo Tool” of everything');
  expect(world.describe(asked)).toContain('from the thread');
  expect(JSON.stringify(card.blocks)).toContain('what it costs there is up to that server');
  world.slack.click('U0ADA', card, 'approve');
  await world.reply(asked, 'result: Echo: from the thread');
  const names = world.model.requests.at(-1)?.tools?.map((tool) => tool.function.name);
  expect(names).toContain('echo');
});

test('a tool of a server takes no name of the bot’s own repositories, however it is written', {
  tags: 'long',
}, async () => {
  const message = 'hf://datasets/Ada/ml-intern-sessions/s1.jsonl';
  await beginWith(callOnce({ name: 'echo', arguments: { message } }), 'never');
  const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
  await world.reply(asked, 'is one of the bot’s own repositories');
});

test('what a tool of a server lists tells of no sandbox by its name', { tags: 'long' }, async () => {
  const message = 'there is ml-intern-0f3a9b2c-s_00ff00ff, and a model';
  await beginWith(callOnce({ name: 'echo', arguments: { message } }), 'never');
  const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
  await world.reply(asked, 'Echo: there is [a sandbox], and a model');
});

test('what was approved before a restart is done after it, although the server is connected anew', {
  tags: 'long',
}, async () => {
  await beginWith(callOnce({ name: 'echo', arguments: { message: 'still wanted' } }), 'always');
  const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
  const card = await world.reply(asked, 'Use “Echo Tool” of everything');
  await world.stop();
  world.slack.click('U0ADA', card, 'approve');
  await world.start();
  world.slack.click('U0ADA', card, 'approve');
  await world.reply(asked, 'result: Echo: still wanted');
});

test('a server’s question calls who may answer it, who picks several of a list', async () => {
  await beginWith(callOnce({ name: 'trigger-elicitation-request', arguments: {} }), 'never');
  const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
  const question = await world.reply(asked, 'Please provide inputs');
  expect(world.slack.pushes.filter(({ to }) => to === 'U0ADA').map(({ text }) => text)).toEqual([
    expect.stringMatching(/^<@U0ADA> everything asks: Please provide inputs/),
  ]);
  await world.reply(asked, '“Trigger Elicitation Request Tool” of everything');
  world.slack.click('U0ADA', question, 'answer_question');
  const field = { name: 'field0', instruments: 'field9' };
  await world.slack.submit('U0ADA', { [field.name]: 'Ada', [field.instruments]: 'Piano,Drums' });
  await world.reply(asked, 'Untitled Multiple Select Enum: Piano, Drums');
  await world.reply(asked, '"Piano"');
});

test('a server of the config that can’t be started does not keep the bot from working', {
  tags: 'long',
}, async () => {
  await begin(() => ({ text: 'heard you' }), {
    configure: (config) => {
      config.mcp_servers.gone = { ...everything('never'), command: '/no/such/program' };
    },
  });
  const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
  await world.reply(asked, 'heard you');
  world.slack.say('U0ADA', 'C0ML', 'status', asked.ts);
  await world.reply(asked, 'gone is away');
});

test('a server whose token is missing stays off', { tags: 'long' }, async () => {
  await begin(() => ({ text: 'heard you' }), {
    configure: (config) => {
      config.mcp_servers.gone = { ...everything('never'), needs: [''] };
      config.mcp_servers.there = everything('never');
    },
  });
  const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
  await world.reply(asked, 'heard you');
  await until('the one that is on is noted', async () => {
    world.slack.say('U0ADA', 'C0ML', 'status', asked.ts);
    return world.describe(asked).includes('there (');
  });
  expect(world.describe(asked)).not.toContain('gone');
});

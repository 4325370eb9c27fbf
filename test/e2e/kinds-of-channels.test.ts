/** @module-tag long */

import { describe, expect, test } from 'vitest';
import type { ChannelKind } from '../doubles/slack/workspace.ts';
import { callOnce, echo, runJob } from '../support/scripts.ts';
import { until } from '../support/until.ts';
import { useWorld } from '../support/use-world.ts';
import type { World } from '../support/world.ts';

/* Private channels and group messages: their ids are as those of public channels, their scopes are not. */

let world: World;
const begin = useWorld((made) => {
  world = made;
});

const PLACE = 'C0QUIET';
const KINDS: readonly [name: string, kind: ChannelKind][] = [
  ['a private channel', 'group'],
  ['a group message', 'mpim'],
];

async function beginIn(kind: ChannelKind, script = echo): Promise<void> {
  await begin(script);
  world.slack.workspace.open(PLACE, kind);
}

describe.each(KINDS)('in %s', (_name, kind) => {
  test('a mention is answered with what was said before, replies go on, and what is said else is left alone', async () => {
    await beginIn(kind);
    world.slack.say('U0GRACE', PLACE, 'we took 5e-5 the last time');
    const parent = world.slack.say('U0GRACE', PLACE, 'which learning rate?');
    world.slack.say('U0LINUS', PLACE, 'ask the bot', parent.ts);
    world.slack.mention('U0ADA', PLACE, 'well?', parent.ts);
    const answer = await world.reply(parent, 'heard: [Ada] well?');
    expect(answer.thread_ts).toBe(parent.ts);
    expect(JSON.stringify(world.model.requests)).toContain('which learning rate?');
    expect(JSON.stringify(world.model.requests)).toContain('ask the bot');
    const more = world.slack.say('U0GRACE', PLACE, 'and for LoRA?', parent.ts);
    await world.reply(more, 'heard: [Grace] and for LoRA?');
    world.slack.editMessage(world.slack.say('U0ADA', PLACE, 'hello all'), 'hello everybody');
    const last = world.slack.mention('U0ADA', PLACE, 'over');
    await world.reply(last, 'heard: [Ada] over');
    expect(world.model.requests).toHaveLength(3);
  });

  test('what was written while the bot was down is answered, and a mention added by an edit is one', async () => {
    await beginIn(kind);
    const asked = world.slack.mention('U0ADA', PLACE, 'one');
    await world.reply(asked, 'heard: [Ada] one');
    await world.stop();
    world.slack.say('U0ADA', PLACE, 'two', asked.ts);
    const other = world.slack.mention('U0GRACE', PLACE, 'three');
    await world.slack.delivered();
    await world.start();
    await world.reply(asked, 'heard: [Ada] two');
    await world.reply(other, 'heard: [Grace] three');
    const plain = world.slack.say('U0LINUS', PLACE, 'four');
    world.slack.editMessage(plain, '<@UBOT00001> four');
    await world.reply(plain, 'heard: [Linus] four');
  });

  test('whoever takes the bot out is not answered, and what waited is said when it is back', async () => {
    await beginIn(kind, callOnce(runJob));
    const asked = world.slack.mention('U0ADA', PLACE, 'go');
    const card = await world.reply(asked, 'Run a Hugging Face Job');
    world.slack.refusals.set(PLACE, 'removed');
    world.slack.click('U0ADA', card, 'reject');
    await world.slack.submit('U0ADA', '');
    await until('a call is refused', () =>
      world.slack.calls.some(({ error }) => error === 'channel_not_found'),
    );
    world.slack.refusals.open(PLACE);
    await world.reply(asked, 'Ada rejected this call');
  });
});

test('a channel whose name the app may not ask for is named by its id, and the message is taken', async () => {
  await beginIn('mpim');
  const asked = world.slack.mention('U0ADA', 'C0ML', `see <#${PLACE}|> there`);
  await world.reply(asked, 'heard: [Ada] see');
  const [refused] = world.slack.calls.filter(({ method }) => method === 'conversations.info');
  expect(refused?.error).toBe('missing_scope');
  expect(JSON.stringify(world.model.requests)).toContain(PLACE);
});

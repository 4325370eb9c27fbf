import { describe, expect, test } from 'vitest';
import { lastText } from '../doubles/model.ts';
import type { SlackMessage } from '../doubles/slack/workspace.ts';
import { echo } from '../support/scripts.ts';
import { until } from '../support/until.ts';
import { useWorld } from '../support/use-world.ts';
import type { World } from '../support/world.ts';

let world: World;
const begin = useWorld((made) => {
  world = made;
});

const told = () => world.model.requests.map(lastText);

/** Everything that the model was told with its newest request. */
const toldLately = () => JSON.stringify(world.model.requests.at(-1)?.messages ?? []);

/** A thread of so many messages, the first one among them. */
function thread(length: number): SlackMessage {
  const first = world.slack.say('U0GRACE', 'C0ML', 'message 1.');
  for (let n = 2; n <= length; n++) world.slack.say('U0LINUS', 'C0ML', `message ${n}.`, first.ts);
  return first;
}

/** Waits until the model is told of messages with a request that comes later. */
async function isToldLater(first: SlackMessage, messages: readonly string[]): Promise<void> {
  for (let n = 0; !messages.every((text) => toldLately().includes(text)); n++) {
    const read = () => world.slack.calls.filter(isRead).length;
    const before = read();
    world.slack.say('U0ADA', 'C0ML', `and now, ${n}?`, first.ts);
    await world.reply(first, `and now, ${n}?`);
    if (messages.every((text) => toldLately().includes(text))) return;
    await until('more is read', () => read() > before);
  }
}

const isRead = ({ method, error }: { method: string; error: string | undefined }) =>
  method === 'conversations.replies' && error === undefined;

describe('what was said in a thread before the bot is called', () => {
  test('is told as far as Slack lets an app read it that is sold elsewhere, and the rest later', async () => {
    await begin(echo, { rateScale: 200 });
    world.slack.limits.restrict();
    const first = thread(40);
    world.slack.mention('U0ADA', 'C0ML', 'what now?', first.ts);
    await world.reply(first, 'heard: [Ada] what now?');
    expect(told()[0]).toMatch(/about \d+ messages, the newest ones among them, can’t be read yet/);
    expect(told()[0]).toContain('message 15.');
    await isToldLater(first, ['message 40.', 'message 20.']);
  });

  test('is told later where Slack has too much to do and does not say for how long', async () => {
    await begin(echo);
    const first = thread(3);
    world.slack.refusals.refuse('conversations.replies', { status: 429, retryAfter: undefined });
    world.slack.mention('U0ADA', 'C0ML', 'what now?', first.ts);
    await world.reply(first, 'heard: [Ada] what now?');
    expect(told()[0]).toContain('can’t be read yet, and follow as soon as Slack lets me read them');
    world.slack.refusals.lift();
    world.advance(60_000);
    await isToldLater(first, ['message 1.', 'message 3.']);
  });
});

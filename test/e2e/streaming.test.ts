import { expect, test } from 'vitest';
import type { SlackMessage } from '../doubles/slack/workspace.ts';
import { until } from '../support/until.ts';
import { useWorld } from '../support/use-world.ts';
import { shown, type World, type WorldOptions } from '../support/world.ts';

let world: World;
const begin = useWorld((made) => {
  world = made;
});

const LONG = Array.from({ length: 60 }, (_, i) => `Sentence ${i} of the answer. `).join('');
const calls = (method: string) => world.slack.calls.filter((call) => call.method === method);
const answers = (asked: SlackMessage) =>
  world.replies(asked).filter((reply) => shown(reply).includes('Sentence 0'));

/** An answer that takes a while, in streams of Slack's own. */
const NATIVE: Partial<WorldOptions> = {
  chunkSize: 30,
  chunkMs: 60,
  configure: (config) => {
    config.platforms.slack.streaming = 'native';
  },
};

async function beginNative(): Promise<SlackMessage> {
  await begin(() => ({ text: LONG }), NATIVE);
  return world.slack.mention('U0ADA', 'C0ML', 'tell me');
}

async function finished(asked: SlackMessage): Promise<SlackMessage> {
  const answer = await until('the answer is whole, and no stream any more', () =>
    answers(asked).find((reply) => shown(reply).includes('Sentence 59') && reply.blocks !== undefined),
  );
  // Until the request is done, its status shows what is being written as well.
  await world.reply(asked, '*Done*');
  return answer;
}

test('an answer grows in a stream of Slack’s own and ends as one message with its buttons', async () => {
  const asked = await beginNative();
  const answer = await finished(asked);
  expect(answers(asked)).toHaveLength(1);
  expect(answer.isStreaming).toBe(false);
  expect(shown(answer)).toContain('feedback_buttons');
  expect(calls('chat.startStream')[0]?.arguments).toMatchObject({ recipient_user_id: 'U0ADA' });
  expect(calls('chat.appendStream').length).toBeGreaterThan(0);
  expect(calls('chat.appendStream').map(({ error }) => error)).not.toContain(
    'message_not_in_streaming_state',
  );
});

test('a stream shows the plan as tasks while the answer is written', async () => {
  const todos = [
    { id: '1', content: 'Look at the data', status: 'completed' },
    { id: '2', content: 'Say what is in it', status: 'in_progress' },
  ];
  await begin((request) => {
    const results = request.messages.filter(({ role }) => role === 'tool').length;
    if (results === 0) return { calls: [{ name: 'plan_tool', arguments: { todos } }] };
    return { text: LONG, stalls: true };
  }, NATIVE);
  const asked = world.slack.mention('U0ADA', 'C0ML', 'look at it');
  const stream = await until('the stream has tasks', () =>
    world.replies(asked).find((reply) => reply.isStreaming && Object.keys(reply.tasks ?? {}).length === 2),
  );
  expect(stream.tasks).toEqual({ 'Look at the data': 'complete', 'Say what is in it': 'in_progress' });
  expect(calls('chat.startStream')[0]?.arguments).toMatchObject({ task_display_mode: 'plan' });
  expect(shown(stream)).toContain('Sentence 0');
});

test('in a direct message an answer is streamed without being asked to, in a channel it is not', {
  tags: 'long',
}, async () => {
  await begin(() => ({ text: LONG }), { chunkSize: 30, chunkMs: 60 });
  const inChannel = world.slack.mention('U0ADA', 'C0ML', 'tell me');
  await finished(inChannel);
  expect(calls('chat.startStream')).toEqual([]);
  await finished(world.slack.say('U0ADA', 'D0ADA', 'tell me'));
  expect(calls('chat.startStream')[0]?.arguments).toMatchObject({ channel: 'D0ADA' });
});

test('a channel that takes no streams is shown edits, and is asked only once', { tags: 'long' }, async () => {
  await begin(() => ({ text: LONG }), { ...NATIVE, isStarted: false });
  world.slack.disturb = (method) =>
    method === 'chat.startStream' ? 'channel_type_not_supported' : undefined;
  await world.start();
  const asked = world.slack.mention('U0ADA', 'C0OPS', 'tell me');
  await finished(asked);
  world.slack.say('U0ADA', 'C0OPS', 'again', asked.ts);
  await until(
    () => `both requests are done; there is: ${world.describe(asked)}`,
    () => world.replies(asked).filter((reply) => shown(reply).includes('*Done*')).length === 2,
  );
  expect(calls('chat.startStream')).toHaveLength(1);
});

test('a stream whose beginning was not acknowledged is found again, and nothing is said twice', {
  tags: 'long',
}, async () => {
  const asked = await beginWithFault('chat.startStream');
  await finished(asked);
  expect(calls('chat.startStream').length).toBeGreaterThan(0);
  expect(answers(asked)).toHaveLength(1);
});

test('what may or may not have been added is not added again: the message goes on by edits', {
  tags: 'long',
}, async () => {
  const asked = await beginWithFault('chat.appendStream');
  const answer = await finished(asked);
  expect(calls('chat.appendStream').length).toBeGreaterThan(0);
  expect(answers(asked)).toHaveLength(1);
  expect(shown(answer).split('Sentence 30 ').length - 1).toBe(2); // once as text, once as a block
});

async function beginWithFault(method: string): Promise<SlackMessage> {
  await begin(() => ({ text: LONG }), { ...NATIVE, isStarted: false });
  world.slack.faults.push({ method, fault: 'drop' });
  await world.start();
  return world.slack.mention('U0ADA', 'C0ML', 'tell me');
}

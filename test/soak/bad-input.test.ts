import { describe, expect, test } from 'vitest';
import { lastText } from '../doubles/model.ts';
import type { SlackMessage } from '../doubles/slack/workspace.ts';
import { callOnce, echo, runJob } from '../support/scripts.ts';
import { until } from '../support/until.ts';
import { useWorld } from '../support/use-world.ts';
import { shown, type World } from '../support/world.ts';

let world: World;
const begin = useWorld((made) => {
  world = made;
});

/** Waits until the bot has answered a later message, and so had its chance to answer what came before. */
async function settled(channel = 'C0ML'): Promise<void> {
  const probe = world.slack.mention('U0LINUS', channel, 'a later message');
  await world.reply(probe, 'heard: [Linus] a later message');
}

/** Waits until everything that was said in a thread so far is in the record: it is taken in order. */
async function taken(first: SlackMessage): Promise<void> {
  world.slack.say('U0LINUS', 'C0ML', 'usage', first.ts);
  await world.reply(first, 'this channel today');
}

describe('messages', () => {
  test('an empty mention is answered with what the bot can do, and asks no model', async () => {
    await begin(echo);
    const asked = world.slack.mention('U0ADA', 'C0ML', '   ');
    await world.reply(asked, 'tell me what to build');
    expect(world.model.requests).toHaveLength(0);
  });

  test('a message of 40,001 characters is refused with its length, and the session goes on', async () => {
    await begin(echo);
    const asked = world.slack.mention('U0ADA', 'C0ML', 'x'.repeat(40_001));
    await world.reply(asked, '40,001 characters');
    world.slack.say('U0ADA', 'C0ML', 'shorter', asked.ts);
    await world.reply(asked, 'heard: [Ada] shorter');
    expect(world.model.requests).toHaveLength(1);
  });

  test('a message of just under 40,000 characters is taken', async () => {
    await begin(() => ({ text: 'long, but fine' }));
    const asked = world.slack.mention('U0ADA', 'C0ML', 'word '.repeat(7_900));
    await world.reply(asked, 'long, but fine');
  });

  test('a mention by another bot starts nothing', async () => {
    await begin(echo);
    const said = world.slack.botSays('C0ML', '<@UBOT00001> hello, I am a bot too');
    await settled();
    expect(world.replies(said)).toEqual([]);
    expect(world.model.requests).toHaveLength(1);
  });

  test('a delivery made twice, and the two events of one mention, are one message', async () => {
    await begin(echo);
    const asked = world.slack.mention('U0ADA', 'C0ML', 'once please');
    world.slack.deliverMessage(asked);
    await world.reply(asked, 'heard: [Ada] once please');
    world.slack.deliverMessage(asked);
    await settled();
    expect(world.replies(asked).filter((message) => message.text.includes('heard:'))).toHaveLength(1);
    expect(world.model.requests).toHaveLength(2); // this one and the later message
  });

  test('a plain reply in a thread of the bot goes on with the session; elsewhere it is not the bot’s business', async () => {
    await begin(echo);
    const asked = world.slack.mention('U0ADA', 'C0ML', 'first');
    await world.reply(asked, 'heard: [Ada] first');
    world.slack.say('U0GRACE', 'C0ML', 'second', asked.ts);
    await world.reply(asked, 'heard: [Grace] second');
    const other = world.slack.say('U0ADA', 'C0ML', 'talking among ourselves');
    const toGrace = world.slack.say('U0ADA', 'C0ML', '<@U0GRACE> what do you think?', asked.ts);
    await settled();
    expect(world.replies(other)).toEqual([]);
    expect(world.describe(asked)).not.toContain('what do you think');
    expect(toGrace.thread_ts).toBe(asked.ts);
  });

  test('a direct message needs no mention', async () => {
    await begin(echo);
    const asked = world.slack.say('U0ADA', 'D0ADA', 'just us');
    await world.reply(asked, 'heard: [Ada] just us');
  });

  test('text is no command unless it is the whole message', async () => {
    await begin(echo);
    const asked = world.slack.mention(
      'U0ADA',
      'C0ML',
      'stop words: should I remove them? undo that? new idea',
    );
    await world.reply(asked, 'stop words: should I remove them');
  });

  test('an edit before the bot has read a message counts, an edit after it changes nothing', async () => {
    const { promise: mayAnswer, resolve: answer } = Promise.withResolvers<void>();
    await begin((request) => ({ ...echo(request), until: mayAnswer }));
    const asked = world.slack.mention('U0ADA', 'C0ML', 'one');
    await until('the model is asked', () => world.model.requests.length === 1);
    const second = world.slack.say('U0ADA', 'C0ML', 'two, with a tpyo', asked.ts);
    world.slack.editMessage(second, 'two, without a typo');
    await taken(asked);
    answer();
    await world.reply(asked, 'two, without a typo');
    world.slack.editMessage(second, 'three');
    await settled();
    expect(world.describe(asked)).not.toContain('heard: [Ada] three');
  });

  test('a message that is deleted before the bot has read it is not answered', async () => {
    const { promise: mayAnswer, resolve: answer } = Promise.withResolvers<void>();
    await begin((request) => ({ ...echo(request), until: mayAnswer }));
    const asked = world.slack.mention('U0ADA', 'C0ML', 'one');
    await until('the model is asked', () => world.model.requests.length === 1);
    const second = world.slack.say('U0ADA', 'C0ML', 'never mind me', asked.ts);
    world.slack.deleteMessage(second);
    await taken(asked);
    answer();
    await world.reply(asked, 'heard: [Ada] one');
    await settled();
    expect(JSON.stringify(world.model.requests)).not.toContain('never mind me');
  });

  test('a broadcast in an answer notifies nobody, and a secret in a message is not repeated', async () => {
    await begin((request) => ({ text: `<!channel> @everyone <@U0GRACE>: ${lastText(request)}` }));
    const token = `hf_${'a'.repeat(30)}`;
    const asked = world.slack.mention('U0ADA', 'C0ML', `use my token ${token}`);
    const answer = await world.reply(asked, 'use my token');
    expect(JSON.stringify(answer)).not.toMatch(/<!channel>|@everyone|<@U0GRACE>/);
    expect(JSON.stringify([world.thread(asked).slice(1), world.model.requests])).not.toContain(token);
  });
});

describe('the model', () => {
  test('an unknown tool is an error that names the tools there are', async () => {
    await begin(callOnce({ name: 'launch_rocket', arguments: {} }));
    const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
    await world.reply(asked, 'There is no tool \\"launch_rocket\\". The tools are: plan_tool');
  });

  test('malformed arguments are an error result, and the history stays valid for the API', async () => {
    await begin(callOnce({ name: 'hf_inspect_dataset', arguments: '{"dataset": "stanfordnlp/im' }));
    const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
    await world.reply(asked, 'The arguments are not valid JSON');
  });

  test('wrong arguments are an error that says what to mend', async () => {
    await begin(callOnce({ name: 'hf_inspect_dataset', arguments: { dataset: 'a/b', sample_rows: 500 } }));
    const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
    await world.reply(asked, 'sample_rows');
  });

  test('a model that says nothing is asked again, then people get a clear message with a Retry that works', async () => {
    let isMended = false;
    await begin(() => ({ text: isMended ? 'here I am' : '' }));
    const asked = world.slack.mention('U0ADA', 'C0ML', 'anybody there?');
    const status = await world.reply(asked, 'empty answer');
    expect(world.model.requests).toHaveLength(3);
    isMended = true;
    world.slack.click('U0ADA', status, 'retry');
    await world.reply(asked, 'here I am');
  });

  test('used up credits are said with the link, and not retried', async () => {
    await begin(() => ({
      error: { status: 402, message: 'You have exceeded your monthly included credits' },
    }));
    const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
    await world.reply(asked, 'settings/billing');
    expect(world.model.requests).toHaveLength(1);
  });

  test('an answer cut at the token limit is not taken for a whole one', async () => {
    await begin((request) =>
      lastText(request).includes('smaller pieces')
        ? { text: 'in smaller pieces then' }
        : { text: 'I was about to', calls: [runJob], finish: 'length' },
    );
    const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
    await world.reply(asked, 'in smaller pieces then');
    expect(world.hub.jobs).toHaveLength(0);
  });

  test('a model in a circle is told so, once', async () => {
    const inspect = { name: 'hf_inspect_dataset', arguments: { dataset: 'stanfordnlp/imdb' } };
    await begin((request) =>
      JSON.stringify(request.messages).includes('got the same result')
        ? { text: 'out of it' }
        : { calls: [inspect] },
    );
    const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
    await world.reply(asked, 'out of it');
    expect(world.model.requests).toHaveLength(4);
  });
});

describe('tokens', () => {
  test('a revoked bot token stops the start with one line that says which and where to get a new one', async () => {
    await begin(echo, { isStarted: false });
    world.slack.tokenError = 'token_revoked';
    await expect(world.start()).rejects.toThrow(
      /^SLACK_BOT_TOKEN was refused by Slack \(token_revoked\)\. Reinstall/,
    );
  });

  test('a token revoked while the bot runs loses nothing: what waits is posted when a token works again', async () => {
    await begin(echo);
    const asked = world.slack.mention('U0ADA', 'C0ML', 'one');
    await world.reply(asked, 'heard: [Ada] one');
    world.slack.tokenError = 'token_revoked';
    world.slack.say('U0ADA', 'C0ML', 'two', asked.ts);
    await until('the model has answered', () => world.model.requests.length === 2);
    await until('a post was refused', () => world.slack.calls.some((call) => call.error === 'token_revoked'));
    world.slack.tokenError = undefined;
    await world.reply(asked, 'heard: [Ada] two');
  });
});

test('an answer that is too long for a thread is shown in its beginning, and whole as a file', async () => {
  const text = Array.from({ length: 1_200 }, (_, i) => `Line ${i} of a very long answer.`).join('\n');
  await begin(() => ({ text }), { chunkSize: 4_000 });
  const asked = world.slack.mention('U0ADA', 'C0ML', 'tell me everything');
  await world.reply(asked, 'here it is as a whole');
  const [file] = world.slack.uploads.files.filter(({ name }) => name.startsWith('answer-'));
  expect(file?.bytes.toString()).toBe(text);
  await until('it is done', () => world.describe(asked).includes('✅ *Done*'));
  const parts = world.replies(asked).filter((reply) => shown(reply).includes('of a very long answer'));
  expect(parts).toHaveLength(2);
  expect(parts.map(shown).join()).toContain('Line 0 of');
});

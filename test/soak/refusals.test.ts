import { describe, expect, test } from 'vitest';
import { CHANNELS, PEOPLE } from '../doubles/discord/guild.ts';
import type { SlackMessage } from '../doubles/slack/workspace.ts';
import { type DiscordWorld, shownOn, useDiscord } from '../support/discord-world.ts';
import { callOnce, echo, runJob } from '../support/scripts.ts';
import { until } from '../support/until.ts';
import { useWorld } from '../support/use-world.ts';
import { shown, type World } from '../support/world.ts';

let world: World;
const beginOnSlack = useWorld((made) => {
  world = made;
});
let on: DiscordWorld;
const beginOnDiscord = useDiscord((made) => {
  on = made;
});

const told = (user: string, text: string) =>
  until(`${user} is told "${text}"; told was: ${JSON.stringify(world.slack.ephemerals)}`, () =>
    world.slack.ephemerals.find((item) => item.user === user && item.text.includes(text)),
  );

/** What somebody reads in their direct messages with the app. */
const direct = (channel: string, text: string) =>
  until(`a direct message with "${text}"`, () =>
    world.slack.workspace.topLevel(channel).find((message) => message.text.includes(text)),
  );

const callsTo = (method: string) => world.slack.calls.filter((call) => call.method === method).length;

describe('Slack: a channel that is archived while the agent works', () => {
  test('gets the answer once it is un-archived, and who asked is told meanwhile', async () => {
    await beginOnSlack(() => {
      world.slack.refusals.set('C0ML', 'archived');
      return { text: 'The answer after all that.' };
    });
    const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
    await direct('D0ADA', 'the channel is archived; somebody has to un-archive it');
    expect(world.describe(asked)).not.toContain('The answer after all that.');
    world.slack.refusals.open('C0ML');
    await world.reply(asked, 'The answer after all that.');
    await world.reply(asked, 'Done');
    expect(world.describe(asked).split('The answer after all that.').length).toBe(3); // in its text and its block
  });

  test('so does one that the bot was taken out of, and is invited to again', async () => {
    await beginOnSlack(() => {
      world.slack.refusals.set('C0ML', 'removed');
      return { text: 'The answer after all that.' };
    });
    const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
    await direct('D0ADA', 'somebody has to invite me again');
    world.slack.refusals.open('C0ML');
    await world.reply(asked, 'The answer after all that.');
  });
});

describe('Slack: a workspace that does not take blocks', () => {
  test('gets plain text, and its buttons work', async () => {
    await beginOnSlack(callOnce(runJob));
    for (const type of ['markdown', 'context', 'context_actions']) world.slack.refusals.blocks.add(type);
    world.hub.course = () => ({ queueMs: 0, runMs: 0, lines: ['hello'], stage: 'COMPLETED' });
    const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
    const card = await world.reply(asked, 'Run a Hugging Face Job');
    expect(JSON.stringify(card.blocks)).not.toContain('"context"');
    expect(shown(card)).toContain('cpu-basic');
    world.slack.click('U0ADA', card, 'approve');
    await world.reply(asked, 'result: Job');
    await world.reply(asked, 'Done');
  });
});

describe('Slack: messages that can’t be changed any more', () => {
  test('are replaced by new ones that are decided on as the old ones were', async () => {
    await beginOnSlack(callOnce(runJob), { approvers: ['anyone'] });
    world.hub.course = () => ({ queueMs: 0, runMs: 0, lines: ['hello'], stage: 'COMPLETED' });
    const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
    const card = await world.reply(asked, '"action_id":"approve"');
    world.slack.refusals.editWindowMs = 0;
    world.slack.click('U0ADA', card, 'approve');
    await world.reply(asked, 'Approved by');
    await world.reply(asked, 'result: Job');
    await world.reply(asked, 'Done');
    expect(world.replies(asked).map(({ ts }) => ts)).not.toContain(card.ts);
    expect(world.describe(asked)).not.toContain('"action_id":"approve"');
  });
});

describe('Slack: a dialog that can’t be opened', () => {
  const reject = async (): Promise<SlackMessage> => {
    const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
    const card = await world.reply(asked, '"action_id":"reject"');
    world.slack.calls.length = 0;
    world.slack.click('U0ADA', card, 'reject');
    return asked;
  };

  test.each([
    ['expired', 'that took longer than Slack waits; please do it again'],
    ['used', 'that was used before; please do it again'],
  ] as const)(
    'because its click is %s is told to who clicked, and nothing is read back',
    async (how, why) => {
      await beginOnSlack(callOnce(runJob), { approvers: ['anyone'] });
      world.slack.dialogs.nextTriggers = how;
      await reject();
      await told('U0ADA', why);
      world.slack.dialogs.nextTriggers = 'fresh';
      expect(callsTo('conversations.history') + callsTo('conversations.replies')).toBe(0);
    },
  );

  test.each(['view_too_large', 'ratelimited', 'internal_error', 'a_code_of_next_year'])(
    'because of %s is told as well',
    async (code) => {
      await beginOnSlack(callOnce(runJob), { approvers: ['anyone'] });
      world.slack.refusals.refuse('views.open', code);
      await reject();
      await told('U0ADA', 'The dialog could not be opened: ');
    },
  );

  test('is told in the channel where the click’s own way is shut, and else in a direct message', async () => {
    await beginOnSlack(callOnce(runJob), { approvers: ['anyone'] });
    world.slack.refusals.refuse('views.open', 'expired_trigger_id');
    world.slack.refusals.refuse('response_url', 'used_url');
    await reject();
    await until('an ephemeral message', () => callsTo('chat.postEphemeral') === 1);
    world.slack.refusals.refuse('chat.postEphemeral', 'user_not_in_channel');
    await reject();
    await direct('D0ADA', 'The dialog could not be opened');
  });

  test('because of what travels with it does not happen: a message is quoted as far as there is room', async () => {
    await beginOnSlack(echo);
    const message = world.slack.say('U0GRACE', 'C0ML', '"\\\n'.repeat(1_300));
    world.slack.useShortcut('U0ADA', message, 'ask_about_message');
    await world.slack.submit('U0ADA', 'why is that?');
    await world.reply(message, 'heard: [Ada] why is that?');
  });

  test('a command’s answer that is refused in blocks is given in words', async () => {
    await beginOnSlack(echo);
    world.slack.refusals.refuse('response_url', 'invalid_blocks', ({ blocks }) => blocks !== undefined);
    world.slack.slash('U0ADA', 'C0ML', 'help');
    await told('U0ADA', 'begins a session in this channel');
  });
});

describe('Discord: a thread that was archived because nobody wrote in it', () => {
  test('is opened, and its approval card says what was decided', async () => {
    await beginOnDiscord(callOnce(runJob), { approvers: ['anyone'] });
    on.world.hub.course = () => ({ queueMs: 0, runMs: 0, lines: ['hello'], stage: 'COMPLETED' });
    const asked = on.discord.mention('ada', CHANNELS.ml, 'go');
    const card = await until('the card', () =>
      on.replies(asked.id).find(({ components }) => JSON.stringify(components).includes('"approve|c_')),
    );
    on.discord.archive(asked.id);
    on.discord.click('ada', card, 'approve|c_');
    await until('the card is decided', () => shownOn(card).includes('Approved by'));
    expect(JSON.stringify(card.components)).not.toContain('"approve|');
    expect(on.discord.guild.threads.get(asked.id)?.archived).toBe(false);
    await on.reply(asked.id, 'result: Job');
  });

  test('that is locked keeps its answer until it is unlocked, and who asked is told', async () => {
    await beginOnDiscord(() => {
      const [thread] = on.discord.guild.threads.keys();
      on.discord.moveThread(thread ?? '', { archived: true, locked: true });
      return { text: 'The answer after all that.' };
    });
    on.discord.refusals.lacks.add('ManageThreads');
    const asked = on.discord.mention('ada', CHANNELS.ml, 'go');
    await on.reply(CHANNELS.direct, 'the thread is locked; a moderator has to unlock it');
    on.discord.moveThread(asked.id, { archived: false, locked: false });
    await on.reply(asked.id, 'The answer after all that.');
  });
});

describe('Discord: a thread that can’t be begun', () => {
  test('because there are too many is told, once, and the next try works', async () => {
    await beginOnDiscord(echo);
    on.discord.refusals.maxActiveThreads = 0;
    const asked = on.discord.mention('ada', CHANNELS.ml, 'go');
    await on.reply(CHANNELS.ml, 'as many active threads as there can be; close some, then ask me again');
    on.discord.refusals.maxActiveThreads = 10;
    const again = on.discord.mention('ada', CHANNELS.ml, 'go on');
    await on.reply(again.id, 'heard: [Ada] go on');
    expect(on.replies(CHANNELS.ml)).toHaveLength(1);
    expect(on.discord.guild.threads.has(asked.id)).toBe(false);
  });

  test.each([
    ['a character that is cut in two', `${'x'.repeat(98)}🚀🚀 and so on`],
    ['half a character', `go \uD83D and so on`],
    ['nothing to see', '\u200B\u200B'],
    ['lines and controls', 'first\u0007 line\nsecond'],
  ])('by a name with %s is begun nevertheless', async (_name, text) => {
    await beginOnDiscord(echo);
    const asked = on.discord.mention('ada', CHANNELS.ml, text);
    await until('the thread', () => on.discord.guild.threads.get(asked.id));
    const name = on.discord.guild.threads.get(asked.id)?.name ?? '';
    expect(name.isWellFormed() && name.length <= 100 && name.trim().length > 0).toBe(true);
  });

  test('under a name that the rules of the server refuse is begun under another', async () => {
    await beginOnDiscord(echo);
    on.discord.refusals.refuse(/\/threads$/, 400, 200_001, ({ name }) => name !== 'ML Intern');
    const asked = on.discord.mention('ada', CHANNELS.ml, 'something rude');
    await on.reply(asked.id, 'heard: [Ada] something rude');
  });

  test('by /ml-intern new is told as well', async () => {
    await beginOnDiscord(echo);
    on.discord.refusals.maxActiveThreads = 0;
    on.discord.slash('ada', CHANNELS.ml, 'new', { request: 'go' });
    await on.told('ada', 'I can’t begin a thread here: this server has as many active threads');
  });
});

describe('Discord: a click that can’t be answered', () => {
  const card = async () => {
    await beginOnDiscord(callOnce(runJob), { approvers: ['anyone'] });
    on.world.hub.course = () => ({ queueMs: 0, runMs: 0, lines: ['hello'], stage: 'COMPLETED' });
    const asked = on.discord.mention('ada', CHANNELS.ml, 'go');
    return until('the card', () =>
      on.replies(asked.id).find(({ components }) => JSON.stringify(components).includes('"approve|c_')),
    );
  };
  const callbacks = () => on.discord.calls.filter(({ path }) => path.endsWith('/callback'));

  test('in time is told in a direct message, and nothing was done', async () => {
    const message = await card();
    on.discord.refusals.refuse(/\/callback$/, 404, 10_062);
    on.discord.click('ada', message, 'reject|c_');
    await on.reply(CHANNELS.direct, 'that took longer than Discord waits; please do it again');
    expect(on.discord.modals).toEqual([]);
  });

  test('because its dialog is not taken is told where the click was', async () => {
    const message = await card();
    on.discord.refusals.refuse(/\/callback$/, 400, 50_035, ({ type }) => type === 9);
    on.discord.click('ada', message, 'reject|c_');
    await on.told('ada', 'That did not work: Discord does not take it in this form');
  });

  test('because another process has answered it is done, and nobody is told of that', async () => {
    const message = await card();
    on.discord.refusals.refuse(/\/callback$/, 400, 40_060);
    on.discord.click('ada', message, 'approve|c_');
    await until('it is approved', () => shownOn(message).includes('Approved by'));
    await until('an answer was tried', () => callbacks().some(({ status }) => status === 400));
    expect(on.discord.privates.filter(({ user }) => user === PEOPLE.ada.id)).toEqual([]);
  });

  test('… and does what it asks where the answer had arrived, although that was not seen', async () => {
    const message = await card();
    let isCut = false;
    on.discord.disturb = (_method, path) => {
      if (!path.endsWith('/callback') || isCut) return undefined;
      isCut = true;
      return 'drop';
    };
    on.discord.click('ada', message, 'approve|c_');
    await until('it is approved', () => shownOn(message).includes('Approved by'));
    await until('it is answered a second time', () => callbacks().some(({ status }) => status === 400));
    expect(on.discord.privates).toEqual([]);
  });
});

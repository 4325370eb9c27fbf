import { MessageFlags } from 'discord-api-types/v10';
import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../src/lib/config-error.ts';
import { CHANNELS, GUILD, LEADS, PEOPLE } from '../doubles/discord/guild.ts';
import { lastText } from '../doubles/model.ts';
import { type DiscordWorld, shownOn, useDiscord } from '../support/discord-world.ts';
import { callOnce, dollarJob, echo, inTurn, runJob } from '../support/scripts.ts';
import { until } from '../support/until.ts';

let on: DiscordWorld;
const begin = useDiscord((made) => {
  on = made;
});

const heard = () => JSON.stringify(on.world.model.requests);

describe('where people write', () => {
  test('a thread gets the name of what is asked, and opens again when it was archived', async () => {
    await begin(echo);
    const asked = on.discord.mention('ada', CHANNELS.ml, 'fine-tune a model');
    await on.reply(asked.id, 'heard: [Ada] fine-tune a model');
    const thread = on.discord.guild.threads.get(asked.id);
    expect(thread?.name).toBe('fine-tune a model');
    on.discord.archive(asked.id);
    on.discord.say('ada', asked.id, 'still there?');
    await on.reply(asked.id, 'heard: [Ada] still there?');
    expect(thread?.archived).toBe(false);
  });

  test('a direct message is one session without a thread', async () => {
    await begin(echo);
    on.discord.say('ada', CHANNELS.direct, 'hello');
    await on.reply(CHANNELS.direct, 'heard: [Ada] hello');
    on.discord.say('ada', CHANNELS.direct, 'and more');
    await on.reply(CHANNELS.direct, 'heard: [Ada] and more');
  });

  test('a forum post is a session where it mentions the bot, or where the config says so', async () => {
    await begin(echo, { configure: ({ platforms }) => void platforms.discord.forums.push(CHANNELS.forum) });
    const post = on.discord.post('ada', CHANNELS.forum, 'Whisper on Swahili', 'fine-tune whisper');
    await on.reply(post.id, 'heard: [Ada] fine-tune whisper');
    on.discord.say('grace', post.id, 'on common voice');
    await on.reply(post.id, 'heard: [Grace] on common voice');
  });

  test('called into a thread it reads what was said there, and a reply tells what it is about', async () => {
    await begin(echo);
    const post = on.discord.post('grace', CHANNELS.forum, 'Ideas', 'we should try DPO');
    on.discord.mention('ada', post.id, 'what do you think');
    await on.reply(post.id, 'heard: [Ada] what do you think');
    expect(heard()).toContain('[Grace] we should try DPO');
    const said = on.discord.say('grace', CHANNELS.ml, 'the loss is NaN');
    const asked = on.discord.say('ada', CHANNELS.ml, '<@me> why', [], said.id);
    await on.reply(asked.id, 'heard: [Ada] why');
    expect(heard()).toContain('[Grace] the loss is NaN');
  });

  test('what others say to each other is not for it', async () => {
    await begin(echo);
    const asked = on.discord.mention('ada', CHANNELS.ml, 'go');
    await on.reply(asked.id, 'heard: [Ada] go');
    on.discord.say('ada', CHANNELS.ml, 'just talking');
    on.discord.say('ada', asked.id, `<@${PEOPLE.grace.id}> shall we?`);
    on.discord.say('ada', asked.id, 'go on');
    await on.reply(asked.id, 'heard: [Ada] go on');
    expect(heard()).not.toContain('just talking');
    expect(heard()).not.toContain('shall we');
  });

  test('without the permissions that it needs it says which', async () => {
    await begin(echo);
    on.discord.mention('ada', CHANNELS.closed, 'go');
    await on.reply(CHANNELS.closed, 'I need the permission **Create Public Threads**');
    expect(on.world.model.requests).toHaveLength(0);
  });

  test('an edit before it is read counts, and a deletion takes it back', async () => {
    const { promise: mayAnswer, resolve: answer } = Promise.withResolvers<void>();
    await begin((request) => ({ ...echo(request), until: mayAnswer }));
    const asked = on.discord.mention('ada', CHANNELS.ml, 'go');
    await until('the model is asked', () => on.world.model.requests.length > 0);
    const more = on.discord.say('ada', asked.id, 'with a typo');
    const gone = on.discord.say('ada', asked.id, 'never mind');
    on.discord.editMessage(more, 'without a typo');
    on.discord.deleteMessage(gone);
    on.discord.say('linus', asked.id, 'usage');
    await on.reply(asked.id, 'this channel today'); // and so all that came before it is taken
    answer();
    await on.reply(asked.id, 'without a typo');
    expect(heard()).not.toContain('never mind');
  });
});

describe('a connection', () => {
  test('that breaks is resumed, and nothing is missed or answered twice', { tags: 'long' }, async () => {
    await begin(echo);
    const asked = on.discord.mention('ada', CHANNELS.ml, 'first');
    await on.reply(asked.id, 'heard: [Ada] first');
    on.discord.gateway.disconnect();
    on.discord.say('ada', asked.id, 'meanwhile');
    await on.reply(asked.id, 'heard: [Ada] meanwhile');
    expect(on.discord.gateway.counts).toEqual({ identified: 1, resumed: 1 });
    expect(on.world.model.requests.filter((request) => lastText(request).includes('meanwhile'))).toHaveLength(
      1,
    );
  });

  test('after a stop of the whole bot what was written is read back, once', { tags: 'long' }, async () => {
    await begin(echo);
    const asked = on.discord.mention('ada', CHANNELS.ml, 'first');
    await on.reply(asked.id, 'heard: [Ada] first');
    await on.world.stop();
    on.discord.say('ada', asked.id, 'while you were away');
    const other = on.discord.mention('grace', CHANNELS.ml, 'a new one');
    const elsewhere = on.discord.mention('grace', CHANNELS.ops, 'where nobody has asked before');
    await on.start();
    await on.reply(elsewhere.id, 'heard: [Grace] where nobody has asked before');
    await on.reply(asked.id, 'heard: [Ada] while you were away');
    await on.reply(other.id, 'heard: [Grace] a new one');
    on.discord.say('ada', asked.id, 'last');
    await on.reply(asked.id, 'heard: [Ada] last');
    expect(on.world.model.requests.filter((request) => lastText(request).includes('away'))).toHaveLength(1);
  });

  test('a message that is delivered twice is one, with one thread', async () => {
    await begin(echo);
    const asked = on.discord.mention('ada', CHANNELS.ml, 'once');
    on.discord.deliver(asked);
    await on.reply(asked.id, 'heard: [Ada] once');
    on.discord.say('ada', asked.id, 'then');
    await on.reply(asked.id, 'heard: [Ada] then');
    expect(on.world.model.requests).toHaveLength(2);
  });
});

describe('who may', () => {
  test('a role approves where the config names it', async () => {
    await begin(callOnce(runJob), { approvers: [`role:${LEADS}`] });
    const asked = on.discord.mention('ada', CHANNELS.ml, 'go');
    const card = await on.reply(asked.id, 'Run a Hugging Face Job');
    on.discord.click('ada', card, 'approve|');
    await on.told('ada', `Only members of <@&${LEADS}>`);
    on.discord.click('grace', card, 'approve|');
    await until('the job is submitted', () => on.world.hub.jobs.length === 1);
  });

  test('a channel’s users may be a role, and others are refused', async () => {
    await begin(echo, {
      configure: ({ access }) => {
        access.channels[CHANNELS.ml] = { users: [`role:${LEADS}`] };
      },
    });
    on.discord.mention('ada', CHANNELS.ml, 'go');
    await on.reply(CHANNELS.ml, 'only some people may use me');
    const asked = on.discord.mention('grace', CHANNELS.ml, 'go');
    await on.reply(asked.id, 'heard: [Grace] go');
  });

  test('a role has a budget of its own, in place of the one for everybody', { tags: 'long' }, async () => {
    await begin(callOnce(dollarJob), {
      approvers: ['anyone'],
      configure: ({ budgets }) => {
        budgets.person_day_usd = 0.5;
        budgets.roles = { [`role:${LEADS}`]: { person_day_usd: 50 } };
        budgets.workspaces = { [GUILD]: { day_usd: 1.5 } };
        budgets.approvers = [PEOPLE.linus.id];
      },
    });
    on.world.hub.course = () => ({ queueMs: 60_000, runMs: 0, lines: [] });
    const first = on.discord.mention('ada', CHANNELS.ml, 'go');
    on.discord.click('ada', await on.reply(first.id, 'Run a Hugging Face Job'), 'approve|');
    await on.told('ada', 'The budget of Ada’s day is $0.50');
    const second = on.discord.mention('grace', CHANNELS.ml, 'go');
    on.discord.click('grace', await on.reply(second.id, 'Run a Hugging Face Job'), 'approve|');
    await until('the job of a lead is submitted', () => on.world.hub.jobs.length === 1);
    const third = on.discord.mention('grace', CHANNELS.ops, 'once more');
    on.discord.click('grace', await on.reply(third.id, 'Run a Hugging Face Job'), 'approve|');
    await on.told('grace', 'The budget of the day of all here is $1.50; $1.00 of it is spent or reserved.');
  });

  test('settings of a channel are changed in dialogs by those who may manage the server', {
    tags: 'long',
  }, async () => {
    await begin(
      (request) => ({
        text: `${request.model} heard ${JSON.stringify(request.messages[0]?.content).includes('Push to acme/')}`,
      }),
      {
        configure: ({ model }) => void model.choices.push('other/model'),
      },
    );
    on.discord.slash('ada', CHANNELS.ml, 'settings');
    const plain = await on.told('ada', 'Who approves');
    expect(JSON.stringify(plain.components)).not.toContain('channel_settings');
    on.discord.slash('grace', CHANNELS.ml, 'settings');
    const shown = await on.told('grace', 'Who approves');
    on.discord.clickPrivate('grace', CHANNELS.ml, shown, 'channel_settings|work');
    await on.discord.submit('grace', { model: ['other/model'], instructions: 'Push to acme/ only.' });
    await on.told('grace', 'Saved.');
    on.discord.clickPrivate('grace', CHANNELS.ml, shown, 'channel_settings|people');
    await on.discord.submit('grace', { users: [PEOPLE.ada.id, PEOPLE.grace.id] });
    await until(
      'both are saved',
      () => on.discord.privates.filter(({ text }) => text.includes('Saved')).length === 2,
    );
    const asked = on.discord.mention('ada', CHANNELS.ml, 'go');
    await on.reply(asked.id, 'other/model heard true');
    on.discord.mention('linus', CHANNELS.ml, 'me too');
    await on.reply(CHANNELS.ml, 'only some people may use me');
  });
});

describe('slash commands', () => {
  test('are registered once, and not again at the next start', async () => {
    await begin(echo);
    expect(on.discord.commandWrites).toBe(1);
    await on.world.stop();
    await on.start();
    expect(on.discord.commandWrites).toBe(1);
    const [command] = on.discord.commands;
    expect(command?.description_localizations).toMatchObject({ de: expect.stringContaining('Threads') });
  });

  test('begin a session, list sessions and jobs, and offer models and sessions while one types', async () => {
    await begin(echo, { configure: ({ model }) => void model.choices.push('acme/big', 'acme/small') });
    on.discord.slash('ada', CHANNELS.ml, 'new', { request: 'look at imdb' });
    await on.told('ada', 'It goes on in <#');
    const [thread = ''] = [...on.discord.guild.threads.keys()];
    await on.reply(thread, 'heard: [Ada] look at imdb');
    on.discord.slash('ada', CHANNELS.ml, 'status');
    await on.told('ada', 'look at imdb');
    on.discord.slash('ada', CHANNELS.ml, 'jobs');
    await on.told('ada', 'No jobs are running');
    on.discord.type('ada', thread, 'model', 'id', 'big');
    const models = await until('the models', () => on.discord.suggestions[0]);
    expect(models.map(({ name }) => name)).toEqual(['acme/big']);
    on.discord.type('ada', CHANNELS.ml, 'status', 'session', 'imdb');
    const sessions = await until('the sessions', () => on.discord.suggestions[1]);
    expect(sessions.map(({ name }) => name)).toEqual(['look at imdb']);
  });

  test('ask about a message in its own thread', async () => {
    await begin(echo);
    const said = on.discord.say('grace', CHANNELS.ml, 'the loss is NaN after step 40');
    on.discord.pointAt('ada', said);
    await on.discord.submit('ada', { text: 'why?', files: ['step,loss'] }, ['losses.csv']);
    await on.reply(said.id, 'heard: [Ada] why?');
    expect(heard()).toContain('the loss is NaN after step 40');
    expect(heard()).toContain('attachments/losses.csv');
  });

  test('cancel a job only after it was asked whether', { tags: 'long' }, async () => {
    await begin(callOnce(runJob), { approvers: ['anyone'] });
    on.world.hub.course = () => ({ queueMs: 0, runMs: 600_000, lines: ['x'] });
    const asked = on.discord.mention('ada', CHANNELS.ml, 'go');
    on.discord.click('ada', await on.reply(asked.id, 'Run a Hugging Face Job'), 'approve|');
    const card = await on.reply(asked.id, '· running');
    on.discord.click('ada', card, 'cancel_job|');
    const question = await on.told('ada', 'Cancel this job?');
    expect(on.world.hub.jobs[0]?.ended).toBeUndefined();
    on.discord.clickPrivate('ada', asked.id, question, 'cancel_job|');
    await on.reply(asked.id, '· cancelled');
  });
});

describe('dialogs', () => {
  test('take a file in place of a script, whether or not it fits into a dialog', {
    tags: 'long',
  }, async () => {
    const script = (text: string) => ({ ...runJob, arguments: { ...runJob.arguments, script: text } });
    const long = `# ${'x'.repeat(5_000)}\nprint("long")\n`;
    await begin(inTurn(script('print("a")\n'), script(long)), { approvers: ['anyone'] });
    on.world.hub.course = () => ({ queueMs: 0, runMs: 0, lines: ['ran'], stage: 'COMPLETED' });
    const asked = on.discord.mention('ada', CHANNELS.ml, 'go');
    const short = await on.reply(asked.id, 'print("a")');
    on.discord.click('ada', short, 'edit|');
    await on.discord.submit('ada', { text: 'print("a")\n', files: ['print("from a file")\n'] }, ['b.py']);
    on.discord.click('ada', await on.reply(asked.id, 'from a file'), 'approve|');
    const card = await until('the other card', () =>
      on.replies(asked.id).find((message) => shownOn(message).includes('xxxx')),
    );
    on.discord.click('ada', card, 'edit|');
    const whole = await on.told('ada', 'This is the whole script');
    on.discord.clickPrivate('ada', asked.id, whole, 'edit|');
    await on.discord.submit('ada', { files: ['print("shorter")\n'] }, ['c.py']);
    on.discord.click('ada', await on.reply(asked.id, 'print("shorter")'), 'approve|');
    await until('both ran as they were changed', () => on.world.hub.jobs.length === 2);
    const scripts = on.world.hub.jobs.map((job) => JSON.stringify(job.spec));
    for (const [i, text] of ['print("from a file")\n', 'print("shorter")\n'].entries()) {
      expect(scripts[i]).toContain(Buffer.from(text).toString('base64'));
    }
  });
});

test('where Discord refuses its components, messages are plain ones, with their buttons', {
  tags: 'long',
}, async () => {
  await begin(callOnce(runJob), { approvers: ['anyone'], isStarted: false });
  on.discord.refusesV2 = true;
  on.world.hub.course = () => ({ queueMs: 0, runMs: 0, lines: ['ran'], stage: 'COMPLETED' });
  await on.start();
  const asked = on.discord.mention('ada', CHANNELS.ml, 'go');
  const card = await on.reply(asked.id, 'Run a Hugging Face Job');
  expect(card.flags & MessageFlags.IsComponentsV2).toBe(0);
  expect(card.content).toContain('Run a Hugging Face Job');
  on.discord.click('ada', card, 'approve|');
  await until('the job is submitted', () => on.world.hub.jobs.length === 1);
  await on.reply(asked.id, '**Done**');
});

describe('what is refused', () => {
  test('a token, in one line that says how to get one', async () => {
    await begin(echo, { isStarted: false });
    on.discord.token = 'another.bot.token';
    await expect(on.start()).rejects.toThrow(ConfigError);
    await expect(on.start()).rejects.toThrow('DISCORD_TOKEN was refused');
  });

  test('the intent for message contents, and without it mentions still work', async () => {
    await begin(echo, { isStarted: false });
    on.discord.gateway.allowsMessageContent = false;
    await expect(on.start()).rejects.toThrow('"Message Content" intent');
    on.world.config.platforms.discord.message_content = false;
    await on.start();
    const asked = on.discord.mention('ada', CHANNELS.ml, 'go');
    await on.reply(asked.id, 'heard: [Ada] go');
    on.discord.say('ada', asked.id, 'not seen');
    on.discord.mention('ada', asked.id, 'seen');
    await on.reply(asked.id, 'heard: [Ada] seen');
    expect(heard()).not.toContain('not seen');
    on.discord.write(CHANNELS.direct, {
      flags: 16_384,
      message_reference: { type: 1, message_id: '1', channel_id: CHANNELS.ops, guild_id: GUILD },
      message_snapshots: [{ message: { content: 'the loss is forty-two' } }],
    });
    await until('it is heard', () => heard().includes('which Discord does not let me read'));
    expect(heard()).not.toContain('forty-two');
  });
});

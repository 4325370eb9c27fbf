import { describe, expect, test } from 'vitest';
import { CHANNELS, type DiscordMessage } from '../doubles/discord/guild.ts';
import { lastText } from '../doubles/model.ts';
import { type DiscordWorld, useDiscord } from '../support/discord-world.ts';
import { echo } from '../support/scripts.ts';
import { until } from '../support/until.ts';

let on: DiscordWorld;
const beginDiscord = useDiscord((made) => {
  on = made;
});

/** A thread in which nobody reads what is written until `read`: only the role that listens is started. */
async function begin(): Promise<DiscordMessage> {
  await beginDiscord(echo, { isStarted: false });
  await on.start(['chat']);
  const first = on.discord.mention('ada', CHANNELS.ml, 'begin');
  await until('there is its thread', () => on.discord.guild.threads.has(first.id));
  return first;
}

/** Everything that was said in a thread is in the record, and now somebody works on it. */
async function read(thread: string): Promise<void> {
  await taken(thread);
  await on.world.stop();
  await on.start();
}

const told = () => on.world.model.requests.map(lastText);

/**
 * What is written in a thread is taken in order: once something that was said later is answered, all before
 * it is taken.
 */
async function taken(thread: string): Promise<void> {
  on.discord.say('linus', thread, 'usage');
  await on.reply(thread, 'this channel today');
}

describe('a message on Discord that nobody has read yet', () => {
  test('stays what it is, with what it replies to, when Discord shows a preview, pins it or begins a thread from it', async () => {
    const first = await begin();
    const recipe = on.discord.say('grace', first.id, `<@${first.author.id}> a recipe`);
    const asked = on.discord.say('ada', first.id, 'and that one?', [], recipe.id);
    on.discord.embed(asked);
    on.discord.embedPartially(asked);
    on.discord.change(asked, { flags: 32 });
    on.discord.change(asked, {});
    await read(first.id);
    await on.reply(first.id, 'and that one?');
    expect(told()[0]).toContain('and that one?\n\n  The message that is replied to:\n  > [Grace]');
  });

  test('has its new words, and what it replies to still, when it is edited', { tags: 'long' }, async () => {
    const first = await begin();
    const recipe = on.discord.say('grace', first.id, `<@${first.author.id}> a recipe`);
    const asked = on.discord.say('ada', first.id, 'and taht one?', [], recipe.id);
    on.discord.editMessage(asked, 'and that one?');
    on.discord.embed(asked);
    await read(first.id);
    await on.reply(first.id, 'and that one?');
    expect(told()[0]).toContain('and that one?\n\n  The message that is replied to:\n  > [Grace]');
    expect(told().join()).not.toContain('taht');
  });

  test('is told with the files that it still has', { tags: 'long' }, async () => {
    const first = await begin();
    const files = [
      { name: 'a.csv', text: 'a' },
      { name: 'b.csv', text: 'b' },
    ];
    const asked = on.discord.say('ada', first.id, 'look', files);
    on.discord.editMessage(asked, 'look', asked.attachments.slice(1));
    await read(first.id);
    await on.reply(first.id, 'heard: [Ada] look');
    expect(told()[0]).toContain('attachments/b.csv');
    expect(told()[0]).not.toContain('attachments/a.csv');
  });

  test('is not answered where many were deleted at once, or its words were taken out', {
    tags: 'long',
  }, async () => {
    const first = await begin();
    const gone = ['one', 'two'].map((text) => on.discord.say('ada', first.id, text));
    const emptied = on.discord.say('ada', first.id, '<@me> three');
    on.discord.deleteMessages(gone);
    on.discord.editMessage(emptied, '<@me>');
    on.discord.say('ada', first.id, 'four');
    await read(first.id);
    await on.reply(first.id, 'heard: [Ada] four');
    expect(told()).toEqual(['[Ada] four']);
  });

  test('is a command where it was edited to one, and none where one was edited to something else', async () => {
    const first = await begin();
    const more = on.discord.say('ada', first.id, 'compact');
    on.discord.editMessage(more, 'compact cars: what do you know of them?');
    const asked = on.discord.say('ada', first.id, 'two');
    on.discord.editMessage(asked, 'status');
    await on.reply(first.id, 'Requests: ');
    await read(first.id);
    await on.reply(first.id, 'compact cars');
    expect(told()).toEqual(['[Ada] compact cars: what do you know of them?']);
  });
});

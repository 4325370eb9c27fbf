import { describe, expect, test } from 'vitest';
import type { Config } from '../../src/config/load.ts';
import { flat } from '../doubles/discord/components.ts';
import { CHANNELS, LEADS, PEOPLE } from '../doubles/discord/guild.ts';
import type { ModelScript } from '../doubles/model.ts';
import { type DiscordWorld, shownOn, useDiscord } from '../support/discord-world.ts';
import { callOnce, dollarJob, runJob } from '../support/scripts.ts';
import { until } from '../support/until.ts';
import { useWorld } from '../support/use-world.ts';
import type { World } from '../support/world.ts';

/*
 * What a phone shows: a person is called once, by a sentence that needs nothing else to be understood.
 */

const twoApprovers = (config: Config): void => {
  config.approvals.second_above_usd = 0.5;
};

const twoJobs: ModelScript = (request) =>
  request.messages.some(({ role }) => role === 'tool')
    ? { text: 'Both are through.' }
    : { calls: [dollarJob, { ...dollarJob, arguments: { ...dollarJob.arguments, timeout: '2h' } }] };

const runsAtOnce = () => ({ queueMs: 0, runMs: 0, lines: ['done'], stage: 'COMPLETED' as const });

describe('on Slack', () => {
  let world: World;
  const begin = useWorld((made) => {
    world = made;
  });
  const pushed = (to: string) => world.slack.pushes.flatMap((push) => (push.to === to ? [push.text] : []));

  test('an approval calls whoever asked for it, once, with what it costs in its first words', async () => {
    await begin(callOnce(dollarJob));
    world.hub.course = runsAtOnce;
    const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
    const card = await world.reply(asked, 'Run a Hugging Face Job');
    const sentence = '<@U0ADA> Approve up to $1.00? Run a Hugging Face Job on a10g-small';
    expect(card.text).toBe(sentence);
    const [first] = card.blocks as { text: { text: string } }[];
    expect(first?.text.text.replaceAll('*', '').split('\n')[0]).toBe(sentence); // what a desktop shows
    expect(JSON.stringify(card.blocks)).toMatch(/Decided by <@U0ADA> until <!date\^\d+/);
    expect(pushed('U0ADA')).toEqual([sentence]);
    world.slack.click('U0ADA', card, 'approve');
    await world.reply(asked, 'result:');
    expect(pushed('U0ADA').filter((text) => text.includes('Approve'))).toHaveLength(1);
    expect(world.describe(asked)).not.toContain('<@U0ADA> *Run a Hugging Face Job');
  });

  test('a job is known by its name: to whom it calls, on its card, at its end, and to the Hub', async () => {
    const name = 'IMDB baseline · lr 2e-5';
    await begin(callOnce({ ...dollarJob, arguments: { ...dollarJob.arguments, name } }));
    world.hub.course = runsAtOnce;
    const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
    const card = await world.reply(asked, 'Approve up to $1.00?');
    expect(card.text).toBe(`<@U0ADA> Approve up to $1.00? ${name} · a10g-small, at most 1 h`);
    world.slack.click('U0ADA', card, 'approve');
    await world.reply(asked, `${name}>* · done`);
    await until('its end is told', () => pushed('U0ADA').length === 2);
    expect(pushed('U0ADA')[1]).toMatch(
      /^<@U0ADA> ✅ IMDB baseline · lr 2e-5 is done · \d s · (?:under )?\$0\.0[01]$/,
    );
    expect(world.hub.jobs[0]?.spec.labels).toMatchObject({ 'ml-intern-name': 'IMDB-baseline-lr-2e-5' });
    await world.reply(asked, `(${name}) on a10g-small`); // what the model was told
  });

  test('those who are named decide and are called, and nobody else', async () => {
    await begin(callOnce(dollarJob), { approvers: ['U0GRACE', 'S0LEADS'] });
    const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
    const card = await world.reply(asked, 'Run a Hugging Face Job');
    expect(card.text).toMatch(/^<@U0GRACE> Approve up to/);
    expect(JSON.stringify(card.blocks)).toContain('Decided by <@U0GRACE>');
    expect(JSON.stringify(card.blocks)).not.toContain('subteam'); // that would call all of them
    expect(pushed('U0ADA')).toEqual([]);
  });

  test('of a group all are called where they are few, and are named; of a large one nobody is', async () => {
    await begin(callOnce(dollarJob), { approvers: ['S0LEADS'] });
    world.slack.workspace.groups.set('S0LEADS', ['U0GRACE', 'U0LINUS']);
    const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
    const card = await world.reply(asked, 'Run a Hugging Face Job');
    expect(card.text).toMatch(/^<@U0GRACE> <@U0LINUS> Approve up to/);
    expect(JSON.stringify(card.blocks)).toContain('Decided by <@U0GRACE> or <@U0LINUS>');
    expect(['U0GRACE', 'U0LINUS', 'U0ADA'].map((who) => pushed(who).length)).toEqual([1, 1, 0]);
    world.slack.say('U0ADA', 'C0ML', 'status', asked.ts);
    await world.reply(asked, 'Grace or Linus decides: ');
    world.slack.say('U0ADA', 'C0ML', 'yes', asked.ts);
    await world.reply(asked, 'what waits for approval here is for Grace or Linus to decide');
  });

  test('of a group of six the requester alone is called, and the card names the group', {
    tags: 'long',
  }, async () => {
    await begin(callOnce(dollarJob), { approvers: ['S0LEADS'] });
    const six = Array.from({ length: 6 }, (_, i) => `U0LEAD${i}`);
    world.slack.workspace.groups.set('S0LEADS', six);
    const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
    const card = await world.reply(asked, 'Run a Hugging Face Job');
    expect(card.text).toMatch(/^<@U0ADA> Approve up to/);
    expect(JSON.stringify(card.blocks)).toContain('Decided by members of @leads');
    expect(new Set(world.slack.pushes.map(({ to }) => to))).toEqual(new Set(['U0ADA']));
  });

  test('several calls of a step call people once', { tags: 'long' }, async () => {
    await begin(twoJobs);
    const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
    await world.reply(asked, '2 calls wait for approval');
    await until('both cards are there', () => world.describe(asked).match(/Approve up to/g)?.length === 4);
    expect(pushed('U0ADA')).toEqual([expect.stringMatching(/^<@U0ADA> Approve up to \$[12]\.00\? /)]);
    expect(world.describe(asked)).toContain('Decided by the same people as the other calls of this step');
  });

  test('the second of two approvers is called once the first has approved', { tags: 'long' }, async () => {
    await begin(callOnce(dollarJob), {
      approvers: ['anyone'],
      configure(config) {
        twoApprovers(config);
        config.approvals.second_approvers = ['U0GRACE'];
      },
    });
    const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
    const card = await world.reply(asked, 'Run a Hugging Face Job');
    world.slack.click('U0ADA', card, 'approve');
    await world.reply(asked, 'A second approval is needed');
    expect(pushed('U0GRACE')).toEqual([
      '<@U0GRACE> A second approval is needed, after Ada’s: Run a Hugging Face Job on a10g-small.',
    ]);
  });
});

describe('on Discord', () => {
  let on: DiscordWorld;
  const begin = useDiscord((made) => {
    on = made;
  });
  const pushed = (who: keyof typeof PEOPLE) =>
    on.discord.pushes.flatMap(({ to, text }) => (to === PEOPLE[who].id ? [text] : []));

  test('an approval is a plain sentence first, and becomes its card', async () => {
    await begin(callOnce(dollarJob));
    on.world.hub.course = runsAtOnce;
    const asked = on.discord.mention('ada', CHANNELS.ml, 'go');
    const ada = `<@${PEOPLE.ada.id}>`;
    await until('it is a card', () => on.replies(asked.id).some(({ components }) => isCard(components)));
    const [called = ''] = pushed('ada');
    expect(pushed('ada')).toHaveLength(1);
    expect(called.split('\n')[0]).toBe(`${ada} Approve up to $1.00? Run a Hugging Face Job on a10g-small`);
    expect(called).toContain('print("hello")'); // the words can be decided by: they show what would run
    const card = await on.reply(asked.id, 'Approve up to $1.00?');
    expect(card.content).toBe('');
    expect(JSON.stringify(card.components)).toContain(`${ada} Approve up to`);
    on.discord.click('ada', card, 'approve');
    await on.reply(asked.id, 'result:');
    expect(pushed('ada').filter((text) => text.includes('Approve'))).toHaveLength(1);
    await until('the end is told', () => pushed('ada').length === 2);
    expect(pushed('ada')[1]).toMatch(/^<@\d+> ✅ go is done · /);
    expect(pushed('ada')).not.toContain(''); // what a phone shows of components alone
  });

  test('the plain sentence can be decided by where it does not become a card', { tags: 'long' }, async () => {
    await begin(callOnce(runJob));
    on.world.hub.course = runsAtOnce;
    on.discord.refusesV2 = true;
    const asked = on.discord.mention('ada', CHANNELS.ml, 'go');
    const plain = await until('a sentence with buttons', () =>
      on
        .replies(asked.id)
        .find(({ content, components }) => /Approve/.test(content) && components.length > 0),
    );
    on.discord.click('ada', plain, 'approve');
    await on.reply(asked.id, 'result:');
    expect(on.world.hub.jobs).toHaveLength(1);
  });

  test('those who are named are called once for all calls of a step, and the second of two after the first', {
    tags: 'long',
  }, async () => {
    await begin(twoJobs, {
      approvers: [PEOPLE.grace.id],
      configure(config) {
        twoApprovers(config);
        config.approvals.second_approvers = [PEOPLE.linus.id];
      },
    });
    const asked = on.discord.mention('ada', CHANNELS.ml, 'go');
    await on.reply(asked.id, '2 calls wait for approval');
    await until('both cards are there', () => cardsIn(asked.id).length === 2);
    expect(pushed('grace').map((text) => text.split('\n')[0])).toEqual([
      expect.stringMatching(/^<@\d+> Approve up to \$[12]\.00\? /),
    ]);
    expect([...pushed('ada'), ...pushed('linus')]).toEqual([]);
    const card = cardsIn(asked.id).find((reply) => shownOn(reply).includes(`<@${PEOPLE.grace.id}>`));
    expect(on.describe(asked.id)).toContain('Decided by the same people as the other calls of this step');
    if (card === undefined) throw new Error('no card calls her');
    on.discord.click('grace', card, 'approve');
    await until('the second is called', () => pushed('linus').length === 1);
    expect(pushed('linus')[0]).toMatch(
      /^<@\d+> A second approval is needed, after Grace’s: Run a Hugging Face Job on a10g-small\./,
    );
    expect(pushed('grace')).toHaveLength(1);
  });

  test('of a role all are called where they are few; of a large one, or one that nobody lists, nobody is', async () => {
    await begin(callOnce(dollarJob), { approvers: [`role:${LEADS}`] });
    on.discord.guild.moreLeads = [PEOPLE.linus.id];
    const asked = on.discord.mention('ada', CHANNELS.ml, 'go');
    await until('both are called', () => pushed('grace').length + pushed('linus').length === 2);
    expect([pushed('grace'), pushed('linus'), pushed('ada')].map(({ length }) => length)).toEqual([1, 1, 0]);
    const people = [PEOPLE.grace, PEOPLE.linus].map(({ id }) => `<@${id}>`);
    expect(pushed('grace')[0]).toMatch(new RegExp(`^${people.join(' ')} Approve up to \\$1\\.00\\? `));
    const card = await on.reply(asked.id, `Decided by ${people.join(' or ')}`);
    expect(shownOn(card)).toContain('Approve up to');
  });

  test.each([
    ['has six people', true],
    ['may not be listed', false],
  ])('of a role that %s the requester alone is called', { tags: 'long' }, async (_what, listsMembers) => {
    await begin(callOnce(dollarJob), { approvers: [`role:${LEADS}`] });
    Object.assign(on.discord.guild, {
      listsMembers,
      moreLeads: Array.from({ length: 5 }, (_, i) => `60000000000000010${i}`),
    });
    const asked = on.discord.mention('ada', CHANNELS.ml, 'go');
    await until('Ada is called', () => pushed('ada').length === 1);
    expect(new Set(on.discord.pushes.map(({ to }) => to))).toEqual(new Set([PEOPLE.ada.id]));
    await on.reply(
      asked.id,
      listsMembers ? 'Decided by members of @leads' : 'Decided by somebody who is named',
    );
  });

  test('a job’s end calls by words that a phone shows', async () => {
    await begin(callOnce(dollarJob));
    on.world.hub.course = runsAtOnce;
    const asked = on.discord.mention('ada', CHANNELS.ml, 'go');
    on.discord.click('ada', await on.reply(asked.id, 'Approve up to $1.00?'), 'approve');
    await until('the end is told', () => pushed('ada').length === 2);
    expect(pushed('ada')[1]).toMatch(/^<@\d+> ✅ \w+ is done · \d s · /);
    for (const push of pushed('ada')) expect(push).not.toContain(on.world.hub.jobs[0]?.id);
  });

  const cardsIn = (thread: string) => on.replies(thread).filter(({ components }) => isCard(components));
});

/** Whether components are a card, and not buttons below a sentence. */
const isCard = (components: Parameters<typeof flat>[0]): boolean =>
  flat(components).some(({ content }) => content?.includes('Approve up to'));

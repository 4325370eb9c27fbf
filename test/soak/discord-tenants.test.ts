import { expect, test } from 'vitest';
import { ACTIONS } from '../../src/controller/actions.ts';
import type { Subject } from '../../src/controller/forms.ts';
import { SESSION_LABEL } from '../../src/jobs/labels.ts';
import { flat } from '../doubles/discord/components.ts';
import {
  CHANNELS,
  type DiscordMessage,
  GUILD,
  PEOPLE,
  SECOND_CHANNEL,
  SECOND_GUILD,
} from '../doubles/discord/guild.ts';
import type { ModelScript } from '../doubles/model.ts';
import { type DiscordWorld, useDiscord } from '../support/discord-world.ts';
import { runJob } from '../support/scripts.ts';
import { until } from '../support/until.ts';

/*
 * Two servers that share one account of Hugging Face: somebody who is in both tries everything in the second
 * with the ids of the first, and nothing is told, changed or spent.
 */

let on: DiscordWorld;
const begin = useDiscord((made) => {
  on = made;
});

/** What only the first server may ever see. */
const MARK = /TENANT-ONE/;

const script: ModelScript = (request) => {
  const words = JSON.stringify(request.messages);
  if (words.includes('only talk')) return { text: 'I listen.' };
  return request.messages.at(-1)?.role === 'tool' ? { text: 'done' } : { calls: [runJob] };
};

/** Ada's job runs in the first server, and another one waits there for an approval. */
async function firstWorks(): Promise<{ running: DiscordMessage; waiting: DiscordMessage }> {
  const { discord } = on;
  const running = discord.mention('ada', CHANNELS.ml, 'train TENANT-ONE alpha');
  discord.click('ada', await on.reply(running.id, 'Run a Hugging Face Job'), 'approve|');
  await on.reply(running.id, 'TENANT-ONE log');
  const waiting = discord.mention('ada', CHANNELS.ml, 'train TENANT-ONE beta');
  await on.reply(waiting.id, 'Run a Hugging Face Job');
  return { running, waiting };
}

const idOn = (message: DiscordMessage, action: string): string =>
  flat(message.components).find(({ custom_id }) => custom_id?.startsWith(`${action}|`))?.custom_id ?? '';

/** How the first server's threads and jobs stand: without times that pass by themselves. */
const standing = (threads: readonly DiscordMessage[]) => ({
  threads: threads.map(({ id }) => on.describe(id).replaceAll(/[\d.]+/g, '#')),
  jobs: on.world.hub.jobs.map(({ id, ended }) => ({ id, ended })),
  writes: on.world.hub.requests.filter(({ method }) => method !== 'GET').length,
});

test('with every kind of id of another server nothing is told, changed or spent', async () => {
  await begin(script, {
    isStarted: false,
    approvers: ['anyone'],
    configure: (config) => {
      Object.assign(config.platforms.discord, { feedback: true, allowed_guilds: [GUILD, SECOND_GUILD] });
      config.shared_account = [GUILD, SECOND_GUILD];
    },
  });
  const { discord, world } = on;
  const { hub } = world;
  discord.guild.hasSecond = true;
  hub.course = () => ({ queueMs: 0, runMs: 600_000, lines: ['TENANT-ONE log'] });
  await on.start();
  const { running, waiting } = await firstWorks();
  const [, watch = ''] = idOn(await on.reply(running.id, '· running'), 'job_log').split('|');
  const [, seen = ''] = idOn(await on.reply(waiting.id, 'Run a Hugging Face Job'), 'approve').split('|');
  const [call = ''] = seen.split(':');
  const [job] = hub.jobs;
  const session = job?.spec.labels?.[SESSION_LABEL] ?? '';
  expect([watch, seen, call, session, job?.id].every(Boolean)).toBe(true);

  const own = discord.mention('ada', SECOND_CHANNEL, 'only talk');
  const answer = await on.reply(own.id, 'I listen.');
  const before = standing([running, waiting]);
  const told = () => discord.privates.filter(({ user }) => user === PEOPLE.ada.id).map(({ text }) => text);
  /** Does something, and waits until it is answered. */
  const tried = async (act: () => unknown) => {
    const count = discord.interactions.length;
    await act();
    await until('it is answered', () => {
      const made = discord.interactions.slice(count);
      return made.length > 0 && made.every(({ shows }) => shows !== 'not taken' && shows !== 'under way');
    });
  };

  /** What each kind of button and menu may carry; a new one does not compile before it is here. */
  const values: Record<keyof typeof ACTIONS, readonly string[]> = {
    approve: [seen, `all|${seen}`],
    reject: [seen, 'all|x'],
    edit: [seen, `${call}|replace`],
    choose: [`${call}|namespace`],
    log: [watch],
    curve: [watch],
    rerun: [watch],
    half_batch: [watch],
    larger: [watch],
    longer: [watch],
    cancel: [watch, `${watch}|sure`],
    letRun: [`${watch}|stalled`],
    answer: [`${call}:q1`],
    decline: [`${call}:q1`],
    feedback: ['good|1', 'bad|2'],
    offer: ['1:0', '2:0'],
    sortRuns: [''],
    steps: ['1'],
    comparePicked: [watch],
    menu: [''],
    stop: [''],
    retry: [''],
    settings: [''],
    signIn: [''],
    signOut: [''],
  };
  for (const [name, ids] of Object.entries(values)) {
    for (const id of ids) {
      const custom = [Reflect.get(ACTIONS, name), ...(id === '' ? [] : [id])].join('|');
      await tried(() => discord.clickId('ada', answer, custom));
    }
  }

  /** The same for what is sent off, by what it is about. */
  const forms: Record<Subject['form'], string> = {
    reject: `reject_calls|${seen}`,
    script: `edit_call|${call}`,
    answer: `answer_question|${call}:q1`,
    why: 'feedback_why|1',
    ask: `ask_about|${running.id}`,
    session: 'session_settings',
    channel: 'channel_settings|work',
    token: 'account_token',
  };
  for (const custom_id of Object.values(forms)) {
    const text = { type: 4, custom_id: 'text', style: 2, label: 'x' };
    const modal = { custom_id, title: 'x', components: [{ type: 18, label: 'x', component: text }] };
    discord.modals.push({ user: PEOPLE.ada.id, channel: own.id, message: answer, modal } as never);
    await tried(() => discord.submit('ada', { text: 'print("TENANT-TWO was here")' }));
  }

  // Commands, and what they offer; then words.
  for (const [name, options] of [
    ['status', {}],
    ['status', { session }],
    ['jobs', {}],
    ['usage', {}],
    ['settings', {}],
  ] as const) {
    await tried(() => discord.slash('ada', own.id, name, options));
  }
  const offered = discord.suggestions.length;
  discord.type('ada', own.id, 'status', 'session', 'TENANT');
  await until('sessions are offered', () => discord.suggestions.length > offered);
  const link = `https://discord.com/channels/${GUILD}/${running.channel_id}/${running.id}`;
  const watches = [job?.id, `ada/${job?.id}`, `${hub.url}/jobs/ada/${job?.id}`];
  for (const named of watches) discord.say('ada', own.id, `<@me> watch ${named}`);
  await until(
    () => `all are refused: ${on.describe(own.id)}`,
    () => (on.describe(own.id).match(/I know no job/g) ?? []).length >= watches.length,
  );
  for (const words of [`status ${session}`, `export ${session}`, 'undo', `only talk about ${link}`]) {
    discord.say('ada', own.id, `<@me> ${words}`);
  }
  await until('the last is answered', () => (on.describe(own.id).match(/I listen/g) ?? []).length >= 2);

  const inSecond = [...discord.guild.messages.values()].filter(
    ({ author, channel_id }) => author.bot && channel_id !== running.id && channel_id !== waiting.id,
  );
  const shown = JSON.stringify([
    inSecond.map(({ content, components, attachments }) => [
      content,
      components,
      attachments.map(({ bytes }) => bytes.toString()),
    ]),
    discord.privates,
    discord.suggestions.slice(offered),
    discord.modals,
  ]);
  expect(shown).not.toMatch(MARK);
  expect(told().filter((text) => text.includes('No jobs are running'))).toHaveLength(1);
  expect(told().filter((text) => text.includes('request no longer exists'))).toHaveLength(10);
  expect(told().filter((text) => text.includes('I no longer know this job'))).toHaveLength(9);
  expect(JSON.stringify(world.model.requests.at(-1))).not.toMatch(MARK);
  expect(standing([running, waiting])).toEqual(before);
}, 120_000);

import { describe, expect, test } from 'vitest';
import { CHANNELS } from '../doubles/discord/guild.ts';
import { type DiscordWorld, useDiscord } from '../support/discord-world.ts';
import { callOnce, runJob } from '../support/scripts.ts';
import { until } from '../support/until.ts';
import { useWorld } from '../support/use-world.ts';
import type { World } from '../support/world.ts';

let world: World;
const begin = useWorld((made) => {
  world = made;
});
let discord: DiscordWorld;
const beginDiscord = useDiscord((made) => {
  discord = made;
});

const TOKEN = 'hf_adaownadaownadaown';
const OPTIONS = { environment: { ENCRYPTION_KEY: 'k'.repeat(40) }, approvers: ['anyone'] };
const home = () => JSON.stringify(world.slack.homes.get('U0ADA') ?? '');
const shows = (text: string) =>
  until(`the Home tab shows "${text}"; it shows ${home()}`, () => home().includes(text));
const running = () => ({ queueMs: 0, runMs: 600_000, lines: ['x'] });

async function signIn(): Promise<void> {
  world.hub.identities.set(TOKEN, 'ada-own');
  world.slack.openHome('U0ADA');
  await shows('account_sign_in');
  world.slack.clickHome('U0ADA', 'account_sign_in');
  await world.slack.submit('U0ADA', TOKEN);
  await shows('You are signed in as ada-own');
}

describe('somebody’s own account', () => {
  test('runs what they approve, is seen by nobody else, and stays while a job needs it', async () => {
    await begin(callOnce(runJob), OPTIONS);
    world.hub.course = running;
    await signIn();
    const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
    const card = await world.reply(asked, 'Run a Hugging Face Job');
    await world.reply(asked, 'ada-own, the account of Ada');
    world.slack.click('U0GRACE', card, 'approve');
    await until('Grace is told', () =>
      world.slack.ephemerals.some(
        ({ user, text }) => user === 'U0GRACE' && text.includes('Only Ada may approve this'),
      ),
    );
    expect(world.hub.jobs).toEqual([]);
    world.slack.click('U0ADA', card, 'approve');
    const job = await until('the job is submitted', () => world.hub.jobs[0]);
    expect(job.namespace).toBe('ada-own');
    expect(JSON.stringify(job.spec.secrets)).toContain(TOKEN);
    await world.reply(asked, 'RUNNING');

    world.slack.clickHome('U0ADA', 'account_sign_out');
    await until('it is kept', () =>
      world.slack.calls.some(({ arguments: args }) => String(args.text).includes('A job still runs')),
    );
    world.hub.finish(job, 'COMPLETED');
    await world.reply(asked, 'COMPLETED');
    await world.reply(asked, 'result:');
    world.slack.clickHome('U0ADA', 'account_sign_out');
    await shows('account_sign_in');
    expect(JSON.stringify(world.model.requests)).not.toContain(TOKEN);
    expect(world.describe(asked)).not.toContain(TOKEN);
  });

  test('is not used for sessions of others, nor for what nobody approves, nor by auto-approval that another set', async () => {
    await begin((request) => {
      const results = request.messages.filter(({ role }) => role === 'tool').length;
      if (results === 0) return { calls: [{ name: 'hf_jobs', arguments: { operation: 'ps' } }] };
      return results === 1 ? { calls: [runJob] } : { text: 'over' };
    }, OPTIONS);
    world.hub.course = running;
    await signIn();
    const hers = world.slack.mention('U0GRACE', 'C0ML', 'go');
    world.slack.click('U0GRACE', await world.reply(hers, 'Run a Hugging Face Job'), 'approve');
    await until('the job is the bot’s', () => world.hub.jobs[0]?.namespace === 'ada');

    const asked = world.slack.mention('U0ADA', 'C0OPS', 'go');
    await world.reply(asked, 'Run a Hugging Face Job');
    expect(world.hub.requests.some(({ path }) => path === '/api/jobs/ada-own')).toBe(false);
    const other = world.slack.mention('U0ADA', 'C0ML', 'yolo on');
    await world.reply(other, 'set by Ada');
    world.slack.say('U0GRACE', 'C0ML', 'yolo on', other.ts);
    await world.reply(other, 'set by Grace');
    world.slack.say('U0GRACE', 'C0ML', 'go', other.ts);
    await world.reply(other, 'Run a Hugging Face Job');
    expect(world.hub.jobs).toHaveLength(1);
  });

  test('is refused where the Hub does not know the token, and nobody can sign in without a key', async () => {
    await begin(callOnce(runJob), OPTIONS);
    world.slack.openHome('U0ADA');
    await shows('account_sign_in');
    world.slack.clickHome('U0ADA', 'account_sign_in');
    const dialog = await world.slack.submit('U0ADA', 'password123');
    await until('it says what is wrong', () =>
      JSON.stringify(dialog.errors ?? '').includes('they begin with hf_'),
    );
    world.hub.faults.push({ path: /whoami/, status: 401 });
    await world.slack.sendOff(dialog, TOKEN);
    await until('it says so', () => JSON.stringify(dialog.errors ?? '').includes('did not take this token'));
  });

  test('without a key nobody is asked to sign in', async () => {
    await begin(callOnce(runJob));
    world.slack.openHome('U0ADA');
    await shows('What holds');
    expect(home()).not.toContain('account_sign_in');
  });
});

test('on Discord it is signed in to with a command', async () => {
  await beginDiscord(callOnce(runJob), OPTIONS);
  discord.world.hub.identities.set(TOKEN, 'ada-own');
  discord.world.hub.course = running;
  discord.discord.slash('ada', CHANNELS.ml, 'account');
  const shown = await discord.told('ada', 'Sign in with a token');
  discord.discord.clickPrivate('ada', CHANNELS.ml, shown, 'account_sign_in');
  await discord.discord.submit('ada', { text: TOKEN });
  await discord.told('ada', 'You are signed in as ada-own.');
  const asked = discord.discord.mention('ada', CHANNELS.ml, 'go');
  const card = await discord.reply(asked.id, 'ada\\-own, the account of Ada');
  discord.discord.click('grace', card, 'approve|');
  await discord.told('grace', 'Only Ada may approve this');
  discord.discord.click('ada', card, 'approve|');
  await until('the job runs under it', () => discord.world.hub.jobs[0]?.namespace === 'ada-own');
  await discord.reply(asked.id, 'RUNNING');

  const other = 'hf_otherotherother';
  discord.world.hub.identities.set(other, 'ada-other');
  discord.discord.clickPrivate('ada', CHANNELS.ml, shown, 'account_sign_in');
  await discord.discord.submit('ada', { text: other });
  await discord.told('ada', 'A job still runs under this account');
});

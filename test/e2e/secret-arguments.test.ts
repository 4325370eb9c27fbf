import { describe, expect, test } from 'vitest';
import { CHANNELS } from '../doubles/discord/guild.ts';
import { type DiscordWorld, useDiscord } from '../support/discord-world.ts';
import { keptText } from '../support/kept-text.ts';
import { hasBubblewrap, withLocalSandboxes } from '../support/sandboxes.ts';
import { callOnce, inTurn } from '../support/scripts.ts';
import { until } from '../support/until.ts';
import { useWorld } from '../support/use-world.ts';
import type { World } from '../support/world.ts';

let world: World;
const begin = useWorld((made) => {
  world = made;
});

let on: DiscordWorld;
const beginDiscord = useDiscord((made) => {
  on = made;
});

const SCRIPT = [
  'import hf_transfer',
  'from mine import hf_tokenizer, hf_datasets, hf_username',
  'PAD_TOKEN = "<|endoftext|>"',
  'password = getpass("Password: ")',
  'print("Müller", "\\u00e9", 🚀)'.replace('🚀', '"🚀"'),
  '',
].join('\n');

/** More that can't be seen than anybody is asked to look at, and what is said of it. */
const UNSEEN = '\u200b'.repeat(11_000);
const REFUSED = 'thousands of characters that can’t be seen';

const job = (more: Record<string, unknown>) => ({
  name: 'hf_jobs',
  arguments: { operation: 'run', hardware_flavor: 'cpu-basic', timeout: '10m', ...more },
});

/** The script that a job of the Hub's was given, out of its command. */
function scriptOf(command: readonly string[]): string {
  const [, encoded = ''] = /echo ([A-Za-z0-9+/=]+) \| base64 -d/.exec(command.at(-1) ?? '') ?? [];
  return Buffer.from(encoded, 'base64').toString();
}

/** How many results of calls the model was told this in. */
const told = (words: string): number =>
  world.model.requests
    .at(-1)
    ?.messages.filter(({ role, content }) => role === 'tool' && JSON.stringify(content).includes(words))
    .length ?? 0;

/** Stops the bot, and returns all that its record holds. */
async function kept(): Promise<string> {
  await world.stop();
  const storage = await world.backend.open();
  try {
    return await keptText(storage);
  } finally {
    await storage.close();
  }
}

describe('what a call runs with', () => {
  test('is to the byte what the model wrote, however much its names look like tokens', async () => {
    const dependencies = ['hf_transfer', 'hf-xet', 'tokenizers>=0.20'];
    await begin(callOnce(job({ script: SCRIPT, dependencies, env: { HF_HUB_ENABLE_HF_TRANSFER: '1' } })));
    const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
    world.slack.click('U0ADA', await world.reply(asked, 'Run a Hugging Face Job'), 'approve');
    const [run] = await until('the job is there', () => world.hub.jobs.length > 0 && world.hub.jobs);
    expect(scriptOf(run?.spec.command ?? [])).toBe(SCRIPT);
    expect(run?.spec.command?.at(-1)).toContain('--with hf_transfer --with hf-xet');
    expect(run?.spec.environment).toMatchObject({ HF_HUB_ENABLE_HF_TRANSFER: '1' });
  });

  test('is refused with a secret in it, which is then kept nowhere', async () => {
    let secret = '';
    await begin(
      (request) =>
        callOnce(job({ script: `from huggingface_hub import login\nlogin("${secret}")\n` }))(request),
      { isStarted: false },
    );
    secret = world.config.secrets.HF_TOKEN ?? '';
    await world.start();
    const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
    await world.reply(asked, 'line 2 (the value of HF_TOKEN)');
    expect(world.hub.jobs).toHaveLength(0);
    expect(JSON.stringify(world.model.requests)).not.toContain(secret);
    expect(world.describe(asked)).not.toContain(secret);
    const text = await kept();
    expect(text).toContain('the value of HF_TOKEN');
    expect(text).not.toContain(secret);
  });

  test('is refused with what the record can’t hold in it: nothing else may be shown and run', {
    tags: 'long',
  }, async () => {
    await begin(inTurn(...['\0', '\ud83d'].map((sign) => job({ script: `print("${sign}")\n` }))));
    const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
    await until('both are refused', () => told('holds NUL, or half of a character') === 2);
    expect(world.describe(asked)).not.toContain('Approve');
    expect(world.hub.jobs).toHaveLength(0);
  });

  test('is refused with more in it that can’t be seen than anybody could look at', {
    tags: 'long',
  }, async () => {
    await begin(inTurn(job({ script: `x = "${UNSEEN}"\n` })));
    const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
    await until('it is refused', () => told(REFUSED) > 0);
    expect(world.describe(asked)).not.toContain('Approve');
    expect(world.hub.jobs).toHaveLength(0);
  });

  test('is refused where somebody changes it to hold a secret, and stays as it was', {
    tags: 'long',
  }, async () => {
    await begin(callOnce(job({ script: 'print(1)\n' })));
    const secret = world.config.secrets.HF_TOKEN ?? '';
    const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
    const card = await world.reply(asked, 'Run a Hugging Face Job');
    world.slack.click('U0ADA', card, 'edit');
    const dialog = await world.slack.submit('U0ADA', `login("${secret}")\n`);
    expect(JSON.stringify(dialog.errors)).toContain('the value of HF_TOKEN');
    world.slack.click('U0ADA', card, 'approve');
    const [run] = await until('the job is there', () => world.hub.jobs.length > 0 && world.hub.jobs);
    expect(scriptOf(run?.spec.command ?? [])).toBe('print(1)\n');
    expect(await kept()).not.toContain(secret);
  });

  test('stays as it was where a file that somebody posts for it has more than anybody could look at', {
    tags: 'long',
  }, async () => {
    await begin(callOnce(job({ script: 'print(1)\n' })));
    const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
    const card = await world.reply(asked, 'Run a Hugging Face Job');
    const changed = { name: 'train.py', text: `x = "${UNSEEN}"\n` };
    world.slack.share('U0ADA', 'C0ML', changed, '', asked.ts);
    await until('Ada is told', () => world.slack.ephemerals.some(({ text }) => text.includes(REFUSED)));
    expect(world.describe(asked)).not.toContain('Changed by');
    world.slack.click('U0ADA', card, 'approve');
    const [run] = await until('the job is there', () => world.hub.jobs.length > 0 && world.hub.jobs);
    expect(scriptOf(run?.spec.command ?? [])).toBe('print(1)\n');
  });

  test('stays as it was on Discord, too, where the file of a dialog has more than that', {
    tags: 'long',
  }, async () => {
    await beginDiscord(callOnce(job({ script: 'print(1)\n' })));
    const asked = on.discord.mention('ada', CHANNELS.ml, 'go');
    const card = await on.reply(asked.id, 'Run a Hugging Face Job');
    on.discord.click('ada', card, 'edit|');
    await on.discord.submit('ada', { text: 'print(1)\n', files: [`x = "${UNSEEN}"\n`] }, ['train.py']);
    await on.told('ada', REFUSED);
    on.discord.click('ada', card, 'approve|');
    const { hub } = on.world;
    const [run] = await until('the job is there', () => hub.jobs.length > 0 && hub.jobs);
    expect(scriptOf(run?.spec.command ?? [])).toBe('print(1)\n');
  });

  test.skipIf(!hasBubblewrap)(
    'is refused where a file of the sandbox holds a secret',
    { tags: 'long' },
    async () => {
      // What a program makes is no argument: it is met when the file is read for the job.
      const command = `printf 'token = "ghp_%s"\\n' "$(printf 'aB3%.0s' 1 2 3 4 5 6 7 8 9 10 11 12)" > train.py`;
      await begin(inTurn({ name: 'bash', arguments: { command } }, job({ script: 'train.py' })), {
        configure: withLocalSandboxes,
      });
      const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
      await world.reply(asked, 'What would run holds a secret, so people were not asked');
      expect(world.hub.jobs).toHaveLength(0);
      expect(await kept()).not.toContain('ghp_aB3');
    },
  );
});

/** @module-tag long */

import { describe, expect, test } from 'vitest';
import { flat } from '../doubles/discord/components.ts';
import { CHANNELS, type DiscordMessage } from '../doubles/discord/guild.ts';
import type { ModelScript } from '../doubles/model.ts';
import { type DiscordWorld, useDiscord } from '../support/discord-world.ts';
import { type Seen, seenInFile, seenOnDiscord, seenOnSlack, shellWords } from '../support/read-back.ts';
import { until } from '../support/until.ts';
import { useWorld } from '../support/use-world.ts';
import type { World } from '../support/world.ts';

/*
 * What people see before they approve, as the platforms' doubles have received it, against what the Hub's
 * double was sent afterwards. Hundreds of requests are tried in test/unit/what-runs.test.ts.
 */

const job = (args: object) => ({
  name: 'hf_jobs',
  arguments: { operation: 'run', hardware_flavor: 'cpu-basic', timeout: '10m', ...args },
});

const CALLS = [
  job({ script: 'print("plain")\n' }),
  job({ script: `${'# '.padEnd(90, 'x')}\n`.repeat(40).concat('print("hidden at the end")\n') }),
  job({ command: ['sh', '-c', `true ${'#'.repeat(2_400)}; echo end`, 'a b', "it's", ' '] }),
  job({
    script: 'access = "user\u202e\u2066# admin\u2069 \u2066"\n',
    env: { HF_ENDPOINT: 'https://elsewhere.example' },
  }),
  job({
    script: 'print("@everyone <!channel> ```")\n',
    dependencies: Array.from({ length: 45 }, (_, i) => `a-package-number-${i}>=1.0`),
    env: { NOTE: 'two\nlines\tand ‹U+202E›' },
  }),
  job({ script: 'print("started")\n', python: '3.11', script_args: ["--x='; id #", '', 'a b', '2e-5'] }),
];

/** How many of them are more than a card has room for. */
const FILES = 3;

const proposeAll: ModelScript = (request) =>
  request.messages.some(({ role }) => role === 'tool') ? { text: 'all are done' } : { calls: CALLS };

/**
 * Whether somebody who has read this knows the job to the byte: its source, its packages and its variables.
 */
function isToldBy(seen: Seen, spec: World['hub']['jobs'][number]['spec']): boolean {
  const [, encoded, run = ''] = /^echo (\S+) \| base64 -d \| (.*)$/s.exec(spec.command?.at(-1) ?? '') ?? [];
  const words = (label: string) => shellWords(seen.facts.get(label) ?? '');
  const isSource =
    encoded === undefined
      ? JSON.stringify(shellWords(seen.source ?? '')) === JSON.stringify(spec.command ?? [])
      : seen.source === Buffer.from(encoded, 'base64').toString('utf8') &&
        shellWords(run).join('\0') ===
          [
            ...['uv', 'run', ...words('Python').flatMap((version) => ['--python', version])],
            ...[...words('Dependencies').flatMap((name) => ['--with', name]), '-', ...words('Arguments')],
          ].join('\0');
  const own = Object.entries(spec.environment ?? {}).filter(([name]) =>
    ['HF_ENDPOINT', 'NOTE'].includes(name),
  );
  return (
    isSource && own.map(([name, value]) => `${name}=${value}`).join('\0') === words('Environment').join('\0')
  );
}

/** What was cut tells nothing. */
function tellsOf(seen: Seen, spec: Parameters<typeof isToldBy>[1]): boolean {
  try {
    return isToldBy(seen, spec);
  } catch {
    return false;
  }
}

function expectAllSeen(seen: readonly Seen[], { hub }: World): void {
  expect(hub.jobs).toHaveLength(CALLS.length);
  for (const { spec } of hub.jobs) expect(seen.filter((one) => tellsOf(one, spec))).not.toEqual([]);
}

describe('on Slack', () => {
  let world: World;
  const begin = useWorld((made) => {
    world = made;
  });

  const cards = (asked: { ts: string; channel: string }) =>
    world.replies(asked as never).filter(({ text }) => text.includes('Run a Hugging Face Job'));

  test('what runs could be read, to the byte, before it was approved', async () => {
    await begin(proposeAll);
    world.hub.course = () => ({ queueMs: 0, runMs: 0, lines: [], stage: 'COMPLETED' });
    const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
    const batch = await world.reply(asked, '6 calls wait for approval');
    await until(
      'the files are there',
      () => world.slack.uploads.files.filter((file) => file.isShared).length === FILES,
    );
    await until('all cards are there', () => cards(asked).length === CALLS.length);
    const seen = [
      ...cards(asked).map(({ blocks }) => seenOnSlack(Array.isArray(blocks) ? blocks : [])),
      ...world.slack.uploads.files.map(({ bytes }) => seenInFile(bytes.toString('utf8'))),
    ];
    world.slack.click('U0ADA', batch, 'approve');
    await world.reply(asked, 'all are done');
    expectAllSeen(seen, world);
  });

  test('Approve is refused, with a word, until the thread has the file with all of it', async () => {
    await begin((request) =>
      request.messages.some(({ role }) => role === 'tool')
        ? { text: 'it is done' }
        : { calls: CALLS.slice(1, 2) },
    );
    world.hub.course = () => ({ queueMs: 0, runMs: 0, lines: [], stage: 'COMPLETED' });
    world.slack.faults.push({ method: 'files.getUploadURLExternal', fault: 'missing_scope' });
    const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
    const card = await world.reply(asked, 'Run a Hugging Face Job');
    world.slack.click('U0ADA', card, 'approve');
    await until('Ada is told', () =>
      world.slack.ephemerals.at(-1)?.text.includes('is not in this thread (yet)'),
    );
    world.slack.say('U0ADA', 'C0ML', 'approve', asked.ts);
    await world.reply(asked, 'is not in this thread (yet)');
    expect(world.hub.jobs).toHaveLength(0);
  });
});

describe('on Discord', () => {
  let on: DiscordWorld;
  const begin = useDiscord((made) => {
    on = made;
  });

  const contents = ({ components }: DiscordMessage) =>
    flat(components).flatMap(({ content }) => content ?? []);

  test('what runs could be read, to the byte, before it was approved', async () => {
    await begin(proposeAll);
    on.world.hub.course = () => ({ queueMs: 0, runMs: 0, lines: [], stage: 'COMPLETED' });
    const asked = on.discord.mention('ada', CHANNELS.ml, 'go');
    const batch = await on.reply(asked.id, '6 calls wait for approval');
    const files = () => on.replies(asked.id).flatMap(({ attachments }) => attachments);
    await until('the files are there', () => files().length === FILES);
    const cards = () => on.replies(asked.id).filter((one) => contents(one).join().includes('**Hardware**'));
    await until('all cards are there', () => cards().length === CALLS.length);
    const seen = [
      ...on.replies(asked.id).map((message) => seenOnDiscord(contents(message))),
      ...files().map(({ bytes }) => seenInFile(bytes.toString('utf8'))),
    ];
    on.discord.click('ada', batch, 'approve|all');
    await on.reply(asked.id, 'all are done');
    expectAllSeen(seen, on.world);
  });
});

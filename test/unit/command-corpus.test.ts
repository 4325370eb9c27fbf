import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { z } from 'zod';
import * as discord from '../../adapters/discord/reading.ts';
import * as slack from '../../adapters/slack/text.ts';
import { type Command, commandOf } from '../../src/intake/commands.ts';
import { ADA } from '../support/snapshots.ts';

/*
 * Messages as people write them in a thread, each with the command that it is. A message that is judged
 * wrongly belongs into the corpus first. `on` is for what a platform hands over in its own form.
 */

const Corpus = z.array(
  z.strictObject({
    text: z.string(),
    means: z.string(),
    lang: z.enum(['de', 'fr', 'es']).optional(),
    on: z.enum(['slack', 'discord']).optional(),
  }),
);
type Line = z.infer<typeof Corpus>[number];

const CORPUS = Corpus.parse(
  JSON.parse(await readFile(new URL('../corpora/commands.json', import.meta.url), 'utf8')),
);

/** What intake is handed of a message, by the adapter's own reading. */
async function handedOver({ text, on }: Line): Promise<string> {
  if (on === 'slack') return slack.readable(text, 'U0BOT', { person: async () => 'Grace' });
  if (on === undefined) return text.trim();
  const guild = { members: { me: { roles: { botRole: { id: '901' } } } } };
  const message = { content: text, channel: {}, guild };
  return discord.readable(
    { user: { id: '900' } } as Parameters<typeof discord.readable>[0],
    message as unknown as Parameters<typeof discord.readable>[1],
  );
}

/** A command in a word or two, as the corpus has it. */
function named(command: Command | undefined): string {
  if (command === undefined) return 'none';
  switch (command.kind) {
    case 'near':
      return `near: ${command.offers.map(({ text }) => text).join(', ')}`;
    case 'near_decision':
      return 'no decision';
    case 'decision':
      if (command.verdict === 'approved') return 'approve';
      return command.feedback === undefined ? 'reject' : `reject: ${command.feedback}`;
    case 'yolo': {
      const { setting } = command;
      return `yolo ${typeof setting === 'object' ? `$${setting.usd}` : setting}`;
    }
    case 'pings':
      return command.order.kind === 'wrong' ? 'wrong' : `pings: ${command.order.kind}`;
    case 'time_zone':
      return command.order.kind === 'wrong' ? 'wrong' : `timezone: ${command.order.kind}`;
    case 'mute':
      return command.order.isMuted ? 'mute' : 'unmute';
    case 'operation':
      return nameOf(command.operation);
    default:
      return command.kind;
  }
}

function nameOf(operation: Extract<Command, { kind: 'operation' }>['operation']): string {
  switch (operation.kind) {
    case 'interrupt':
      return operation.keepsJobs ? 'stop keep jobs' : 'stop';
    case 'shutdown':
      return 'close';
    case 'watch_job':
      return 'watch';
    default:
      return operation.kind;
  }
}

test('the corpus has enough of everything', () => {
  expect(CORPUS.length).toBeGreaterThanOrEqual(150);
  for (const lang of ['de', 'fr', 'es']) expect(CORPUS.some((line) => line.lang === lang)).toBe(true);
  for (const on of ['slack', 'discord']) expect(CORPUS.some((line) => line.on === on)).toBe(true);
  expect(CORPUS.filter(({ means }) => means === 'none').length).toBeGreaterThan(50);
});

test('every message of the corpus is the command that it is, and no other', async () => {
  const wrong: string[] = [];
  for (const line of CORPUS) {
    const found = named(commandOf(await handedOver(line), ADA));
    if (found !== line.means) wrong.push(`${JSON.stringify(line.text)} is ${found}, not ${line.means}`);
  }
  expect(wrong).toEqual([]);
});

test('everything that is offered is itself a command, or goes to the agent as it was written', async () => {
  for (const line of CORPUS) {
    const command = commandOf(await handedOver(line), ADA);
    for (const { text } of command?.kind === 'near' ? command.offers : []) {
      expect(named(commandOf(text, ADA)), text).not.toMatch(/^(?:none|near|wrong|no decision)/);
    }
  }
});

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../support/root.ts';

const DISCORD = join(ROOT, 'adapters/discord');

/** What answers an interaction of Discord. */
const ANSWERS =
  /\.(?:deferReply|deferUpdate|showModal|followUp|editReply|deleteReply)\(|(?:interaction|click|modal|command)\.(?:reply|update)\(/;

test('interactions on Discord are answered in one file alone, after what they ask for is in the record', () => {
  const answering = readdirSync(DISCORD).filter((name) =>
    ANSWERS.test(readFileSync(join(DISCORD, name), 'utf8')),
  );
  expect(answering).toEqual(['answering.ts']);
});

/** What acknowledges a click, a command or a shortcut of Slack before it has been done. */
const ACKNOWLEDGES = /await ack\(\)/g;

test('what is clicked or commanded in Slack is acknowledged in one place, and a dialog once it was taken', () => {
  const slack = join(ROOT, 'adapters/slack');
  const found = readdirSync(slack).flatMap((name) =>
    [...readFileSync(join(slack, name), 'utf8').matchAll(ACKNOWLEDGES)].map(() => name),
  );
  expect(found).toEqual(['private-answers.ts']);
});

/** @module-tag long */

import { describe, expect, test } from 'vitest';
import type { SlackMessage } from '../doubles/slack/workspace.ts';
import { isThere } from '../support/backends.ts';
import { HeldRecord } from '../support/held-record.ts';
import { inTurn, runJob } from '../support/scripts.ts';
import { until } from '../support/until.ts';
import { useWorld } from '../support/use-world.ts';
import type { World } from '../support/world.ts';

/*
 * Slack makes no click again. So what it is told was received is in the record; what takes longer than it
 * waits is acknowledged, and whoever waits is told that it is not done yet.
 */

let world: World;
const begin = useWorld((made) => {
  world = made;
});

const hold = () => HeldRecord.hold(world.backend.settings.databaseUrl);
const told = (text: string) => world.slack.ephemerals.filter((item) => item.text.includes(text));

describe.skipIf(!isThere('postgres')).each(['socket', 'http'] as const)('over %s', (mode) => {
  async function asking(): Promise<{ asked: SlackMessage; card: SlackMessage }> {
    await begin(inTurn(runJob), { backend: 'postgres', mode, approvers: ['anyone'] });
    world.hub.course = () => ({ queueMs: 0, runMs: 600_000, lines: ['x'] });
    const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
    const card = await world.reply(asked, 'Run a Hugging Face Job');
    await world.slack.delivered();
    return { asked, card };
  }

  test('a click is acknowledged once it is in the record', async () => {
    const { card } = await asking();
    const before = world.slack.receipts.length;
    const held = await hold();
    world.slack.click('U0ADA', card, 'approve');
    await until('it waits for the record', () => held.isWanted());
    expect(world.slack.receipts).toHaveLength(before);
    await held.letGo();
    await until('it is acknowledged', () => world.slack.receipts.length > before);
    expect(told('longer than usual')).toEqual([]);
    await until('the job is submitted', () => world.hub.jobs.length === 1);
  });

  test('whoever clicked is told where that takes too long, before it shows as done', async () => {
    const { card } = await asking();
    const before = world.slack.receipts.length;
    const held = await hold();
    world.slack.click('U0ADA', card, 'approve');
    await until('Ada is told', () => told('longer than usual').length === 1);
    expect(world.slack.receipts).toHaveLength(before);
    await held.letGo();
    await until('the job is submitted', () => world.hub.jobs.length === 1);
  });

  test('a dialog stays open until it is in the record', async () => {
    const { asked, card } = await asking();
    world.slack.click('U0ADA', card, 'reject');
    await until('the dialog is open', () => world.slack.dialogs.open.length > 0);
    const held = await hold();
    let isClosed = false;
    const sent = world.slack.submit('U0ADA', 'too dear').then(() => {
      isClosed = true;
    });
    await until('it waits for the record', () => held.isWanted());
    expect(isClosed).toBe(false);
    await held.letGo();
    await sent;
    await world.reply(asked, 'too dear');
  });
});

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { messagesOf } from '../../adapters/discord/cards.ts';
import { inComponents } from '../../adapters/discord/components.ts';
import { TRAITS as DISCORD_TRAITS } from '../../adapters/discord/traits.ts';
import { inBlocks } from '../../adapters/slack/blocks.ts';
import { cardMessage } from '../../adapters/slack/cards.ts';
import { traitsOf } from '../../adapters/slack/traits.ts';
import { type Card, jobItem, sessionItem } from '../../src/controller/cards.ts';
import { hasTooMuchUnseen } from '../../src/lib/visible.ts';
import { type ApprovalRequest, previewOf } from '../../src/session/tool-calls.ts';
import { wholeFile } from '../../src/session/what-runs.ts';
import { approvalCard, jobCard } from '../../src/thread/view/cards.ts';
import type { ViewMessage } from '../../src/thread/view/view-message.ts';
import { CHANNELS, GUILD } from '../doubles/discord/guild.ts';
import { DiscordWorld } from '../support/discord-world.ts';
import { INCOMING_TEXTS as TEXTS } from '../support/hostile-texts.ts';
import { LONGEST_TURN_MS, quickestTurn } from '../support/longest-turn.ts';
import { at, call, snapshot, watch } from '../support/snapshots.ts';
import { World } from '../support/world.ts';

/*
 * What platforms deliver, as it comes over the wire, with the messages that it links to; and what cards are
 * made of, on both platforms.
 */

/** As much as Slack and Discord take in one message. */
const MOST = { slack: 40_000, discord: 4_000 };

/** What is longer with marks for secrets in it than the bot takes in would be refused. */
const ASKED = 15_000;

const SLACK_TRAITS = traitsOf('https://double.slack.com/', {
  name: async (id) => id,
  groupName: async (id) => id,
});

describe('what Slack delivers', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.create('shared', { script: () => ({ text: 'I have read it' }) });
    await world.start();
    await taken('the first message');
  });
  afterAll(() => world.close());

  /** Somebody writes a message, and somebody else asks about it by its link. */
  async function taken(text: string): Promise<void> {
    const { slack } = world;
    const linked = slack.say('U0GRACE', 'C0ML', text);
    const link = `<https://double.slack.com/archives/C0ML/p${linked.ts.replace('.', '')}>`;
    const asked = slack.mention('U0ADA', 'C0ML', `${link} ${text}`.slice(0, ASKED));
    await world.reply(asked, 'I have read it');
  }

  test.each(TEXTS)('of %s keeps nobody waiting, with what it links to', async (_name, make) => {
    const { ms } = await quickestTurn(() => taken(make(MOST.slack)));
    expect(ms).toBeLessThan(LONGEST_TURN_MS);
  });

  test('of links alone keeps nobody waiting', async () => {
    const link = 'https://double.slack.com/archives/C0ML/p1234567890123456 ';
    const { ms } = await quickestTurn(() => taken(link.repeat(MOST.slack / link.length)));
    expect(ms).toBeLessThan(LONGEST_TURN_MS);
  });
});

describe('what Discord delivers', () => {
  let on: DiscordWorld;
  beforeAll(async () => {
    on = await DiscordWorld.create(() => ({ text: 'I have read it' }), {});
    await on.start();
    await taken('the first message');
  });
  afterAll(() => on.close());

  async function taken(text: string): Promise<void> {
    const { discord } = on;
    const linked = discord.say('grace', CHANNELS.ml, text);
    const link = `https://discord.com/channels/${GUILD}/${linked.channel_id}/${linked.id}`;
    const asked = discord.mention('ada', CHANNELS.ml, `${link} ${text}`.slice(0, MOST.discord));
    await on.reply(asked.id, 'I have read it');
  }

  test.each(TEXTS)('of %s keeps nobody waiting, with what it links to', async (_name, make) => {
    const { ms } = await quickestTurn(() => taken(make(MOST.discord)));
    expect(ms).toBeLessThan(LONGEST_TURN_MS);
  });
});

/** A model's answer has a million characters at most, which all may be in one call. */
function request(make: (size: number) => string): ApprovalRequest {
  return {
    title: make(10_000),
    facts: [
      { label: 'Command', value: make(100_000) },
      { label: make(1_000), value: make(100_000) },
    ],
    warnings: [make(10_000)],
    preview: previewOf(make(700_000), 'python'),
    estimate: { reason: make(1_000) },
  };
}

/** People are not asked what nobody could look at (`agent/tool-step/ask.ts`). */
const isRefused = ({ preview, facts }: ApprovalRequest): boolean =>
  [preview?.text ?? '', ...facts.map(({ value }) => value)].some(hasTooMuchUnseen);

const HIDDEN = [
  'bars', // with carriage returns
  ...['terminal codes without end', 'white space', 'invisible characters', 'letters with many marks'],
  ...['halves of characters', 'NULs'],
];

test.each(TEXTS)('whether %s can be shown is found out, and keeps nobody waiting', async (_name, make) => {
  const { ms } = await quickestTurn(async () => isRefused(request(make)));
  expect(ms).toBeLessThan(LONGEST_TURN_MS);
});

const PLATFORMS = [
  [
    'Slack',
    SLACK_TRAITS,
    (message: ViewMessage) =>
      inBlocks(message, 1, { channel: 'C1' }, { isStreamed: false, asksFeedback: true }),
    (card: Card) => cardMessage(card),
  ],
  [
    'Discord',
    DISCORD_TRAITS,
    (message: ViewMessage) => inComponents(message, 1, { asksFeedback: true }),
    (card: Card) => messagesOf(card),
  ],
] as const;

describe.each(PLATFORMS)('a card on %s', (_platform, traits, print, printCard) => {
  test.each(TEXTS)('that people are asked with about %s keeps nobody waiting', async (name, make) => {
    const asked = request(make);
    if (isRefused(asked)) return expect(HIDDEN).toContain(name);
    expect(HIDDEN).not.toContain(name);
    const state = { kind: 'awaiting_approval' as const, since: at(0), request: asked, revision: 0 };
    const { ms } = await quickestTurn(async () => {
      const body = approvalCard(call({ state }));
      if (body === undefined) throw new Error('there is no card');
      print({ key: 'call/c1', exchange: 1, body });
      wholeFile('c1', asked);
    });
    expect(ms).toBeLessThan(LONGEST_TURN_MS);
  });

  test.each(TEXTS)('of a job and a session called %s keeps nobody waiting', async (_name, make) => {
    const title = make(100_000);
    const job = watch({ title, flavor: make(1_000), snapshot: { stage: 'ERROR', message: make(100_000) } });
    const address = { platform: traits.platform, workspace: 'T1', channel: 'C1', thread: '1.1' };
    const { session } = snapshot({ entries: [] });
    const settings = { ...session.settings, title };
    const { ms } = await quickestTurn(async () => {
      print({ key: 'watch/w1', exchange: 1, body: jobCard(job) });
      const items = [
        jobItem({ watch: job, address, requester: { id: 'U1', name: title } }, traits),
        sessionItem({ ...session, address, settings }, traits),
      ];
      printCard({
        title,
        parts: [
          { kind: 'heading', text: title },
          { kind: 'list', items },
        ],
      });
    });
    expect(ms).toBeLessThan(LONGEST_TURN_MS);
  });
});

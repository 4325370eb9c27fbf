import { describe, expect, test } from 'vitest';
import { MENTIONS as onDiscord } from '../../adapters/discord/mentions.ts';
import { MENTIONS as onSlack } from '../../adapters/slack/mentions.ts';
import { isAmong, knowingGroups } from '../../src/approvals/approvers.ts';
import { whoMay } from '../../src/thread/words/approvals.ts';

const ADA = { id: 'U0ADA', name: 'Ada' };
const APPROVERS = [
  'requester',
  'thread',
  'U0GRACE',
  'S0LEADS',
  '600000000000000002',
  'role:700000000000000001',
];

describe('who may decide is told', () => {
  test.each([
    [
      'Slack',
      onSlack,
      '<@U0GRACE> or members of <!subteam^S0LEADS> or 600000000000000002 or role:700000000000000001',
    ],
    [
      'Discord',
      onDiscord,
      'U0GRACE or S0LEADS or <@600000000000000002> or members of <@&700000000000000001>',
    ],
  ])('on %s with mentions of the people and groups that it knows', (_name, mentions, names) => {
    expect(whoMay(APPROVERS, ADA, mentions)).toBe(
      `Only Ada, who asked for it, or people who wrote in this thread or ${names} may decide this. Nothing was changed.`,
    );
  });
});

test.each([
  ['slack', onSlack, 'S0LEADS'],
  ['discord', onDiscord, 'role:700000000000000001'],
])('%s is asked for members of its own groups, and of nothing else', async (platform, mentions, group) => {
  const asked: string[] = [];
  const policy = {
    mentionsOf: () => mentions,
    isMember: async (_place: object, who: string) => {
      asked.push(who);
      return false;
    },
  };
  const address = { platform, workspace: 'T1', channel: 'C1' };
  const stranger = { id: 'U0EVE', name: 'Eve' };
  const circle = { address, requester: ADA, participants: ['U0GRACE'] };
  const isIn = await knowingGroups(policy, stranger, async (known) =>
    isAmong(APPROVERS, circle, stranger, known),
  );
  expect(isIn).toBe(false);
  expect(asked).toEqual([group]);
});

import type { WebClient } from '@slack/web-api';
import { describe, expect, test, vi } from 'vitest';
import { beginsWithMention } from '../../adapters/slack/mentions.ts';
import { createPeople } from '../../adapters/slack/people.ts';
import { whoIs } from '../../adapters/slack/who.ts';

/** People of a workspace where Slack answers each look-up of a person the same. */
function peopleWhere(answer: () => Promise<unknown>) {
  const apiCall = vi.fn(answer);
  const client = { apiCall } as unknown as WebClient;
  return { apiCall, people: createPeople(client, 'T1', { monotonic: () => 0 }) };
}

const refused = (error: string) => async () =>
  Promise.reject(Object.assign(new Error(error), { data: { error } }));
const user = (parts: object) => async () => ({ ok: true, user: { id: 'U1', name: 'ada', ...parts } });

describe('how somebody belongs to a workspace of Slack’s', () => {
  test.each(['user_not_found', 'user_not_visible'])(
    'is as a stranger where Slack says %s, which is asked once',
    async (error) => {
      const { apiCall, people } = peopleWhere(refused(error));
      expect(await people.standing('U1')).toBe('stranger');
      expect(await people.isAdmin('U1')).toBe(false);
      expect(await people.name('U1')).toBe('U1');
      expect(apiCall).toHaveBeenCalledTimes(1);
    },
  );

  test('is not made up where Slack can’t say it now', async () => {
    const { people } = peopleWhere(refused('internal_error'));
    await expect(people.standing('U1')).rejects.toThrow('can not be looked up');
  });

  test.each([
    ['member', { team_id: 'T1' }],
    ['guest', { team_id: 'T1', is_restricted: true }],
    ['stranger', { team_id: 'T2' }],
    ['stranger', { team_id: 'T1', is_stranger: true }],
    ['stranger', { team_id: 'T2', enterprise_user: { teams: ['T2', 'T3'] } }],
    // In an organisation somebody has one id in all of its workspaces.
    ['member', { team_id: 'T2', enterprise_user: { teams: ['T1', 'T2'] } }],
  ])('is as a %s of %j', async (expected, parts) => {
    expect(await peopleWhere(user(parts)).people.standing('U1')).toBe(expected);
  });
});

test('who can’t be looked up has the name that their message says', async () => {
  const { people } = peopleWhere(refused('user_not_visible'));
  expect(await whoIs(people, 'U1', 'Zed').person()).toEqual({ id: 'U1', name: 'Zed' });
  expect(await whoIs(people, 'U1').person()).toEqual({ id: 'U1', name: 'U1' });
  const known = peopleWhere(user({ profile: { display_name: 'Ada' } })).people;
  expect(await whoIs(known, 'U1', 'Zed').person()).toEqual({ id: 'U1', name: 'Ada' });
});

test.each([
  ['<@U2> have you seen it?', true],
  ['  <@W2|grace> hi', true],
  ['<!subteam^S1> who is on call?', true],
  ['<!subteam^S1|@ops> hi', true],
  ['ask <@U2>', false],
  ['<!here> look', false],
  ['<#C1> is better', false],
])('a reply in a thread is to who is named first in it: %s', (text, expected) => {
  expect(beginsWithMention(text)).toBe(expected);
});

describe('the channels that somebody is in', () => {
  /** Slack as it goes on, on a clock of its own. */
  function channels() {
    let now = 0;
    let answer: () => Promise<unknown> = async () => ({ ok: true, channels: [{ id: 'C1' }] });
    const apiCall = vi.fn(() => answer());
    const people = createPeople({ apiCall } as unknown as WebClient, 'T1', { monotonic: () => now });
    return {
      apiCall,
      has: async (channel: string, withinMs?: number) =>
        (await people.channelsOf('U1', withinMs)).has(channel),
      after: (ms: number) => {
        now += ms;
      },
      answers: (next: typeof answer) => {
        answer = next;
      },
    };
  }

  test('are asked for anew where what is known is too old for whoever asks', async () => {
    const slack = channels();
    expect(await slack.has('C1')).toBe(true);
    slack.answers(async () => ({ ok: true, channels: [] }));
    slack.after(4_000);
    expect(await slack.has('C1', 5_000)).toBe(true);
    expect(await slack.has('C1', 0)).toBe(false);
    expect(await slack.has('C1')).toBe(false);
    expect(slack.apiCall).toHaveBeenCalledTimes(2);
  });

  test('that Slack can’t tell are asked for once in a while, not as often as there are threads', async () => {
    const slack = channels();
    expect(await slack.has('C1')).toBe(true);
    slack.answers(refused('ratelimited'));
    for (let i = 0; i < 50; i++) expect(await slack.has('C1', 0)).toBe(false);
    expect(slack.apiCall).toHaveBeenCalledTimes(2);
    // What is young enough for others stays known.
    expect(await slack.has('C1')).toBe(true);
    slack.answers(async () => ({ ok: true, channels: [{ id: 'C1' }] }));
    slack.after(6_000);
    expect(await slack.has('C1', 0)).toBe(true);
  });
});

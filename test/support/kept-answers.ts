import { WebClient } from '@slack/web-api';
import { Client, REST } from 'discord.js';
import { guildDoor } from '../../adapters/discord/door.ts';
import { DIRECT } from '../../adapters/discord/outbound.ts';
import { createRoles } from '../../adapters/discord/roles.ts';
import { canRead } from '../../adapters/discord/visibility.ts';
import { createAgentSessions } from '../../adapters/slack/agent-sessions.ts';
import { createPeople } from '../../adapters/slack/people.ts';
import { createChannelRules } from '../../src/access/channel-rules.ts';
import type { Db } from '../../src/db/database.ts';
import { createHardwareList } from '../../src/hub/hardware.ts';
import { createHubJobs } from '../../src/hub/jobs.ts';
import { createSharedLooks } from '../../src/hub/shared-looks.ts';
import { hubToken } from '../../src/hub/token.ts';
import { isKnownAsPrivate, publicLookup } from '../../src/lib/addresses.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createLogger } from '../../src/lib/log.ts';
import { createCatalogue } from '../../src/llm/catalogue.ts';

/** What one of the ports is asked, and how it is named where it is refused. */
type Asked = readonly [what: string, ask: () => Promise<unknown>, named: RegExp];

/**
 * What a server answers, whoever asks it: a user, a group, a channel, a member, a list of models and of jobs.
 */
export const ANSWER = {
  ok: true,
  user: { id: 'U1', name: 'ada', team_id: 'T1' },
  users: ['U1'],
  usergroups: [{ id: 'S1', handle: 'ml' }],
  channel: { name: 'ml' },
  channels: [{ id: 'C1' }],
  roles: ['1'],
  data: [{ id: 'some/model' }],
};

const PLACE = { platform: 'slack', workspace: 'T1', channel: 'C1' } as const;

/**
 * Everything that answers from what it was told before, once it has been told: inside a transaction that
 * would hide that it asks.
 */
export async function keptAnswers(db: Db, url: string): Promise<readonly Asked[]> {
  const rules = createChannelRules(db);
  const hardware = createHardwareList(url, systemClock.monotonic);
  const jobs = createHubJobs(url, hubToken('hf_x'));
  const looks = createSharedLooks(
    { ...jobs, list: async () => [], inspect: async () => Promise.reject(new Error('no such job')) },
    60_000,
    systemClock.monotonic,
  );
  const catalogue = createCatalogue(url, systemClock);
  const slack = new WebClient('xoxb-1', { slackApiUrl: `${url}/`, retryConfig: { retries: 0 } });
  const people = createPeople(slack, 'T1', systemClock);
  const sessions = createAgentSessions();
  const thread = { platform: 'slack', client: slack, workspace: 'T1', channel: 'C1', thread: '1' };
  const rest = new REST({ api: url, retries: 0 }).setToken('x');
  const isIn = createRoles(rest, systemClock);
  const client = new Client({ intents: [] });
  const log = createLogger('silent', (text) => text);
  const door = guildDoor({ client, named: [], rest, clock: systemClock, log });
  const asked: readonly Asked[] = [
    ['a channel’s rules', () => rules.of(PLACE), /a look-up of a channel’s rules/],
    ['the hardware of Jobs', () => hardware.all(), /a look-up of the Hub’s hardware/],
    ['a job', () => looks.inspect('ada', '1', new AbortController().signal), /a look at a job/],
    ['the router’s models', () => catalogue.find('some/model'), /a look-up of the router’s models/],
    ['a name on Slack', () => people.name('U1'), /a look-up of somebody on Slack/],
    ['a channel’s name on Slack', () => people.channelName('C1'), /a look-up of a name of Slack’s/],
    ['a group’s name on Slack', () => people.groupName('S1'), /a look-up of a name of Slack’s/],
    ['a group on Slack', () => people.membersOf('S1'), /a look-up of a user group/],
    ['somebody’s channels on Slack', () => people.channelsOf('U1'), /a look-up of somebody’s channels/],
    ['a status on Slack', () => sessions.show(thread, 'working'), /a call of Slack’s agents.sessions/],
    ['a role on Discord', () => isIn.isMember('1', 'role:1', '2'), /a look-up of somebody’s roles/],
    [
      'who reads a thread on Discord',
      () => canRead(client, '2', { platform: 'discord', workspace: '1', channel: '1', thread: '3' }),
      /a look-up of who can read a thread/,
    ],
    [
      'who shares a server on Discord',
      () => door.admission.refusal({ platform: 'discord', workspace: DIRECT }, { id: 'U1' }),
      /a look-up of somebody’s servers/,
    ],
    ['a name of the net', () => isKnownAsPrivate('localhost'), /a look-up of localhost/],
    [
      'a public name',
      () =>
        new Promise((yes, no) =>
          publicLookup('localhost', {}, (error, found) => (error ? no(error) : yes(found))),
        ),
      /a look-up of localhost/,
    ],
  ];
  for (const [, ask] of asked) await ask().catch(() => {});
  return asked;
}

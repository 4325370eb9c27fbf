import type { App } from '@slack/bolt';
import type { KnownBlock } from '@slack/types';
import type { WebClient } from '@slack/web-api';
import type { Channel } from '../../src/session/address.ts';
import type { ChannelRulesStore, KnownRules } from '../../src/session/channel-rules.ts';
import type { Intake } from '../../src/session/intake.ts';
import type { JobRow, JobsOverview } from '../../src/session/jobs-overview.ts';
import type { SessionsOverview } from '../../src/session/sessions-overview.ts';
import { ACTIONS } from '../../src/thread/actions.ts';
import { jobCard } from '../../src/thread/cards.ts';
import { jobLines } from '../../src/thread/words.ts';
import type { Gate } from './gate.ts';
import { sessionLine } from './home.ts';
import { cancelButton } from './job-blocks.ts';
import { actions, button, context, section } from './kit.ts';
import { threadLink } from './links.ts';
import { SLASH } from './manifest.ts';
import { SlashCommand } from './payloads.ts';
import type { People } from './people.ts';
import { STYLE } from './style.ts';
import { plain } from './text.ts';
import type { In } from './workspaces.ts';

export type CommandDeps = {
  client: WebClient;
  intake: Intake;
  people: People;
  jobs: JobsOverview;
  sessions: SessionsOverview;
  describeModels(): Promise<string>;
  /** What holds in a channel, as markdown. */
  settingsOf(place: Channel, known: KnownRules, person: (id: string) => string): string;
  channelRules: ChannelRulesStore;
  teamId: string;
  /** Where the workspace's messages are seen in a browser: `https://name.slack.com/`. */
  teamUrl: string;
  gate: Gate;
};

type Shown = { text: string; blocks: KnownBlock[] };

/** Registers the slash command. What it answers is seen by who asked, and by nobody else. */
export function listenToCommands(app: App, depsIn: In<CommandDeps>): void {
  app.command(SLASH, async ({ ack, command, respond, context }) => {
    await ack();
    const deps = await depsIn(context.teamId);
    const asked = SlashCommand.parse(command);
    const refusal = await deps.gate.refusal(asked.channel_id, asked.user_id);
    if (refusal !== undefined) return void (await respond({ text: refusal, response_type: 'ephemeral' }));
    const word = asked.text.trim().split(/\s+/)[0]?.toLowerCase() ?? '';
    const shown = await (COMMANDS[word] ?? help)(deps, asked);
    await respond({ ...shown, response_type: 'ephemeral' });
  });
}

const COMMANDS: Readonly<Record<string, (deps: CommandDeps, asked: SlashCommand) => Promise<Shown>>> = {
  help,
  jobs: listJobs,
  new: begin,
  status: listSessions,
  usage: showUsage,
  models: showModels,
  settings: showSettings,
};

/** Posts the request for everybody to see, and begins a session in its thread. */
async function begin({ client, intake, people }: CommandDeps, asked: SlashCommand): Promise<Shown> {
  const text = asked.text.trim().replace(/^new\b\s*/i, '');
  if (text === '')
    return shown(`Say what you need: \`${SLASH} new fine-tune a small model on stanfordnlp/imdb\``);
  const author = await people.person(asked.user_id);
  const posted = await client.chat
    .postMessage({
      channel: asked.channel_id,
      text: `<@${author.id}> asks: ${plain(text)}`,
      unfurl_links: false,
    })
    .catch(() => undefined);
  if (posted?.ts === undefined) {
    return shown('I can’t write in this channel. Invite me with `/invite`, and try again.');
  }
  const address = {
    platform: 'slack' as const,
    workspace: asked.team_id,
    channel: asked.channel_id,
    thread: posted.ts,
  };
  const sourceId = `slack:slash:${asked.team_id}:${posted.ts}`;
  await intake.message({ address, sourceId, text, author, messageId: posted.ts });
  return shown('It goes on in the thread of your request.');
}

const SESSIONS = 15;

async function listSessions(
  { sessions, teamUrl }: CommandDeps,
  { team_id, user_id }: SlashCommand,
): Promise<Shown> {
  const own = await sessions.of({ platform: 'slack', workspace: team_id }, user_id, SESSIONS);
  if (own.length === 0) return shown('You have no sessions yet. Mention me in a channel to begin one.');
  const blocks = own.map((session) => sessionLine(session, (address) => threadLink(address, teamUrl)));
  return { text: 'Your sessions', blocks: [section('*Your sessions*'), ...blocks] };
}

async function showUsage(
  { sessions, people }: CommandDeps,
  { team_id, channel_id, user_id }: SlashCommand,
): Promise<Shown> {
  const address = { platform: 'slack' as const, workspace: team_id, channel: channel_id, thread: '' };
  const text = await sessions.usage(address, await people.person(user_id));
  return { text: 'Usage', blocks: [{ type: 'markdown', text }] };
}

async function showModels({ describeModels }: CommandDeps): Promise<Shown> {
  return { text: 'Models', blocks: [{ type: 'markdown', text: await describeModels() }] };
}

/** What holds in a channel, with a button for those who may change it. */
async function showSettings(
  { settingsOf, channelRules, gate, people, teamId }: CommandDeps,
  { channel_id, user_id }: SlashCommand,
): Promise<Shown> {
  const place = { platform: 'slack' as const, workspace: teamId, channel: channel_id };
  const known = await channelRules.of(place);
  const { users = [], approvers = [] } = known.rules;
  const names = new Map(
    await Promise.all([...users, ...approvers].map(async (id) => [id, await people.name(id)] as const)),
  );
  const text = settingsOf(place, known, (id) => names.get(id) ?? id);
  const below = (await gate.mayChange(user_id))
    ? actions([button('Change', ACTIONS.settings, 'change')])
    : context('Admins of this workspace can change this, or whoever runs me in the config.');
  return { text: 'Settings', blocks: [{ type: 'markdown', text }, below] };
}

const shown = (text: string): Shown => ({ text, blocks: [section(text)] });

async function help(): Promise<Shown> {
  const text = [
    `*${SLASH} new …* – begins a session in this channel with what you write behind it`,
    `*${SLASH} status* – your sessions`,
    `*${SLASH} jobs* – the jobs that I follow in this workspace`,
    `*${SLASH} usage* – tokens and cost`,
    `*${SLASH} models* – what I can run on`,
    `*${SLASH} settings* – what holds in this channel, and changing it`,
    `*${SLASH} help* – this`,
    'To start something, mention me in a channel. In a thread of mine, `help` lists what can be said there.',
  ].join('\n');
  return { text: `${SLASH} jobs, ${SLASH} help`, blocks: [section(text)] };
}

/** Two blocks a job, of the fifty that a message may have. */
const LISTED = 15;

async function listJobs({ jobs, teamUrl }: CommandDeps, { team_id }: SlashCommand): Promise<Shown> {
  const rows = await jobs.list({ platform: 'slack', workspace: team_id }, LISTED + 1);
  if (rows.length === 0) {
    const text = 'No jobs are running, and none has ended within the last seven days.';
    return { text, blocks: [section(text)] };
  }
  const running = rows.filter(({ watch }) => watch.endedAt === undefined).length;
  const text =
    running === 0 ? 'No job is running.' : `${running} ${running === 1 ? 'job is' : 'jobs are'} running.`;
  const more = rows.length > LISTED ? [context(`Older ones than these ${LISTED} are not shown.`)] : [];
  return {
    text,
    blocks: [section(`*${text}*`), ...rows.slice(0, LISTED).flatMap((row) => jobRow(row, teamUrl)), ...more],
  };
}

function jobRow({ watch, address, requester }: JobRow, teamUrl: string): KnownBlock[] {
  const job = jobCard(watch);
  const about = `${plain(requester.name)} · <${threadLink(address, teamUrl)}|thread>`;
  return [
    section(`${jobLines(job, STYLE)} · ${about}`),
    actions([button('Logs', ACTIONS.log, watch.id), ...(job.isFinal ? [] : [cancelButton(job)])]),
  ];
}

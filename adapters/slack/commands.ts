import type { App } from '@slack/bolt';
import type { KnownBlock } from '@slack/types';
import type { ThreadAddress } from '../../src/session/address.ts';
import type { JobRow, JobsOverview } from '../../src/session/jobs-overview.ts';
import { jobCard } from '../../src/thread/cards.ts';
import { ACTIONS } from './actions.ts';
import type { Gate } from './gate.ts';
import { cancelButton, jobLines } from './job-blocks.ts';
import { actions, button, context, section } from './kit.ts';
import { SlashCommand } from './payloads.ts';
import { plain } from './text.ts';

export type CommandDeps = {
  jobs: JobsOverview;
  /** Where the workspace's messages are seen in a browser: `https://name.slack.com/`. */
  teamUrl: string;
  gate: Gate;
};

/** The slash command of the manifest. */
const SLASH = '/ml-intern';

type Shown = { text: string; blocks: KnownBlock[] };

/** Registers the slash command. What it answers is seen by who asked, and by nobody else. */
export function listenToCommands(app: App, deps: CommandDeps): void {
  app.command(SLASH, async ({ ack, command, respond }) => {
    await ack();
    const asked = SlashCommand.parse(command);
    const refusal = await deps.gate.refusal(asked.channel_id, asked.user_id);
    if (refusal !== undefined) return void (await respond({ text: refusal, response_type: 'ephemeral' }));
    const word = asked.text.trim().toLowerCase();
    const shown = await (COMMANDS[word] ?? COMMANDS.help ?? help)(deps, asked);
    await respond({ ...shown, response_type: 'ephemeral' });
  });
}

const COMMANDS: Readonly<Record<string, (deps: CommandDeps, asked: SlashCommand) => Promise<Shown>>> = {
  help,
  jobs: listJobs,
};

async function help(): Promise<Shown> {
  const text = [
    `*${SLASH} jobs* – the jobs that I follow in this workspace`,
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
  const about = `${plain(requester.name)} · <${linkTo(address, teamUrl)}|thread>`;
  return [
    section(`${jobLines(job)} · ${about}`),
    actions([button('Logs', ACTIONS.log, watch.id), ...(job.isFinal ? [] : [cancelButton(job)])]),
  ];
}

/** A message's address in a browser: https://docs.slack.dev/reference/methods/chat.getPermalink shows the form. */
const linkTo = ({ channel, thread }: ThreadAddress, teamUrl: string): string =>
  `${teamUrl}archives/${channel}/p${thread.replace('.', '')}`;

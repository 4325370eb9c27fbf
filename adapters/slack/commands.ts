import type { App } from '@slack/bolt';
import { type BeginThread, commandNamed } from '../../src/controller/commands.ts';
import type { From } from '../../src/controller/from.ts';
import type { Logger } from '../../src/lib/log.ts';
import { sourceOf } from '../shared/source.ts';
import { type ClickDeps, give, shower } from './clicks.ts';
import { WEB_API } from './delivery.ts';
import { SLASH } from './manifest.ts';
import { SlashCommand } from './payloads.ts';
import { answerTo, attend, whyNot } from './private-answers.ts';
import { readPayload } from './read-payload.ts';
import { plain } from './text.ts';
import { whoIs } from './who.ts';
import type { In } from './workspaces.ts';
import { writtenAt } from './written-at.ts';

/** Registers the slash command. What it answers is seen by who asked, and by nobody else. */
export function listenToCommands(app: App, depsIn: In<Omit<ClickDeps, 'showHome'>>, log: Logger): void {
  app.command(SLASH, async ({ ack, command, respond, context }) => {
    const deps = await depsIn(context.teamId);
    const asked = readPayload(SlashCommand, command, log);
    if (asked === undefined) return ack();
    const whom = { channel: asked.channel_id, user: asked.user_id };
    const answer = answerTo(respond, deps.client, whom, log);
    await attend({ ack, answer, log }, async () => {
      const from = fromCommand(asked, deps);
      const begin = beginner(deps, asked);
      const given = await deps.controller.command(commandNamed(asked.text), from, begin);
      const show = shower(respond, answer);
      await give(deps, given, { from, triggerId: asked.trigger_id, answer, show, log });
    });
  });
}

function fromCommand(
  { channel_id, user_id, trigger_id }: SlashCommand,
  { teamId, people }: Pick<ClickDeps, 'teamId' | 'people'>,
): From {
  return {
    who: whoIs(people, user_id),
    place: { platform: 'slack', workspace: teamId, channel: channel_id },
    thread: undefined, // Slack does not tell in which thread a command was written
    sourceId: sourceOf('slack', 'command', teamId, trigger_id),
    isFromList: true,
  };
}

/** Posts a request in the channel of a command: its thread is that of the session. */
const beginner =
  ({ client, teamId }: Pick<ClickDeps, 'client' | 'teamId'>, { channel_id }: SlashCommand): BeginThread =>
  async (request, by) => {
    const posted = await WEB_API.attempt(() =>
      client.chat.postMessage({
        channel: channel_id,
        text: `<@${by.id}> asks: ${plain(request)}`,
        unfurl_links: false,
      }),
    );
    if (!posted.ok) {
      return { ok: false, reason: `I can’t write in this channel: ${whyNot(posted.failure)}.` };
    }
    const { ts = '' } = posted.value;
    const address = { platform: 'slack' as const, workspace: teamId, channel: channel_id, thread: ts };
    return { ok: true, address, messageId: ts, writtenAt: writtenAt(ts) };
  };

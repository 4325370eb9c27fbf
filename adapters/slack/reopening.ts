import type { App } from '@slack/bolt';
import { z } from 'zod';
import type { Reopened } from '../../src/controller/platform.ts';
import type { Logger } from '../../src/lib/log.ts';
import { readPayload } from './read-payload.ts';

const InChannel = z.object({ channel: z.string() });
const Joined = InChannel.extend({ user: z.string() });

/**
 * What was refused in a channel is tried again when something says that the channel may take it by now: it
 * was un-archived, the bot was invited, or somebody mentions it there.
 */
export function listenToReopenings(
  app: App,
  botIn: (teamId: string | undefined) => Promise<{ teamId: string; botUserId: string; isAllowed: boolean }>,
  reopened: Reopened,
  log: Logger,
): void {
  const inChannel = async (event: unknown, team: string | undefined) => {
    const { teamId, isAllowed } = await botIn(team);
    const found = isAllowed ? readPayload(InChannel, event, log) : undefined;
    if (found) await reopened({ platform: 'slack', workspace: teamId, channel: found.channel });
  };
  app.event('channel_unarchive', ({ event, context }) => inChannel(event, context.teamId));
  app.event('group_unarchive', ({ event, context }) => inChannel(event, context.teamId));
  app.event('app_mention', ({ event, context }) => inChannel(event, context.teamId));
  app.event('member_joined_channel', async ({ event, context }) => {
    const { botUserId } = await botIn(context.teamId);
    if (readPayload(Joined, event, log)?.user === botUserId) await inChannel(event, context.teamId);
  });
}

import type { App } from '@slack/bolt';
import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import type { Controller } from '../../src/controller/controller.ts';
import type { Logger } from '../../src/lib/log.ts';
import { saidBy } from '../shared/hello.ts';
import { openByMessage } from './begin-thread.ts';
import { cardMessage } from './cards.ts';
import { readPayload } from './read-payload.ts';
import { spoken } from './spoken.ts';
import type { In } from './workspaces.ts';

/** https://docs.slack.dev/reference/events/member_joined_channel */
const Joined = z.object({ user: z.string(), channel: z.string() });

type HelloDeps = {
  teamId: string;
  client: WebClient;
  botUserId: string;
  isAllowed: boolean;
  controller: Pick<Controller, 'greet'>;
};

/** Says hello in a channel that the bot was invited to. Slack makes the delivery again where that failed. */
export function listenToInvitations(app: App, depsIn: In<HelloDeps>, log: Logger): void {
  app.event('member_joined_channel', async ({ event, context }) => {
    const { teamId, client, botUserId, isAllowed, controller } = await depsIn(context.teamId);
    const joined = readPayload(Joined, event, log);
    if (joined?.user !== botUserId || !isAllowed) return;
    const { channel } = joined;
    const isOver = await controller.greet({
      place: { platform: 'slack', workspace: teamId, channel },
      isWhole: false,
      async say(card, isOutcomeOpen) {
        const words = card.parts.flatMap((part) => (part.kind === 'markdown' ? part.text : [])).join('\n\n');
        const body = { ...cardMessage(card), text: spoken(words) };
        return saidBy(await openByMessage({ client, channel }, 'hello', body, { isOutcomeOpen }));
      },
    });
    if (!isOver) throw new Error('hello could not be said now; it is when Slack delivers this again');
  });
}

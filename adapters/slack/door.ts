import type { App } from '@slack/bolt';
import type { Door } from '../shared/door.ts';

/** By these Slack says that a workspace lets go of the bot, which is heard whoever it is. */
const ENDINGS: readonly string[] = ['app_uninstalled', 'tokens_revoked'];

/**
 * Lets nothing in of a workspace that is neither allowed nor known by an install: whoever installs an app
 * makes Slack deliver to it, and what can't be answered would be taken for trouble and delivered again.
 */
export function guardDoor(
  app: App,
  { isAllowed, noted }: Door,
  isInstalled: (teamId: string | undefined) => Promise<boolean>,
): void {
  app.use(async ({ context, payload, next, ...rest }) => {
    const { teamId } = context;
    // Of a dialog that Slack tells nothing of there is no payload.
    const isEnding = ENDINGS.includes(String(Object(payload).type));
    if (isEnding || (teamId !== undefined && isAllowed(teamId)) || (await isInstalled(teamId))) return next();
    noted(teamId ?? 'unknown');
    if ('ack' in rest && typeof rest.ack === 'function') await rest.ack();
  });
}

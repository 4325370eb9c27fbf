import type { App } from '@slack/bolt';
import { type Admission, createAdmission } from '../../src/controller/admission.ts';
import type { Clock } from '../../src/lib/clock.ts';
import type { Logger } from '../../src/lib/log.ts';
import { onceAnHour } from '../../src/lib/once-an-hour.ts';

/** Which workspaces may use the bot, and who is told where one may not. */
export type Door = { isAllowed(teamId: string): boolean; admission: Admission };

/** Who runs the bot is told of a workspace once an hour, and a person there once. */
export function createDoor(
  isAllowed: Door['isAllowed'],
  clock: Pick<Clock, 'monotonic'>,
  log: Logger,
): Door & { noted(teamId: string): void } {
  const isNews = onceAnHour(clock);
  const noted = (workspace: string): void => {
    if (isNews(workspace)) log.warn({ workspace }, NOT_ALLOWED);
  };
  const admission = createAdmission(async ({ workspace }) => {
    if (isAllowed(workspace)) return undefined;
    noted(workspace);
    return 'I am not set up for this workspace. Whoever runs me can change that.';
  });
  return { isAllowed, admission, noted };
}

const NOT_ALLOWED =
  'the bot was used in a workspace that slack.allowed_workspaces does not name; nothing was done';

/** By these Slack says that a workspace lets go of the bot, which is heard whoever it is. */
const ENDINGS: readonly string[] = ['app_uninstalled', 'tokens_revoked'];

/**
 * Lets nothing in of a workspace that is neither allowed nor known by an install: whoever installs an app
 * makes Slack deliver to it, and what can't be answered would be taken for trouble and delivered again.
 */
export function guardDoor(
  app: App,
  { isAllowed, noted }: ReturnType<typeof createDoor>,
  isInstalled: (teamId: string | undefined) => Promise<boolean>,
): void {
  app.use(async ({ context, payload, next, ...rest }) => {
    const { teamId } = context;
    const isEnding = 'type' in payload && ENDINGS.includes(String(payload.type));
    if (isEnding || (teamId !== undefined && isAllowed(teamId)) || (await isInstalled(teamId))) return next();
    noted(teamId ?? 'unknown');
    if ('ack' in rest && typeof rest.ack === 'function') await rest.ack();
  });
}

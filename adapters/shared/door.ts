import { type Admission, createAdmission } from '../../src/controller/admission.ts';
import type { Who } from '../../src/controller/people.ts';
import type { Clock } from '../../src/lib/clock.ts';
import type { Logger } from '../../src/lib/log.ts';
import { onceAnHour } from '../../src/lib/once-an-hour.ts';
import type { Workspace } from '../../src/session/address.ts';

/** Which workspaces may use the bot, and who is told where one may not. */
export type Door = {
  isAllowed(workspace: string): boolean;
  admission: Admission;
  /** Tells who runs the bot of a workspace that may not, once an hour. */
  noted(workspace: string): void;
};

export type DoorOptions = {
  isAllowed(workspace: string): boolean;
  /** How the platform's people call a workspace. */
  workspaceName: string;
  /** What the log is told of one that may not. */
  warning: string;
  /**
   * Why somebody who writes outside of every workspace may not, in words for them; undefined where they may.
   * Left out where there is no such place.
   */
  outside?: { workspace: string; refusal(who: Pick<Who, 'id'>): Promise<string | undefined> };
};

export function createDoor(
  { isAllowed, workspaceName, warning, outside }: DoorOptions,
  clock: Pick<Clock, 'monotonic'>,
  log: Logger,
): Door {
  const isNews = onceAnHour(clock);
  const noted = (workspace: string): void => {
    if (isNews(workspace)) log.warn({ workspace }, warning);
  };
  const admission = createAdmission(async ({ workspace }: Workspace, who) => {
    if (workspace === outside?.workspace) return outside.refusal(who);
    if (isAllowed(workspace)) return undefined;
    noted(workspace);
    return `I am not set up for this ${workspaceName}. Whoever runs me can change that.`;
  });
  return { isAllowed, admission, noted };
}

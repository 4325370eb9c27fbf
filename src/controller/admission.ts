import type { Workspace } from '../session/address.ts';
import type { Who } from './people.ts';

type Somebody = Pick<Who, 'id'>;

/**
 * Whether a workspace may use the bot at all, and on a platform where people write to it outside of any
 * workspace, whether somebody may: asked before everything else.
 */
export type Admission = {
  /**
   * Why somebody may not, in words for them; undefined where they may. Throws where that can't be found out
   * now.
   */
  refusal(place: Workspace, who: Somebody): Promise<string | undefined>;
  /**
   * Whether somebody who is refused is to be told: once, so that a workspace that is not allowed can't make
   * the bot write again and again.
   */
  tells(place: Workspace, who: Somebody): boolean;
};

const TOLD = 20_000;

export function createAdmission(refusal: Admission['refusal']): Admission {
  const told = new Set<string>();
  return {
    refusal,
    tells({ platform, workspace }, { id }) {
      const key = JSON.stringify([platform, workspace, id]);
      if (told.has(key)) return false;
      if (told.size >= TOLD) told.clear();
      told.add(key);
      return true;
    },
  };
}

/** For a platform that has one workspace, which whoever runs the bot has chosen. */
export const ADMITS_ALL: Admission = createAdmission(async () => undefined);

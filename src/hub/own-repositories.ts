/*
 * Repositories that the bot keeps on the Hub for itself. They are in an account that several workspaces may
 * share, and hold what belongs to single sessions: so they are nobody's by their names, and what is done with
 * them is done for one session, by the code that keeps them.
 */

/** What Spaces’ names begin with in which the code of sessions runs: `-<installation>-<session>` follows. */
export const SANDBOX_PREFIX = 'ml-intern';

/** The dataset, below the account, that shared sessions are put into. */
export const SESSIONS_DATASET = 'ml-intern-sessions';

/** Whether a repository, with or without its owner, is one of those; the Hub takes names in any case. */
export type IsOwnRepository = (id: string) => boolean;

/** `dataset` is the one that the config names for shared sessions. */
export function ownRepositories(dataset: string | undefined): IsOwnRepository {
  const named = dataset?.toLowerCase();
  return (id) => {
    const whole = id.trim().toLowerCase();
    const name = whole.split('/').at(-1) ?? '';
    return name === SESSIONS_DATASET || SANDBOX.test(name) || whole === named;
  };
}

const SANDBOX = new RegExp(`^${SANDBOX_PREFIX}-[^/]*-s_`);

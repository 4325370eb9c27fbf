/*
 * Repositories that the bot keeps on the Hub for itself. They are in an account that several workspaces may
 * share, and hold what belongs to single sessions: so they are nobody's by their names, and what is done with
 * them is done for one session, by the code that keeps them.
 */

/** What Spaces’ names begin with in which the code of sessions runs: `-<installation>-<session>` follows. */
export const SANDBOX_PREFIX = 'ml-intern';

/** The dataset, below the account, that shared sessions are put into. */
export const SESSIONS_DATASET = 'ml-intern-sessions';

/** The bucket, below the account, that long scripts of jobs are put into, as huggingface_hub does. */
export const JOBS_BUCKET = 'jobs-artifacts';

/**
 * Whether a text names one of those: with or without its owner, as an address, or as the way to a file in it.
 * The Hub takes names in any case.
 */
export type IsOwnRepository = (text: string) => boolean;

/** `dataset` is the one that the config names for shared sessions. */
export function ownRepositories(dataset: string | undefined): IsOwnRepository {
  const named = dataset?.toLowerCase();
  return (text) => {
    const names = text.trim().toLowerCase().split(BETWEEN_NAMES);
    if (named !== undefined && `/${names.join('/')}/`.includes(`/${named}/`)) return true;
    return names.some((name) => name === SESSIONS_DATASET || name === JOBS_BUCKET || SANDBOX.test(name));
  };
}

const BETWEEN_NAMES = /[/@:?#]/;
const SANDBOX = new RegExp(`^${SANDBOX_PREFIX}-.*-s_`);

/** Names of sandboxes anywhere in a text. */
export const SANDBOX_NAMES = new RegExp(`\\b${SANDBOX_PREFIX}-[\\w-]{1,60}-s_\\w{1,60}`, 'gi');

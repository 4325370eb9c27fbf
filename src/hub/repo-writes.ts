import { accountName } from './access.ts';
import type { Looked } from './datasets.ts';
import type { IsOwnRepository } from './own-repositories.ts';
import { type PullRequests, pullRequestsOf } from './pull-requests.ts';
import { attempt, createRepoClient } from './repo-client.ts';
import { type RepoFileWrites, repoFileWrites } from './repo-file-writes.ts';
import { type RepoRefs, repoRefs } from './repo-refs.ts';
import { type RepositorySettings, repoSettings } from './repo-settings.ts';
import { withRetries } from './retry.ts';
import type { HubToken } from './token.ts';

/** Changes to repositories of the Hub. Each says in words why it could not be made. */
export type RepoWrites = RepoFileWrites &
  RepoRefs &
  PullRequests &
  RepositorySettings & {
    /** The token's account. */
    account(signal: AbortSignal): Promise<Looked<string>>;
  };

export function createRepoWrites(hubUrl: string, accessToken: HubToken, isOwn?: IsOwnRepository): RepoWrites {
  const client = createRepoClient(hubUrl, accessToken, isOwn);
  return {
    ...repoFileWrites(client),
    ...repoRefs(client),
    ...pullRequestsOf(client),
    ...repoSettings(client),
    account: (signal) => attempt(signal, () => withRetries(() => accountName(client.access(signal)), signal)),
  };
}

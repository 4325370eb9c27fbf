import { listCommits } from '@huggingface/hub';
import { accessTo, accountName } from './access.ts';
import { PROVENANCE_COMMIT } from './artifacts.ts';
import { ownRepositories } from './own-repositories.ts';
import { pageOf } from './paths.ts';
import { type RepoAddress, repositoryOf } from './repo-addresses.ts';
import { statusOf, withRetries } from './retry.ts';
import type { HubToken } from './token.ts';

/** What the Hub says of pushes, as one account sees it. */
export type Pushes = {
  /**
   * Those repositories among `addresses` whose main branch, or the commit that an address names, has a
   * commit by this account between two moments, each with the newest of those: only the Hub knows what a job
   * has really pushed. Throws where the Hub can't say of one of them, and where `signal` aborts.
   */
  among(
    addresses: readonly string[],
    during: { from: Date; to: Date },
    signal: AbortSignal,
  ): Promise<Pushed[]>;
};

/** A repository by its page, and a commit to it, which is 40 hexadecimal digits. */
type Pushed = { url: string; commit: string };

/** Newer commits than these of a repository are not looked through: a job has made them, or nobody knows. */
const NEWEST = 100;

export function createPushes(hubUrl: string, token: HubToken): Pushes {
  const access = accessTo(hubUrl, token, 10_000);
  const isOwn = ownRepositories(undefined);
  return {
    async among(addresses, during, signal) {
      const given = access(signal);
      const user = await withRetries(() => accountName(given), signal);
      const pushed = await Promise.all(
        addresses.map(async (address) => {
          const at = repositoryOf(address, hubUrl);
          if (at === undefined || isOwn(at.id)) return [];
          const looked = withRetries(() => newestCommit(given, at, address, { user, ...during }), signal);
          const commit = await looked.catch((error: unknown) => {
            if (statusOf(error) === 404 || statusOf(error) === 403 || statusOf(error) === 401)
              return undefined;
            throw error;
          });
          return commit === undefined ? [] : [{ url: pageOf(hubUrl, at.kind, at.id), commit }];
        }),
      );
      return [...new Map(pushed.flat().map((one) => [one.url, one])).values()];
    },
  };
}

async function newestCommit(
  access: ReturnType<ReturnType<typeof accessTo>>,
  at: RepoAddress,
  address: string,
  { user, from, to }: { user: string; from: Date; to: Date },
): Promise<string | undefined> {
  const [, revision = 'main'] = /\/commit\/([0-9a-f]{40})/.exec(address) ?? [];
  const repo = { type: at.kind, name: at.id };
  let seen = 0;
  for await (const commit of listCommits({ ...access, repo, revision, batchSize: NEWEST })) {
    const { oid, date, authors, title } = commit;
    if (date < from || ++seen > NEWEST) return undefined;
    if (title === PROVENANCE_COMMIT) continue;
    if (date <= to && authors.some(({ username }) => username === user)) return oid;
  }
  return undefined;
}

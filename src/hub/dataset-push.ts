import { createRepo, fileExists, uploadFiles } from '@huggingface/hub';
import { accessTo, accountName } from './access.ts';
import type { IsOwnRepository } from './own-repositories.ts';
import { pageOf, partsOf } from './paths.ts';
import { statusOf, unlessThere, withRetries } from './retry.ts';
import type { HubToken } from './token.ts';

/** Files on their way into private datasets. Throws HubApiError where the Hub refuses. */
export type DatasetPush = {
  /** A dataset's whole name: one without an owner is the token's user's. */
  nameOf(dataset: string, signal: AbortSignal): Promise<string>;
  has(dataset: string, path: string, signal: AbortSignal): Promise<boolean>;
  /**
   * Puts a file into a dataset, which is made, private, where it is missing; gives the address of the
   * dataset.
   */
  push(
    dataset: string,
    file: { path: string; bytes: Uint8Array },
    card: string,
    signal: AbortSignal,
  ): Promise<string>;
};

export function createDatasetPush(
  hubUrl: string,
  accessToken: HubToken,
  isOwn?: IsOwnRepository,
): DatasetPush {
  const access = accessTo(hubUrl, accessToken, 300_000, undefined, isOwn);
  const repoOf = (name: string) => ({ type: 'dataset' as const, name });

  return {
    async nameOf(dataset, signal) {
      if (dataset.includes('/')) return dataset;
      return `${await withRetries(() => accountName(access(signal)), signal)}/${dataset}`;
    },
    has: (dataset, path, signal) =>
      withRetries(
        () =>
          fileExists({ ...access(signal), repo: repoOf(dataset), path: partsOf(path) }).catch(
            (error: unknown) => {
              if ([401, 403, 404].includes(statusOf(error) ?? 0)) return false; // there is no such dataset yet
              throw error;
            },
          ),
        signal,
      ),
    async push(dataset, { path, bytes }, card, signal) {
      const repo = repoOf(dataset);
      const isNew = await withRetries(
        () => unlessThere(() => createRepo({ ...access(signal), repo, visibility: 'private' })),
        signal,
      );
      const hasCard = !isNew && (await this.has(dataset, 'README.md', signal));
      const files = [
        { path, content: new Blob([Buffer.from(bytes)]) },
        ...(hasCard ? [] : [{ path: 'README.md', content: new Blob([card]) }]),
      ];
      await withRetries(
        () => uploadFiles({ ...access(signal), repo, files, commitTitle: `Add ${path}` }),
        signal,
      );
      return pageOf(hubUrl, 'dataset', dataset);
    },
  };
}

import { createRepo, listFiles, uploadFiles } from '@huggingface/hub';
import { accessTo, accountName } from './access.ts';
import { isDataFile } from './dataset-configs.ts';
import type { IsOwnRepository } from './own-repositories.ts';
import { paged } from './pages.ts';
import { pageOf } from './paths.ts';
import { readRepoFile } from './read-file.ts';
import { statusOf, unlessThere, withRetries } from './retry.ts';
import type { HubToken } from './token.ts';

/** Files on their way into private datasets. Throws HubApiError where the Hub refuses. */
export type DatasetPush = {
  /** A dataset's whole name: one without an owner is the token's user's. */
  nameOf(dataset: string, signal: AbortSignal): Promise<string>;
  /** A dataset's card and the paths of its files of rows; none of both where there is no such dataset. */
  state(dataset: string, signal: AbortSignal): Promise<DatasetState>;
  /**
   * Puts a file and a card into a dataset, which is made, private, where it is missing, in one commit; gives
   * the address of the dataset. Without a card the one that is there stays as it is.
   */
  push(
    dataset: string,
    file: { path: string; bytes: Uint8Array },
    card: string | undefined,
    signal: AbortSignal,
  ): Promise<string>;
};

/** `card` is undefined where there is none. */
export type DatasetState = { card: string | undefined; dataFiles: readonly string[] };

/** Longer cards are not added to, and of more files nobody reads a list. */
const CARD_BYTES = 400_000;
const MOST_FILES = 1_000;

class CardTooLong extends Error {
  constructor(dataset: string) {
    super(`the card of ${dataset} is longer than ${CARD_BYTES / 1e3} kB, so it is not added to`);
  }
}

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
    state: (dataset, signal) =>
      withRetries(async () => {
        const at = { kind: 'dataset' as const, id: dataset };
        try {
          const card = await readRepoFile(access(signal), { ...at, path: 'README.md' }, CARD_BYTES);
          if (card !== undefined && card.size > CARD_BYTES) throw new CardTooLong(dataset);
          const dataFiles: string[] = [];
          let seen = 0;
          const listed = listFiles({ ...paged(access(signal)), repo: repoOf(dataset), recursive: true });
          for await (const { path, type } of listed) {
            if (++seen > MOST_FILES) break;
            if (type === 'file' && isDataFile(path)) dataFiles.push(path);
          }
          return { card: card?.bytes.toString('utf8'), dataFiles };
        } catch (error) {
          if ([401, 403, 404].includes(statusOf(error) ?? 0)) return { card: undefined, dataFiles: [] };
          throw error;
        }
      }, signal),
    async push(dataset, { path, bytes }, card, signal) {
      const repo = repoOf(dataset);
      await withRetries(
        () => unlessThere(() => createRepo({ ...access(signal), repo, visibility: 'private' })),
        signal,
      );
      const files = [
        { path, content: new Blob([Buffer.from(bytes)]) },
        ...(card === undefined ? [] : [{ path: 'README.md', content: new Blob([card]) }]),
      ];
      await withRetries(
        () => uploadFiles({ ...access(signal), repo, files, commitTitle: `Add ${path}` }),
        signal,
      );
      return pageOf(hubUrl, 'dataset', dataset);
    },
  };
}

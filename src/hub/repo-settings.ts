import { createRepo } from '@huggingface/hub';
import type { Looked } from './datasets.ts';
import { pageOf } from './paths.ts';
import { attempt, done, type RepoAt, type RepoClient, repoOf, rest } from './repo-client.ts';

/** What may be changed of a repository's settings. */
type RepoSettings = { private?: boolean | undefined; gated?: 'auto' | 'manual' | false | undefined };

/** Repositories themselves, and their settings. */
export type RepositorySettings = {
  create(
    at: RepoAt,
    how: { private: boolean; sdk: 'gradio' | 'streamlit' | 'docker' | 'static' | undefined; card: string },
    signal: AbortSignal,
  ): Promise<Looked<{ url: string }>>;
  settings(at: RepoAt, settings: RepoSettings, signal: AbortSignal): Promise<Looked<undefined>>;
};

export const repoSettings = (client: RepoClient): RepositorySettings => ({
  create: (at, { private: isPrivate, sdk, card }, signal) =>
    attempt(signal, async () => {
      await createRepo({
        ...client.access(signal),
        repo: repoOf(at),
        visibility: isPrivate ? 'private' : 'public',
        ...(sdk ? { sdk } : {}),
        files: [{ path: 'README.md', content: new Blob([card]) }],
      });
      return { url: pageOf(client.hubUrl, at.kind, at.id) };
    }),
  settings: (at, settings, signal) => rest(client, 'PUT', at, '/settings', done, signal, settings),
});

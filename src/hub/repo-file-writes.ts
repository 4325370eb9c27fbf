import { deleteFiles, listFiles, uploadFiles } from '@huggingface/hub';
import { createBreath } from '../lib/breath.ts';
import type { Looked } from './datasets.ts';
import { filePattern } from './file-pattern.ts';
import { paged } from './pages.ts';
import { pageOf } from './paths.ts';
import { attempt, type RepoAt, type RepoClient, repoOf } from './repo-client.ts';
import { encoded } from './repos.ts';

const LISTED = 10_000;

/** Only some of them would be deleted, while people have read that all are. */
const TOO_MANY = `more than ${LISTED.toLocaleString('en')} files fit: name fewer, such as one folder at a time`;

/** Changes to files of repositories. */
export type RepoFileWrites = {
  upload(
    at: RepoAt,
    files: readonly { path: string; content: Blob }[],
    how: { revision?: string | undefined; asPullRequest: boolean; message: string },
    signal: AbortSignal,
  ): Promise<Looked<{ url: string }>>;
  /**
   * The files that patterns like "checkpoints/*" or "*.bin" mean; a folder's name means all below it. A
   * reason where they are more than can be told.
   */
  matching(
    at: RepoAt,
    patterns: readonly string[],
    revision: string | undefined,
    signal: AbortSignal,
  ): Promise<Looked<string[]>>;
  remove(
    at: RepoAt,
    paths: readonly string[],
    how: { revision?: string | undefined; asPullRequest: boolean; message: string },
    signal: AbortSignal,
  ): Promise<Looked<{ url: string }>>;
};

export const repoFileWrites = (client: RepoClient): RepoFileWrites => ({
  upload: (at, files, { revision, asPullRequest, message }, signal) =>
    attempt(signal, async () => {
      const output = await uploadFiles({
        ...client.access(signal),
        repo: repoOf(at),
        files: [...files],
        commitTitle: message,
        isPullRequest: asPullRequest,
        abortSignal: signal,
        ...(revision ? { branch: revision } : {}),
      });
      return { url: output?.pullRequestUrl ?? output?.commit.url ?? pageOf(client.hubUrl, at.kind, at.id) };
    }),
  matching: (at, patterns, revision, signal) =>
    attempt(signal, async () => {
      const tests = patterns.map(filePattern);
      const found: string[] = [];
      const breathe = createBreath();
      const all = listFiles({
        ...paged(client.access(signal)),
        repo: repoOf(at),
        recursive: true,
        ...encoded({ revision }),
      });
      for await (const { path, type } of all) {
        await breathe(); // a page has a thousand paths, of any length
        if (type === 'directory' || !tests.some((fits) => fits(path))) continue;
        if (found.length >= LISTED) throw new Error(TOO_MANY);
        found.push(path);
      }
      return found;
    }),
  remove: (at, paths, { revision, asPullRequest, message }, signal) =>
    attempt(signal, async () => {
      const output = await deleteFiles({
        ...client.access(signal),
        repo: repoOf(at),
        paths: [...paths],
        commitTitle: message,
        isPullRequest: asPullRequest,
        ...(revision ? { branch: revision } : {}),
      });
      return { url: output?.pullRequestUrl ?? output?.commit.url ?? pageOf(client.hubUrl, at.kind, at.id) };
    }),
});

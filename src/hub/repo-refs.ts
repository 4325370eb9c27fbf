import { createBranch, deleteBranch } from '@huggingface/hub';
import { z } from 'zod';
import type { Looked } from './datasets.ts';
import { attempt, done, type RepoAt, type RepoClient, repoOf, rest } from './repo-client.ts';

const Named = z.array(z.object({ name: z.string() })).nullish();

const RawRefs = z.object({ branches: Named, tags: Named });

type Refs = { branches: string[]; tags: string[] };

/** Branches and tags of repositories. */
export type RepoRefs = {
  createBranch(
    at: RepoAt,
    branch: string,
    from: string | undefined,
    signal: AbortSignal,
  ): Promise<Looked<undefined>>;
  deleteBranch(at: RepoAt, branch: string, signal: AbortSignal): Promise<Looked<undefined>>;
  createTag(
    at: RepoAt,
    tag: string,
    revision: string,
    message: string,
    signal: AbortSignal,
  ): Promise<Looked<undefined>>;
  deleteTag(at: RepoAt, tag: string, signal: AbortSignal): Promise<Looked<undefined>>;
  refs(at: RepoAt, signal: AbortSignal): Promise<Looked<Refs>>;
};

export const repoRefs = (client: RepoClient): RepoRefs => ({
  createBranch: (at, branch, from, signal) =>
    attempt(signal, async () => {
      await createBranch({
        ...client.access(signal),
        repo: repoOf(at),
        branch,
        ...(from ? { revision: from } : {}),
      });
      return undefined;
    }),
  deleteBranch: (at, branch, signal) =>
    attempt(signal, async () => {
      await deleteBranch({ ...client.access(signal), repo: repoOf(at), branch });
      return undefined;
    }),
  createTag: (at, tag, revision, message, signal) =>
    rest(client, 'POST', at, `/tag/${encodeURIComponent(revision)}`, done, signal, {
      tag,
      ...(message ? { message } : {}),
    }),
  deleteTag: (at, tag, signal) => rest(client, 'DELETE', at, `/tag/${encodeURIComponent(tag)}`, done, signal),
  async refs(at, signal) {
    const found = await rest(client, 'GET', at, '/refs', RawRefs, signal);
    if (!found.ok) return found;
    const names = (list: z.infer<typeof Named>) => (list ?? []).map(({ name }) => name);
    return { ok: true, value: { branches: names(found.value.branches), tags: names(found.value.tags) } };
  },
});

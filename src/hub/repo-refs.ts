import { createBranch, deleteBranch } from '@huggingface/hub';
import { z } from 'zod';
import type { Looked } from './datasets.ts';
import { NoSuchName, part } from './paths.ts';
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

/** @huggingface/hub encodes it itself; what is no name would lead it to the repository above. */
function checked(name: string): string {
  part(name);
  return name;
}

/** Asks with a name as a part of an address, where it can be one. */
async function withPart<T>(name: string, ask: (part: string) => Promise<Looked<T>>): Promise<Looked<T>> {
  try {
    return await ask(part(name));
  } catch (error) {
    if (error instanceof NoSuchName) return { ok: false, reason: error.message };
    throw error;
  }
}

export const repoRefs = (client: RepoClient): RepoRefs => ({
  createBranch: (at, branch, from, signal) =>
    attempt(signal, async () => {
      await createBranch({
        ...client.access(signal),
        repo: repoOf(at),
        branch: checked(branch),
        ...(from ? { revision: from } : {}),
      });
      return undefined;
    }),
  deleteBranch: (at, branch, signal) =>
    attempt(signal, async () => {
      await deleteBranch({ ...client.access(signal), repo: repoOf(at), branch: checked(branch) });
      return undefined;
    }),
  createTag: (at, tag, revision, message, signal) =>
    withPart(revision, (name) =>
      rest(client, 'POST', at, `/tag/${name}`, done, signal, { tag, ...(message ? { message } : {}) }),
    ),
  deleteTag: (at, tag, signal) =>
    withPart(tag, (name) => rest(client, 'DELETE', at, `/tag/${name}`, done, signal)),
  async refs(at, signal) {
    const found = await rest(client, 'GET', at, '/refs', RawRefs, signal);
    if (!found.ok) return found;
    const names = (list: z.infer<typeof Named>) => (list ?? []).map(({ name }) => name);
    return { ok: true, value: { branches: names(found.value.branches), tags: names(found.value.tags) } };
  },
});

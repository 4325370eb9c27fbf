import {
  createBranch,
  createRepo,
  deleteBranch,
  deleteFiles,
  listFiles,
  uploadFiles,
} from '@huggingface/hub';
import { z } from 'zod';
import { messageOf } from '../ops/errors.ts';
import { accessTo, accountName } from './access.ts';
import type { Looked } from './datasets.ts';
import { filePattern } from './file-pattern.ts';
import { text } from './lenient.ts';
import { patiently, statusOf } from './patience.ts';
import { pageOf, type RepoKind } from './repos.ts';

export type RepoAt = { kind: RepoKind; id: string };

type PullRequest = {
  number: number;
  title: string;
  status: string;
  author: string;
  createdAt: string;
};

type Refs = { branches: string[]; tags: string[] };

/** What may be changed of a repository's settings. */
type RepoSettings = { private?: boolean | undefined; gated?: 'auto' | 'manual' | false | undefined };

/** Changes to repositories of the Hub. Each says in words why it could not be made. */
export type RepoWrites = {
  /** The token's account. */
  account(signal: AbortSignal): Promise<Looked<string>>;
  upload(
    at: RepoAt,
    files: readonly { path: string; content: Blob }[],
    how: { revision?: string | undefined; asPullRequest: boolean; message: string },
    signal: AbortSignal,
  ): Promise<Looked<{ url: string }>>;
  /** The files that patterns like "checkpoints/*" or "*.bin" mean; a folder's name means all below it. */
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
  create(
    at: RepoAt,
    how: { private: boolean; sdk: 'gradio' | 'streamlit' | 'docker' | 'static' | undefined; card: string },
    signal: AbortSignal,
  ): Promise<Looked<{ url: string }>>;
  settings(at: RepoAt, settings: RepoSettings, signal: AbortSignal): Promise<Looked<undefined>>;
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
  pullRequests(
    at: RepoAt,
    status: 'open' | 'closed' | 'all',
    signal: AbortSignal,
  ): Promise<Looked<PullRequest[]>>;
  pullRequest(
    at: RepoAt,
    number: number,
    signal: AbortSignal,
  ): Promise<Looked<PullRequest & { comments: { author: string; text: string }[] }>>;
  openPullRequest(
    at: RepoAt,
    title: string,
    description: string,
    signal: AbortSignal,
  ): Promise<Looked<{ number: number }>>;
  comment(at: RepoAt, number: number, text: string, signal: AbortSignal): Promise<Looked<undefined>>;
  setStatus(
    at: RepoAt,
    number: number,
    status: 'open' | 'closed',
    comment: string,
    signal: AbortSignal,
  ): Promise<Looked<undefined>>;
  merge(at: RepoAt, number: number, comment: string, signal: AbortSignal): Promise<Looked<undefined>>;
};

const Named = z.array(z.object({ name: z.string() })).nullish();
const RawRefs = z.object({ branches: Named, tags: Named });
const RawDiscussion = z.object({
  num: z.number(),
  title: text,
  status: text,
  createdAt: text,
  isPullRequest: z.boolean().nullish(),
  author: z.object({ name: text }).nullish(),
});
const RawDetails = RawDiscussion.extend({
  events: z
    .array(
      z.object({
        type: z.string(),
        author: z.object({ name: text }).nullish(),
        data: z.looseObject({ latest: z.object({ raw: text }).nullish() }).nullish(),
      }),
    )
    .nullish(),
});

const TIMEOUT_MS = 300_000;
const LISTED = 10_000;

/** @huggingface/hub where it has a call, else the Hub's REST API: https://huggingface.co/.well-known/openapi.json. */
export function createRepoWrites(hubUrl: string, accessToken: string): RepoWrites {
  const access = accessTo(hubUrl, accessToken, TIMEOUT_MS);
  const repoOf = ({ kind, id }: RepoAt) => ({ type: kind, name: id });

  /** A call of the REST API. Only reads are made again by themselves. */
  function rest<Schema extends z.ZodType>(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    { kind, id }: RepoAt,
    path: string,
    schema: Schema,
    signal: AbortSignal,
    body?: unknown,
  ): Promise<Looked<z.infer<Schema>>> {
    const send = async () => {
      const { fetch } = access(signal);
      const response = await fetch(`${hubUrl}/api/${kind}s/${id}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${accessToken}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        redirect: 'error',
      });
      const answer: unknown = await response.json().catch(() => undefined);
      if (!response.ok)
        throw new Refused(response.status, z.object({ error: z.string() }).safeParse(answer).data?.error);
      return schema.parse(answer);
    };
    return attempt(signal, () => (method === 'GET' ? patiently(send, signal) : send()));
  }

  const done = z.unknown().transform(() => undefined);
  const discussion = (number: number, path = '') => `/discussions/${number}${path}`;

  return {
    account: (signal) => attempt(signal, () => patiently(() => accountName(access(signal)), signal)),
    upload: (at, files, { revision, asPullRequest, message }, signal) =>
      attempt(signal, async () => {
        const output = await uploadFiles({
          ...access(signal),
          repo: repoOf(at),
          files: [...files],
          commitTitle: message,
          isPullRequest: asPullRequest,
          abortSignal: signal,
          ...(revision ? { branch: revision } : {}),
        });
        return { url: output?.pullRequestUrl ?? output?.commit.url ?? pageOf(hubUrl, at.kind, at.id) };
      }),
    matching: (at, patterns, revision, signal) =>
      attempt(signal, async () => {
        const tests = patterns.map(filePattern);
        const found: string[] = [];
        const all = listFiles({
          ...access(signal),
          repo: repoOf(at),
          recursive: true,
          ...(revision ? { revision } : {}),
        });
        for await (const { path, type } of all) {
          if (type !== 'directory' && tests.some((fits) => fits(path))) found.push(path);
          if (found.length >= LISTED) break;
        }
        return found;
      }),
    remove: (at, paths, { revision, asPullRequest, message }, signal) =>
      attempt(signal, async () => {
        const output = await deleteFiles({
          ...access(signal),
          repo: repoOf(at),
          paths: [...paths],
          commitTitle: message,
          isPullRequest: asPullRequest,
          ...(revision ? { branch: revision } : {}),
        });
        return { url: output?.pullRequestUrl ?? output?.commit.url ?? pageOf(hubUrl, at.kind, at.id) };
      }),
    create: (at, { private: isPrivate, sdk, card }, signal) =>
      attempt(signal, async () => {
        await createRepo({
          ...access(signal),
          repo: repoOf(at),
          visibility: isPrivate ? 'private' : 'public',
          ...(sdk ? { sdk } : {}),
          files: [{ path: 'README.md', content: new Blob([card]) }],
        });
        return { url: pageOf(hubUrl, at.kind, at.id) };
      }),
    settings: (at, settings, signal) => rest('PUT', at, '/settings', done, signal, settings),
    createBranch: (at, branch, from, signal) =>
      attempt(signal, async () => {
        await createBranch({
          ...access(signal),
          repo: repoOf(at),
          branch,
          ...(from ? { revision: from } : {}),
        });
        return undefined;
      }),
    deleteBranch: (at, branch, signal) =>
      attempt(signal, async () => {
        await deleteBranch({ ...access(signal), repo: repoOf(at), branch });
        return undefined;
      }),
    createTag: (at, tag, revision, message, signal) =>
      rest('POST', at, `/tag/${encodeURIComponent(revision)}`, done, signal, {
        tag,
        ...(message ? { message } : {}),
      }),
    deleteTag: (at, tag, signal) => rest('DELETE', at, `/tag/${encodeURIComponent(tag)}`, done, signal),
    async refs(at, signal) {
      const found = await rest('GET', at, '/refs', RawRefs, signal);
      if (!found.ok) return found;
      const names = (list: z.infer<typeof Named>) => (list ?? []).map(({ name }) => name);
      return { ok: true, value: { branches: names(found.value.branches), tags: names(found.value.tags) } };
    },
    async pullRequests(at, status, signal) {
      const query = new URLSearchParams({ type: 'pull_request', status });
      const found = await rest(
        'GET',
        at,
        `/discussions?${query}`,
        z.object({ discussions: z.array(RawDiscussion) }),
        signal,
      );
      if (!found.ok) return found;
      return {
        ok: true,
        value: found.value.discussions.filter((item) => item.isPullRequest !== false).map(pullOf),
      };
    },
    async pullRequest(at, number, signal) {
      const found = await rest('GET', at, discussion(number), RawDetails, signal);
      if (!found.ok) return found;
      const comments = (found.value.events ?? []).flatMap(({ type, author, data }) =>
        type === 'comment' && data?.latest ? [{ author: author?.name ?? '', text: data.latest.raw }] : [],
      );
      return { ok: true, value: { ...pullOf(found.value), comments } };
    },
    async openPullRequest(at, title, description, signal) {
      const body = { title, description, pullRequest: true };
      const opened = await rest('POST', at, '/discussions', z.object({ num: z.number() }), signal, body);
      return opened.ok ? { ok: true, value: { number: opened.value.num } } : opened;
    },
    comment: (at, number, comment, signal) =>
      rest('POST', at, discussion(number, '/comment'), done, signal, { comment }),
    setStatus: (at, number, status, comment, signal) =>
      rest('POST', at, discussion(number, '/status'), done, signal, {
        status,
        ...(comment ? { comment } : {}),
      }),
    merge: (at, number, comment, signal) =>
      rest('POST', at, discussion(number, '/merge'), done, signal, comment ? { comment } : {}),
  };
}

const pullOf = ({ num, title, status, author, createdAt }: z.infer<typeof RawDiscussion>): PullRequest => ({
  number: num,
  title,
  status,
  author: author?.name ?? '',
  createdAt: createdAt.slice(0, 10),
});

/** The Hub has said no. */
class Refused extends Error {
  readonly status: number;

  constructor(status: number, said: string | undefined) {
    super(said ?? `status ${status}`);
    this.status = status;
  }
}

async function attempt<T>(signal: AbortSignal, act: () => Promise<T>): Promise<Looked<T>> {
  try {
    return { ok: true, value: await act() };
  } catch (error) {
    signal.throwIfAborted();
    const status = error instanceof Refused ? error.status : statusOf(error);
    return { ok: false, reason: reasonOf(status, messageOf(error)) };
  }
}

function reasonOf(status: number | undefined, said: string): string {
  switch (status) {
    case 401:
    case 403:
      return `The Hub does not allow it (${said}). The bot’s token needs "write" for that owner.`;
    case 404:
      return `There is no such repository, branch, tag or pull request (${said}).`;
    case 409:
      return `It is there already, or has changed meanwhile (${said}).`;
    default:
      return `It did not go through: ${said}.`;
  }
}

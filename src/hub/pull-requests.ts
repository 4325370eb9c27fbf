import { z } from 'zod';
import type { Looked } from './datasets.ts';
import { text } from './nullable.ts';
import { done, type RepoAt, type RepoClient, rest } from './repo-client.ts';

type PullRequest = {
  number: number;
  title: string;
  status: string;
  author: string;
  createdAt: string;
};

/** What was said of a pull request, and what it would change. */
type PullDetails = {
  comments: { author: string; text: string }[];
  /** As `git diff` has it; undefined where the Hub gives none. */
  diff: string | undefined;
  /** Files that have changed on both sides; `true` where nobody knows which. */
  conflicts: readonly string[] | true;
};

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
  /** With `diff=1`: https://huggingface.co/docs/huggingface_hub/package_reference/community */
  diff: z.string().nullish(),
  filesWithConflicts: z.union([z.array(z.string()), z.literal(true)]).nullish(),
});

const discussion = (number: number, path = '') => `/discussions/${number}${path}`;

/** Pull requests of repositories. */
export type PullRequests = {
  pullRequests(
    at: RepoAt,
    status: 'open' | 'closed' | 'all',
    signal: AbortSignal,
  ): Promise<Looked<PullRequest[]>>;
  pullRequest(at: RepoAt, number: number, signal: AbortSignal): Promise<Looked<PullRequest & PullDetails>>;
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

export const pullRequestsOf = (client: RepoClient): PullRequests => ({
  async pullRequests(at, status, signal) {
    const query = new URLSearchParams({ type: 'pull_request', status });
    const found = await rest(
      client,
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
    const found = await rest(client, 'GET', at, discussion(number, '?diff=1'), RawDetails, signal);
    if (!found.ok) return found;
    const comments = (found.value.events ?? []).flatMap(({ type, author, data }) =>
      type === 'comment' && data?.latest ? [{ author: author?.name ?? '', text: data.latest.raw }] : [],
    );
    const { diff, filesWithConflicts } = found.value;
    const more = { comments, diff: diff ?? undefined, conflicts: filesWithConflicts ?? [] };
    return { ok: true, value: { ...pullOf(found.value), ...more } };
  },
  async openPullRequest(at, title, description, signal) {
    const body = { title, description, pullRequest: true };
    const opened = await rest(
      client,
      'POST',
      at,
      '/discussions',
      z.object({ num: z.number() }),
      signal,
      body,
    );
    return opened.ok ? { ok: true, value: { number: opened.value.num } } : opened;
  },
  comment: (at, number, comment, signal) =>
    rest(client, 'POST', at, discussion(number, '/comment'), done, signal, { comment }),
  setStatus: (at, number, status, comment, signal) =>
    rest(client, 'POST', at, discussion(number, '/status'), done, signal, {
      status,
      ...(comment ? { comment } : {}),
    }),
  merge: (at, number, comment, signal) =>
    rest(client, 'POST', at, discussion(number, '/merge'), done, signal, comment ? { comment } : {}),
});

const pullOf = ({ num, title, status, author, createdAt }: z.infer<typeof RawDiscussion>): PullRequest => ({
  number: num,
  title,
  status,
  author: author?.name ?? '',
  createdAt: createdAt.slice(0, 10),
});

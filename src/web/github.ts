import { RequestError } from '@octokit/request-error';
import { Octokit } from '@octokit/rest';
import PQueue from 'p-queue';
import { boundedFetch } from '../lib/bounded-fetch.ts';
import { messageOf } from '../lib/errors.ts';
import { refuseInTransaction } from '../lib/transaction-scope.ts';

/** What was found, or why not, in words for who asked. */
export type Found<T> = { ok: true; value: T } | { ok: false; reason: string };

type GithubRepo = {
  name: string;
  about: string;
  stars: number;
  language: string;
  pushedAt: string;
  url: string;
};

type CodeHit = { repo: string; path: string; url: string; fragments: readonly string[] };

/** GitHub, for reading: https://docs.github.com/rest. */
export type Github = {
  /** All files of the default branch, as GitHub lists them: so much JSON is parsed apart (`parse-apart`). */
  tree(owner: string, repo: string, signal: AbortSignal): Promise<Found<Uint8Array>>;
  /** Repositories whose name is like one that is not there. */
  similar(owner: string, repo: string, signal: AbortSignal): Promise<string[]>;
  repos(
    owner: string,
    sort: 'stars' | 'updated' | 'forks',
    limit: number,
    signal: AbortSignal,
  ): Promise<Found<GithubRepo[]>>;
  file(
    at: { owner: string; repo: string; path: string; ref: string | undefined },
    signal: AbortSignal,
  ): Promise<Found<{ bytes: Buffer; url: string } | { folder: string[] }>>;
  code(query: string, limit: number, signal: AbortSignal): Promise<Found<{ hits: CodeHit[]; total: number }>>;
};

const TIMEOUT_MS = 30_000;
const AT_ONCE = 4;
/** Larger files are not read: https://docs.github.com/rest/repos/contents. */
const FILE_BYTES = 10_000_000;
/** A folder is listed up to here: https://docs.github.com/rest/repos/contents. */
const FOLDER = 1_000;
/** A hundred repositories, or hits in code, have some 15,000 values. */
const VALUES = 50_000;
/** A tree has up to 100,000 files of six fields, in 7 MB: https://docs.github.com/rest/git/trees. */
const fetchTree = boundedFetch({ bytes: 8_000_000, values: 1_000_000 });

export function createGithub(baseUrl: string, token: string | undefined): Github {
  const client: Client = {
    octokit: new Octokit({
      baseUrl,
      userAgent: 'ml-intern-chat',
      ...(token ? { auth: token } : {}),
      request: { fetch: boundedFetch({ values: VALUES }) },
      log: { debug() {}, info() {}, warn() {}, error() {} },
    }),
    queue: new PQueue({ concurrency: AT_ONCE }),
    hasToken: token !== undefined,
  };
  return {
    tree: (owner, repo, signal) => treeOf(client, owner, repo, signal),
    similar: (owner, repo, signal) => similarTo(client, owner, repo, signal),
    repos: (owner, sort, limit, signal) => reposOf(client, owner, sort, limit, signal),
    file: (at, signal) => fileAt(client, at, signal),
    code: (query, limit, signal) => codeFor(client, query, limit, signal),
  };
}

type Client = { octokit: Octokit; queue: PQueue; hasToken: boolean };

/** Asks GitHub when it is our turn. What it refuses is told in words. */
async function ask<T>(
  { octokit, queue, hasToken }: Client,
  signal: AbortSignal,
  look: (octokit: Octokit, request: { signal: AbortSignal }) => Promise<T>,
): Promise<Found<T>> {
  refuseInTransaction(() => 'a request to GitHub'); // in the queue nobody knows any more who asked
  try {
    const limited = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
    return { ok: true, value: await queue.add(() => look(octokit, { signal: limited })) };
  } catch (error) {
    signal.throwIfAborted();
    return { ok: false, reason: reasonOf(error, hasToken) };
  }
}

const treeOf = (client: Client, owner: string, repo: string, signal: AbortSignal) =>
  ask(client, signal, async (octokit, request) => {
    const { data } = await octokit.git.getTree({
      owner,
      repo,
      tree_sha: 'HEAD',
      recursive: 'true',
      request: { ...request, fetch: fetchTree, parseSuccessResponseBody: false },
    });
    // What comes is the body itself, which the types of the client do not know.
    return await new Response(data as unknown as ReadableStream).bytes();
  });

async function similarTo(
  client: Client,
  owner: string,
  repo: string,
  signal: AbortSignal,
): Promise<string[]> {
  const found = await ask(client, signal, (octokit, request) =>
    octokit.search.repos({ q: `org:${owner} ${repo} in:name`, per_page: 5, request }),
  );
  return found.ok ? found.value.data.items.map(({ full_name }) => full_name) : [];
}

const reposOf = (
  client: Client,
  owner: string,
  sort: 'stars' | 'updated' | 'forks',
  limit: number,
  signal: AbortSignal,
): Promise<Found<GithubRepo[]>> =>
  ask(client, signal, async (octokit, request) => {
    const q = `user:${owner}`;
    const { data } = await octokit.search.repos({ q, sort, order: 'desc', per_page: limit, request });
    return data.items.slice(0, limit).map((item) => ({
      name: item.full_name,
      about: item.description ?? '',
      stars: item.stargazers_count,
      language: item.language ?? '',
      pushedAt: item.pushed_at.slice(0, 10),
      url: item.html_url,
    }));
  });

const fileAt = (
  client: Client,
  { ref, ...place }: Parameters<Github['file']>[0],
  signal: AbortSignal,
): Promise<Found<{ bytes: Buffer; url: string } | { folder: string[] }>> =>
  ask(client, signal, async (octokit, request) => {
    // The client encodes the path, and an address has these for folders however they are written.
    if (place.path.split('/').some((name) => name === '.' || name === '..'))
      throw new Error(`${place.path} is no path in a repository`);
    const at = { ...place, request, ...(ref ? { ref } : {}) };
    const { data } = await octokit.repos.getContent(at);
    if (Array.isArray(data))
      return {
        folder: data.slice(0, FOLDER).map(({ path: name, type }) => (type === 'dir' ? `${name}/` : name)),
      };
    if (data.size > FILE_BYTES)
      throw new Error(`${place.path} has ${Math.round(data.size / 1e6)} MB, which is too much to read here`);
    const url = data.html_url ?? '';
    if ('content' in data && data.content !== '') return { bytes: Buffer.from(data.content, 'base64'), url };
    // Above 1 MB the content is given in raw form only.
    const raw = await octokit.repos.getContent({ ...at, mediaType: { format: 'raw' } });
    return { bytes: Buffer.from(String(raw.data)), url };
  });

const codeFor = (
  client: Client,
  query: string,
  limit: number,
  signal: AbortSignal,
): Promise<Found<{ hits: CodeHit[]; total: number }>> =>
  ask(client, signal, async (octokit, request) => {
    const mediaType = { format: 'text-match' };
    const { data } = await octokit.search.code({ q: query, per_page: limit, mediaType, request });
    const hits = data.items.slice(0, limit).map(({ repository, path, html_url, text_matches = [] }) => ({
      repo: repository.full_name,
      path,
      url: html_url,
      fragments: text_matches.flatMap(({ fragment }) => fragment ?? []),
    }));
    return { hits, total: data.total_count };
  });

/** https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api */
function reasonOf(error: unknown, hasToken: boolean): string {
  if (!(error instanceof RequestError)) return `GitHub could not be asked: ${messageOf(error)}.`;
  const { status, response } = error;
  const isLimited =
    response?.headers['x-ratelimit-remaining'] === '0' || response?.headers['retry-after'] !== undefined;
  if (status === 429 || (status === 403 && isLimited)) {
    const reset = Number(response?.headers['x-ratelimit-reset'] ?? 0) * 1000;
    const until = reset > 0 ? ` until ${new Date(reset).toISOString().slice(11, 16)} UTC` : '';
    return `GitHub limits our requests${until}.${hasToken ? '' : ' With a GITHUB_TOKEN it takes many more: whoever runs me can set one.'}`;
  }
  switch (status) {
    case 401:
      return hasToken
        ? 'GitHub refused GITHUB_TOKEN: whoever runs me has to set a new one.'
        : 'GitHub wants a token for this: whoever runs me can set GITHUB_TOKEN.';
    case 403:
    case 451:
      return 'GitHub does not let us read this.';
    case 404:
      return 'There is no such repository, branch or path, or it is private.';
    case 409:
      return 'The repository is empty.';
    case 422:
      return `GitHub does not understand this search: ${error.message}`;
    default:
      return `GitHub could not be asked (status ${status}).`;
  }
}

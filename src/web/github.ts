import { Octokit } from '@octokit/rest';
import PQueue from 'p-queue';
import { boundedFetch } from '../lib/bounded-fetch.ts';
import { refuseInTransaction } from '../lib/transaction-scope.ts';
import { reasonOf } from './github-refusals.ts';

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

/** `movedTo` is what the repository is called now, where it was asked for by an old name. */
type GithubFile = { bytes: Buffer; url: string; movedTo: string | undefined };

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
  ): Promise<Found<GithubFile | { folder: string[] }>>;
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
      pushedAt: (item.pushed_at ?? '').slice(0, 10), // nothing was pushed to it yet
      url: item.html_url,
    }));
  });

const fileAt = (
  client: Client,
  { ref, ...place }: Parameters<Github['file']>[0],
  signal: AbortSignal,
): Promise<Found<GithubFile | { folder: string[] }>> =>
  ask(client, signal, async (octokit, request) => {
    // The client encodes the path, and an address has these for folders however they are written.
    if (place.path.split('/').some((name) => name === '.' || name === '..'))
      throw new Error(`${place.path} is no path in a repository`);
    const at = { ...place, request, ...(ref ? { ref } : {}) };
    const { data } = await octokit.repos.getContent(at);
    if (Array.isArray(data)) return { folder: data.slice(0, FOLDER).map(entryName) };
    const refusal = noFile(place.path, data);
    if (refusal !== undefined) throw new Error(refusal);
    const url = data.html_url ?? '';
    const movedTo = movedFrom(place, url);
    if (isBase64(data)) return { ...checked(place.path, Buffer.from(data.content, 'base64')), url, movedTo };
    // Above 1 MB the content is given in raw form only.
    const raw = await octokit.repos.getContent({ ...at, mediaType: { format: 'raw' } });
    const body: unknown = raw.data;
    const bytes = body instanceof ArrayBuffer ? Buffer.from(body) : Buffer.from(String(body));
    return { ...checked(place.path, bytes), url, movedTo };
  });

const isBase64 = (data: { size: number }): data is { size: number; content: string } =>
  'content' in data && typeof data.content === 'string' && (data.content !== '' || data.size === 0);

/** Lists give submodules as files, which have no address to be had from. */
const entryName = (entry: {
  path: string;
  type: string;
  download_url: string | null;
  git_url: string | null;
}) =>
  entry.type === 'dir'
    ? `${entry.path}/`
    : entry.type === 'submodule' ||
        (entry.download_url === null && /\/git\/trees\//.test(entry.git_url ?? ''))
      ? `${entry.path} (a submodule)`
      : entry.type === 'symlink'
        ? `${entry.path} (a link)`
        : entry.path;

/** Why what is in the place of a file is none that can be read. */
function noFile(
  path: string,
  data: { type: string; size: number; target?: unknown; submodule_git_url?: unknown; sha: string },
): string | undefined {
  if (data.type === 'submodule')
    return `${path} is a submodule: its files are in ${String(data.submodule_git_url)}, at commit ${data.sha}`;
  if (data.type === 'symlink') return `${path} is a link to ${String(data.target)}, which is no file there`;
  if (data.size <= FILE_BYTES) return undefined;
  return `${path} has ${Math.round(data.size / 1e6)} MB, which is too much to read here`;
}

/** Throws where what is kept is only where the file is: https://git-lfs.com, "pointer". */
function checked(path: string, bytes: Buffer): { bytes: Buffer } {
  const head = bytes.subarray(0, 300).toString('latin1');
  if (!head.startsWith('version https://git-lfs.github.com/spec/')) return { bytes };
  const size = Number(/^size (\d{1,15})$/m.exec(head)?.[1] ?? 0);
  throw new Error(
    `${path} is kept in Git LFS, and only a pointer is here: the file has ${(size / 1e6).toFixed(1)} MB, and comes with "git lfs pull"`,
  );
}

/** GitHub leads from an old name to the new one, which the page of the file has. */
function movedFrom({ owner, repo }: { owner: string; repo: string }, url: string): string | undefined {
  const [, now] = /^https?:\/\/[^/]+\/([^/]+\/[^/]+)\//.exec(url) ?? [];
  return now === undefined || now.toLowerCase() === `${owner}/${repo}`.toLowerCase() ? undefined : now;
}

const codeFor = (
  client: Client,
  query: string,
  limit: number,
  signal: AbortSignal,
): Promise<Found<{ hits: CodeHit[]; total: number }>> =>
  ask(client, signal, async (octokit, request) => {
    const mediaType = { format: 'text-match' };
    const { data } = await octokit.search.code({ q: query, per_page: limit, mediaType, request });
    const hits = data.items.slice(0, limit).map(({ repository, path, html_url, text_matches }) => ({
      repo: repository.full_name,
      path,
      url: html_url,
      fragments: (text_matches ?? []).flatMap(({ fragment }) => fragment ?? []),
    }));
    return { hits, total: data.total_count };
  });

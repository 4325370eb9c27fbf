import type { Answer } from '../route.ts';
import type { DoubleRepo, Kind } from './repo.ts';
import type { HubRepos } from './repos.ts';

/** https://huggingface.co/docs/hub/api: a search by words of the name, owner and tags. */
export function list(repos: HubRepos, kind: Kind, query: URLSearchParams): Answer {
  const words = (query.get('search') ?? '').toLowerCase();
  const found = repos.all.filter(
    (repo) =>
      repo.kind === kind &&
      repo.id.toLowerCase().includes(words) &&
      (query.get('author') === null || repo.id.startsWith(`${query.get('author')}/`)) &&
      query.getAll('filter').every((tag) => repo.tags.includes(tag)),
  );
  const answer = found.slice(0, Number(query.get('limit') ?? 500)).map((repo) => entry(repo));
  return { status: 200, answer };
}

/** What a list, or `revision`, tells of a repository. */
export function entry({
  kind,
  id,
  visibility,
  gated,
  sdk,
  tags,
  files,
}: DoubleRepo): Record<string, unknown> {
  return {
    _id: id,
    id,
    ...(kind === 'model' ? { pipeline_tag: tags[0] } : {}),
    ...(kind === 'space' ? { sdk } : { downloads: 1_234, gated }),
    likes: 56,
    private: visibility === 'private',
    lastModified: '2026-11-01T12:00:00.000Z',
    tags,
    siblings: [...files.keys()].map((rfilename) => ({ rfilename })),
  };
}

/** The Spaces of an account. */
export function listSpaces(repos: HubRepos, query: URLSearchParams): Answer {
  const spaces = repos.all.filter(
    ({ kind, id }) =>
      kind === 'space' && id.startsWith(`${query.get('author')}/`) && id.includes(query.get('search') ?? ''),
  );
  const at = new Date().toISOString();
  const answer = spaces.map(({ id, sdk, visibility }) => ({
    _id: id,
    id,
    sdk,
    likes: 0,
    private: visibility === 'private',
    lastModified: at,
  }));
  return { status: 200, answer };
}

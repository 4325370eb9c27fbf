import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { sendJson } from '../../http.ts';
import type { Answer } from '../route.ts';
import type { DoubleRepo, Kind } from './repo.ts';
import type { HubRepos } from './repos.ts';

/** `GET /api/{kind}s/{id}/tree/{revision}/{path}`: what is in a folder, or in all below it. */
export function tree(repo: DoubleRepo, rest: string, query: URLSearchParams): Answer {
  const [, revision = '', path = ''] = /^\/tree\/([^/]+)\/?(.*)$/.exec(rest) ?? [];
  if (!isRevision(repo, decodeURIComponent(revision))) return noRevision(revision);
  const prefix = path === '' ? '' : `${decodeURIComponent(path)}/`;
  const below = [...repo.files].filter(([name]) => name.startsWith(prefix));
  if (below.length === 0 && path !== '') return { status: 404, answer: { error: 'Entry not found' } };
  const isDeep = query.get('recursive') === 'true';
  const folders = new Set(
    below.flatMap(([name]) => {
      const inner = name.slice(prefix.length).split('/');
      return inner.length > 1 ? [`${prefix}${inner[0]}`] : [];
    }),
  );
  const files = below.filter(([name]) => isDeep || !name.slice(prefix.length).includes('/'));
  const answer = [
    ...[...folders].map((folder) => ({ type: 'directory', path: folder, size: 0, oid: 'd' })),
    ...files.map(([name, bytes]) => ({ type: 'file', path: name, size: bytes.length, oid: 'f' })),
  ];
  return { status: 200, answer };
}

/** Whether a repository has what a part of an address names: one part, with its slashes encoded. */
export const isRevision = ({ branches, tagNames }: DoubleRepo, revision: string): boolean =>
  branches.includes(revision) ||
  tagNames.includes(revision) ||
  /^(?:refs\/pr\/\d+|refs\/convert\/parquet|[0-9a-f]{7,40})$/.test(revision);

export const noRevision = (revision: string): Answer => ({
  status: 404,
  answer: { error: `Invalid rev id: ${decodeURIComponent(revision)}` },
});

/** https://huggingface.co/docs/hub/models-gated: the card is for everybody, other files for who is let in. */
const isClosed = ({ gated, isLetIn }: DoubleRepo, file: string): boolean =>
  gated !== false && !isLetIn && !['README.md', '.gitattributes'].includes(file);

/** A file's bytes, as `resolve` serves them. False where the path is none of a file. */
export function resolve(repos: HubRepos, path: string, response: ServerResponse, range = ''): boolean {
  const [, kind = 'models', id = '', revision = '', file = ''] =
    /^\/(?:(datasets|spaces)\/)?([^/]+\/[^/]+)\/(?:resolve|raw)\/([^/]+)\/(.+)$/.exec(path) ?? [];
  if (id === '') return false;
  const repo = repos.find(kind.slice(0, -1) as Kind, id);
  const hasRevision = repo !== undefined && isRevision(repo, decodeURIComponent(revision));
  const bytes = hasRevision ? repo.files.get(decodeURIComponent(file)) : undefined;
  if (bytes === undefined) {
    const code = repo === undefined ? 'RepoNotFound' : hasRevision ? 'EntryNotFound' : 'RevisionNotFound';
    sendJson(response, 404, { error: code }, { 'x-error-code': code });
    return true;
  }
  if (repo !== undefined && isClosed(repo, decodeURIComponent(file))) {
    const error = `Access to ${repo.kind} ${repo.id} is restricted and you are not in the authorized list. Visit https://huggingface.co/${repo.id} to ask for access.`;
    sendJson(response, 403, { error }, { 'x-error-code': 'GatedRepo', 'x-error-message': error });
    return true;
  }
  const [, from = '0', to = ''] = /^bytes=(\d+)-(\d*)$/.exec(range) ?? [];
  const first = Number(from);
  if (range !== '' && first >= bytes.length) {
    response.writeHead(416, { 'content-range': `bytes */${bytes.length}` });
    response.end();
    return true;
  }
  const last = Math.min(bytes.length - 1, to === '' ? bytes.length - 1 : Number(to));
  response.writeHead(range === '' ? 200 : 206, {
    'content-type': 'application/octet-stream',
    'content-range': `bytes ${first}-${last}/${bytes.length}`,
    etag: `"${createHash('sha1').update(bytes).digest('hex')}"`,
  });
  response.end(bytes.subarray(first, last + 1));
  return true;
}

import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Answer, HubRequest } from '../route.ts';
import type { DoubleRepo } from './repo.ts';
import type { HubRepos } from './repos.ts';

/** Buckets, as the Hub's API has them: whether one is private is said by `private`, and by nothing else. */
export function routeBuckets(repos: HubRepos, { method, path, query, body }: HubRequest): Answer {
  const [, id = '', rest = ''] = /^\/api\/buckets\/([^/]+\/[^/]+)(\/.*)?$/.exec(path) ?? [];
  const bucket = repos.find('bucket', id);
  if (method === 'POST' && rest === '') return create(repos, id, bucket, body);
  if (bucket === undefined) return { status: 404, answer: { error: 'Repository not found' } };
  if (method === 'GET' && rest === '') return { status: 200, answer: json(bucket) };
  if (method === 'PUT' && rest === '/settings') return configure(bucket, body);
  if (method === 'GET' && rest === '/xet-write-token') {
    return { status: 200, answer: repos.xet.writeToken(repos.hubUrl) };
  }
  if (method === 'POST' && rest === '/batch') return batch(repos, bucket, body);
  if (method === 'POST' && rest === '/paths-info') return pathsInfo(bucket, body);
  if (method === 'GET' && /^\/tree(?:\/|$)/.test(rest)) return tree(bucket, rest, query);
  return { status: 404, answer: { error: 'Not found' } };
}

function create(repos: HubRepos, id: string, there: DoubleRepo | undefined, body: string): Answer {
  const url = `https://huggingface.co/buckets/${id}`;
  if (there) return { status: 409, answer: { error: 'Bucket already exists', url, id: ID } };
  const asked = Created.parse(JSON.parse(body));
  Object.assign(repos.add('bucket', id), { visibility: asked.private ? 'private' : 'public' });
  return { status: 200, answer: { url, name: id, id: ID } };
}

function configure(bucket: DoubleRepo, body: string): Answer {
  const asked = Settings.safeParse(JSON.parse(body));
  if (!asked.success) return { status: 400, answer: { error: asked.error.message } };
  if (asked.data.private !== undefined) bucket.visibility = asked.data.private ? 'private' : 'public';
  return { status: 200, answer: { private: bucket.visibility === 'private', cdnRegions: [] } };
}

/** Lines of JSON: files that are in the storage already get a path, and others lose theirs. */
function batch(repos: HubRepos, bucket: DoubleRepo, body: string): Answer {
  const lines = body.split('\n').map((line) => BatchLine.parse(JSON.parse(line)));
  const failed: { path: string; error: string }[] = [];
  for (const line of lines) {
    if (line.type === 'deleteFile') {
      bucket.files.delete(line.path);
      continue;
    }
    const bytes = repos.xet.files.get(line.xetHash);
    if (bytes === undefined) failed.push({ path: line.path, error: 'Xet hash not found' });
    else bucket.files.set(line.path, bytes);
  }
  const succeeded = lines.length - failed.length;
  const answer = { success: failed.length === 0, processed: lines.length, succeeded, failed };
  return { status: failed.length === 0 ? 200 : 422, answer };
}

function pathsInfo(bucket: DoubleRepo, body: string): Answer {
  const { paths } = z.looseObject({ paths: z.array(z.string()) }).parse(JSON.parse(body));
  const answer = paths.flatMap((path) => {
    const bytes = bucket.files.get(path);
    return bytes === undefined ? [] : [fileOf(path, bytes)];
  });
  return { status: 200, answer };
}

function tree(bucket: DoubleRepo, rest: string, query: URLSearchParams): Answer {
  const path = decodeURIComponent(rest.slice('/tree/'.length));
  const prefix = path === '' ? '' : `${path}/`;
  const below = [...bucket.files].filter(([name]) => name.startsWith(prefix));
  const isDeep = query.get('recursive') === 'true';
  const names = below.map(([name]) => name.slice(prefix.length));
  const folders = new Set(names.filter((name) => name.includes('/')).map((name) => name.split('/')[0]));
  const files = below.filter(([name]) => isDeep || !name.slice(prefix.length).includes('/'));
  const answer = [
    ...[...folders].map((name) => ({ type: 'directory', path: `${prefix}${name}`, uploadedAt: MADE_AT })),
    ...files.map(([name, bytes]) => fileOf(name, bytes)),
  ];
  return { status: 200, answer };
}

const fileOf = (path: string, bytes: Buffer) => ({
  type: 'file',
  path,
  size: bytes.length,
  xetHash: createHash('sha256').update(bytes).digest('hex'),
  uploadedAt: new Date().toISOString(),
});

const json = ({ id, visibility, files }: DoubleRepo) => ({
  author: id.split('/')[0],
  id,
  private: visibility === 'private',
  createdAt: MADE_AT,
  updatedAt: MADE_AT,
  size: [...files.values()].reduce((sum, bytes) => sum + bytes.length, 0),
  totalFiles: files.size,
  repoType: 'bucket',
  cdnRegions: [],
});

/** What else is said is not looked at, as the Hub's schema allows. */
const Created = z.looseObject({ private: z.boolean().nullish() });
const Settings = z.looseObject({ private: z.boolean().optional(), cdnRegions: z.array(z.unknown()) });

const BatchLine = z.discriminatedUnion('type', [
  z.object({ type: z.literal('addFile'), path: z.string(), xetHash: z.string() }),
  z.object({ type: z.literal('deleteFile'), path: z.string() }),
]);

const MADE_AT = '2026-01-01T00:00:00.000Z';
const ID = '6500000000000000000000bb';

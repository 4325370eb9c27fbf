import { z } from 'zod';
import type { Answer, HubRequest } from '../route.ts';
import type { DoubleRepo } from './repo.ts';
import type { HubRepos } from './repos.ts';

/** Buckets, as the Hub's API has them: whether one is private is said by `private`, and by nothing else. */
export function routeBuckets(repos: HubRepos, { method, path, body }: HubRequest): Answer {
  const [, id = '', rest = ''] = /^\/api\/buckets\/([^/]+\/[^/]+)(\/.*)?$/.exec(path) ?? [];
  const bucket = repos.find('bucket', id);
  if (method === 'POST' && rest === '') return create(repos, id, bucket, body);
  if (bucket === undefined) return { status: 404, answer: { error: 'Repository not found' } };
  if (method === 'GET' && rest === '') return { status: 200, answer: json(bucket) };
  if (method === 'PUT' && rest === '/settings') return configure(bucket, body);
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

const json = ({ id, visibility }: DoubleRepo) => ({
  author: id.split('/')[0],
  id,
  private: visibility === 'private',
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-01-01T00:00:00.000Z',
  size: 0,
  totalFiles: 0,
  repoType: 'bucket',
  cdnRegions: [],
});

/** What else is said is not looked at, as the Hub's schema allows. */
const Created = z.looseObject({ private: z.boolean().nullish() });
const Settings = z.looseObject({ private: z.boolean().optional(), cdnRegions: z.array(z.unknown()) });

const ID = '6500000000000000000000bb';

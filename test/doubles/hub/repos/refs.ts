import { z } from 'zod';
import type { Answer, HubRequest } from '../route.ts';
import type { DoubleRepo } from './repo.ts';

/** Branches and tags: https://huggingface.co/.well-known/openapi.json. Undefined of another path. */
export function routeRefs(repo: DoubleRepo, rest: string, { method, body }: HubRequest): Answer | undefined {
  if (rest === '/refs') return { status: 200, answer: refsOf(repo) };
  const [, what, name = ''] = /^\/(branch|tag)\/([^/]+)$/.exec(rest) ?? [];
  if (what === undefined) return undefined;
  const names = what === 'branch' ? repo.branches : repo.tagNames;
  const ref = decodeURIComponent(name);
  const made = what === 'tag' && method === 'POST' ? CreateTag.parse(JSON.parse(body)).tag : ref;
  if (method === 'DELETE') {
    if (!names.includes(ref)) return { status: 404, answer: { error: 'Reference does not exist' } };
    names.splice(names.indexOf(ref), 1);
    return { status: 200, answer: {} };
  }
  if (names.includes(made)) return { status: 409, answer: { error: 'Reference already exists' } };
  names.push(made);
  return { status: 200, answer: {} };
}

function refsOf({ branches, tagNames }: DoubleRepo) {
  const ref = (kind: string) => (name: string) => ({ name, ref: `refs/${kind}/${name}`, targetCommit: 'c' });
  return { branches: branches.map(ref('heads')), tags: tagNames.map(ref('tags')), converts: [] };
}

const CreateTag = z.strictObject({ tag: z.string(), message: z.string().optional() });

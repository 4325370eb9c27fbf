import { z } from 'zod';
import { idOf } from '../people.ts';
import type { Answer, HubRequest } from '../route.ts';
import { routeBuckets } from './buckets.ts';
import { routeCollections } from './collections.ts';
import { commit, history, lfs, preupload } from './commits.ts';
import { routeDiscussions } from './discussions.ts';
import { isRevision, noRevision, tree } from './files.ts';
import { entry, list, listSpaces } from './listing.ts';
import { routeRefs } from './refs.ts';
import type { DoubleRepo, Kind } from './repo.ts';
import type { HubRepos } from './repos.ts';
import { routeSpace, runtimeOf } from './spaces.ts';

/** Answers a request about repositories, Spaces, buckets or collections; undefined where it is about none. */
export async function routeRepos(repos: HubRepos, asked: HubRequest): Promise<Answer | undefined> {
  const { path, query } = asked;
  if (path.endsWith('.git/info/lfs/objects/batch')) return lfs(repos, asked);
  if (path === '/api/repos/delete') return remove(repos, asked);
  if (path === '/api/spaces' && query.has('author') && !query.has('limit')) return listSpaces(repos, query);
  const listed = /^\/api\/(model|dataset|space)s$/.exec(path)?.[1];
  if (listed !== undefined) return list(repos, listed as Kind, query);
  if (path.startsWith('/api/collections')) return routeCollections(repos, asked);
  if (path === '/api/repos/create') return create(repos, asked);
  if (path.startsWith('/api/buckets/')) return routeBuckets(repos, asked);
  const [, kind, id = '', rest = ''] =
    /^\/api\/(model|dataset|space)s\/([^/]+\/[^/]+)(\/.*)?$/.exec(path) ?? [];
  if (kind === undefined) return undefined;
  const repo = repos.find(kind as Kind, id);
  if (repo === undefined) return { status: 404, answer: { error: 'Repository not found' } };
  return routeRepo(repos, repo, rest, asked);
}

/** `rest` is the path below the repository's own. */
async function routeRepo(
  repos: HubRepos,
  repo: DoubleRepo,
  rest: string,
  asked: HubRequest,
): Promise<Answer> {
  const [, revised] = /^\/revision\/([^/]+)$/.exec(rest) ?? [];
  if (revised !== undefined) {
    const isThere = revised === 'HEAD' || isRevision(repo, decodeURIComponent(revised));
    return isThere ? { status: 200, answer: entry(repo) } : noRevision(revised);
  }
  if (rest.startsWith('/tree/')) return tree(repo, rest, asked.query);
  if (/^\/xet-write-token\/[^/]+$/.test(rest))
    return { status: 200, answer: repos.xet.writeToken(repos.hubUrl) };
  if (/^\/preupload\/[^/]+$/.test(rest)) return preupload(repo, asked);
  const [, revision] = /^\/commit\/([^/]+)$/.exec(rest) ?? [];
  if (revision !== undefined) return commit(repos, repo, decodeURIComponent(revision), asked);
  const [, since] = /^\/commits\/(.+)$/.exec(rest) ?? [];
  if (since !== undefined) return history(repo, decodeURIComponent(since), asked.query);
  if (rest === '/settings' && asked.method === 'PUT') return configure(repo, asked);
  const ofRefs = routeRefs(repo, rest, asked);
  if (ofRefs !== undefined) return ofRefs;
  if (rest.startsWith('/discussions')) return routeDiscussions(repo, rest, asked);
  const { kind, id, visibility } = repo;
  if (kind === 'space' && rest !== '') return routeSpace(repos, repo, rest, asked);
  const host = kind === 'space' ? { host: repo.host ?? `${repos.hubUrl}/space-host/${id}` } : {};
  const isPrivate = visibility === 'private';
  // With `expand` it tells of that alone.
  const expanded = asked.query.getAll('expand').filter((field) => field in repo.known);
  if (asked.query.has('expand')) {
    const known = Object.fromEntries(expanded.map((field) => [field, repo.known[field]]));
    return { status: 200, answer: { _id: id, id, ...known } };
  }
  return { status: 200, answer: { id, private: isPrivate, runtime: runtimeOf(repo), ...host } };
}

function create(repos: HubRepos, { body }: HubRequest): Answer {
  const { type, organization, name, visibility, sdk, files } = CreateRepo.parse(JSON.parse(body));
  const id = `${organization}/${name}`;
  const url = `https://huggingface.co/${type === 'model' ? '' : `${type}s/`}${id}`;
  if (repos.find(type, id)) {
    return { status: 409, answer: { error: `You already created this ${type} repo: ${id}`, url } };
  }
  if (type === 'space' && sdk === undefined) return { status: 400, answer: { error: 'sdk is missing' } };
  const stage = sdk === 'docker' ? ('BUILDING' as const) : ('RUNNING' as const);
  const repo = Object.assign(repos.add(type, id), { visibility, sdk, stage });
  for (const file of files) repo.files.set(file.path, Buffer.from(file.content, 'base64'));
  return { status: 200, answer: { url, name: id, id: idOf(id) } };
}

async function remove(repos: HubRepos, { body }: HubRequest): Promise<Answer> {
  const { name, organization, type } = JSON.parse(body) as {
    name: string;
    organization: string;
    type: Kind;
  };
  const id = `${organization}/${name}`;
  const repo = repos.find(type, id);
  if (repo === undefined) return { status: 404, answer: { error: 'Repository not found' } };
  await repos.host.stop(id);
  repos.all.splice(repos.all.indexOf(repo), 1);
  return { status: 200, answer: {} };
}

/** Who may see a repository, and whether they have to ask. */
function configure(repo: DoubleRepo, { body }: HubRequest): Answer {
  const { private: isPrivate, gated } = Settings.parse(JSON.parse(body));
  if (isPrivate !== undefined) repo.visibility = isPrivate ? 'private' : 'public';
  if (gated !== undefined) repo.gated = gated;
  return { status: 200, answer: {} };
}

const CreateRepo = z.looseObject({
  name: z.string(),
  organization: z.string(),
  type: z.enum(['model', 'dataset', 'space']).default('model'),
  visibility: z.string().default('public'),
  sdk: z.string().optional(),
  files: z
    .array(z.object({ path: z.string(), content: z.string(), encoding: z.literal('base64') }))
    .default([]),
});

const Settings = z.strictObject({
  private: z.boolean().optional(),
  gated: z.union([z.enum(['auto', 'manual']), z.literal(false)]).optional(),
});

import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { z } from 'zod';
import { sendJson, sleep } from './http.ts';
import { SpaceHost } from './space-host.ts';

type Kind = 'model' | 'dataset' | 'space' | 'bucket';

/** A repository or bucket. Spaces have variables and mounted volumes besides. */
export type DoubleRepo = {
  kind: Kind;
  id: string;
  visibility: string;
  sdk: string | undefined;
  files: Map<string, Buffer>;
  tags: string[];
  variables: Map<string, string>;
  volumes: Record<string, unknown>[];
  secrets: Map<string, string>;
  /** Where a Docker Space is: it is built once its secrets are set. */
  stage: 'BUILDING' | 'RUNNING' | 'SLEEPING' | 'PAUSED' | 'BUILD_ERROR';
  hardware: string;
  sleepTimeSeconds: number | undefined;
  /** Where it is said to answer, instead of where it does. */
  host: string | undefined;
  branches: string[];
  tagNames: string[];
  /** Pull requests by number, from 1 on. */
  pulls: DoublePull[];
  gated: 'auto' | 'manual' | false;
};

type DoublePull = {
  title: string;
  status: 'draft' | 'open' | 'closed' | 'merged';
  comments: { author: string; text: string }[];
};

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

const CommitLine = z.discriminatedUnion('key', [
  z.object({ key: z.literal('header'), value: z.looseObject({ summary: z.string() }) }),
  z.object({
    key: z.literal('file'),
    value: z.object({ path: z.string(), content: z.string(), encoding: z.literal('base64') }),
  }),
  z.object({
    key: z.literal('lfsFile'),
    value: z.object({ path: z.string(), algo: z.literal('sha256'), oid: z.string(), size: z.number() }),
  }),
  z.object({ key: z.literal('deletedFile'), value: z.object({ path: z.string() }) }),
]);

const CreateCollection = z.strictObject({
  title: z.string().min(1).max(60),
  namespace: z.string(),
  description: z.string().max(150).optional(),
  private: z.boolean().optional(),
});
const AddItem = z.strictObject({
  item: z.strictObject({ type: z.enum(['model', 'dataset', 'space']), id: z.string() }),
});

type Answer = { status: number; answer: unknown };

/**
 * Repositories, Spaces and buckets as the Hub's API has them (https://huggingface.co/.well-known/openapi.json, and the
 * requests of @huggingface/hub). Large files go over LFS, others inline.
 */
export class HubRepos {
  readonly all: DoubleRepo[] = [];
  readonly collections: (z.infer<typeof CreateCollection> & {
    slug: string;
    items: { type: string; id: string }[];
  })[] = [];
  readonly host = new SpaceHost();
  /** What was sent over LFS, by its hash. */
  readonly objects = new Map<string, Buffer>();
  readonly #hubUrl: () => string;

  constructor(hubUrl: () => string) {
    this.#hubUrl = hubUrl;
  }

  find(kind: Kind, id: string): DoubleRepo | undefined {
    return this.all.find((repo) => repo.kind === kind && repo.id === id);
  }

  add(kind: Kind, id: string, files: Readonly<Record<string, string>> = {}): DoubleRepo {
    const repo: DoubleRepo = {
      kind,
      id,
      visibility: 'private',
      tags: [],
      sdk: undefined,
      files: new Map(Object.entries(files).map(([path, text]) => [path, Buffer.from(text)])),
      variables: new Map(),
      volumes: [],
      secrets: new Map(),
      stage: 'RUNNING',
      hardware: 'cpu-basic',
      sleepTimeSeconds: undefined,
      host: undefined,
      branches: ['main'],
      tagNames: [],
      pulls: [],
      gated: false,
    };
    this.all.push(repo);
    return repo;
  }

  /** Puts a Space to sleep, as the Hub does after its time: what was on its disk is gone. */
  async sleep(id: string): Promise<void> {
    const space = this.find('space', id);
    if (space) space.stage = 'SLEEPING';
    await this.host.stop(id);
  }

  /** `PUT` of an LFS object, to an address that is signed by itself; refused where it is not what its name says. */
  keep(oid: string, bytes: Buffer): number {
    if (createHash('sha256').update(bytes).digest('hex') !== oid) return 400;
    this.objects.set(oid, bytes);
    return 200;
  }

  /** Undefined where the path is none of these. */
  async route(
    method: string,
    path: string,
    body: string,
    query = new URLSearchParams(),
  ): Promise<Answer | undefined> {
    if (path.endsWith('.git/info/lfs/objects/batch')) return this.#lfs(LfsBatch.parse(JSON.parse(body)));
    if (path === '/api/repos/delete') return this.#delete(JSON.parse(body));
    if (path === '/api/spaces' && query.has('author') && !query.has('limit')) return this.#listSpaces(query);
    const list = /^\/api\/(model|dataset|space)s$/.exec(path)?.[1];
    if (list !== undefined) return this.#list(list as Kind, query);
    if (path.startsWith('/api/collections')) return this.#routeCollections(method, path, body, query);
    if (path === '/api/repos/create') return this.#create(CreateRepo.parse(JSON.parse(body)));
    const bucket = /^\/api\/buckets\/([^/]+\/[^/]+)$/.exec(path)?.[1];
    if (bucket !== undefined && method === 'POST') return this.#createBucket(bucket, body);
    const [, kind, id = '', rest = ''] =
      /^\/api\/(model|dataset|space)s\/([^/]+\/[^/]+)(\/.*)?$/.exec(path) ?? [];
    if (kind === undefined) return undefined;
    const repo = this.find(kind as Kind, id);
    if (repo === undefined) return { status: 404, answer: { error: 'Repository not found' } };
    if (rest.startsWith('/revision/')) return { status: 200, answer: this.#entry(repo) };
    if (rest.startsWith('/tree/')) return tree(repo, rest, query);
    if (/^\/preupload\//.test(rest)) return preupload(body);
    const [, revision] = /^\/commit\/(.+)$/.exec(rest) ?? [];
    if (revision !== undefined) return commit(repo, body, decodeURIComponent(revision), query, this.objects);
    const ofGit = routeGit(repo, method, rest, body, query);
    if (ofGit !== undefined) return ofGit;
    if (kind === 'space' && rest !== '') return this.#routeSpace(repo, method, rest, body);
    const host = kind === 'space' ? { host: repo.host ?? `${this.#hubUrl()}/space-host/${id}` } : {};
    const isPrivate = repo.visibility === 'private';
    return { status: 200, answer: { id, private: isPrivate, runtime: runtimeOf(repo), ...host } };
  }

  /** The batch API of Git LFS, with its basic transfer: https://github.com/git-lfs/git-lfs/blob/main/docs/api/batch.md. */
  #lfs({ objects }: z.infer<typeof LfsBatch>): Answer {
    const wanted = objects.map(({ oid, size }) => ({
      oid,
      size,
      ...(this.objects.has(oid) ? {} : { actions: { upload: { href: `${this.#hubUrl()}/lfs/${oid}` } } }),
    }));
    return { status: 200, answer: { transfer: 'basic', objects: wanted } };
  }

  /** A file's bytes, as `resolve` serves them. False where the path is none of a file. */
  resolve(path: string, response: ServerResponse, range = ''): boolean {
    const [, kind = 'models', id = '', file = ''] =
      /^\/(?:(datasets|spaces)\/)?([^/]+\/[^/]+)\/resolve\/[^/]+\/(.+)$/.exec(path) ?? [];
    if (id === '') return false;
    const repo = this.find(kind.slice(0, -1) as Kind, id);
    const bytes = repo?.files.get(decodeURIComponent(file));
    if (repo === undefined || bytes === undefined) {
      const code = repo === undefined ? 'RepoNotFound' : 'EntryNotFound';
      sendJson(response, 404, { error: code }, { 'x-error-code': code });
      return true;
    }
    const [, from = '0', to = ''] = /^bytes=(\d+)-(\d*)$/.exec(range) ?? [];
    const first = Number(from);
    const last = Math.min(bytes.length - 1, to === '' ? bytes.length - 1 : Number(to));
    response.writeHead(range === '' ? 200 : 206, {
      'content-type': 'application/octet-stream',
      'content-range': `bytes ${first}-${last}/${bytes.length}`,
      etag: `"${createHash('sha1').update(bytes).digest('hex')}"`,
    });
    response.end(bytes.subarray(first, last + 1));
    return true;
  }

  /** `GET` and `POST /api/collections`, and `POST /api/collections/{slug}/items`. */
  #routeCollections(method: string, path: string, body: string, query: URLSearchParams): Answer {
    if (path === '/api/collections' && method === 'GET') {
      const owner = query.get('owner');
      const q = query.get('q') ?? '';
      const found = this.collections.filter(
        ({ namespace, title, description }) => namespace === owner && `${title} ${description}`.includes(q),
      );
      return { status: 200, answer: found.map((item) => ({ ...item, owner: { name: item.namespace } })) };
    }
    if (path === '/api/collections' && method === 'POST') {
      const made = CreateCollection.parse(JSON.parse(body));
      const slug = `${made.namespace}/${made.title.toLowerCase().replace(/\W+/g, '-')}-${this.collections.length + 1}`;
      this.collections.push({ ...made, slug, items: [] });
      return { status: 200, answer: { slug } };
    }
    const [, slug] = /^\/api\/collections\/(.+)\/items$/.exec(path) ?? [];
    const collection = this.collections.find((item) => item.slug === slug);
    if (collection === undefined) return { status: 404, answer: { error: 'Collection not found' } };
    const { item } = AddItem.parse(JSON.parse(body));
    const kind = item.type === 'space' ? 'space' : item.type;
    if (this.find(kind, item.id) === undefined) return { status: 404, answer: { error: 'Item not found' } };
    if (collection.items.some(({ id, type }) => id === item.id && type === item.type)) {
      return { status: 409, answer: { error: 'Item already in collection' } };
    }
    collection.items.push(item);
    return { status: 200, answer: {} };
  }

  #create({ type, organization, name, visibility, sdk, files }: z.infer<typeof CreateRepo>): Answer {
    const id = `${organization}/${name}`;
    if (this.find(type, id)) {
      return { status: 409, answer: { error: `You already created this ${type} repo: ${id}` } };
    }
    if (type === 'space' && sdk === undefined) return { status: 400, answer: { error: 'sdk is missing' } };
    const stage = sdk === 'docker' ? ('BUILDING' as const) : ('RUNNING' as const);
    const repo = Object.assign(this.add(type, id), { visibility, sdk, stage });
    for (const file of files) repo.files.set(file.path, Buffer.from(file.content, 'base64'));
    return { status: 200, answer: { url: `https://huggingface.co/${type}s/${id}`, id } };
  }

  async #delete({
    name,
    organization,
    type,
  }: {
    name: string;
    organization: string;
    type: Kind;
  }): Promise<Answer> {
    const id = `${organization}/${name}`;
    const repo = this.find(type, id);
    if (repo === undefined) return { status: 404, answer: { error: 'Repository not found' } };
    await this.host.stop(id);
    this.all.splice(this.all.indexOf(repo), 1);
    return { status: 200, answer: {} };
  }

  /** https://huggingface.co/docs/hub/api: a search by words of the name, owner and tags. */
  #list(kind: Kind, query: URLSearchParams): Answer {
    const words = (query.get('search') ?? '').toLowerCase();
    const found = this.all.filter(
      (repo) =>
        repo.kind === kind &&
        repo.id.toLowerCase().includes(words) &&
        (query.get('author') === null || repo.id.startsWith(`${query.get('author')}/`)) &&
        query.getAll('filter').every((tag) => repo.tags.includes(tag)),
    );
    const answer = found.slice(0, Number(query.get('limit') ?? 500)).map((repo) => this.#entry(repo));
    return { status: 200, answer };
  }

  #entry({ kind, id, visibility, sdk, tags, files }: DoubleRepo): Record<string, unknown> {
    return {
      _id: id,
      id,
      ...(kind === 'model' ? { pipeline_tag: tags[0] } : {}),
      ...(kind === 'space' ? { sdk } : { downloads: 1_234, gated: false }),
      likes: 56,
      private: visibility === 'private',
      lastModified: '2026-11-01T12:00:00.000Z',
      tags,
      siblings: [...files.keys()].map((rfilename) => ({ rfilename })),
    };
  }

  #listSpaces(query: URLSearchParams): Answer {
    const spaces = this.all.filter(
      ({ kind, id }) =>
        kind === 'space' &&
        id.startsWith(`${query.get('author')}/`) &&
        id.includes(query.get('search') ?? ''),
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

  async #routeSpace(repo: DoubleRepo, method: string, rest: string, body: string): Promise<Answer> {
    if (rest === '/jwt') return { status: 200, answer: { token: SpaceHost.passFor(repo.id) } };
    const ways = ['/secrets', '/restart', '/hardware'];
    if (!ways.includes(rest) || method !== 'POST') return routeSpace(repo, method, rest, body);
    if (rest === '/secrets') {
      const { key, value } = JSON.parse(body) as { key: string; value: string };
      repo.secrets.set(key, value);
    }
    if (rest === '/hardware') {
      const wanted = JSON.parse(body) as { flavor: string; sleepTimeSeconds?: number };
      Object.assign(repo, { hardware: wanted.flavor, sleepTimeSeconds: wanted.sleepTimeSeconds });
    }
    if (repo.stage !== 'BUILD_ERROR') repo.stage = 'BUILDING';
    void this.#build(repo);
    return { status: 200, answer: runtimeOf(repo) };
  }

  /** A short while, as if an image were built. */
  async #build(repo: DoubleRepo): Promise<void> {
    await sleep(50);
    if (repo.stage !== 'BUILDING') return;
    await this.host.start(repo);
    repo.stage = 'RUNNING';
  }

  #createBucket(id: string, body: string): Answer {
    if (this.find('bucket', id)) return { status: 409, answer: { error: 'Bucket already exists' } };
    const { visibility = 'public' } = JSON.parse(body) as { visibility?: string };
    Object.assign(this.add('bucket', id), { visibility });
    return { status: 200, answer: { url: `https://huggingface.co/buckets/${id}`, id } };
  }
}

const runtimeOf = ({ kind, stage, hardware, volumes }: DoubleRepo) =>
  kind === 'space' ? { stage, hardware: { current: hardware, requested: hardware }, volumes } : undefined;

function routeSpace(repo: DoubleRepo, method: string, rest: string, body: string): Answer {
  if (rest === '/volumes' && method === 'PUT') {
    repo.volumes = (JSON.parse(body) as { volumes: Record<string, unknown>[] }).volumes;
    return { status: 200, answer: runtimeOf(repo) };
  }
  if (rest !== '/variables') return { status: 404, answer: { error: 'Not found' } };
  if (method === 'POST') {
    const { key, value } = JSON.parse(body) as { key: string; value: string };
    repo.variables.set(key, value);
  }
  const variables = [...repo.variables].map(([key, value]) => [key, { key, value }]);
  return { status: 200, answer: Object.fromEntries(variables) };
}

/** The Hub takes files up to 10 MB inline: https://huggingface.co/docs/hub/repositories-recommendations. */
const INLINE_BYTES = 10_000_000;

function preupload(body: string): Answer {
  const { files } = JSON.parse(body) as { files: { path: string; size: number }[] };
  const modes = files.map(({ path, size }) => ({
    path,
    uploadMode: size > INLINE_BYTES ? 'lfs' : 'regular',
    shouldIgnore: false,
  }));
  return { status: 200, answer: { files: modes } };
}

const LfsBatch = z.object({
  operation: z.literal('upload'),
  hash_algo: z.literal('sha_256'),
  objects: z.array(z.object({ oid: z.string(), size: z.number() })),
});

/** `create_pr` leaves the repository as it is, and opens a pull request with the changes. */
function commit(
  repo: DoubleRepo,
  body: string,
  revision: string,
  query: URLSearchParams,
  objects: ReadonlyMap<string, Buffer>,
): Answer {
  if (!repo.branches.includes(revision) && !/^refs\/pr\/\d+$/.test(revision)) {
    return { status: 404, answer: { error: `Invalid rev id: ${revision}` } };
  }
  if (query.get('create_pr') === '1') {
    const [head = ''] = body.split('\n');
    const { value } = JSON.parse(head) as { value: { summary: string } };
    repo.pulls.push({ title: value.summary, status: 'open', comments: [] });
    const pullRequestUrl = `https://huggingface.co/${repo.kind}s/${repo.id}/discussions/${repo.pulls.length}`;
    return {
      status: 200,
      answer: { success: true, commitOid: '0', commitUrl: '', hookOutput: '', pullRequestUrl },
    };
  }
  const lines = body.split('\n').map((line) => CommitLine.parse(JSON.parse(line)));
  for (const { key, value } of lines) {
    if (key === 'lfsFile') {
      const bytes = objects.get(value.oid);
      if (bytes?.length !== value.size)
        return { status: 400, answer: { error: `No LFS object ${value.oid}` } };
      repo.files.set(value.path, bytes);
    }
    if (key === 'file') repo.files.set(value.path, Buffer.from(value.content, 'base64'));
    if (key === 'deletedFile') repo.files.delete(value.path);
  }
  const oid = createHash('sha1').update(body).digest('hex');
  const commitUrl = `https://huggingface.co/${repo.kind}s/${repo.id}/commit/${oid}`;
  return { status: 200, answer: { success: true, commitOid: oid, commitUrl, hookOutput: '' } };
}

/** `GET /api/{kind}s/{id}/tree/{revision}/{path}`: what is in a folder, or in all below it. */
function tree(repo: DoubleRepo, rest: string, query: URLSearchParams): Answer {
  const [, path = ''] = /^\/tree\/[^/]+\/?(.*)$/.exec(rest) ?? [];
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

const CreateTag = z.strictObject({ tag: z.string(), message: z.string().optional() });
const OpenDiscussion = z.strictObject({
  title: z.string().min(3),
  description: z.string(),
  pullRequest: z.boolean(),
});
const SetStatus = z.strictObject({ status: z.enum(['open', 'closed']), comment: z.string().optional() });
const Settings = z.strictObject({
  private: z.boolean().optional(),
  gated: z.union([z.enum(['auto', 'manual']), z.literal(false)]).optional(),
});

/** Branches, tags, discussions and settings: https://huggingface.co/.well-known/openapi.json. */
function routeGit(
  repo: DoubleRepo,
  method: string,
  rest: string,
  body: string,
  query: URLSearchParams,
): Answer | undefined {
  const done: Answer = { status: 200, answer: {} };
  const conflict: Answer = { status: 409, answer: { error: 'Reference already exists' } };
  if (rest === '/refs') {
    const ref = (kind: string) => (name: string) => ({
      name,
      ref: `refs/${kind}/${name}`,
      targetCommit: 'c',
    });
    return {
      status: 200,
      answer: {
        branches: repo.branches.map(ref('heads')),
        tags: repo.tagNames.map(ref('tags')),
        converts: [],
      },
    };
  }
  if (rest === '/settings' && method === 'PUT') {
    const { private: isPrivate, gated } = Settings.parse(JSON.parse(body));
    if (isPrivate !== undefined) repo.visibility = isPrivate ? 'private' : 'public';
    if (gated !== undefined) repo.gated = gated;
    return done;
  }
  const [, what, name = ''] = /^\/(branch|tag)\/(.+)$/.exec(rest) ?? [];
  if (what !== undefined) {
    const names = what === 'branch' ? repo.branches : repo.tagNames;
    const ref = decodeURIComponent(name);
    const made = what === 'tag' && method === 'POST' ? CreateTag.parse(JSON.parse(body)).tag : ref;
    if (method === 'DELETE') {
      if (!names.includes(ref)) return { status: 404, answer: { error: 'Reference does not exist' } };
      names.splice(names.indexOf(ref), 1);
      return done;
    }
    if (names.includes(made)) return conflict;
    names.push(made);
    return done;
  }
  return rest.startsWith('/discussions') ? routeDiscussions(repo, method, rest, body, query) : undefined;
}

function routeDiscussions(
  repo: DoubleRepo,
  method: string,
  rest: string,
  body: string,
  query: URLSearchParams,
): Answer {
  const raw = ({ title, status }: DoublePull, i: number) => ({
    num: i + 1,
    title,
    status,
    isPullRequest: true,
    author: { name: 'ada' },
    createdAt: '2026-11-01T12:00:00.000Z',
  });
  if (rest === '/discussions' && method === 'POST') {
    const { title, description } = OpenDiscussion.parse(JSON.parse(body));
    repo.pulls.push({ title, status: 'draft', comments: [{ author: 'ada', text: description }] });
    return { status: 200, answer: { num: repo.pulls.length, pullRequest: true } };
  }
  if (rest === '/discussions') {
    const wanted = query.get('status') ?? 'all';
    const all = repo.pulls
      .map(raw)
      .filter(
        ({ status }) =>
          wanted === 'all' || (status === 'closed' || status === 'merged' ? 'closed' : 'open') === wanted,
      );
    return { status: 200, answer: { discussions: all, count: all.length, start: 0 } };
  }
  const [, number = '', action] = /^\/discussions\/(\d+)(?:\/(\w+))?$/.exec(rest) ?? [];
  const pull = repo.pulls[Number(number) - 1];
  if (pull === undefined) return { status: 404, answer: { error: 'Discussion not found' } };
  const { comment } = method === 'POST' ? (JSON.parse(body) as { comment?: string }) : {};
  if (comment) pull.comments.push({ author: 'ml-intern', text: comment });
  switch (action) {
    case undefined: {
      const events = pull.comments.map(({ author, text }) => ({
        id: 'e',
        type: 'comment',
        author: { name: author },
        data: { latest: { raw: text } },
      }));
      return { status: 200, answer: { ...raw(pull, Number(number) - 1), events } };
    }
    case 'comment':
      return { status: 200, answer: {} };
    case 'status':
      pull.status = SetStatus.parse(JSON.parse(body)).status;
      return { status: 200, answer: {} };
    case 'merge':
      if (pull.status === 'closed') return { status: 409, answer: { error: 'Pull request is closed' } };
      pull.status = 'merged';
      return { status: 200, answer: {} };
    default:
      return { status: 404, answer: { error: 'Not found' } };
  }
}

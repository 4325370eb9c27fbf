import { z } from 'zod';
import { idOf, personOf } from '../people.ts';
import type { Answer, HubRequest } from '../route.ts';
import type { Collection, DoubleRepo } from './repo.ts';
import type { HubRepos } from './repos.ts';

/** `GET` and `POST /api/collections`, and `POST /api/collections/{slug}/items`. */
export function routeCollections(repos: HubRepos, { method, path, body, query }: HubRequest): Answer {
  if (path === '/api/collections' && method === 'GET') {
    const owner = query.get('owner');
    const q = query.get('q') ?? '';
    const found = repos.collections.filter(
      ({ namespace, title, description }) => namespace === owner && `${title} ${description}`.includes(q),
    );
    return { status: 200, answer: found.map((item) => inSearch(shown(repos, item))) };
  }
  if (path === '/api/collections' && method === 'POST') {
    const made = CreateCollection.parse(JSON.parse(body));
    const slug = `${made.namespace}/${made.title.toLowerCase().replace(/\W+/g, '-')}-${repos.collections.length + 1}`;
    const collection = { ...made, slug, items: [] };
    repos.collections.push(collection);
    return { status: 200, answer: shown(repos, collection) };
  }
  const [, slug] = /^\/api\/collections\/(.+)\/items$/.exec(path) ?? [];
  const collection = repos.collections.find((item) => item.slug === slug);
  if (collection === undefined) return { status: 404, answer: { error: 'Collection not found' } };
  const { item } = AddItem.parse(JSON.parse(body));
  const kind = item.type === 'space' ? 'space' : item.type;
  if (repos.find(kind, item.id) === undefined) return { status: 404, answer: { error: 'Item not found' } };
  if (collection.items.some(({ id, type }) => id === item.id && type === item.type)) {
    return { status: 409, answer: { error: 'Item already in collection' } };
  }
  collection.items.push(item);
  return { status: 200, answer: shown(repos, collection) };
}

function shown(repos: HubRepos, { namespace, ...collection }: Collection): Record<string, unknown> {
  const { slug, title, description, private: isPrivate = false } = collection;
  return {
    slug,
    title,
    ...(description === undefined ? {} : { description }),
    lastUpdated: AT,
    gating: false,
    owner: personOf(namespace),
    position: 0,
    theme: 'blue',
    private: isPrivate,
    upvotes: 0,
    shareUrl: `https://hf.co/collections/${slug}`,
    isUpvotedByUser: false,
    items: collection.items.flatMap((item, position) => {
      const repo = repos.all.find(({ kind, id }) => kind === item.type && id === item.id);
      return repo === undefined ? [] : [{ _id: idOf(item.id), position, type: item.type, ...inList(repo) }];
    }),
  };
}

/** Where several are listed, less is told of each. */
function inSearch({ position: _position, shareUrl: _url, ...collection }: Record<string, unknown>) {
  return collection;
}

/** A repository as a collection lists it. */
function inList({ kind, id, visibility, gated, sdk, stage, hardware }: DoubleRepo): Record<string, unknown> {
  const common = {
    author: id.split('/')[0],
    id,
    isLikedByUser: false,
    lastModified: AT,
    likes: 0,
    private: visibility === 'private',
    repoType: kind,
  };
  if (kind !== 'space') {
    const providers = kind === 'model' ? { availableInferenceProviders: [] } : {};
    return { ...common, ...providers, downloads: 0, gated };
  }
  const runtime = { stage, hardware: { current: hardware, requested: hardware } };
  const look = { colorFrom: 'blue', colorTo: 'green', emoji: '📈', pinned: false, createdAt: AT };
  return { ...common, ...look, title: id, ...(sdk ? { sdk } : {}), runtime };
}

const AT = '2026-11-01T12:00:00.000Z';

const CreateCollection = z.strictObject({
  title: z.string().min(1).max(60),
  namespace: z.string(),
  description: z.string().max(150).optional(),
  private: z.boolean().optional(),
});
const AddItem = z.strictObject({
  item: z.strictObject({ type: z.enum(['model', 'dataset', 'space']), id: z.string() }),
});

import { z } from 'zod';
import type { Answer, HubRequest } from '../route.ts';
import type { HubRepos } from './repos.ts';

/** `GET` and `POST /api/collections`, and `POST /api/collections/{slug}/items`. */
export function routeCollections(repos: HubRepos, { method, path, body, query }: HubRequest): Answer {
  if (path === '/api/collections' && method === 'GET') {
    const owner = query.get('owner');
    const q = query.get('q') ?? '';
    const found = repos.collections.filter(
      ({ namespace, title, description }) => namespace === owner && `${title} ${description}`.includes(q),
    );
    return { status: 200, answer: found.map((item) => ({ ...item, owner: { name: item.namespace } })) };
  }
  if (path === '/api/collections' && method === 'POST') {
    const made = CreateCollection.parse(JSON.parse(body));
    const slug = `${made.namespace}/${made.title.toLowerCase().replace(/\W+/g, '-')}-${repos.collections.length + 1}`;
    repos.collections.push({ ...made, slug, items: [] });
    return { status: 200, answer: { slug } };
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
  return { status: 200, answer: {} };
}

const CreateCollection = z.strictObject({
  title: z.string().min(1).max(60),
  namespace: z.string(),
  description: z.string().max(150).optional(),
  private: z.boolean().optional(),
});
const AddItem = z.strictObject({
  item: z.strictObject({ type: z.enum(['model', 'dataset', 'space']), id: z.string() }),
});

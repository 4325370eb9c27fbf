import { createCollection, HubApiError, listCollections, uploadFiles } from '@huggingface/hub';
import { wholeBeginning } from '../lib/cut.ts';
import { messageOf } from '../lib/errors.ts';
import { accessTo, accountName } from './access.ts';
import { withProvenance } from './card.ts';
import { paged } from './pages.ts';
import type { RepoKind } from './paths.ts';
import { readRepoFile } from './read-file.ts';
import { repositoryOf } from './repo-addresses.ts';
import { isPassing, unlessThere, withRetries } from './retry.ts';
import type { HubToken } from './token.ts';

/** `items` are the addresses that are in it, or never can be. */
type Collection = { slug: string; url: string; items: string[] };

/** Keeps together what a session made on the Hub. */
export type Artifacts = {
  /**
   * Puts repositories into the session's collection, which is made, private, where there is none; their cards
   * get the tag by which all that is made here is found. What is there already stays as it is. `problems`
   * tell what could not be done; what may succeed another time is missing from the collection's items. Throws
   * where `signal` aborts.
   */
  collect(
    session: { id: string; title: string; collection: Collection | undefined },
    urls: readonly string[],
    signal: AbortSignal,
  ): Promise<{ collection: Collection | undefined; problems: string[] }>;
};

const TITLE = 60;
const CARD_BYTES = 400_000;

export function createArtifacts(hubUrl: string, token: HubToken): Artifacts {
  const hub: Hub = { hubUrl, token, access: accessTo(hubUrl, token, 30_000) };
  return { collect: (session, urls, signal) => collect(hub, session, urls, signal) };
}

type Hub = { hubUrl: string; token: HubToken; access: ReturnType<typeof accessTo> };

async function collect(
  hub: Hub,
  { id, title, collection }: Parameters<Artifacts['collect']>[0],
  urls: readonly string[],
  signal: AbortSignal,
): ReturnType<Artifacts['collect']> {
  const problems: string[] = [];
  function note(what: string, error: unknown) {
    signal.throwIfAborted();
    problems.push(`${what}: ${messageOf(error)}`);
  }
  if (urls.every((url) => repositoryOf(url, hub.hubUrl) === undefined)) return { collection, problems };
  let kept: Collection;
  try {
    kept = collection ?? (await open(hub, { id, title }, signal));
  } catch (error) {
    note('the collection', error);
    return { collection, problems };
  }
  const items = [...kept.items];
  for (const url of urls) {
    try {
      await put(hub, kept.slug, url, id, signal);
    } catch (error) {
      note(url, error);
      if (isPassing(error)) continue; // another time
    }
    items.push(url);
  }
  return { collection: { ...kept, items }, problems };
}

async function open(
  hub: Hub,
  { id, title }: { id: string; title: string },
  signal: AbortSignal,
): Promise<Collection> {
  const namespace = await withRetries(() => accountName(hub.access(signal)), signal);
  const description = `Made in a chat thread with ML Intern (session ${id})`;
  const { slug } =
    (await made(hub, namespace, id, description, signal)) ??
    (await createCollection({
      ...hub.access(signal),
      collection: {
        title: wholeBeginning(title, TITLE) || 'ML Intern',
        namespace,
        description,
        private: true,
      },
    }));
  return { slug, url: `${hub.hubUrl}/collections/${slug}`, items: [] };
}

/** The session's collection, where a process made it and died before it was noted. */
async function made(
  { access }: Hub,
  namespace: string,
  id: string,
  description: string,
  signal: AbortSignal,
) {
  const search = { owner: [namespace], q: id };
  for await (const found of listCollections({ ...paged(access(signal)), search, limit: 10 })) {
    if (found.description === description) return found;
  }
  return undefined;
}

/**
 * @huggingface/hub has no call for it: https://huggingface.co/.well-known/openapi.json, "Add item to
 * collection".
 */
async function add(
  { hubUrl, token, access }: Hub,
  slug: string,
  item: { type: RepoKind; id: string },
  signal: AbortSignal,
): Promise<void> {
  const url = `${hubUrl}/api/collections/${slug}/items`;
  const response = await access(signal).fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ item }),
    redirect: 'error',
  });
  await response.body?.cancel();
  const { ok, status } = response;
  if (!ok) throw new HubApiError(url, status, undefined, `it could not be added (status ${status})`);
}

/** Says on its card where a repository was made. A card that can't be read is left alone. */
async function tag(
  { access }: Hub,
  at: { kind: RepoKind; id: string },
  sessionId: string,
  signal: AbortSignal,
): Promise<void> {
  const repo = { type: at.kind, name: at.id };
  const path = 'README.md';
  const file = await withRetries(() => readRepoFile(access(signal), { ...at, path }, CARD_BYTES), signal);
  if (file !== undefined && file.size > CARD_BYTES) return;
  const card = file?.bytes.toString('utf8') ?? '';
  const tagged = withProvenance(card, sessionId);
  if (tagged === card) return;
  const files = [{ path, content: new Blob([tagged]) }];
  const commitTitle = PROVENANCE_COMMIT;
  await withRetries(() => uploadFiles({ ...access(signal), repo, files, commitTitle }), signal);
}

async function put(
  hub: Hub,
  slug: string,
  url: string,
  sessionId: string,
  signal: AbortSignal,
): Promise<void> {
  const at = repositoryOf(url, hub.hubUrl);
  if (at === undefined) return;
  await withRetries(() => unlessThere(() => add(hub, slug, { type: at.kind, id: at.id }, signal)), signal);
  if (at.kind !== 'space') await tag(hub, at, sessionId, signal);
}

/** The commit by which a card says it: no job's. */
export const PROVENANCE_COMMIT = 'Say where this was made';

import { createCollection } from '@huggingface/hub';
import { accessTo, accountName } from './access.ts';
import { patiently } from './patience.ts';
import type { RepoWrites } from './repo-writes.ts';
import type { HubRepos, RepoKind } from './repos.ts';

type Collection = { slug: string; url: string };

/** Keeps together what a session made on the Hub. Throws where the Hub can't be asked, or refuses. */
export type Artifacts = {
  /**
   * Puts repositories into the session's collection, which is made, private, where there is none; their cards get the
   * tag by which all that is made here is found. What is there already stays as it is.
   */
  gather(
    session: { id: string; title: string; collection: Collection | undefined },
    urls: readonly string[],
    signal: AbortSignal,
  ): Promise<Collection | undefined>;
};

type Parts = {
  hubUrl: string;
  token: string;
  repos: Pick<HubRepos, 'read'>;
  writes: Pick<RepoWrites, 'upload'>;
};

const TITLE = 60;
const CARD_BYTES = 400_000;

export function createArtifacts({ hubUrl, token, repos, writes }: Parts): Artifacts {
  const access = accessTo(hubUrl, token, 30_000);

  async function open(
    { id, title }: { id: string; title: string },
    signal: AbortSignal,
  ): Promise<Collection> {
    const namespace = await patiently(() => accountName(access(signal)), signal);
    const { slug } = await createCollection({
      ...access(signal),
      collection: {
        title: title.slice(0, TITLE) || 'ML Intern',
        namespace,
        description: `Made in a chat thread with ML Intern (session ${id})`,
        private: true,
      },
    });
    return { slug, url: `${hubUrl}/collections/${slug}` };
  }

  /** @huggingface/hub has no call for it: https://huggingface.co/.well-known/openapi.json, "Add item to collection". */
  async function add(slug: string, item: { type: RepoKind; id: string }, signal: AbortSignal): Promise<void> {
    const response = await access(signal).fetch(`${hubUrl}/api/collections/${slug}/items`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ item }),
      redirect: 'error',
    });
    await response.body?.cancel();
    const isThere = response.status === 409;
    if (!response.ok && !isThere)
      throw new Error(`${item.id} could not be added (status ${response.status})`);
  }

  async function tag(
    at: { kind: RepoKind; id: string },
    sessionId: string,
    signal: AbortSignal,
  ): Promise<void> {
    const card = await repos.read({ ...at, path: 'README.md' }, CARD_BYTES, signal);
    const text = card.ok ? card.value.bytes.toString('utf8') : '';
    const tagged = withProvenance(text, sessionId);
    if (tagged === text || (card.ok && card.value.bytes.length < card.value.size)) return;
    const how = { asPullRequest: false, message: 'Say where this was made' };
    await writes.upload(at, [{ path: 'README.md', content: new Blob([tagged]) }], how, signal);
  }

  return {
    async gather({ id, title, collection }, urls, signal) {
      const found = urls.flatMap((url) => repositoryOf(url, hubUrl) ?? []);
      if (found.length === 0) return collection;
      const kept = collection ?? (await open({ id, title }, signal));
      for (const { kind, id: name } of found) {
        await add(kept.slug, { type: kind, id: name }, signal);
        if (kind !== 'space') await tag({ kind, id: name }, id, signal);
      }
      return kept;
    },
  };
}

/** The repository that an address of the Hub is of. */
export function repositoryOf(url: string, hubUrl: string): { kind: RepoKind; id: string } | undefined {
  const { host, pathname } = URL.parse(url) ?? {};
  if (host !== new URL(hubUrl).host && host !== 'huggingface.co' && host !== 'hf.co') return undefined;
  const [, kind = 'models', id] = /^\/(?:(datasets|spaces)\/)?([\w.-]+\/[\w.-]+)/.exec(pathname ?? '') ?? [];
  const isOther = /^(docs|collections|papers|jobs|api|blog|settings|organizations|models|buckets)\//.test(
    id ?? '',
  );
  return id === undefined || isOther ? undefined : { kind: kind.slice(0, -1) as RepoKind, id };
}

/** By this tag everything is found that was made here. */
const TAG = 'ml-intern';

/** A card with the tag and a line on where the repository comes from; the same text where both are there. */
export function withProvenance(card: string, sessionId: string): string {
  const line = provenance(sessionId);
  const [whole = '', head = ''] = /^---\r?\n([\s\S]*?)\r?\n---[ \t]*(?:\r?\n|$)/.exec(card) ?? [];
  const body = card.slice(whole.length);
  const isTagged = new RegExp(`^(?:\\s*-\\s*|tags:.*[[,\\s"'])${TAG}\\b`, 'm').test(head);
  const tagged = isTagged ? head : tagsWith(head);
  const isTold = /\bML Intern \(session/.test(body);
  if (isTagged && isTold) return card;
  const text = isTold ? body : `${[body.trimEnd(), line].filter((part) => part !== '').join('\n\n')}\n`;
  return `---\n${tagged}\n---\n${text.startsWith('\n') ? '' : '\n'}${text}`;
}

function tagsWith(head: string): string {
  if (/^tags:[ \t]*\[/m.test(head)) return head.replace(/^tags:[ \t]*\[/m, `tags: [${TAG}, `);
  if (/^tags:[ \t]*$/m.test(head)) return head.replace(/^tags:[ \t]*$/m, `tags:\n- ${TAG}`);
  return [head, 'tags:', `- ${TAG}`].filter((part) => part !== '').join('\n');
}

const provenance = (sessionId: string): string =>
  `Made in a chat thread with ML Intern (session \`${sessionId}\`).`;

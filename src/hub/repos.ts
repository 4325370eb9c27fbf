import {
  datasetInfo,
  HubApiError,
  listDatasets,
  listFiles,
  listModels,
  listSpaces,
  modelInfo,
  spaceInfo,
} from '@huggingface/hub';
import { boundedFetch } from '../lib/bounded-fetch.ts';
import { messageOf } from '../lib/errors.ts';
import { accessTo } from './access.ts';
import type { Looked } from './datasets.ts';
import { ModelMetadata } from './model-facts.ts';
import type { IsOwnRepository } from './own-repositories.ts';
import { paged } from './pages.ts';
import { NoSuchName, part, partsOf, type RepoKind } from './paths.ts';
import { type FilePlace, type FileRead, readRepoFile, refusalOf } from './read-file.ts';
import { adviceFor, refusalIn, refusedText } from './refusals.ts';
import { withRetries } from './retry.ts';
import type { HubToken } from './token.ts';

/** A repository in a list. */
export type RepoEntry = {
  id: string;
  likes: number;
  downloads: number | undefined;
  updatedAt: Date;
  /** The task of a model, the SDK of a Space. */
  about: string | undefined;
  isPrivate: boolean;
  /** How access to it is given: to whoever asks, or to whom its owners let in. */
  gated: 'auto' | 'manual' | undefined;
};

type RepoSearch = {
  query?: string | undefined;
  owner?: string | undefined;
  tags?: string[] | undefined;
  sort: 'downloads' | 'likes' | 'lastModified' | 'trendingScore';
  limit: number;
};

type RepoFile = { path: string; size: number; isFolder: boolean };

/** Repositories of the Hub, for reading. */
export type HubRepos = {
  search(kind: RepoKind, asked: RepoSearch, signal: AbortSignal): Promise<Looked<RepoEntry[]>>;
  details(kind: RepoKind, id: string, signal: AbortSignal): Promise<Looked<RepoEntry & { tags: string[] }>>;
  /** What the Hub itself knows of a model's weights, configuration and card. */
  model(id: string, signal: AbortSignal): Promise<Looked<ModelMetadata>>;
  /** Files and folders below a path, at most `limit`; `hasMore` where there are others. */
  files(
    at: {
      kind: RepoKind;
      id: string;
      revision?: string | undefined;
      path?: string | undefined;
      recursive: boolean;
    },
    limit: number,
    signal: AbortSignal,
  ): Promise<Looked<{ files: RepoFile[]; hasMore: boolean }>>;
  /** The bytes of a file from a place on, never more than `maxBytes`, and its whole size. */
  read(at: FilePlace, maxBytes: number, signal: AbortSignal): Promise<Looked<FileRead>>;
};

/**
 * A file is read in parts, and the pieces that it is stored in (https://huggingface.co/docs/hub/xet) have up
 * to 64 MB. It is not read as JSON here.
 */
const FILES = { bytes: 80_000_000, values: Infinity };

/** What is asked for of a model: https://huggingface.co/docs/hub/api#get-apimodelsrepoid */
const EXPANDED = ['safetensors', 'gguf', 'config', 'cardData', 'library_name'] as const;

/** Answers a model that has read the tags: of many of them, only the first. */
const TAGS = 60;

export function createHubRepos(hubUrl: string, accessToken: HubToken, isOwn?: IsOwnRepository): HubRepos {
  const access = accessTo(hubUrl, accessToken, 30_000, undefined, isOwn);
  const downloading = accessTo(hubUrl, accessToken, 30_000, boundedFetch(FILES), isOwn);

  return {
    search: (kind, { query, owner, tags, sort, limit }, signal) =>
      looked(signal, async () => {
        const asked = {
          ...paged(access(signal)),
          limit,
          sort,
          search: {
            ...(query ? { query } : {}),
            ...(owner ? { owner } : {}),
            ...(tags && tags.length > 0 ? { tags } : {}),
          },
        };
        return collected(
          kind === 'model' ? models(asked) : kind === 'dataset' ? datasets(asked) : spaces(asked),
        );
      }),
    details: (kind, id, signal) =>
      looked(signal, async () => {
        const asked = { ...access(signal), name: id, additionalFields: ['tags' as const] };
        const found =
          kind === 'model'
            ? await modelInfo(asked).then((model) => ({ ...model, about: model.task }))
            : kind === 'dataset'
              ? await datasetInfo(asked)
              : await spaceInfo(asked).then((space) => ({ ...space, about: space.sdk }));
        return { ...entryOf(found), tags: (found.tags ?? []).slice(0, TAGS) };
      }),
    model: (id, signal) =>
      looked(signal, async () => {
        const query = EXPANDED.map((field) => `expand=${field}`).join('&');
        const response = await access(signal).fetch(`${hubUrl}/api/models/${partsOf(id)}?${query}`, {
          headers: { authorization: `Bearer ${accessToken}` },
        });
        if (!response.ok) throw await refusalOf(response);
        return ModelMetadata.parse(await response.json());
      }),
    files: ({ kind, id, revision, path, recursive }, limit, signal) =>
      looked(signal, async () => {
        const found: RepoFile[] = [];
        const asked = { ...paged(access(signal)), repo: { type: kind, name: id }, recursive };
        const all = listFiles({ ...asked, ...encoded({ revision, path }) });
        for await (const file of all) {
          if (found.length >= limit) return { files: found, hasMore: true }; // a repository may have 100,000
          found.push({ path: file.path, size: file.size, isFolder: file.type === 'directory' });
        }
        return { files: found, hasMore: false };
      }),
    read: (at, maxBytes, signal) =>
      looked(signal, async () => {
        const file = await readRepoFile(downloading(signal), at, maxBytes);
        if (file === undefined) throw new NotThere(`There is no ${at.path} in ${at.id}.`);
        return file;
      }),
  };
}

class NotThere extends Error {}

/** `listFiles` puts both into its address as they are. */
export const encoded = (at: { revision?: string | undefined; path?: string | undefined }) => ({
  ...(at.revision ? { revision: part(at.revision) } : {}),
  ...(at.path ? { path: partsOf(at.path.replace(/\/$/, '')) } : {}),
});

type Found = {
  name: string;
  likes: number;
  downloads?: number;
  updatedAt: Date;
  private: boolean;
  gated?: false | 'auto' | 'manual';
  about?: string | undefined;
};

const entryOf = (found: Found): RepoEntry => ({
  id: found.name,
  likes: found.likes,
  downloads: found.downloads,
  updatedAt: found.updatedAt,
  about: found.about,
  isPrivate: found.private,
  gated: found.gated || undefined,
});

async function* models(asked: Parameters<typeof listModels>[0]): AsyncGenerator<RepoEntry> {
  for await (const found of listModels(asked)) yield entryOf({ ...found, about: found.task });
}

async function* datasets(asked: Parameters<typeof listDatasets>[0]): AsyncGenerator<RepoEntry> {
  for await (const found of listDatasets(asked)) yield entryOf(found);
}

async function* spaces(asked: Parameters<typeof listSpaces>[0]): AsyncGenerator<RepoEntry> {
  for await (const found of listSpaces(asked)) yield entryOf({ ...found, about: found.sdk });
}

async function collected<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

async function looked<T>(signal: AbortSignal, look: () => Promise<T>): Promise<Looked<T>> {
  try {
    return { ok: true, value: await withRetries(look, signal) };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof NotThere || error instanceof NoSuchName) return { ok: false, reason: error.message };
    return { ok: false, reason: reasonOf(error) };
  }
}

function reasonOf(error: unknown): string {
  const refusal = error instanceof HubApiError ? refusalIn(error) : undefined;
  switch (refusal?.status) {
    case 401:
    case 403:
      return adviceFor(refusal) === undefined
        ? `It is private or gated, or does not exist (${refusal.said}): check the name, or ask its owner for access on its page on the Hub.`
        : refusedText(refusal);
    case 404:
      return 'There is no such repository, revision or path. Names are "owner/name"; look for it with hub_search.';
    case 429:
      return 'The Hub limits our requests. Wait a minute before the next look.';
    default:
      return `The Hub could not be asked: ${messageOf(error)}`;
  }
}

import { createHash } from 'node:crypto';
import { XetStore } from '../xet/store.ts';
import type { Collection, DoubleRepo, Kind } from './repo.ts';
import { SpaceHost } from './space-host.ts';

/** Repositories that a test begins with are older than anything that happens in it. */
const MADE_AT = Date.UTC(2024, 0, 1);

/** Writes down a commit to the main branch. */
export function note(repo: DoubleRepo, title: string, user: string, at = Date.now()): string {
  const oid = createHash('sha1')
    .update(JSON.stringify([repo.id, title, at, repo.commits.length]))
    .digest('hex');
  repo.commits.unshift({ oid, title, user, at });
  return oid;
}

/**
 * Repositories, Spaces and buckets as the Hub's API has them
 * (https://huggingface.co/.well-known/openapi.json, and the requests of @huggingface/hub). Large files go
 * over Xet or LFS, others inline; those of buckets over Xet.
 */
export class HubRepos {
  readonly all: DoubleRepo[] = [];
  readonly collections: Collection[] = [];
  readonly host = new SpaceHost();
  /** What was sent as large files, by its hash. */
  readonly objects = new Map<string, Buffer>();
  readonly xet = new XetStore((sha256, bytes) => this.objects.set(sha256, bytes));
  readonly #hubUrl: () => string;

  constructor(hubUrl: () => string) {
    this.#hubUrl = hubUrl;
  }

  /** Hardware that a Space is to be moved to is there once this resolves. */
  hardwareComes: Promise<void> = Promise.resolve();

  /** Old names of repositories, with what they are called now. */
  readonly moved = new Map<string, string>();

  /** Where the Hub leads a request that has an old name in its path: to the same of the new one. */
  movedTo(path: string): string | undefined {
    const [, before = '', id = '', rest = ''] =
      /^(\/(?:api\/)?(?:(?:model|dataset|space)s\/)?)([^/]+\/[^/]+?)((?:\.git)?\/.*)?$/.exec(path) ?? [];
    const now = this.moved.get(id);
    return now === undefined ? undefined : `${before}${now}${rest}`;
  }

  /** Where the Hub answers. */
  get hubUrl(): string {
    return this.#hubUrl();
  }

  find(kind: Kind, id: string): DoubleRepo | undefined {
    return this.all.find((repo) => repo.kind === kind && repo.id === id);
  }

  add(kind: Kind, id: string, files: Readonly<Record<string, string | Buffer>> = {}): DoubleRepo {
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
      requestedHardware: undefined,
      sleepTimeSeconds: undefined,
      host: undefined,
      branches: ['main'],
      tagNames: [],
      pulls: [],
      gated: false,
      isLetIn: true,
      known: {},
      commits: [],
    };
    note(repo, 'initial commit', id.split('/')[0] ?? '', MADE_AT);
    this.all.push(repo);
    return repo;
  }

  /** Somebody commits to a repository, which they make where there is none. */
  push(kind: Kind, id: string, user: string, at = Date.now()): void {
    note(this.find(kind, id) ?? this.add(kind, id), 'Upload folder using huggingface_hub', user, at);
  }

  /** Puts a Space to sleep, as the Hub does after its time: what was on its disk is gone. */
  async sleep(id: string): Promise<void> {
    const space = this.find('space', id);
    if (space) space.stage = 'SLEEPING';
    await this.host.stop(id);
  }

  /**
   * `PUT` of an LFS object, to an address that is signed by itself; refused where it is not what its name
   * says.
   */
  keep(oid: string, bytes: Buffer): number {
    if (createHash('sha256').update(bytes).digest('hex') !== oid) return 400;
    this.objects.set(oid, bytes);
    return 200;
  }
}

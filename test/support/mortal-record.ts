import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openStorage, type Storage, type StorageSettings } from '../../src/db/storage.ts';
import { type Backend, createBackend } from './backends.ts';
import { FAST_FOLDER } from './fast-folder.ts';

/** An embedded record whose process can be killed: what comes next goes on with what was in its files. */
export class MortalRecord {
  readonly #backend: Backend;
  readonly #timed: StorageSettings['timed'];
  /** Where the record is: after each death another copy of it. */
  #directory: string;
  storage: Storage;

  private constructor(backend: Backend, storage: Storage, timed: StorageSettings['timed']) {
    this.#backend = backend;
    this.#directory = backend.settings.dataDir;
    this.storage = storage;
    this.#timed = timed;
  }

  static async create(timed?: StorageSettings['timed']): Promise<MortalRecord> {
    const backend = await createBackend('embedded');
    return new MortalRecord(backend, await opened(backend.settings.dataDir, timed), timed);
  }

  /**
   * What is in the files of the record at this instant: what a kill leaves behind. Nothing that the process
   * has in memory, a transaction under way among it, is there.
   */
  copyAsKilled(): string {
    const copy = mkdtempSync(join(FAST_FOLDER, 'ml-intern-killed-'));
    cpSync(join(this.#directory, 'pg'), join(copy, 'pg'), { recursive: true });
    return copy;
  }

  /** Goes on with a copy, as a process does that was started again; the one before is out of the way. */
  async startAgain(copy: string): Promise<void> {
    const before = { storage: this.storage, directory: this.#directory };
    this.storage = await opened(copy, this.#timed);
    this.#directory = copy;
    await before.storage.close();
    rmSync(before.directory, { recursive: true, force: true });
  }

  async remove(): Promise<void> {
    await this.storage.close();
    rmSync(this.#directory, { recursive: true, force: true });
    await this.#backend.remove();
  }
}

const opened = (embedded: string, timed: StorageSettings['timed']): Promise<Storage> =>
  openStorage({ databaseUrl: undefined, redisUrl: undefined, embedded, ...(timed ? { timed } : {}) });

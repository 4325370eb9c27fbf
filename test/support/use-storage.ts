import { afterAll, beforeAll } from 'vitest';
import type { Storage } from '../../src/db/storage.ts';
import { type Backend, createBackend } from './backends.ts';

/**
 * For a file of tests that share a record: the shared one, which `remember` is handed before the first test.
 */
export function useStorage(remember: (storage: Storage) => void): void {
  let backend: Backend;
  let storage: Storage;
  beforeAll(async () => {
    backend = await createBackend('shared');
    storage = await backend.open();
    remember(storage);
  });
  afterAll(async () => {
    await storage.close();
    await backend.remove();
  });
}

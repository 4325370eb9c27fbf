import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Db } from '../../src/db/database.ts';
import { openStorage } from '../../src/db/storage.ts';
import { FAST_FOLDER } from '../support/fast-folder.ts';
import { type Service, startPostgres, startRedis } from '../support/services.ts';
import type { Fleet, Job } from './fleet.ts';
import { folderGauge, type Gauge, serversGauge } from './measured.ts';

/** Where the bot keeps its record while it is attacked, and what processes it is then. */
export type Place = {
  /** What the bot is told of it. */
  environment: Record<string, string>;
  jobs: readonly Job[];
  /** As many of them as a little work needs. */
  few: readonly Job[];
  services: readonly { name: string; service: Service }[];
  /** How large the record and the queues are. */
  gauge(): Gauge;
  /**
   * Looks into the record. Where it is in the bot's process, that is stopped for it, and started again after.
   */
  read<T>(fleet: Fleet, look: (db: Db) => Promise<T>): Promise<T>;
  close(): void;
};

export async function placeOf(storage: string): Promise<Place> {
  switch (storage) {
    case 'embedded':
      return embedded();
    case 'postgres':
    case 'postgres+redis':
      return servers(storage === 'postgres+redis');
    default:
      throw new Error(`"${storage}" is no storage: embedded, postgres or postgres+redis`);
  }
}

/** The default: nothing is set but the folder, and one process does everything. */
function embedded(): Place {
  const directory = mkdtempSync(join(FAST_FOLDER, 'ml-intern-chaos-'));
  return {
    environment: { DATA_DIR: directory },
    jobs: ['both'],
    few: ['both'],
    services: [],
    gauge: () => folderGauge(directory),
    async read(fleet, look) {
      await fleet.stop();
      const storage = await openStorage({ databaseUrl: undefined, redisUrl: undefined, embedded: directory });
      try {
        return await look(storage.db);
      } finally {
        await storage.close();
        fleet.restart();
      }
    },
    close: () => rmSync(directory, { recursive: true, force: true }),
  };
}

async function servers(hasRedis: boolean): Promise<Place> {
  const [postgres, redis] = await Promise.all([startPostgres(), hasRedis ? startRedis() : undefined]);
  return {
    environment: { DATABASE_URL: postgres.url, ...(redis ? { REDIS_URL: redis.url } : {}) },
    jobs: ['chat', 'worker', 'worker', 'chat', 'worker'],
    few: ['chat', 'worker', 'worker'],
    gauge: () => serversGauge(postgres.url, redis?.url),
    services: [
      { name: 'Postgres', service: postgres },
      ...(redis ? [{ name: 'Redis', service: redis }] : []),
    ],
    async read(_fleet, look) {
      const storage = await openStorage({ databaseUrl: postgres.url, redisUrl: undefined, embedded: '' });
      try {
        return await look(storage.db);
      } finally {
        await storage.close();
      }
    },
    close() {
      postgres.stop();
      redis?.stop();
    },
  };
}

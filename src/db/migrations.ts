import { fileURLToPath } from 'node:url';

/** Where drizzle finds our migrations, and keeps which of them have run. */
export const MIGRATIONS = {
  migrationsFolder: fileURLToPath(new URL('./migrations', import.meta.url)),
  migrationsSchema: 'ml_intern_migrations',
};

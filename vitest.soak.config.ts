import { defineConfig } from 'vitest/config';
import shared from './vitest.config.ts';

/** Tests that take long by themselves: `npm run soak`. */
export default defineConfig({ test: { ...shared.test, include: ['test/soak/**/*.test.ts'], retry: 0 } });

import type { RESTOptions } from 'discord.js';

/** Below the usual lease, so that a delivery that hangs is given up by the one who made it. */
const TIMEOUT_MS = 8_000;

/**
 * How Discord's API is called, with Node's own fetch. The way that discord.js takes by itself shares a global agent with
 * every other version of undici in the process, and where a newer one was loaded first, no file can be sent.
 */
export const restOptions = (api: string) => ({
  api,
  version: '10',
  timeout: TIMEOUT_MS,
  retries: 0,
  makeRequest: fetch as unknown as RESTOptions['makeRequest'],
});
